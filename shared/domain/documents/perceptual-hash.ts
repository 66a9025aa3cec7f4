/** The size to which a page is drawn before it is hashed: coarse, so that scale and compression do not matter. */
export const hashedSize = { width: 9, height: 8 } as const;

/**
 * The difference hash of a page: whether each of 9 x 8 brightnesses is greater than its right neighbour, as 16 hex
 * digits. Pages that look alike have hashes that differ in few bits, whatever their size, format and compression.
 * @param rgba the page drawn at `hashedSize` on white, four bytes a pixel.
 */
export function differenceHash(rgba: ArrayLike<number>): string {
  const { width, height } = hashedSize;
  if (rgba.length !== width * height * 4) throw new RangeError('a page is hashed at 9 x 8 pixels');
  const grey = (x: number, y: number) => {
    const at = (y * width + x) * 4;
    // Rec. 601, as integers: the same on every machine.
    return 299 * (rgba[at] ?? 0) + 587 * (rgba[at + 1] ?? 0) + 114 * (rgba[at + 2] ?? 0);
  };
  let hash = '';
  for (let y = 0; y < height; y += 1) {
    let row = 0;
    for (let x = 0; x < width - 1; x += 1) row = (row << 1) | (grey(x, y) > grey(x + 1, y) ? 1 : 0);
    hash += row.toString(16).padStart(2, '0');
  }
  return hash;
}

/** In how many of their 64 bits two hashes differ. 0 to 6 is the same picture; unrelated ones differ in about 32. */
export function hashDistance(one: string, other: string): number {
  let difference = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  let count = 0;
  for (; difference > 0n; difference &= difference - 1n) count += 1;
  return count;
}
