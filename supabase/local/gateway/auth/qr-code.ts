/**
 * A QR code (ISO/IEC 18004) as SVG: byte mode, error correction level M, versions 1 to 15 (412 bytes), mask chosen by
 * the standard's penalty. Throws when the text is longer.
 */
export function qrCodeSvg(content: string): string {
  const modules = qrModules(content);
  const size = modules.length + 8;
  const squares = modules.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])),
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="white" d="M0 0h${size}v${size}H0z"/><path d="${squares.join('')}"/></svg>`
  );
}

/** The dark modules, row by row, without the quiet zone. */
export function qrModules(content: string): boolean[][] {
  const bytes = Buffer.from(content, 'utf8');
  const version = checkBytes.findIndex(
    (_, index) => index > 0 && bytes.length + headerBytes(index) <= dataBytes(index),
  );
  if (version < 0) throw new Error('too long for a QR code of version 15');
  const codewords = interleave(encodeData(bytes, version), version);
  const candidates = masks.map((mask, index) => {
    const grid = emptyGrid(version);
    drawCodewords(grid, codewords, mask);
    drawFormat(grid, index);
    return grid.dark;
  });
  return candidates.reduce((best, next) => (penalty(next) < penalty(best) ? next : best));
}

type Grid = { readonly size: number; readonly dark: boolean[][]; readonly fixed: boolean[][] };

/** Level M, by version: check bytes of a block, and number of blocks. */
const checkBytes = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24];
const blockCounts = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10];

const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function headerBytes(version: number): number {
  return version < 10 ? 2 : 3;
}

function totalBytes(version: number): number {
  let bits = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const centres = Math.floor(version / 7) + 2;
    bits -= (25 * centres - 10) * centres - 55;
    if (version >= 7) bits -= 36;
  }
  return Math.floor(bits / 8);
}

function dataBytes(version: number): number {
  return totalBytes(version) - (checkBytes[version] ?? 0) * (blockCounts[version] ?? 0);
}

function encodeData(bytes: Buffer, version: number): number[] {
  const lengthBits = version < 10 ? 8 : 16;
  let bits = `0100${bytes.length.toString(2).padStart(lengthBits, '0')}`;
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const capacity = dataBytes(version) * 8;
  bits += '0'.repeat(Math.min(4, capacity - bits.length));
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  const data = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  for (let pad = 0; data.length < capacity / 8; pad += 1) data.push(pad % 2 === 0 ? 0xec : 0x11);
  return data;
}

function interleave(data: readonly number[], version: number): number[] {
  const [count, check, total] = [blockCounts[version] ?? 1, checkBytes[version] ?? 0, totalBytes(version)];
  const shortLength = Math.floor(total / count) - check;
  const shortCount = count - (total % count);
  const divisor = generator(check);
  const blocks: { data: readonly number[]; check: number[] }[] = [];
  for (let index = 0, from = 0; index < count; index += 1) {
    const length = shortLength + (index < shortCount ? 0 : 1);
    const block = data.slice(from, from + length);
    blocks.push({ data: block, check: remainder(block, divisor) });
    from += length;
  }
  const result: number[] = [];
  for (let index = 0; index <= shortLength; index += 1) {
    for (const block of blocks) {
      const byte = block.data[index];
      if (byte !== undefined) result.push(byte);
    }
  }
  for (let index = 0; index < check; index += 1) {
    for (const block of blocks) result.push(block.check[index] ?? 0);
  }
  return result;
}

/** Multiplication in GF(256) with the code's polynomial 0x11d. */
function multiply(left: number, right: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((right >>> bit) & 1) * left;
  }
  return product;
}

function generator(degree: number): number[] {
  const result = Array.from({ length: degree }, (_, index): number => (index === degree - 1 ? 1 : 0));
  let root = 1;
  for (let step = 0; step < degree; step += 1) {
    for (let index = 0; index < degree; index += 1) {
      result[index] = multiply(result[index] ?? 0, root) ^ (result[index + 1] ?? 0);
    }
    root = multiply(root, 2);
  }
  return result;
}

function remainder(data: readonly number[], divisor: readonly number[]): number[] {
  const result = divisor.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ (result.shift() ?? 0);
    result.push(0);
    for (const [index, coefficient] of divisor.entries()) {
      result[index] = (result[index] ?? 0) ^ multiply(coefficient, factor);
    }
  }
  return result;
}

function emptyGrid(version: number): Grid {
  const size = version * 4 + 17;
  const rows = () => Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  const grid = { size, dark: rows(), fixed: rows() };
  for (let index = 0; index < size; index += 1) {
    fix(grid, 6, index, index % 2 === 0);
    fix(grid, index, 6, index % 2 === 0);
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    drawFinder(grid, x, y);
  const centres = alignmentCentres(version, size);
  const last = centres.length - 1;
  for (const [i, x] of centres.entries()) {
    for (const [j, y] of centres.entries()) {
      const isFinder = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
      if (!isFinder) drawSquare(grid, x, y, 2, (distance) => distance !== 1);
    }
  }
  drawFormat(grid, 0);
  if (version >= 7) drawVersion(grid, version);
  return grid;
}

function fix(grid: Grid, x: number, y: number, dark: boolean): void {
  const [row, fixedRow] = [grid.dark[y], grid.fixed[y]];
  if (row === undefined || fixedRow === undefined || x < 0 || x >= grid.size) return;
  row[x] = dark;
  fixedRow[x] = true;
}

function drawSquare(
  grid: Grid,
  x: number,
  y: number,
  radius: number,
  isDark: (distance: number) => boolean,
): void {
  for (let dy = -radius; dy <= radius; dy += 1) {
    for (let dx = -radius; dx <= radius; dx += 1) {
      fix(grid, x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }
}

function drawFinder(grid: Grid, x: number, y: number): void {
  drawSquare(grid, x, y, 4, (distance) => distance !== 2 && distance !== 4);
}

function alignmentCentres(version: number, size: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, index) => size - 7 - (count - 2 - index) * step)];
}

function drawFormat(grid: Grid, mask: number): void {
  // Level M is 00.
  let rest = mask;
  for (let index = 0; index < 10; index += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (index: number) => ((bits >>> index) & 1) === 1;
  const { size } = grid;
  for (let index = 0; index <= 5; index += 1) fix(grid, 8, index, bit(index));
  fix(grid, 8, 7, bit(6));
  fix(grid, 8, 8, bit(7));
  fix(grid, 7, 8, bit(8));
  for (let index = 9; index < 15; index += 1) fix(grid, 14 - index, 8, bit(index));
  for (let index = 0; index < 8; index += 1) fix(grid, size - 1 - index, 8, bit(index));
  for (let index = 8; index < 15; index += 1) fix(grid, 8, size - 15 + index, bit(index));
  fix(grid, 8, size - 8, true);
}

function drawVersion(grid: Grid, version: number): void {
  let rest = version;
  for (let index = 0; index < 12; index += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let index = 0; index < 18; index += 1) {
    const [far, near] = [grid.size - 11 + (index % 3), Math.floor(index / 3)];
    const dark = ((bits >>> index) & 1) === 1;
    fix(grid, far, near, dark);
    fix(grid, near, far, dark);
  }
}

/** Two columns at a time from the right, upwards and downwards in turn, around everything that is fixed. */
function drawCodewords(
  grid: Grid,
  codewords: readonly number[],
  mask: (x: number, y: number) => boolean,
): void {
  let position = 0;
  for (let right = grid.size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < grid.size; step += 1) {
      const y = ((right + 1) & 2) === 0 ? grid.size - 1 - step : step;
      for (const x of [right, right - 1]) {
        const row = grid.dark[y];
        if (row === undefined || grid.fixed[y]?.[x] === true) continue;
        const byte = codewords[position >>> 3] ?? 0;
        row[x] = (((byte >>> (7 - (position & 7))) & 1) === 1) !== mask(x, y);
        position += 1;
      }
    }
  }
}

function penalty(rows: readonly (readonly boolean[])[]): number {
  const columns = rows.map((_, x) => rows.map((row) => row[x] === true));
  let score = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map((dark) => (dark ? '1' : '0')).join('');
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) score += run.length - 2;
    score += 40 * (text.match(/(?=10111010000|00001011101)/g) ?? []).length;
  }
  for (let y = 1; y < rows.length; y += 1) {
    for (let x = 1; x < rows.length; x += 1) {
      const dark = rows[y]?.[x];
      if (dark === rows[y - 1]?.[x] && dark === rows[y]?.[x - 1] && dark === rows[y - 1]?.[x - 1]) score += 3;
    }
  }
  const share = rows.flat().filter(Boolean).length / rows.length ** 2;
  return score + Math.floor(Math.abs(share * 100 - 50) / 5) * 10;
}
