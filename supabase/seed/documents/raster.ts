import type { Colour, Mark, Sheet } from './sheet.ts';
import { glyphOf } from './type.ts';

/** Rows of pixels from the top; one byte a channel. One channel is grey, three are red, green and blue. */
export type Raster = {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
};

/** From points of a sheet to pixels: x' = a x + c y + e, y' = b x + d y + f, as in PDF. */
export type Transform = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export function rasterOf(width: number, height: number, channels: 1 | 3, paper: Colour): Raster {
  const raster = { width, height, channels, data: new Uint8Array(width * height * channels) };
  if (channels === 1) raster.data.fill(greyOf(paper));
  else for (let at = 0; at < raster.data.length; at += 3) raster.data.set(paper, at);
  return raster;
}

/** Draws a sheet on white paper, at so many pixels a point. */
export function drawn(sheet: Sheet, scale: number, channels: 1 | 3): Raster {
  const raster = rasterOf(
    Math.round(sheet.width * scale),
    Math.round(sheet.height * scale),
    channels,
    [255, 255, 255],
  );
  paint(raster, sheet.marks, [scale, 0, 0, scale, 0, 0]);
  return raster;
}

/** Draws marks, with smooth edges, over what is there. */
export function paint(raster: Raster, marks: readonly Mark[], transform: Transform): void {
  const scale = Math.sqrt(Math.abs(transform[0] * transform[3] - transform[1] * transform[2]));
  for (const mark of marks) {
    if (mark.kind === 'text') paintText(raster, mark, transform);
    else if (mark.kind === 'fill')
      fill(
        raster,
        mark.lines.map((ring) => mapped(ring, transform)),
        mark.colour,
      );
    else {
      const half = Math.max(mark.width * scale, 0.8) / 2;
      fill(
        raster,
        mark.lines.flatMap((points) => stroked(mapped(points, transform), half)),
        mark.colour,
      );
    }
  }
}

function paintText(raster: Raster, mark: Mark & { kind: 'text' }, transform: Transform): void {
  const [a, b, c, d, e, f] = transform;
  const angle = (mark.turn * Math.PI) / 180;
  const unit = mark.size / 1000;
  const [cos, sin] = [Math.cos(angle) * unit, Math.sin(angle) * unit];
  let pen = 0;
  for (const character of mark.text) {
    const glyph = glyphOf(mark.face, character);
    const place = (gx: number, gy: number): [number, number] => {
      const x = mark.x + (pen + gx) * cos + gy * sin;
      const y = mark.y + (pen + gx) * sin - gy * cos;
      return [a * x + c * y + e, b * x + d * y + f];
    };
    const rings: number[][] = [];
    let ring: number[] = [];
    for (const { kind, at } of glyph.outline) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = at;
      if (kind === 'M') {
        ring = place(x1, y1);
        rings.push(ring);
      } else if (kind === 'L') ring.push(...place(x1, y1));
      else curve(ring, place(x1, y1), place(x2, y2));
    }
    fill(raster, rings, mark.colour);
    pen += glyph.advance;
  }
}

/** A quadratic curve as two to five straight pieces: enough at the size of print. */
function curve(ring: number[], control: readonly [number, number], end: readonly [number, number]): void {
  const [x0 = 0, y0 = 0] = ring.slice(-2);
  const length = Math.abs(end[0] - x0) + Math.abs(end[1] - y0);
  const pieces = Math.min(5, 2 + Math.floor(length / 6));
  for (let piece = 1; piece <= pieces; piece += 1) {
    const t = piece / pieces;
    const u = 1 - t;
    ring.push(
      u * u * x0 + 2 * u * t * control[0] + t * t * end[0],
      u * u * y0 + 2 * u * t * control[1] + t * t * end[1],
    );
  }
}

function mapped(points: readonly number[], [a, b, c, d, e, f]: Transform): number[] {
  const result: number[] = [];
  for (let at = 0; at < points.length; at += 2) {
    const [x, y] = [points[at] ?? 0, points[at + 1] ?? 0];
    result.push(a * x + c * y + e, b * x + d * y + f);
  }
  return result;
}

/** A quad for each piece, all turning the same way, so that where they overlap they do not cancel. */
function stroked(points: readonly number[], half: number): number[][] {
  const quads: number[][] = [];
  for (let at = 0; at + 3 < points.length; at += 2) {
    const [x0, y0, x1, y1] = [points[at] ?? 0, points[at + 1] ?? 0, points[at + 2] ?? 0, points[at + 3] ?? 0];
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length === 0) continue;
    const [ux, uy] = [((x1 - x0) / length) * half, ((y1 - y0) / length) * half];
    // Half a width longer at both ends, which also closes the corners.
    const [ax, ay, bx, by] = [x0 - ux / 2, y0 - uy / 2, x1 + ux / 2, y1 + uy / 2];
    quads.push([ax - uy, ay + ux, bx - uy, by + ux, bx + uy, by - ux, ax + uy, ay - ux]);
  }
  return quads;
}

/**
 * Fills rings with exact coverage: every edge adds its signed area to the pixels that it crosses, and the sum along a
 * row is how much of each pixel lies inside.
 */
function fill(raster: Raster, rings: readonly (readonly number[])[], colour: Colour): void {
  const bounds = boundsOf(rings, raster);
  if (bounds === undefined) return;
  const { left, top, width, height } = bounds;
  const stride = width + 2;
  const cover = new Float32Array(stride * height + 2);
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 2) {
      const next = at + 2 < ring.length ? at + 2 : 0;
      edge(
        cover,
        bounds,
        [(ring[at] ?? 0) - left, (ring[at + 1] ?? 0) - top],
        [(ring[next] ?? 0) - left, (ring[next + 1] ?? 0) - top],
      );
    }
  }
  const { channels, data } = raster;
  const [red, green, blue] = channels === 1 ? [greyOf(colour), 0, 0] : colour;
  for (let y = 0; y < height; y += 1) {
    let sum = 0;
    let target = ((top + y) * raster.width + left) * channels;
    for (let x = 0; x < width; x += 1, target += channels) {
      sum += cover[y * stride + x] ?? 0;
      const alpha = Math.min(1, Math.abs(sum));
      if (alpha < 0.004) continue;
      data[target] = (data[target] ?? 0) + (red - (data[target] ?? 0)) * alpha;
      if (channels === 1) continue;
      data[target + 1] = (data[target + 1] ?? 0) + (green - (data[target + 1] ?? 0)) * alpha;
      data[target + 2] = (data[target + 2] ?? 0) + (blue - (data[target + 2] ?? 0)) * alpha;
    }
  }
}

type Bounds = {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
};

/** The pixels that the rings touch, as far as they lie on the raster. */
function boundsOf(rings: readonly (readonly number[])[], raster: Raster): Bounds | undefined {
  let [left, top, right, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 2) {
      left = Math.min(left, ring[at] ?? 0);
      right = Math.max(right, ring[at] ?? 0);
      top = Math.min(top, ring[at + 1] ?? 0);
      bottom = Math.max(bottom, ring[at + 1] ?? 0);
    }
  }
  left = Math.max(0, Math.floor(left));
  top = Math.max(0, Math.floor(top));
  const width = Math.min(raster.width, Math.ceil(right)) - left;
  const height = Math.min(raster.height, Math.ceil(bottom)) - top;
  return width > 0 && height > 0 ? { left, top, width, height } : undefined;
}

function edge(
  cover: Float32Array,
  bounds: Bounds,
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  const { width, height } = bounds;
  const stride = width + 2;
  if (from[1] === to[1]) return;
  const sign = from[1] < to[1] ? 1 : -1;
  const [start, end] = sign === 1 ? [from, to] : [to, from];
  const slope = (end[0] - start[0]) / (end[1] - start[1]);
  const last = Math.min(height, Math.ceil(end[1]));
  for (let row = Math.max(0, Math.floor(start[1])); row < last; row += 1) {
    const y0 = Math.max(row, start[1]);
    const y1 = Math.min(row + 1, end[1]);
    if (y1 <= y0) continue;
    const dy = (y1 - y0) * sign;
    const xa = clamp(start[0] + (y0 - start[1]) * slope, width);
    const xb = clamp(start[0] + (y1 - start[1]) * slope, width);
    const [x0, x1] = xa < xb ? [xa, xb] : [xb, xa];
    const first = Math.floor(x0);
    const base = row * stride;
    if (x1 <= first + 1) {
      const inside = dy * (1 - ((x0 + x1) / 2 - first));
      add(cover, base + first, inside);
      add(cover, base + first + 1, dy - inside);
      continue;
    }
    // The edge crosses several pixels of this row: each takes the area to its right.
    const step = dy / (x1 - x0);
    let covered = 0;
    for (let x = first; x < x1; x += 1) {
      const [l, r] = [Math.max(x, x0), Math.min(x + 1, x1)];
      const part = (r - l) * step;
      const inside = part * (x + 1 - (l + r) / 2);
      add(cover, base + x, inside + covered);
      covered = part - inside;
    }
    add(cover, base + Math.ceil(x1), covered);
  }
}

function add(cover: Float32Array, at: number, value: number): void {
  cover[at] = (cover[at] ?? 0) + value;
}

function clamp(x: number, width: number): number {
  return Math.min(width, Math.max(0, x));
}

export function greyOf([red, green, blue]: Colour): number {
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}
