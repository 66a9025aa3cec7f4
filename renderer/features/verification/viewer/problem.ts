import { bytesText, maxDocumentBytes } from '#shared/domain/documents/limits';
import type { DocumentType, ShownType } from '#shared/domain/documents/sniff';

/** Why a document is not shown. */
export type ProblemKind =
  | Exclude<DocumentType, ShownType>
  | 'damaged'
  | 'encrypted'
  | 'no-pages'
  | 'too-large'
  | 'too-many-pixels'
  | 'too-much-inside'
  | 'too-slow';

export class DocumentProblem extends Error {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, options?: ErrorOptions) {
    super(`the document cannot be shown: ${kind}`, options);
    this.name = 'DocumentProblem';
    this.kind = kind;
  }
}

/** Any failure as a problem: what nobody foresaw counts as damage. Cancelling is none and is thrown on. */
export function problemOf(error: unknown): DocumentProblem {
  if (error instanceof DocumentProblem) return error;
  if (error instanceof DOMException && error.name === 'AbortError') throw error;
  return new DocumentProblem('damaged', { cause: error });
}

export type ProblemWords = {
  readonly title: string;
  readonly text: string;
  /** Whether another program may make more of it. */
  readonly canOpenElsewhere: boolean;
};

/** What is wrong, in words that say what a reviewer can do. */
export function wordsOf(kind: ProblemKind): ProblemWords {
  return { canOpenElsewhere: true, ...words[kind] };
}

const elsewhere = 'Open it externally, or ask for a PDF or a JPEG instead.';

const words: Readonly<Record<ProblemKind, Omit<ProblemWords, 'canOpenElsewhere'> & Partial<ProblemWords>>> = {
  heic: { title: 'A photo in Apple’s HEIC format', text: `The console cannot show it. ${elsewhere}` },
  gif: { title: 'A GIF picture', text: `The console shows PDF, PNG, JPEG and WebP. ${elsewhere}` },
  tiff: { title: 'A TIFF picture', text: `The console shows PDF, PNG, JPEG and WebP. ${elsewhere}` },
  markup: {
    title: 'Not a document, whatever its name says',
    text: 'Inside is a drawing or a web page (SVG, XML or HTML), which can carry scripts. It is not shown. Opened externally it appears as plain text.',
  },
  empty: {
    title: 'The file is empty',
    text: 'It was uploaded without content. Ask for it again.',
    canOpenElsewhere: false,
  },
  unknown: {
    title: 'Not a document that the console knows',
    text: 'Its content is neither PDF nor PNG, JPEG or WebP, whatever its name says. Ask for it again, as one of these.',
  },
  damaged: {
    title: 'The file is damaged',
    text: 'It begins like a document and cannot be read to the end. Try it externally, or ask for it again.',
  },
  encrypted: {
    title: 'The PDF is locked with a password',
    text: 'Only who knows the password can open it. Ask for a copy without one.',
  },
  'no-pages': { title: 'The PDF has no pages', text: 'There is nothing in it to look at. Ask for it again.' },
  'too-large': {
    title: 'The file is too large',
    text: `The console takes documents up to ${bytesText(maxDocumentBytes)}. Ask for a smaller copy.`,
    canOpenElsewhere: false,
  },
  'too-many-pixels': {
    title: 'The picture is too large to decode safely',
    text: 'It says that it has more pixels than any scan of paper. It may be made to exhaust this computer, so open it externally with care.',
  },
  'too-much-inside': {
    title: 'The file unpacks to far more than a document holds',
    text: 'Reading it was stopped to protect this computer. It may be made to do harm, so open it externally with care.',
  },
  'too-slow': {
    title: 'The document takes too long to draw',
    text: 'Reading it was stopped. Try again, or open it externally.',
  },
};
