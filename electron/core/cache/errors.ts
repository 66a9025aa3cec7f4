import Sqlite from 'better-sqlite3';
import { AppError } from '#shared/rpc/errors';

/** Whether the file itself is damaged, so that only a new one helps. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_READONLY_DBMOVED';
}

/** SQLite's failures in the words and codes of the product; anything else unchanged. */
export function toAppError(error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === '') return error;
  if (code === 'SQLITE_FULL' || fullCodes.has(code)) {
    return new AppError('DISK_FULL', 'The disk is full. Free some space and try again; nothing was changed.');
  }
  if (isDamage(error)) {
    return new AppError(
      'STORAGE_CORRUPT',
      'The local data is damaged. It is rebuilt now, and unsent edits are kept.',
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_CANTOPEN' || code === 'SQLITE_PERM') {
    return new AppError(
      'READ_ONLY',
      'The local data cannot be written: its file or disk is read-only. Nothing was changed.',
    );
  }
  return error;
}

/** What every write answers in the second instance. */
export function readOnlyError(): AppError {
  return new AppError('READ_ONLY', 'Another window of the console holds this data. Make changes there.');
}

/** How a full disk shows beside SQLITE_FULL: in the log, in the shared memory beside it, or when they are flushed. */
const fullCodes: ReadonlySet<string> = new Set([
  'SQLITE_IOERR_WRITE',
  'SQLITE_IOERR_SHMSIZE',
  'SQLITE_IOERR_FSYNC',
  'SQLITE_IOERR_TRUNCATE',
]);

function sqliteCode(error: unknown): string {
  if (error instanceof Sqlite.SqliteError) return error.code;
  // From the reader's thread only the code comes along.
  const isPlain = typeof error === 'object' && error !== null && !(error instanceof Error);
  return isPlain && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
