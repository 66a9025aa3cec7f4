import type { Raster } from './raster.ts';
import { acTables, dcTables, quantisers, zigzag } from './jpeg-tables.ts';

export type JpegOptions = {
  /** 1 (worst) to 100. */
  readonly quality: number;
  /** Written as EXIF: 6 says that the picture must be turned clockwise by a quarter to be upright. */
  readonly orientation?: 1 | 3 | 6 | 8;
};

/** A baseline JPEG; colour is kept at half the resolution, as phones do. */
export function writeJpeg(raster: Raster, options: JpegOptions): Buffer {
  const { width, height, channels } = raster;
  const scales = quantisers.map((table) => scaledBy(table, options.quality));
  const parts = [
    Buffer.from([0xff, 0xd8]),
    ...(options.orientation === undefined ? [jfif()] : [exif(options.orientation)]),
    ...scales.map((table, id) => marker(0xdb, [id, ...zigzag.map((at) => table[at] ?? 1)])),
    marker(0xc0, [
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      channels,
      ...componentsOf(channels),
    ]),
    ...dcTables.map((table, id) => marker(0xc4, [id, ...table.counts, ...table.values])),
    ...acTables.map((table, id) => marker(0xc4, [0x10 | id, ...table.counts, ...table.values])),
    marker(0xda, channels === 1 ? [1, 1, 0, 0, 63, 0] : [3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]),
    channels === 1 ? greyScan(raster, scales[0]) : colourScan(raster, scales),
    Buffer.from([0xff, 0xd9]),
  ];
  return Buffer.concat(parts);
}

function componentsOf(channels: 1 | 3): number[] {
  return channels === 1 ? [1, 0x11, 0] : [1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
}

function marker(code: number, body: readonly number[]): Buffer {
  const length = body.length + 2;
  return Buffer.from([0xff, code, length >> 8, length & 255, ...body]);
}

function jfif(): Buffer {
  return marker(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 1, 0, 100, 0, 100, 0, 0]);
}

/** One directory with one entry, the orientation (tag 0x112, a short). */
function exif(orientation: number): Buffer {
  const directory = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  return marker(0xe1, [...Buffer.from('Exif\0\0'), 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, ...directory]);
}

function scaledBy(table: readonly number[], quality: number): number[] {
  const scale = quality < 50 ? 5000 / quality : 200 - quality * 2;
  return table.map((value) => Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100))));
}

function greyScan(raster: Raster, table: readonly number[] = []): Buffer {
  const { width, height, data } = raster;
  const scan = openScan();
  const luma = scan.component(0, table);
  const block = new Float64Array(64);
  for (let y = 0; y < height; y += 8) {
    for (let x = 0; x < width; x += 8) {
      for (let at = 0; at < 64; at += 1) {
        const row = Math.min(height - 1, y + (at >> 3));
        block[at] = (data[row * width + Math.min(width - 1, x + (at & 7))] ?? 0) - 128;
      }
      luma(block);
    }
  }
  return scan.finish();
}

/** Sixteen by sixteen pixels at a time: four blocks of brightness, one each of the two colours. */
function colourScan(raster: Raster, tables: readonly (readonly number[])[]): Buffer {
  const { width, height, data } = raster;
  const scan = openScan();
  const luma = scan.component(0, tables[0] ?? []);
  const blue = scan.component(1, tables[1] ?? []);
  const red = scan.component(1, tables[1] ?? []);
  const light = [0, 1, 2, 3].map(() => new Float64Array(64));
  const [cb, cr] = [new Float64Array(64), new Float64Array(64)];
  for (let y = 0; y < height; y += 16) {
    for (let x = 0; x < width; x += 16) {
      cb.fill(0);
      cr.fill(0);
      for (let at = 0; at < 256; at += 1) {
        const [dx, dy] = [at & 15, at >> 4];
        const from = (Math.min(height - 1, y + dy) * width + Math.min(width - 1, x + dx)) * 3;
        const [r, g, b] = [data[from] ?? 0, data[from + 1] ?? 0, data[from + 2] ?? 0];
        const block = light[(dy >> 3) * 2 + (dx >> 3)];
        if (block !== undefined) block[(dy & 7) * 8 + (dx & 7)] = 0.299 * r + 0.587 * g + 0.114 * b - 128;
        const half = (dy >> 1) * 8 + (dx >> 1);
        cb[half] = (cb[half] ?? 0) + (-0.168736 * r - 0.331264 * g + 0.5 * b) / 4;
        cr[half] = (cr[half] ?? 0) + (0.5 * r - 0.418688 * g - 0.081312 * b) / 4;
      }
      for (const block of light) luma(block);
      blue(cb);
      red(cr);
    }
  }
  return scan.finish();
}

type Code = readonly [code: number, length: number];

/** The entropy coded data of one scan; each component remembers its last mean. */
function openScan() {
  let out = Buffer.alloc(65_536);
  let length = 0;
  let held = 0;
  let bits = 0;

  const put = ([code, size]: Code) => {
    held = (held << size) | code;
    bits += size;
    while (bits >= 8) {
      const byte = (held >> (bits - 8)) & 255;
      if (length + 2 > out.length) out = Buffer.concat([out, Buffer.alloc(out.length)]);
      out[length] = byte;
      length += 1;
      if (byte === 255) {
        out[length] = 0;
        length += 1;
      }
      bits -= 8;
    }
    held &= (1 << bits) - 1;
  };
  const number = (value: number, size: number) => {
    if (size > 0) put([value < 0 ? value + (1 << size) - 1 : value, size]);
  };

  return {
    component(id: number, table: readonly number[]): (block: Float64Array) => void {
      const dcCodes = codesOf(dcTables[id]);
      const acCodes = codesOf(acTables[id]);
      const none: Code = [0, 0];
      const quantised = new Int32Array(64);
      // The transform leaves factors in its results, which go into the division.
      const divisors = Float64Array.from(
        table,
        (value, at) => 1 / (value * (aan[at >> 3] ?? 1) * (aan[at & 7] ?? 1) * 8),
      );
      let mean = 0;
      return (block) => {
        transform(block);
        for (let at = 0; at < 64; at += 1) {
          const from = zigzag[at] ?? 0;
          quantised[at] = Math.round((block[from] ?? 0) * (divisors[from] ?? 0));
        }
        const difference = (quantised[0] ?? 0) - mean;
        mean = quantised[0] ?? 0;
        const size = sizeOf(difference);
        put(dcCodes[size] ?? none);
        number(difference, size);
        let zeros = 0;
        for (let at = 1; at < 64; at += 1) {
          const value = quantised[at] ?? 0;
          if (value === 0) {
            zeros += 1;
            continue;
          }
          for (; zeros > 15; zeros -= 16) put(acCodes[0xf0] ?? none);
          const wide = sizeOf(value);
          put(acCodes[(zeros << 4) | wide] ?? none);
          number(value, wide);
          zeros = 0;
        }
        if (zeros > 0) put(acCodes[0] ?? none);
      };
    },
    finish(): Buffer {
      if (bits > 0) put([(1 << (8 - bits)) - 1, 8 - bits]);
      return out.subarray(0, length);
    },
  };
}

function sizeOf(value: number): number {
  return 32 - Math.clz32(Math.abs(value));
}

function codesOf(table: { counts: readonly number[]; values: readonly number[] } | undefined): Code[] {
  const codes: Code[] = [];
  let code = 0;
  let at = 0;
  for (const [index, count] of (table?.counts ?? []).entries()) {
    for (let taken = 0; taken < count; taken += 1) {
      codes[table?.values[at] ?? 0] = [code, index + 1];
      code += 1;
      at += 1;
    }
    code <<= 1;
  }
  return codes;
}

const aan = [1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379] as const;

/** The cosine transform of Arai, Agui and Nakajima, rows then columns, in place. */
function transform(block: Float64Array): void {
  for (let row = 0; row < 64; row += 8) transformLine(block, row, 1);
  for (let column = 0; column < 8; column += 1) transformLine(block, column, 8);
}

function transformLine(block: Float64Array, start: number, step: number): void {
  const at = (index: number) => block[start + index * step] ?? 0;
  const put = (index: number, value: number) => {
    block[start + index * step] = value;
  };
  const [s07, d07, s16, d16] = [at(0) + at(7), at(0) - at(7), at(1) + at(6), at(1) - at(6)];
  const [s25, d25, s34, d34] = [at(2) + at(5), at(2) - at(5), at(3) + at(4), at(3) - at(4)];
  const [e0, e3, e1, e2] = [s07 + s34, s07 - s34, s16 + s25, s16 - s25];
  put(0, e0 + e1);
  put(4, e0 - e1);
  const turn = (e2 + e3) * 0.707106781;
  put(2, e3 + turn);
  put(6, e3 - turn);
  const [o0, o1, o2] = [d34 + d25, d25 + d16, d16 + d07];
  const shared = (o0 - o2) * 0.382683433;
  const [low, high, mid] = [0.5411961 * o0 + shared, 1.306562965 * o2 + shared, o1 * 0.707106781];
  const [plus, minus] = [d07 + mid, d07 - mid];
  put(5, minus + low);
  put(3, minus - low);
  put(1, plus + high);
  put(7, plus - high);
}
