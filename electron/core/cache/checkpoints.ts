import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { Micros } from '#shared/domain/instant';
import { AppError } from '#shared/rpc/errors';
import type { Clock, Log, Wal } from './types.ts';

export type WalLimits = {
  /** From this size on the log is folded into the file when there is a moment for it. Bytes. */
  readonly fold: number;
  /** From this size on something must be in the way: it is interrupted where it is ours, and told. */
  readonly alarm: number;
  /** From this size on no more rows are taken in until the log can be folded. Edits still are: they are small. */
  readonly full: number;
};

/** 1,000 pages; a quarter and three quarters of the 256 MB that the log may reach at most. */
export const walLimits: WalLimits = { fold: 4_096_000, alarm: 64_000_000, full: 192_000_000 };

export type CheckpointOptions = {
  readonly db: Database;
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: WalLimits;
  /** A reader may be what is in the way. */
  readonly onStuck: () => void;
  /** Told what a checkpoint threw, and that the file is not where it was. */
  readonly onFailed: (error: unknown) => void;
};

/**
 * Keeps the write-ahead log small. SQLite folds it by itself behind every thousand pages, but can only begin it anew when no
 * reader stands in it; one that never ends lets it grow without bound. TRUNCATE also gives the space back.
 */
export function createCheckpoints(options: CheckpointOptions): Wal & { close(): void } {
  const { db, path, clock, log, limits = walLimits } = options;
  const listeners = new Set<() => void>();
  let stuckSince: Micros | null = null;
  let cancel: (() => void) | null = null;

  function bytes(): number {
    return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  function fold(): void {
    cancel?.();
    cancel = null;
    if (!db.open) return;
    try {
      if (isFolded()) settled();
      else stood();
    } catch (error) {
      options.onFailed(error);
    }
  }

  /** It must not wait: this thread has other work. */
  function isFolded(): boolean {
    db.pragma('busy_timeout = 0');
    try {
      const [answer] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      return answer?.busy === 0;
    } finally {
      db.pragma('busy_timeout = 5000');
    }
  }

  function settled(): void {
    if (stuckSince === null) return;
    stuckSince = null;
    log('info', 'cache.wal.folded');
    tell();
  }

  function stood(): void {
    const size = bytes();
    if (size >= limits.alarm) {
      options.onStuck();
      if (stuckSince === null) {
        stuckSince = clock.now();
        log('error', 'cache.wal.grown', { pages: Math.round(size / 4096) });
        tell();
      }
    }
    plan(againMillis);
  }

  function plan(millis: number): void {
    cancel ??= clock.after(millis, fold);
  }

  function tell(): void {
    for (const listener of listeners) listener();
  }

  return {
    bytes,
    afterWrite(isMuch) {
      const size = bytes();
      if (size < limits.fold) {
        if (size > 0) plan(idleMillis);
        return;
      }
      cancel?.();
      cancel = null;
      // Behind a large pull there is nobody to keep waiting; else in the next quiet moment.
      if (isMuch || (size >= limits.alarm && stuckSince === null)) fold();
      else plan(quietMillis);
    },
    requireRoom() {
      if (bytes() < limits.full) return;
      fold();
      if (bytes() < limits.full) return;
      throw new AppError(
        'STORAGE_BUSY',
        'The local data is being read without end, so nothing more can be taken in. Close other windows of the console.',
      );
    },
    get stuckSince() {
      return stuckSince;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      cancel?.();
      listeners.clear();
    },
  };
}

const quietMillis = 500;
/** When it is small there is no hurry. */
const idleMillis = 30_000;
const againMillis = 2_000;
