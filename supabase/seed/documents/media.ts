import { randomOf, type Random } from '../random.ts';
import { bilevel, blurred, faded, grained, shaded, turned } from './effects.ts';
import { writeJpeg } from './jpeg.ts';
import { writePdf, type PdfPage } from './pdf.ts';
import { writePng } from './png.ts';
import { drawn, paint, rasterOf, type Raster, type Transform } from './raster.ts';
import { box, polygon, type Sheet } from './sheet.ts';
import { writeWebp } from './webp.ts';

/** How a paper came to be a file. */
export type Medium =
  | 'pdf'
  | 'pdf scan'
  | 'pdf fax'
  | 'pdf raw'
  | 'png'
  | 'png scan'
  | 'jpeg scan'
  | 'jpeg photo'
  | 'jpeg sideways'
  | 'webp';

export type Making = {
  /** Names the grain and the crookedness, so that two photographs of one paper differ. */
  readonly name: string;
  readonly medium: Medium;
  /** Quarter turns clockwise by which the page lies wrong in the file. */
  readonly quarters?: 0 | 1 | 2 | 3;
  readonly isPoor?: boolean;
  /** Dots an inch of a scan or picture; left out, what is common for the medium. */
  readonly density?: number;
};

export type MadeFile = { readonly bytes: Buffer; readonly extension: string; readonly contentType: string };

const types = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
} as const;

/** The file of some sheets in a medium; a picture holds only the first. The same arguments give the same bytes. */
export function made(sheets: readonly Sheet[], making: Making): MadeFile {
  const extension = extensionOf(making.medium);
  return { bytes: bytesOf(sheets, making), extension, contentType: types[extension] };
}

export function extensionOf(medium: Medium): keyof typeof types {
  if (medium.startsWith('pdf')) return 'pdf';
  if (medium.startsWith('png')) return 'png';
  return medium === 'webp' ? 'webp' : 'jpg';
}

function bytesOf(sheets: readonly Sheet[], making: Making): Buffer {
  const rng = randomOf(`document/${making.name}`);
  const [first] = sheets;
  if (first === undefined) throw new RangeError('a document has at least one sheet');
  const { medium } = making;
  if (medium === 'pdf')
    return writePdf({ pages: sheets.map((sheet) => textPage(sheet, making)), title: 'Results' });
  if (medium.startsWith('pdf '))
    return writePdf({
      pages: sheets.map((sheet) => scanPage(sheet, making, rng)),
      producer: 'Office scanner',
    });
  if (medium === 'png') return writePng(lying(drawn(first, densityOf(making, 84) / 72, 3), making));
  if (medium === 'webp') return writeWebp(lying(drawn(first, densityOf(making, 84) / 72, 3), making));
  if (medium === 'png scan') return writePng(scanned(first, making, rng));
  if (medium === 'jpeg scan')
    return writeJpeg(scanned(first, making, rng), { quality: making.isPoor ? 22 : 62 });
  const photo = photographed(first, making, rng);
  if (medium === 'jpeg photo') return writeJpeg(lying(photo, making), { quality: making.isPoor ? 24 : 64 });
  // Held sideways: the pixels lie on their side and a note says how to turn them.
  return writeJpeg(turned(photo, 3), { quality: 64, orientation: 6 });
}

function textPage(sheet: Sheet, { quarters = 0 }: Making): PdfPage {
  return { sheet, turn: ([0, 90, 180, 270] as const)[quarters] };
}

function scanPage(sheet: Sheet, making: Making, rng: Random): PdfPage {
  const [width, height] =
    (making.quarters ?? 0) % 2 === 1 ? [sheet.height, sheet.width] : [sheet.width, sheet.height];
  const empty = { width, height, marks: [] };
  if (making.medium === 'pdf fax') {
    const raster = lying(crooked(sheet, densityOf(making, making.isPoor ? 62 : 130) / 72, rng), making);
    return { sheet: empty, scan: { coding: 'jbig2', bitmap: bilevel(raster, making.isPoor ? 120 : 160) } };
  }
  const raster = scanned(sheet, making, rng);
  // Some scanners do not know how to make a picture small.
  if (making.medium === 'pdf raw') return { sheet: empty, scan: { coding: 'flate', raster } };
  const bytes = writeJpeg(raster, { quality: making.isPoor ? 20 : 58 });
  return {
    sheet: empty,
    scan: { coding: 'jpeg', bytes, width: raster.width, height: raster.height, channels: raster.channels },
  };
}

/** From the glass of a scanner: grey, a little crooked, with the grain of the lamp; a poor one is coarse and faint. */
function scanned(sheet: Sheet, making: Making, rng: Random): Raster {
  const density = densityOf(making, making.isPoor ? 46 : 92);
  const page = crooked(sheet, density / 72, rng);
  const seed = rng.between(1, 2 ** 30);
  if (!making.isPoor) return lying(grained(page, 5, seed), making);
  return lying(grained(faded(blurred(page, 1), 0.35), 34, seed), making);
}

function crooked(sheet: Sheet, scale: number, rng: Random): Raster {
  const raster = rasterOf(
    Math.round(sheet.width * scale),
    Math.round(sheet.height * scale),
    1,
    [250, 250, 248],
  );
  paint(raster, sheet.marks, tilted(sheet, scale, (rng.unit() - 0.5) * 1.6, [0, 0]));
  return raster;
}

/** Taken with a phone on a table: colour, a border of the table, the light from one side. */
function photographed(sheet: Sheet, making: Making, rng: Random): Raster {
  const density = densityOf(making, making.isPoor ? 50 : 78);
  const scale = density / 72;
  const margin = 26;
  const table = rng.pick([
    [122, 92, 66],
    [70, 74, 80],
    [158, 140, 116],
    [96, 60, 44],
  ] as const);
  const raster = rasterOf(
    Math.round((sheet.width + margin * 2) * scale),
    Math.round((sheet.height + margin * 2) * scale),
    3,
    table,
  );
  const place = tilted(sheet, scale, (rng.unit() - 0.5) * 5, [margin, margin]);
  const shadow = polygon(
    [6, 8, sheet.width + 8, 8, sheet.width + 8, sheet.height + 9, 6, sheet.height + 9],
    [38, 32, 28],
  );
  const paper = box(
    0,
    0,
    sheet.width,
    sheet.height,
    rng.pick([
      [250, 248, 240],
      [244, 246, 250],
    ] as const),
  );
  paint(raster, [shadow, paper, ...sheet.marks], place);
  const light = shaded(raster, making.isPoor ? 0.42 : 0.74);
  const seed = rng.between(1, 2 ** 30);
  return making.isPoor ? grained(blurred(light, 2), 22, seed) : grained(light, 7, seed);
}

/** About the middle of the sheet, so that a tilt keeps it in the picture. */
function tilted(
  sheet: Sheet,
  scale: number,
  degrees: number,
  [left, top]: readonly [number, number],
): Transform {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  const [mx, my] = [sheet.width / 2, sheet.height / 2];
  return [
    cos,
    sin,
    -sin,
    cos,
    (left + mx) * scale - cos * mx + sin * my,
    (top + my) * scale - sin * mx - cos * my,
  ];
}

function lying(raster: Raster, { quarters = 0 }: Making): Raster {
  return quarters === 0 ? raster : turned(raster, quarters);
}

function densityOf(making: Making, usual: number): number {
  return making.density ?? usual;
}

/** Noise that no compressor makes smaller, for files that are broken or padded. */
export function noise(name: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = randomOf(name).between(1, 2 ** 30);
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 255;
  }
  return bytes;
}
