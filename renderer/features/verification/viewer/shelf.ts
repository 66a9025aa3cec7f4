import type { Drawing, OpenDocument, PageSize, ViewerDocument } from './open-document.ts';
import { firstView, settle, type Box } from './view.ts';

/** An open document that keeps the pages it has drawn last. */
export type ShelvedDocument = OpenDocument & {
  /** The drawing of a page at this scale if it is at hand. */
  drawn(page: number, scale: number): Drawing | null;
  /** A small drawing for the strip of pages, one at a time and after what is in view. */
  thumbnail(page: number, width: number, signal: AbortSignal): Promise<HTMLCanvasElement>;
  /** The size of a page once it is known, without waiting. */
  knownSize(page: number): PageSize | null;
};

export type Shelf = {
  /** Opens a document or gives the open one. Fails with DocumentProblem. Every `open` needs a `release`. */
  open(document: ViewerDocument): Promise<ShelvedDocument>;
  release(document: ViewerDocument): void;
  /** Opens a document that is wanted soon and draws its first page as it will be shown. Never fails. */
  prepare(document: ViewerDocument, pane: Box, pixelRatio: number): Promise<void>;
  /** Closes a document that failed, so that the next `open` begins anew. */
  drop(document: ViewerDocument): void;
  /** Closes everything, open in a viewer or not. */
  clear(): void;
};

/** Pages of one document that stay drawn; with the limit on a page's pixels this bounds the memory. */
const maxDrawings = 3;
const maxThumbnails = 40;

type Entry = {
  readonly opening: Promise<ShelvedDocument>;
  readonly ending: AbortController;
  readonly bytes: Uint8Array;
  holders: number;
};

/**
 * Keeps at most `maxOpen` documents open, those of the next cases among them, and closes the one that was wanted
 * longest ago first. One in view is never closed.
 * @param warm is called whenever one was opened, to get ready for the next.
 */
export function createShelf(
  maxOpen: number,
  open: (bytes: Uint8Array, signal: AbortSignal) => Promise<OpenDocument>,
  warm: () => void,
): Shelf {
  const entries = new Map<string, Entry>();

  const remove = (id: string, entry: Entry) => {
    if (entries.get(id) === entry) entries.delete(id);
    entry.ending.abort();
    entry.opening.then(
      (opened) => opened.close(),
      () => undefined,
    );
  };

  const take = (document: ViewerDocument): Entry => {
    const known = entries.get(document.id);
    if (known !== undefined && known.bytes === document.bytes) {
      // Wanted again: the youngest now.
      entries.delete(document.id);
      entries.set(document.id, known);
      return known;
    }
    if (known !== undefined) remove(document.id, known);
    const ending = new AbortController();
    const opening = open(document.bytes, ending.signal).then(keepDrawings);
    const entry: Entry = { opening, ending, bytes: document.bytes, holders: 0 };
    entries.set(document.id, entry);
    // A failure is not kept: asking again tries again.
    opening.catch(() => {
      if (entries.get(document.id) === entry) entries.delete(document.id);
    });
    for (const [id, old] of entries) {
      if (entries.size <= maxOpen) break;
      if (old.holders === 0 && old !== entry) remove(id, old);
    }
    return entry;
  };

  return {
    open(document) {
      const entry = take(document);
      entry.holders += 1;
      return entry.opening.finally(warm);
    },
    release(document) {
      const entry = entries.get(document.id);
      if (entry !== undefined && entry.bytes === document.bytes)
        entry.holders = Math.max(0, entry.holders - 1);
    },
    async prepare(document, pane, pixelRatio) {
      try {
        const { opening, ending } = take(document);
        const opened = await opening;
        const { zoom } = settle(firstView, await opened.pageSize(1), pane);
        await opened.draw(1, zoom * pixelRatio, ending.signal);
      } catch {
        // It is opened again when it is looked at, and then says what is wrong.
      }
    },
    drop(document) {
      const entry = entries.get(document.id);
      if (entry !== undefined) remove(document.id, entry);
    },
    clear() {
      for (const [id, entry] of entries) remove(id, entry);
    },
  };
}

/** Remembers sizes and the last drawings. A canvas that is forgotten gives its memory back at once. */
function keepDrawings(opened: OpenDocument): ShelvedDocument {
  const drawings = new Map<string, Drawing>();
  const thumbnails = new Map<number, HTMLCanvasElement>();
  const sizes = new Map<number, PageSize>();
  const firstDrawn = Promise.withResolvers<void>();
  let lastThumbnail: Promise<unknown> = firstDrawn.promise;
  const pageSize = async (page: number) => {
    const size = sizes.get(page) ?? (await opened.pageSize(page));
    sizes.set(page, size);
    return size;
  };
  const keyOf = (page: number, scale: number) => `${page}@${scale.toFixed(4)}`;
  const forget = (key: string, { canvas }: Drawing) => {
    drawings.delete(key);
    // One on the screen is replaced first; its holder calls for the next drawing.
    if (!canvas.isConnected) canvas.width = 0;
  };
  return {
    ...opened,
    drawn: (page, scale) => drawings.get(keyOf(page, scale)) ?? null,
    knownSize: (page) => sizes.get(page) ?? null,
    pageSize,
    thumbnail(page, width, signal) {
      const turn = async () => {
        signal.throwIfAborted();
        const known = thumbnails.get(page);
        if (known !== undefined) return known;
        const scale = (width * devicePixelRatio) / (await pageSize(page)).width;
        const { canvas } = await opened.draw(page, scale, signal);
        thumbnails.set(page, canvas);
        for (const [old, one] of thumbnails) {
          if (thumbnails.size <= maxThumbnails) break;
          thumbnails.delete(old);
          if (!one.isConnected) one.width = 0;
        }
        return canvas;
      };
      const mine = lastThumbnail.then(turn, turn);
      lastThumbnail = mine.catch(() => undefined);
      return mine;
    },
    async draw(page, scale, signal) {
      const key = keyOf(page, scale);
      const known = drawings.get(key);
      if (known !== undefined) return known;
      const drawing = await opened.draw(page, scale, signal).finally(firstDrawn.resolve);
      drawings.set(key, drawing);
      for (const [old, entry] of drawings) {
        if (drawings.size <= maxDrawings) break;
        forget(old, entry);
      }
      return drawing;
    },
    close() {
      for (const [key, drawing] of drawings) forget(key, drawing);
      for (const canvas of thumbnails.values()) canvas.width = 0;
      thumbnails.clear();
      opened.close();
    },
  };
}
