import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { syncTables, type SyncTable } from '#shared/domain/sync/tables';
import { AppError } from '#shared/rpc/errors';
import { createCheckpoints } from './checkpoints.ts';
import { isDamage, toAppError } from './errors.ts';
import { takeWriterLock } from './lock.ts';
import { migrate } from './migrations.ts';
import { createReader } from './reader.ts';
import { rescue, restore, salvage, setAside } from './recover.ts';
import { ensureTables } from './schema.ts';
import type { Cache, CacheOptions, Recovery } from './types.ts';

/**
 * Opens the cache of one user, making or rebuilding it where needed. The second one to open it gets a reader.
 * A damaged file is kept aside and its unsent edits are carried over. Throws AppError DISK_FULL, UPDATE_REQUIRED,
 * or READ_ONLY when another instance has only begun to make the file.
 */
export async function openCache(
  options: CacheOptions,
  tables: readonly SyncTable[] = syncTables,
): Promise<Cache> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const path = join(options.directory, `${cacheName(options.project, options.userId)}.db`);
  try {
    const release = takeWriterLock(`${path}.lock`);
    if (release === null) return attach(options, path, openReadOnly(path), null, null);
    try {
      const { db, recovery } = openWritable(options, path, tables);
      return attach(options, path, db, recovery, release);
    } catch (error) {
      release();
      throw error;
    }
  } catch (error) {
    throw toAppError(error);
  }
}

/** The file's name: one a backend and user, telling nothing about either. */
export function cacheName(project: string, userId: string): string {
  return createHash('sha256').update(`${project}\n${userId}`).digest('hex').slice(0, 24);
}

function openWritable(
  options: CacheOptions,
  path: string,
  tables: readonly SyncTable[],
): { db: Database; recovery: Recovery | null } {
  try {
    if (options.isDamaged !== true) return { db: prepare(options, path, tables), recovery: null };
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  const keptAt = setAside(path, String(options.clock.now()));
  const saved = { ...salvage(keptAt), ...options.rescued };
  const db = prepare(options, path, tables);
  db.transaction(() => restore(db, saved)).immediate();
  const savedEdits = saved.outbox.length;
  options.log('error', 'cache.rebuilt', { savedEdits });
  return { db, recovery: { keptAt, savedEdits } };
}

function prepare(options: CacheOptions, path: string, tables: readonly SyncTable[]): Database {
  const db = new Sqlite(path, { timeout: 5000 });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = OFF');
    db.pragma('cache_size = -65536');
    db.pragma('temp_store = MEMORY');
    db.pragma('journal_size_limit = 67108864');
    // Makes fsync reach the platter on macOS; elsewhere it does nothing.
    db.pragma('fullfsync = 1');
    if (options.maxPages !== undefined) db.pragma(`max_page_count = ${options.maxPages}`);
    const verdict = db.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw new Sqlite.SqliteError(String(verdict), 'SQLITE_CORRUPT');
    migrate(db);
    db.transaction(() => ensureTables(db, tables)).immediate();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function openReadOnly(path: string): Database {
  try {
    return new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 5000 });
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_CANTOPEN') {
      throw new AppError(
        'READ_ONLY',
        'Another window of the console is just starting. Try again in a moment.',
      );
    }
    throw error;
  }
}

function attach(
  options: CacheOptions,
  path: string,
  db: Database,
  recovery: Recovery | null,
  release: (() => void) | null,
): Cache {
  const damageListeners = new Set<() => void>();
  let isDamaged = false;
  const noticed = (error: unknown): boolean => {
    if (!isDamage(error)) return isDamaged;
    // Who can only read leaves it to the writer.
    if (!isDamaged && release !== null) {
      options.log('error', 'cache.damaged', { error });
      isDamaged = true;
      for (const listener of damageListeners) listener();
    }
    return true;
  };
  const reader = createReader(path, options.log, noticed, options.reader);
  const wal = createCheckpoints({
    db,
    path,
    clock: options.clock,
    log: options.log,
    ...(options.walLimits === undefined ? {} : { limits: options.walLimits }),
    onStuck: reader.interrupt,
    onFailed: noticed,
  });
  const { ino } = statSync(path);
  let isClosed = false;
  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    wal.close();
    await reader.close();
    if (db.open) db.close();
    release?.();
  }
  return {
    path,
    isReadOnly: release === null,
    recovery,
    db,
    read: reader.read,
    wal: {
      ...wal,
      afterWrite(isMuch) {
        // Deleted or replaced under the open connection: what is written goes nowhere, and SQLite does not tell.
        if (statSync(path, { throwIfNoEntry: false })?.ino !== ino)
          noticed({ code: 'SQLITE_READONLY_DBMOVED' });
        else wal.afterWrite(isMuch);
      },
      get stuckSince() {
        return wal.stuckSince;
      },
    },
    get reading() {
      return { waiting: reader.waiting, since: reader.since };
    },
    noticed,
    onDamage(listener) {
      damageListeners.add(listener);
      return () => damageListeners.delete(listener);
    },
    rescue: () => rescue(db),
    close,
    async remove() {
      await close();
      if (release === null) return;
      for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(path + suffix, { force: true });
    },
  };
}
