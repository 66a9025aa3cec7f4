/** What a document's own bytes say it is. `markup` is SVG, XML and HTML alike: text that a browser would run. */
export type DocumentType =
  | 'pdf'
  | 'png'
  | 'jpeg'
  | 'webp'
  | 'heic'
  | 'gif'
  | 'tiff'
  | 'markup'
  | 'empty'
  | 'unknown';

/** The types that the console shows itself. */
export type ShownType = 'pdf' | 'png' | 'jpeg' | 'webp';

/** Decides by the bytes alone: names and declared types come from whoever uploaded the file. */
export function sniffDocument(bytes: Uint8Array): DocumentType {
  if (bytes.length === 0) return 'empty';
  for (const { type, at, magic } of signatures) if (startsWith(bytes, magic, at)) return type;
  if (isRiffWebp(bytes)) return 'webp';
  if (isHeic(bytes)) return 'heic';
  // Readers accept rubbish before the header, and scanners write it. A picture that hides one is a picture.
  if (indexOf(bytes, ascii('%PDF-'), pdfHeaderWithin) >= 0) return 'pdf';
  return isMarkup(bytes) ? 'markup' : 'unknown';
}

/** Whether the console shows this type itself. */
export function isShown(type: DocumentType): type is ShownType {
  return type === 'pdf' || type === 'png' || type === 'jpeg' || type === 'webp';
}

const pdfHeaderWithin = 1024;

type Signature = { readonly type: DocumentType; readonly at: number; readonly magic: readonly number[] };

const signatures: readonly Signature[] = [
  { type: 'png', at: 0, magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'jpeg', at: 0, magic: [0xff, 0xd8, 0xff] },
  { type: 'gif', at: 0, magic: ascii('GIF8') },
  { type: 'tiff', at: 0, magic: [0x49, 0x49, 0x2a, 0x00] },
  { type: 'tiff', at: 0, magic: [0x4d, 0x4d, 0x00, 0x2a] },
];

function isRiffWebp(bytes: Uint8Array): boolean {
  return startsWith(bytes, ascii('RIFF'), 0) && startsWith(bytes, ascii('WEBP'), 8);
}

/** ISO base media files name their brands in the first box; these are the ones that phones write for pictures. */
function isHeic(bytes: Uint8Array): boolean {
  if (!startsWith(bytes, ascii('ftyp'), 4)) return false;
  const brands = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1', 'avif'];
  return brands.some((brand) => startsWith(bytes, ascii(brand), 8));
}

/** Text that opens with a tag, after a byte order mark and white space. */
function isMarkup(bytes: Uint8Array): boolean {
  const hasMark = startsWith(bytes, [0xef, 0xbb, 0xbf], 0);
  const text = String.fromCharCode(...bytes.subarray(hasMark ? 3 : 0, 512));
  return /^\s*<(\?xml|!doctype|!--|svg|html|head|body|script)/i.test(text);
}

function startsWith(bytes: Uint8Array, magic: readonly number[], at: number): boolean {
  return magic.every((byte, index) => bytes[at + index] === byte);
}

function indexOf(bytes: Uint8Array, magic: readonly number[], within: number): number {
  const last = Math.min(bytes.length, within) - magic.length;
  for (let at = 0; at <= last; at += 1) if (startsWith(bytes, magic, at)) return at;
  return -1;
}

function ascii(text: string): readonly number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
