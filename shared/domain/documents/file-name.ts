import type { DocumentType } from './sniff.ts';

/**
 * The name under which a document leaves the console. Folders, controls and what systems reserve are taken out, and
 * the ending is that of the real type: an upload's own name must never decide which program opens it.
 */
export function safeFileName(name: string, type: DocumentType): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const stem = last
    .replace(/\.[^.]*$/, '')
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N} _-]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 60)
    .trim();
  const isReserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(stem);
  return `${stem === '' || isReserved ? 'document' : stem}.${endings[type]}`;
}

/** No program is tied to `bin`; markup becomes text, so that no browser runs it. */
const endings: Readonly<Record<DocumentType, string>> = {
  pdf: 'pdf',
  png: 'png',
  jpeg: 'jpg',
  webp: 'webp',
  heic: 'heic',
  gif: 'gif',
  tiff: 'tif',
  markup: 'txt',
  empty: 'bin',
  unknown: 'bin',
};
