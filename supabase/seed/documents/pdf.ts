import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { Bitmap } from './jbig2.ts';
import { writeJbig2 } from './jbig2.ts';
import type { Raster } from './raster.ts';
import type { Mark, Sheet } from './sheet.ts';
import { standardFonts, type Face } from './type.ts';

/** A picture in the coding that the file carries it in. */
export type Picture =
  | { readonly coding: 'flate'; readonly raster: Raster }
  | { readonly coding: 'jbig2'; readonly bitmap: Bitmap }
  | {
      readonly coding: 'jpeg' | 'jpeg 2000';
      readonly bytes: Buffer;
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
    };

export type PdfPage = {
  readonly sheet: Sheet;
  /** Fills the page, beneath the marks: a scan. */
  readonly scan?: Picture;
  /** How a reader must turn the page, clockwise. */
  readonly turn?: 0 | 90 | 180 | 270;
};

export type PdfFile = {
  readonly pages: readonly PdfPage[];
  readonly title?: string;
  readonly producer?: string;
  /** Further entries of the catalogue, and objects that they name; hostile files are made of these. */
  readonly catalogue?: string;
  readonly objects?: readonly { readonly number: number; readonly body: Buffer | string }[];
};

/** The first number for objects that a caller adds. */
export const firstFreeObject = 9_000;

/** A PDF 1.7 file with the standard fonts, not embedded. The same description gives the same bytes. */
export function writePdf(file: PdfFile): Buffer {
  const faces = [...new Set(file.pages.flatMap((page) => page.sheet.marks.flatMap(faceOf)))].toSorted();
  const objects = new Map<number, Buffer>();
  let next = 4;
  const add = (body: Buffer | string): number => {
    const number = next;
    next += 1;
    objects.set(number, Buffer.from(body));
    return number;
  };
  const fonts = faces.map(
    (face) =>
      `/${fontName(face)} ${add(`<</Type/Font/Subtype/Type1/BaseFont/${standardFonts[face]}/Encoding/WinAnsiEncoding>>`)} 0 R`,
  );
  const kids = file.pages.map((page) => {
    const image = page.scan === undefined ? undefined : add(imageOf(page.scan));
    const content = add(streamOf('', deflateSync(Buffer.from(contentOf(page), 'latin1'))));
    const pictures = image === undefined ? '' : `/XObject<</Scan ${image} 0 R>>`;
    return add(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${page.sheet.width} ${page.sheet.height}]/Rotate ${page.turn ?? 0}` +
        `/Resources<</Font<<${fonts.join('')}>>${pictures}>>/Contents ${content} 0 R>>`,
    );
  });
  objects.set(1, Buffer.from(`<</Type/Catalog/Pages 2 0 R${file.catalogue ?? ''}>>`));
  objects.set(
    2,
    Buffer.from(`<</Type/Pages/Count ${kids.length}/Kids[${kids.map((kid) => `${kid} 0 R`).join(' ')}]>>`),
  );
  objects.set(
    3,
    Buffer.from(`<</Title ${literal(file.title ?? '')}/Producer ${literal(file.producer ?? 'Scan')}>>`),
  );
  for (const object of file.objects ?? []) objects.set(object.number, Buffer.from(object.body));
  return assembled(objects);
}

/** A stream object; `entries` are those besides /Length and, for a flate stream, /Filter. */
export function streamOf(entries: string, body: Buffer, filter = 'FlateDecode'): Buffer {
  return Buffer.concat([
    Buffer.from(`<<${entries}/Filter/${filter}/Length ${body.length}>>\nstream\n`),
    body,
    Buffer.from('\nendstream'),
  ]);
}

/** A string of PDF. */
export function literal(text: string): string {
  return `(${text.replaceAll(/[\\()]/g, String.raw`\$&`)})`;
}

function assembled(objects: ReadonlyMap<number, Buffer>): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1')];
  let length = parts[0]?.length ?? 0;
  const offsets = new Map<number, number>();
  const numbers = [...objects.keys()].toSorted((left, right) => left - right);
  for (const number of numbers) {
    offsets.set(number, length);
    const body = objects.get(number) ?? Buffer.alloc(0);
    const part = Buffer.concat([Buffer.from(`${number} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
    parts.push(part);
    length += part.length;
  }
  const id = createHash('md5').update(Buffer.concat(parts)).digest('hex');
  const table = numbers.map((number) => {
    const offset = String(offsets.get(number) ?? 0).padStart(10, '0');
    return `${number} 1\n${offset} 00000 n \n`;
  });
  parts.push(
    Buffer.from(
      `xref\n0 1\n0000000000 65535 f \n${table.join('')}trailer\n<</Size ${Math.max(...numbers) + 1}/Root 1 0 R/Info 3 0 R` +
        `/ID[<${id}><${id}>]>>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

function contentOf({ sheet, scan }: PdfPage): string {
  const image = scan === undefined ? '' : `q ${sheet.width} 0 0 ${sheet.height} 0 0 cm /Scan Do Q\n`;
  // From here y points downwards, as it does on a sheet.
  return `${image}q 1 J 1 j 1 0 0 -1 0 ${sheet.height} cm\n${sheet.marks.map(operatorsOf).join('\n')}\nQ\n`;
}

function operatorsOf(mark: Mark): string {
  const colour = mark.colour.map((channel) => short(channel / 255)).join(' ');
  if (mark.kind === 'text') {
    const angle = (mark.turn * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)].map(short);
    const minus = short(-Math.cos(angle));
    return (
      `BT /${fontName(mark.face)} ${short(mark.size)} Tf ${colour} rg ` +
      `${cos} ${sin} ${sin} ${minus} ${short(mark.x)} ${short(mark.y)} Tm ${literal(winAnsi(mark.text))} Tj ET`
    );
  }
  const path = mark.lines.map(pathOf).join(' ');
  return mark.kind === 'fill' ? `${colour} rg ${path} f` : `${colour} RG ${short(mark.width)} w ${path} S`;
}

function pathOf(points: readonly number[]): string {
  const steps: string[] = [];
  for (let at = 0; at + 1 < points.length; at += 2)
    steps.push(`${short(points[at] ?? 0)} ${short(points[at + 1] ?? 0)} ${at === 0 ? 'm' : 'l'}`);
  return steps.join(' ');
}

function imageOf(picture: Picture): Buffer {
  const described = (width: number, height: number, channels: 1 | 3, depth = 8) =>
    `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent ${depth}` +
    `/ColorSpace/${channels === 1 ? 'DeviceGray' : 'DeviceRGB'}`;
  if (picture.coding === 'flate') {
    const { width, height, channels, data } = picture.raster;
    return streamOf(described(width, height, channels), deflateSync(data));
  }
  if (picture.coding === 'jbig2') {
    const { width, height } = picture.bitmap;
    return streamOf(described(width, height, 1, 1), writeJbig2(picture.bitmap), 'JBIG2Decode');
  }
  const filter = picture.coding === 'jpeg' ? 'DCTDecode' : 'JPXDecode';
  return streamOf(described(picture.width, picture.height, picture.channels), picture.bytes, filter);
}

function faceOf(mark: Mark): Face[] {
  return mark.kind === 'text' ? [mark.face] : [];
}

function fontName(face: Face): string {
  return `F${standardFonts[face].replaceAll('-', '')}`;
}

/** The characters beyond ASCII that the faces have, as bytes of WinAnsiEncoding. */
function winAnsi(text: string): string {
  const bytes: Readonly<Record<string, string>> = { '–': '\u0096', '’': '\u0092', '•': '\u0095' };
  return text.replaceAll(/[–’•]/g, (character) => bytes[character] ?? '?');
}

function short(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
