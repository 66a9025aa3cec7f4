import type { Database } from 'better-sqlite3';
import type { Micros } from '#shared/domain/instant';
import type { Query } from './query.ts';
import type { WalLimits } from './checkpoints.ts';
import type { Salvage } from './recover.ts';

/**
 * Structured; written through the allow-list of core/log, so that fields never show e-mail, phone, tokens or free
 * text. A thrown value goes under `error`.
 */
export type Log = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** The machine's time. `after` calls once, some milliseconds later, unless the disposer it returns ran first. */
export type Clock = {
  now(): Micros;
  after(millis: number, run: () => void): () => void;
};

export type CacheOptions = {
  /** Where cache files lie; made when missing. */
  readonly directory: string;
  /** What tells one backend from another: its URL. */
  readonly project: string;
  readonly userId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Upper bound of the file in pages of 4 KiB; only tests set it, to meet a full disk. */
  readonly maxPages?: number;
  /** Only tests set them, to meet large logs and readers that never end. */
  readonly walLimits?: WalLimits;
  readonly reader?: ReaderOptions;
  /** The file is known to be damaged, also where a quick look finds nothing: it is set aside in any case. */
  readonly isDamaged?: boolean;
  /** What could still be read through the connection that found the damage; goes before what the file gives. */
  readonly rescued?: Partial<Salvage>;
};

export type ReaderOptions = {
  /** The worker's script. */
  readonly script?: URL;
  /** Milliseconds after which a read is given up. */
  readonly limitMillis?: number;
};

/** The write-ahead log of a cache. */
export type Wal = {
  /** Its size now. */
  bytes(): number;
  /** Something was committed; `isMuch` where nobody waits and it may be folded at once. */
  afterWrite(isMuch: boolean): void;
  /** Throws AppError STORAGE_BUSY when the log must not grow further. */
  requireRoom(): void;
  /** Since when something keeps it from being folded although it is large; null when nothing does. */
  readonly stuckSince: Micros | null;
  /** `listener` is called when `stuckSince` changes. */
  onChange(listener: () => void): () => void;
};

/** What was done because the file on disk was damaged. */
export type Recovery = {
  /** Where the damaged file lies now. */
  readonly keptAt: string;
  /** Unsent edits that were read from it and wait in the new file. */
  readonly savedEdits: number;
};

/** One user's cache of one backend: the file, its one writing connection, and its reader. */
export type Cache = {
  readonly path: string;
  /** True when another instance holds the file: rows can be read, nothing can be written. */
  readonly isReadOnly: boolean;
  readonly recovery: Recovery | null;
  /** The one writing connection (a read-only one when `isReadOnly`). Belongs to this module and to sync. */
  readonly db: Database;
  /** Runs a named query in the reader worker, on its own read-only connection, over committed rows. */
  read<I, O>(query: Query<I, O>, input: I, signal?: AbortSignal): Promise<O>;
  readonly wal: Wal;
  /** Reads that wait for an answer, and since when the one in front does. */
  readonly reading: { readonly waiting: number; readonly since: Micros | null };
  /** Whoever meets an error of this file says so here; returns whether the file is damaged. */
  noticed(error: unknown): boolean;
  /** `listener` is called once, when the file turns out to be damaged or gone. */
  onDamage(listener: () => void): () => void;
  /** What exists nowhere else, as far as the open connection can still read it. */
  rescue(): Partial<Salvage>;
  close(): Promise<void>;
  /** Closes and deletes the file with everything in it, waiting edits too. Ask first. */
  remove(): Promise<void>;
};

/** Opens (and makes, repairs or rebuilds) the cache of one user. Throws AppError DISK_FULL when it cannot be made. */
export type OpenCache = (options: CacheOptions) => Promise<Cache>;
