/** Bits in rows from the top, eight to a byte, the leftmost highest; 1 is black. */
export type Bitmap = { readonly width: number; readonly height: number; readonly bits: Uint8Array };

/**
 * A bitmap as JBIG2 (ITU-T T.88), in the form that a PDF embeds: page information and one generic region, coded
 * arithmetically with template 0. Office scanners write black and white pages so.
 */
export function writeJbig2({ width, height, bits }: Bitmap): Buffer {
  const page = Buffer.alloc(19);
  page.writeUInt32BE(width, 0);
  page.writeUInt32BE(height, 4);
  const region = Buffer.alloc(26);
  region.writeUInt32BE(width, 0);
  region.writeUInt32BE(height, 4);
  // The adaptive pixels of template 0 where they nominally lie.
  region.set([3, -1, -3, -1, 2, -2, -2, -2], 18);
  const coded = codeRegion(width, height, bits);
  return Buffer.concat([segment(0, 48, page), segment(1, 38, Buffer.concat([region, coded]))]);
}

function segment(number: number, type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(11);
  header.writeUInt32BE(number, 0);
  header.writeUInt8(type, 4);
  header.writeUInt8(1, 6);
  header.writeUInt32BE(body.length, 7);
  return Buffer.concat([header, body]);
}

function codeRegion(width: number, height: number, bits: Uint8Array): Buffer {
  const stride = Math.ceil(width / 8);
  const bit = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width ? 0 : ((bits[y * stride + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
  const coder = arithmeticCoder(65_536);
  for (let y = 0; y < height; y += 1) {
    // Sixteen neighbours: five of two rows above, seven of the row above, four to the left.
    let above2 = (bit(0, y - 2) << 2) | (bit(1, y - 2) << 1) | bit(2, y - 2);
    let above1 = (bit(0, y - 1) << 3) | (bit(1, y - 1) << 2) | (bit(2, y - 1) << 1) | bit(3, y - 1);
    let left = 0;
    for (let x = 0; x < width; x += 1) {
      const value = bit(x, y);
      coder.code((above2 << 11) | (above1 << 4) | left, value);
      above2 = ((above2 << 1) | bit(x + 3, y - 2)) & 0x1f;
      above1 = ((above1 << 1) | bit(x + 4, y - 1)) & 0x7f;
      left = ((left << 1) | value) & 0xf;
    }
  }
  return coder.finish();
}

/** Probability, next state after the more and the less probable symbol, and whether the sense switches (table E.1). */
const states: readonly (readonly [number, number, number, number])[] = [
  [0x5601, 1, 1, 1],
  [0x3401, 2, 6, 0],
  [0x1801, 3, 9, 0],
  [0x0ac1, 4, 12, 0],
  [0x0521, 5, 29, 0],
  [0x0221, 38, 33, 0],
  [0x5601, 7, 6, 1],
  [0x5401, 8, 14, 0],
  [0x4801, 9, 14, 0],
  [0x3801, 10, 14, 0],
  [0x3001, 11, 17, 0],
  [0x2401, 12, 18, 0],
  [0x1c01, 13, 20, 0],
  [0x1601, 29, 21, 0],
  [0x5601, 15, 14, 1],
  [0x5401, 16, 14, 0],
  [0x5101, 17, 15, 0],
  [0x4801, 18, 16, 0],
  [0x3801, 19, 17, 0],
  [0x3401, 20, 18, 0],
  [0x3001, 21, 19, 0],
  [0x2801, 22, 19, 0],
  [0x2401, 23, 20, 0],
  [0x2201, 24, 21, 0],
  [0x1c01, 25, 22, 0],
  [0x1801, 26, 23, 0],
  [0x1601, 27, 24, 0],
  [0x1401, 28, 25, 0],
  [0x1201, 29, 26, 0],
  [0x1101, 30, 27, 0],
  [0x0ac1, 31, 28, 0],
  [0x09c1, 32, 29, 0],
  [0x08a1, 33, 30, 0],
  [0x0521, 34, 31, 0],
  [0x0441, 35, 32, 0],
  [0x02a1, 36, 33, 0],
  [0x0221, 37, 34, 0],
  [0x0141, 38, 35, 0],
  [0x0111, 39, 36, 0],
  [0x0085, 40, 37, 0],
  [0x0049, 41, 38, 0],
  [0x0025, 42, 39, 0],
  [0x0015, 43, 40, 0],
  [0x0009, 44, 41, 0],
  [0x0005, 45, 42, 0],
  [0x0001, 45, 43, 0],
  [0x5601, 46, 46, 0],
];

/** The MQ coder of annex E. */
function arithmeticCoder(contexts: number) {
  const index = new Uint8Array(contexts);
  const sense = new Uint8Array(contexts);
  // The first byte stands before the data and is dropped at the end.
  const out: number[] = [0];
  let a = 0x8000;
  let c = 0;
  let left = 12;

  const last = () => out[out.length - 1] ?? 0;
  const put = (bits: 7 | 8) => {
    out.push((c >>> (bits === 7 ? 20 : 19)) & 0xff);
    c &= bits === 7 ? 0xfffff : 0x7ffff;
    left = bits;
  };
  const byteOut = () => {
    if (last() === 0xff) return put(7);
    if (c < 0x8000000) return put(8);
    out[out.length - 1] = last() + 1;
    if (last() === 0xff) {
      c &= 0x7ffffff;
      return put(7);
    }
    c &= 0x7ffffff;
    put(8);
  };
  const renormalise = () => {
    do {
      a = (a << 1) & 0xffff;
      c = (c << 1) >>> 0;
      left -= 1;
      if (left === 0) byteOut();
    } while ((a & 0x8000) === 0);
  };

  return {
    code(context: number, value: number): void {
      const [probability, ifMore, ifLess, switches] = states[index[context] ?? 0] ?? [0, 0, 0, 0];
      const isMore = value === sense[context];
      a -= probability;
      if (isMore && (a & 0x8000) !== 0) {
        c = (c + probability) >>> 0;
        return;
      }
      // The smaller part of the interval goes to the less probable symbol; where it is the larger, they are exchanged.
      const takesUpper = isMore === a >= probability;
      if (takesUpper) c = (c + probability) >>> 0;
      else a = probability;
      if (!isMore && switches === 1) sense[context] = 1 - (sense[context] ?? 0);
      index[context] = isMore ? ifMore : ifLess;
      renormalise();
    },
    finish(): Buffer {
      const limit = (c + a) >>> 0;
      c = (c | 0xffff) >>> 0;
      if (c >= limit) c = (c - 0x8000) >>> 0;
      c = (c << left) >>> 0;
      byteOut();
      c = (c << left) >>> 0;
      byteOut();
      if (last() !== 0xff) out.push(0xff);
      out.push(0xac);
      return Buffer.from(out.slice(1));
    },
  };
}
