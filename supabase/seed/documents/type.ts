import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The faces of the documents, each metrically the same as one of the fonts that every PDF reader has. */
export type Face = keyof typeof standardFonts;

/** What a face is called in a PDF that does not embed it. */
export const standardFonts = {
  sans: 'Helvetica',
  'sans-bold': 'Helvetica-Bold',
  serif: 'Times-Roman',
  'serif-bold': 'Times-Bold',
  'serif-italic': 'Times-Italic',
  mono: 'Courier',
} as const;

/** Outlines are commands over thousandths of the type size, y upwards: M x y, L x y, Q control and end. */
export type Glyph = { readonly advance: number; readonly outline: readonly Command[] };
export type Command = { readonly kind: string; readonly at: readonly number[] };

/** The glyph of a character; a question mark for one that the faces lack. */
export function glyphOf(face: Face, character: string): Glyph {
  const glyphs = faceOf(face);
  const known = glyphs.get(character) ?? glyphs.get('?');
  if (known === undefined) throw new Error(`the face ${face} has no question mark`);
  return known;
}

/** The width of a text at a type size, in the unit of the size. */
export function widthOf(face: Face, size: number, text: string): number {
  let width = 0;
  for (const character of text) width += glyphOf(face, character).advance;
  return (width * size) / 1000;
}

const loaded = new Map<Face, ReadonlyMap<string, Glyph>>();

function faceOf(face: Face): ReadonlyMap<string, Glyph> {
  const known = loaded.get(face);
  if (known !== undefined) return known;
  const file = readFileSync(new URL(`faces/${face}.json`, import.meta.url), 'utf8');
  const written = z.record(z.string(), z.string()).parse(JSON.parse(file));
  const glyphs = new Map(Object.entries(written).map(([character, text]) => [character, parse(text)]));
  loaded.set(face, glyphs);
  return glyphs;
}

/** "667M570 0L491 201…": the advance, then the commands. */
function parse(text: string): Glyph {
  const outline = [...text.matchAll(/([MLQ])([-\d ]+)/g)].map(([, kind = '', numbers = '']) => ({
    kind,
    at: numbers.split(' ').map(Number),
  }));
  return { advance: Number.parseInt(text, 10), outline };
}
