import type { Bitmap } from './jbig2.ts';
import type { Raster } from './raster.ts';

/** What a cheap scanner or a phone does to a page. Every effect gives a new raster and depends only on its arguments. */

/** Grain of up to `strength` grey levels, the same for the same seed. */
export function grained(raster: Raster, strength: number, seed: number): Raster {
  const data = new Uint8Array(raster.data);
  let state = (seed | 0) === 0 ? 1 : seed | 0;
  for (let at = 0; at < data.length; at += raster.channels) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const grain = (((state & 0xffff) + ((state >>> 16) & 0xffff)) / 65_536 - 1) * strength;
    for (let channel = 0; channel < raster.channels; channel += 1)
      data[at + channel] = limited((data[at + channel] ?? 0) + grain);
  }
  return { ...raster, data };
}

/** Light that falls off from one corner to the other, `darkest` (0 to 1) at the far one. */
export function shaded(raster: Raster, darkest: number): Raster {
  const { width, height, channels } = raster;
  const data = new Uint8Array(raster.data);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const light = 1 - (1 - darkest) * ((x / width) * 0.6 + (y / height) * 0.4);
      const at = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel += 1)
        data[at + channel] = (data[at + channel] ?? 0) * light;
    }
  }
  return { ...raster, data };
}

/** Out of focus by a box of `radius` pixels, twice. */
export function blurred(raster: Raster, radius: number): Raster {
  const { width, height, channels } = raster;
  let data = raster.data;
  for (let pass = 0; pass < 2; pass += 1) {
    data = smeared(data, {
      lines: height,
      length: width,
      step: channels,
      stride: width * channels,
      channels,
      radius,
    });
    data = smeared(data, {
      lines: width,
      length: height,
      step: width * channels,
      stride: channels,
      channels,
      radius,
    });
  }
  return { ...raster, data };
}

type Sweep = {
  readonly lines: number;
  readonly length: number;
  readonly step: number;
  readonly stride: number;
  readonly channels: number;
  readonly radius: number;
};

function smeared(source: Uint8Array, sweep: Sweep): Uint8Array {
  const { lines, length, step, stride, channels, radius } = sweep;
  const target = new Uint8Array(source.length);
  const span = radius * 2 + 1;
  for (let line = 0; line < lines; line += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      const base = line * stride + channel;
      const pixel = (at: number) => source[base + Math.min(length - 1, Math.max(0, at)) * step] ?? 0;
      let sum = 0;
      for (let at = -radius; at <= radius; at += 1) sum += pixel(at);
      for (let at = 0; at < length; at += 1) {
        target[base + at * step] = sum / span;
        sum += pixel(at + radius + 1) - pixel(at - radius);
      }
    }
  }
  return target;
}

/** Ink fades towards white: 0 leaves it, 1 takes all. */
export function faded(raster: Raster, amount: number): Raster {
  return { ...raster, data: raster.data.map((value) => value + (255 - value) * amount) };
}

/** Turned clockwise by quarter turns. */
export function turned(raster: Raster, quarters: 1 | 2 | 3): Raster {
  const { width, height, channels } = raster;
  const [newWidth, newHeight] = quarters === 2 ? [width, height] : [height, width];
  const data = new Uint8Array(raster.data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [nx, ny] =
        quarters === 1
          ? [height - 1 - y, x]
          : quarters === 2
            ? [width - 1 - x, height - 1 - y]
            : [y, width - 1 - x];
      const from = (y * width + x) * channels;
      const to = (ny * newWidth + nx) * channels;
      for (let channel = 0; channel < channels; channel += 1)
        data[to + channel] = raster.data[from + channel] ?? 0;
    }
  }
  return { width: newWidth, height: newHeight, channels, data };
}

/** Black and white, as a fax or an office scanner sees it. Of grey rasters only. */
export function bilevel(raster: Raster, threshold = 150): Bitmap {
  if (raster.channels !== 1) throw new RangeError('only a grey raster has two levels');
  const stride = Math.ceil(raster.width / 8);
  const bits = new Uint8Array(stride * raster.height);
  for (let y = 0; y < raster.height; y += 1) {
    for (let x = 0; x < raster.width; x += 1) {
      if ((raster.data[y * raster.width + x] ?? 255) < threshold) {
        const at = y * stride + (x >> 3);
        bits[at] = (bits[at] ?? 0) | (0x80 >> (x & 7));
      }
    }
  }
  return { width: raster.width, height: raster.height, bits };
}

function limited(value: number): number {
  return Math.max(0, Math.min(255, value));
}
