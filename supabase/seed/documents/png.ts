import { crc32, deflateSync } from 'node:zlib';
import type { Raster } from './raster.ts';

/** A PNG of a raster. `density` is written as pHYs, in dots an inch. */
export function writePng(raster: Raster, density = 100): Buffer {
  const { width, height, channels, data } = raster;
  const stride = width * channels;
  // Filter 1 (difference to the left) for colour; grey scans are white paper, which needs none.
  const filter = channels === 3 ? 1 : 0;
  const lines = Buffer.alloc((stride + 1) * height);
  for (let row = 0; row < height; row += 1) {
    const from = row * stride;
    const to = row * (stride + 1);
    lines[to] = filter;
    if (filter === 0) lines.set(data.subarray(from, from + stride), to + 1);
    else {
      for (let x = 0; x < stride; x += 1) {
        const left = x >= channels ? (data[from + x - channels] ?? 0) : 0;
        lines[to + 1 + x] = (data[from + x] ?? 0) - left;
      }
    }
  }
  const dotsAMetre = Math.round(density / 0.0254);
  const physical = Buffer.alloc(9);
  physical.writeUInt32BE(dotsAMetre, 0);
  physical.writeUInt32BE(dotsAMetre, 4);
  physical.writeUInt8(1, 8);
  return pngOf([
    pngChunk('IHDR', pngHeader(width, height, channels === 1 ? 0 : 2)),
    pngChunk('pHYs', physical),
    pngChunk('IDAT', deflateSync(lines, { level: 6 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The body of IHDR for eight bits a channel. */
export function pngHeader(width: number, height: number, colourType: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colourType, 0, 0, 0], 8);
  return header;
}

export function pngChunk(type: string, body: Buffer): Buffer {
  const chunk = Buffer.alloc(body.length + 12);
  chunk.writeUInt32BE(body.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(body, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, body.length + 8)), body.length + 8);
  return chunk;
}

export function pngOf(chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks]);
}
