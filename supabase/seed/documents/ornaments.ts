import { box, rosette, scribble, text, type Colour, type Mark } from './sheet.ts';

/** Decoration that documents have in common. None of it copies a real institution's. */

export const ink: Colour = [28, 42, 120];
export const rubber: Colour = [44, 70, 160];
export const wax: Colour = [150, 34, 40];

/** A round emblem with letters in it. */
export function emblem(x: number, y: number, radius: number, letters: string, colour: Colour): Mark[] {
  return [
    rosette(x, y, () => radius, { colour, width: 1.4 }),
    rosette(x, y, () => radius * 0.86, { colour, width: 0.5 }),
    rosette(x, y, (angle) => radius * (0.74 + 0.06 * Math.cos(9 * angle)), { colour, width: 0.5 }),
    text(x, y + radius * 0.2, letters, {
      face: 'serif-bold',
      size: radius * 0.55,
      align: 'centre',
      colour,
    }),
  ];
}

/** A wavering line like a signature; the same for the same name. */
export function signature(x: number, y: number, width: number, name: string, colour = ink): Mark {
  const points: number[] = [];
  const numbers = [...name].map((letter) => letter.charCodeAt(0));
  for (let step = 0; step <= 90; step += 1) {
    const part = step / 90;
    const letter = numbers[Math.floor(part * numbers.length)] ?? 70;
    const height = (5 + (letter % 9)) * (1 - part * 0.6);
    points.push(
      x + part * width + 5 * Math.sin(step * 0.9 + letter),
      y - height * Math.sin(step * 0.55 + letter * 0.1) * 0.8 - part * 3,
    );
  }
  return scribble(points, 0.9, colour);
}

/** The stamp of a school or a commissioner of affidavits, a little crooked. */
export function stamp(x: number, y: number, lines: readonly string[], turn: number, colour = rubber): Mark[] {
  const radians = (turn * Math.PI) / 180;
  const turnedBy = (dx: number, dy: number): [number, number] => [
    x + dx * Math.cos(radians) - dy * Math.sin(radians),
    y + dx * Math.sin(radians) + dy * Math.cos(radians),
  ];
  const [width, height] = [150, 18 + lines.length * 13];
  const corner = (dx: number, dy: number) => turnedBy(dx * width, dy * height);
  const ring = [...corner(0, 0), ...corner(1, 0), ...corner(1, 1), ...corner(0, 1), ...corner(0, 0)];
  return [
    scribble(ring, 1.6, colour),
    ...lines.map((words, index) => {
      const [left, base] = turnedBy(10, 20 + index * 13);
      return text(left, base, words, { face: index === 0 ? 'sans-bold' : 'sans', size: 9, turn, colour });
    }),
  ];
}

/** Fine waves under the print of a certificate. */
export function guilloche(width: number, height: number, colour: Colour): Mark[] {
  return Array.from({ length: 9 }, (_, index) => {
    const points: number[] = [];
    for (let step = 0; step <= 60; step += 1) {
      const part = step / 60;
      points.push(
        30 + part * (width - 60),
        (height * (index + 1)) / 10 + 16 * Math.sin(part * 18 + index * 1.3),
      );
    }
    return scribble(points, 0.5, colour);
  });
}

/** Bars that look like a bar code of the digits. */
export function barcode(x: number, y: number, digits: string): Mark[] {
  const marks: Mark[] = [];
  let at = x;
  for (const digit of digits) {
    const value = Number(digit);
    marks.push(box(at, y, 0.8 + (value % 3) * 0.7, 18, [20, 20, 20]));
    at += 2.6 + (value % 4) * 0.7;
    marks.push(box(at, y, 0.8, 18, [20, 20, 20]));
    at += 2.2;
  }
  return marks;
}

/** Small print at the foot, so that nobody takes a made-up document for a real one. */
export function specimenLine(width: number, height: number): Mark {
  return text(
    width / 2,
    height - 14,
    'Specimen: a made-up document for the demonstration of iTutor Console',
    {
      size: 5.5,
      align: 'centre',
      colour: [120, 120, 126],
    },
  );
}
