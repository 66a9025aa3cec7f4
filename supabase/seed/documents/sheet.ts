import { widthOf, type Face } from './type.ts';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** Something drawn on a sheet. Points (1/72 inch) from the top left corner, y downwards. */
export type Mark =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly face: Face;
      readonly size: number;
      /** The left end of the base line. */
      readonly x: number;
      readonly y: number;
      /** Degrees, clockwise, about the left end of the base line. */
      readonly turn: number;
      readonly colour: Colour;
    }
  | {
      readonly kind: 'fill' | 'stroke';
      /** Rings of x and y; a fill closes them. */
      readonly lines: readonly (readonly number[])[];
      readonly width: number;
      readonly colour: Colour;
    };

export type Sheet = { readonly width: number; readonly height: number; readonly marks: readonly Mark[] };

export type TextStyle = {
  readonly face?: Face;
  readonly size?: number;
  readonly colour?: Colour;
  readonly align?: 'left' | 'centre' | 'right';
  readonly turn?: number;
};

/** A4, upright. */
export const a4 = { width: 595, height: 842 } as const;
export const black: Colour = [22, 22, 26];

export function text(x: number, y: number, words: string, style: TextStyle = {}): Mark {
  const { face = 'sans', size = 10, colour = black, align = 'left', turn = 0 } = style;
  const width = align === 'left' ? 0 : widthOf(face, size, words);
  const left = align === 'centre' ? x - width / 2 : x - width;
  return { kind: 'text', text: words, face, size, x: left, y, turn, colour };
}

export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  width = 0.7,
  colour = black,
): Mark {
  return { kind: 'stroke', lines: [[...from, ...to]], width, colour };
}

export function box(x: number, y: number, width: number, height: number, colour: Colour): Mark {
  return { kind: 'fill', lines: [corners(x, y, width, height)], width: 0, colour };
}

export function frame(
  x: number,
  y: number,
  width: number,
  height: number,
  thickness = 0.7,
  colour = black,
): Mark {
  const ring = corners(x, y, width, height);
  return { kind: 'stroke', lines: [[...ring, ...ring.slice(0, 2)]], width: thickness, colour };
}

/** A closed curve whose distance from its centre is `radiusAt(angle)`; a circle where that is constant. */
export function rosette(
  x: number,
  y: number,
  radiusAt: (angle: number) => number,
  style: { readonly width?: number; readonly colour?: Colour; readonly steps?: number } = {},
): Mark {
  const { width = 0.7, colour = black, steps = 72 } = style;
  const ring: number[] = [];
  for (let step = 0; step <= steps; step += 1) {
    const angle = (step / steps) * 2 * Math.PI;
    const radius = radiusAt(angle);
    ring.push(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  return width === 0
    ? { kind: 'fill', lines: [ring], width, colour }
    : { kind: 'stroke', lines: [ring], width, colour };
}

export function polygon(points: readonly number[], colour: Colour): Mark {
  return { kind: 'fill', lines: [points], width: 0, colour };
}

export function scribble(points: readonly number[], width: number, colour: Colour): Mark {
  return { kind: 'stroke', lines: [points], width, colour };
}

function corners(x: number, y: number, width: number, height: number): number[] {
  return [x, y, x + width, y, x + width, y + height, x, y + height];
}
