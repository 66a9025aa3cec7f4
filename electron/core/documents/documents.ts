import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { sniffDocument } from '#shared/domain/documents/sniff';
import { AppError } from '#shared/rpc/errors';
import type { Log } from '../cache/types.ts';
import { download, type DocumentPlace, type DownloadOptions } from './download.ts';
import { openVault, removeVault, type KeptDocument, type Vault } from './vault.ts';

/** The documents of one user on this machine. */
export type Documents = {
  /**
   * A document from this machine, else from the backend. Fails with AppError: OFFLINE when it is not here and cannot be
   * fetched, and whatever `download` fails with.
   */
  read(place: DocumentPlace, signal: AbortSignal): Promise<KeptDocument>;
  /** Fetches these, first first, one at a time and only while nobody waits for a document. Replaces the last wish. */
  prefetch(places: readonly DocumentPlace[]): void;
  /** Deletes every document and the key. What is under way is ended. */
  wipe(): Promise<void>;
  /** Ends what is under way; documents stay. */
  close(): void;
};

export type DocumentsOptions = DownloadOptions & {
  readonly folder: string;
  /** Where the key is kept between runs; null when it could not be read. */
  readonly readKey: () => Promise<string | null>;
  readonly writeKey: (key: string) => Promise<void>;
  readonly removeKey: () => Promise<void>;
  readonly log: Log;
  /** Room on disk. */
  readonly maxBytes?: number;
};

const defaultRoom = 256 * 1024 * 1024;

type Transfer = { readonly result: Promise<KeptDocument>; readonly ending: AbortController; viewers: number };

export function createDocuments(options: DocumentsOptions): Documents {
  const { folder, log } = options;
  const transfers = new Map<string, Transfer>();
  let wished: readonly DocumentPlace[] = [];
  let ahead: string | null = null;
  let waiting = 0;
  let opening: Promise<Vault> | null = null;
  /** Counts wipes: what was begun before one must not be written after it. */
  let generation = 0;

  const vault = () => {
    opening ??= openWithKey(options);
    return opening;
  };

  /** What is kept, if it is still the file that is meant. */
  async function kept(place: DocumentPlace): Promise<KeptDocument | null> {
    const found = await (await vault()).read(place.id);
    if (found === null || found.bucket !== place.bucket || found.path !== place.path) return null;
    return place.expectedBytes === null || place.expectedBytes === found.bytes.length ? found : null;
  }

  /** Joins the transfer of a document that is under way, or begins one. */
  function transfer(place: DocumentPlace): Transfer {
    const known = transfers.get(place.id);
    if (known !== undefined) return known;
    const ending = new AbortController();
    const mine = generation;
    const fetchIt = async (): Promise<KeptDocument> => {
      const body = await download(options, place, ending.signal);
      const bytes = Uint8Array.from(body);
      const { bucket, path } = place;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const document: KeptDocument = { bucket, path, type: sniffDocument(bytes), sha256, bytes };
      if (mine === generation) await keep(place.id, document);
      return document;
    };
    const begun: Transfer = { result: fetchIt(), ending, viewers: 0 };
    transfers.set(place.id, begun);
    const done = () => {
      if (transfers.get(place.id) === begun) transfers.delete(place.id);
    };
    begun.result.then(done, done);
    return begun;
  }

  /** A disk that is full costs the next look a download, and this one nothing. */
  async function keep(id: string, document: KeptDocument): Promise<void> {
    try {
      await (await vault()).write(id, document);
    } catch (error) {
      log('warn', 'document.keep.failed', { error });
    }
  }

  /** Fetches the next wish, while nobody waits for anything. */
  async function pump(): Promise<void> {
    if (ahead !== null || waiting > 0) return;
    const [next, ...rest] = wished;
    if (next === undefined) return;
    wished = rest;
    ahead = next.id;
    try {
      if ((await kept(next)) === null && waiting === 0) await transfer(next).result;
      else if (waiting > 0) wished = [next, ...wished];
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'CANCELLED';
      // Put off for one in view: it comes again. Without a network the rest would fail as well.
      if (code === 'CANCELLED' && waiting > 0) wished = [next, ...wished];
      else if (code === 'OFFLINE' || code === 'NEEDS_SIGN_IN') wished = [];
      else log('info', 'document.prefetch.failed', { code });
    } finally {
      ahead = null;
    }
    void pump();
  }

  /** Ends what is fetched ahead, unless somebody waits for that very document. */
  function stopAhead(exceptId: string | null): void {
    const running = ahead === null || ahead === exceptId ? undefined : transfers.get(ahead);
    if (running?.viewers === 0) running.ending.abort(new AppError('CANCELLED', 'Something else goes first.'));
  }

  const stop = () => {
    wished = [];
    for (const { ending } of transfers.values())
      ending.abort(new AppError('CANCELLED', 'The documents were closed.'));
    transfers.clear();
  };

  return {
    async read(place, signal) {
      waiting += 1;
      try {
        const found = await kept(place);
        if (found !== null) return found;
        signal.throwIfAborted();
        stopAhead(place.id);
        const mine = transfer(place);
        mine.viewers += 1;
        let hasLeft = false;
        const leave = () => {
          if (hasLeft) return;
          hasLeft = true;
          mine.viewers -= 1;
          if (mine.viewers === 0 && ahead !== place.id)
            mine.ending.abort(new AppError('CANCELLED', 'Nobody waits for it any more.'));
        };
        signal.addEventListener('abort', leave, { once: true });
        try {
          return await mine.result;
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'OFFLINE') throw error;
          throw new AppError(
            'OFFLINE',
            'This document has not been fetched to this machine yet, and the backend cannot be reached.',
          );
        } finally {
          signal.removeEventListener('abort', leave);
          leave();
        }
      } finally {
        waiting -= 1;
        void pump();
      }
    },
    prefetch(places) {
      wished = places;
      if (ahead !== null && !places.some(({ id }) => id === ahead)) stopAhead(null);
      void pump();
    },
    async wipe() {
      if (opening === null && !existsSync(folder)) return;
      generation += 1;
      stop();
      opening = null;
      removeVault(folder);
      await options.removeKey();
    },
    close: stop,
  };
}

/** Without the key what is on disk is of no use to anybody, so it goes. */
async function openWithKey(options: DocumentsOptions): Promise<Vault> {
  const kept = Buffer.from((await options.readKey()) ?? '', 'base64');
  let key = kept;
  if (kept.length !== 32) {
    removeVault(options.folder);
    key = randomBytes(32);
    await options.writeKey(key.toString('base64'));
  }
  return openVault(options.folder, key, options.maxBytes ?? defaultRoom);
}
