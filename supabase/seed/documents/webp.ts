import type { Raster } from './raster.ts';

/** A lossless WebP (VP8L): runs of the pixel to the left or of the row above, and Huffman codes for the rest. */
export function writeWebp(raster: Raster): Buffer {
  const { width, height } = raster;
  const steps = stepsOf(raster);
  const counts = [280, 256, 256, 256, 40].map((size) => new Uint32Array(size));
  const count = (table: number, symbol: number) => {
    const counted = counts[table];
    if (counted !== undefined) counted[symbol] = (counted[symbol] ?? 0) + 1;
  };
  for (const step of steps) {
    if (step.length === 0) step.symbols.forEach((symbol, table) => count(table, symbol));
    else {
      count(0, 256 + prefixOf(step.length).symbol);
      count(4, step.distance);
    }
  }
  const bits = openBits();
  bits.put(0x2f, 8);
  bits.put(width - 1, 14);
  bits.put(height - 1, 14);
  bits.put(0, 4);
  // One transform: red and blue are kept as what they differ from green, which for grey is nothing.
  bits.put(1, 1);
  bits.put(2, 2);
  bits.put(0, 1);
  // No colour cache, and one set of codes for the whole picture.
  bits.put(0, 2);
  const codes = counts.map((table) => writeCode(bits, table));
  for (const step of steps) {
    if (step.length === 0) step.symbols.forEach((symbol, table) => bits.code(codes[table]?.[symbol]));
    else {
      const prefix = prefixOf(step.length);
      bits.code(codes[0]?.[256 + prefix.symbol]);
      bits.put(prefix.extra, prefix.bits);
      bits.code(codes[4]?.[step.distance]);
    }
  }
  return riffOf(bits.finish());
}

function riffOf(body: Buffer): Buffer {
  const header = Buffer.alloc(20);
  const padded = body.length + (body.length & 1);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(padded + 12, 4);
  header.write('WEBPVP8L', 8, 'latin1');
  header.writeUInt32LE(body.length, 16);
  return Buffer.concat([header, body, Buffer.alloc(padded - body.length)]);
}

/** One pixel (length 0, its green, red, blue and alpha) or a run; distance 0 is the row above, 1 the pixel to the left. */
type Step = { readonly length: number; readonly distance: number; readonly symbols: readonly number[] };

function stepsOf({ width, channels, data }: Raster): Step[] {
  const total = data.length / channels;
  const pixels = new Uint32Array(total);
  for (let at = 0; at < total; at += 1) {
    const from = at * channels;
    const red = data[from] ?? 0;
    pixels[at] =
      channels === 1 ? red * 0x10101 : (red << 16) | ((data[from + 1] ?? 0) << 8) | (data[from + 2] ?? 0);
  }
  const run = (at: number, back: number): number => {
    if (at < back) return 0;
    let length = 0;
    while (length < 4096 && at + length < total && pixels[at + length] === pixels[at + length - back])
      length += 1;
    return length;
  };
  const steps: Step[] = [];
  for (let at = 0; at < total;) {
    const [left, above] = [run(at, 1), run(at, width)];
    const length = Math.max(left, above);
    if (length >= 3) {
      steps.push({ length, distance: above >= left ? 0 : 1, symbols: [] });
      at += length;
      continue;
    }
    const pixel = pixels[at] ?? 0;
    const [red, green, blue] = [pixel >> 16, (pixel >> 8) & 255, pixel & 255];
    steps.push({ length: 0, distance: 0, symbols: [green, (red - green) & 255, (blue - green) & 255, 255] });
    at += 1;
  }
  return steps;
}

/** A length as a symbol and the bits that follow it. */
function prefixOf(value: number): { symbol: number; bits: number; extra: number } {
  if (value <= 4) return { symbol: value - 1, bits: 0, extra: 0 };
  const less = value - 1;
  const high = 31 - Math.clz32(less);
  const bits = high - 1;
  return { symbol: 2 * high + ((less >> bits) & 1), bits, extra: less & ((1 << bits) - 1) };
}

type Code = { readonly bits: number; readonly length: number };

/** Writes the lengths of a table's codes, and returns the codes. */
function writeCode(bits: Bits, counts: Uint32Array): Code[] {
  const used = [...counts.keys()].filter((symbol) => (counts[symbol] ?? 0) > 0);
  const [only = 0] = used;
  if (used.length <= 1 && only < 256) {
    // One symbol takes no bits at all.
    bits.put(1, 1);
    bits.put(0, 1);
    bits.put(1, 1);
    bits.put(only, 8);
    return Object.assign([], { [only]: { bits: 0, length: 0 } });
  }
  const lengths = lengthsOf(counts);
  bits.put(0, 1);
  // The lengths themselves are written with four bits each; the order is 17, 18, 0 to 5, 16, 6 to 15.
  bits.put(15, 4);
  for (let at = 0; at < 19; at += 1) bits.put(at < 2 || at === 8 ? 0 : 4, 3);
  bits.put(0, 1);
  for (const length of lengths) bits.code({ bits: reversed(length, 4), length: 4 });
  return canonical(lengths);
}

/** Huffman lengths of at most fifteen; a single used symbol gets a companion, for a code must be complete. */
function lengthsOf(counts: Uint32Array): number[] {
  let weights = [...counts];
  if (weights.filter((weight) => weight > 0).length === 1) weights[weights[0] === 0 ? 0 : 1] = 1;
  for (;;) {
    const lengths = Array.from(weights, () => 0);
    let trees = weights
      .map((weight, symbol) => ({ weight, symbols: [symbol] }))
      .filter((tree) => tree.weight > 0);
    while (trees.length > 1) {
      trees = trees.toSorted((left, right) => left.weight - right.weight);
      const [first, second, ...rest] = trees;
      if (first === undefined || second === undefined) break;
      const symbols = [...first.symbols, ...second.symbols];
      for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
      trees = [...rest, { weight: first.weight + second.weight, symbols }];
    }
    if (Math.max(...lengths) <= 15) return lengths;
    weights = weights.map((weight) => (weight === 0 ? 0 : Math.ceil(weight / 4)));
  }
}

function canonical(lengths: readonly number[]): Code[] {
  const codes: Code[] = [];
  let code = 0;
  for (let length = 1; length <= 15; length += 1) {
    for (const [symbol, own] of lengths.entries()) {
      if (own !== length) continue;
      codes[symbol] = { bits: reversed(code, length), length };
      code += 1;
    }
    code <<= 1;
  }
  return codes;
}

function reversed(value: number, length: number): number {
  let result = 0;
  for (let at = 0; at < length; at += 1) result |= ((value >> at) & 1) << (length - 1 - at);
  return result;
}

type Bits = ReturnType<typeof openBits>;

/** Bits from the lowest up. */
function openBits() {
  let out = Buffer.alloc(65_536);
  let length = 0;
  let held = 0;
  let count = 0;
  const put = (value: number, bits: number) => {
    held |= value << count;
    count += bits;
    for (; count >= 8; count -= 8) {
      if (length === out.length) out = Buffer.concat([out, Buffer.alloc(out.length)]);
      out[length] = held & 255;
      length += 1;
      held >>>= 8;
    }
  };
  return {
    put,
    code(code: Code | undefined): void {
      if (code === undefined) throw new Error('a symbol has no code');
      put(code.bits, code.length);
    },
    finish(): Buffer {
      if (count > 0) put(0, 8 - count);
      return out.subarray(0, length);
    },
  };
}
