import { maxDocumentBytes } from '#shared/domain/documents/limits';
import { isShown, sniffDocument, type ShownType } from '#shared/domain/documents/sniff';
import { openPicture } from './picture-document.ts';
import { DocumentProblem } from './problem.ts';

/** A document as the desk hands it over. `name` is only shown; the bytes decide what it is. */
export type ViewerDocument = {
  /** Stable, such as the request's id; tells one document from another. */
  readonly id: string;
  readonly name: string;
  readonly bytes: Uint8Array;
};

/** In CSS pixels at 100 %: a PDF page at its paper's size, a picture with one pixel for each of its own. */
export type PageSize = { readonly width: number; readonly height: number };

export type Drawing = {
  readonly canvas: HTMLCanvasElement;
  /** True when it holds fewer pixels than asked for, because of the limit on memory. */
  readonly isReduced: boolean;
};

/** What a page is not showing, to be said beside it: an honest page is worth more than a tidy one. */
export type DocumentNotice = 'picture-reduced' | 'image-left-out' | 'image-damaged';

/** An open document. Pages count from 1. Every call but `close` throws DocumentProblem when it cannot be done. */
export type OpenDocument = {
  readonly type: ShownType;
  readonly pageCount: number;
  pageSize(page: number): Promise<PageSize>;
  /** @param scale device pixels for each CSS pixel at 100 %. */
  draw(page: number, scale: number, signal: AbortSignal): Promise<Drawing>;
  /** The page's words in reading order; empty for a picture. */
  text(page: number): Promise<string>;
  notices(): ReadonlySet<DocumentNotice>;
  /** Calls back when there is a new notice. Returns the disposer. */
  onNotice(listener: () => void): () => void;
  /** Gives back every canvas, bitmap and worker. Idempotent. */
  close(): void;
};

/**
 * Opens a document for showing. What it is, and what its header says it needs, is looked at before anything is decoded.
 * @throws DocumentProblem
 */
export async function openDocument(bytes: Uint8Array, signal: AbortSignal): Promise<OpenDocument> {
  if (bytes.length > maxDocumentBytes) throw new DocumentProblem('too-large');
  const type = sniffDocument(bytes);
  if (!isShown(type)) throw new DocumentProblem(type);
  if (type !== 'pdf') return openPicture(bytes, type, signal);
  // A third of a megabyte that a day of pictures never needs.
  const { openPdf } = await import('./pdf-document.ts');
  return openPdf(bytes, signal);
}
