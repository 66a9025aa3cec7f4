import Sqlite from 'better-sqlite3';
import { AppError } from '#shared/rpc/errors';

/** Whether the file itself is damaged, so that only a new one helps. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

/** SQLite's failures in the words and codes of the product; anything else unchanged. */
export function toAppError(error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === '') return error;
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR_WRITE')) {
    return new AppError('DISK_FULL', 'The disk is full. Free some space and try again; nothing was changed.');
  }
  if (isDamage(error)) {
    return new AppError(
      'STORAGE_CORRUPT',
      'The local copy is damaged. Restart the console: it is rebuilt and unsent edits are kept.',
    );
  }
  if (code.startsWith('SQLITE_READONLY')) return readOnlyError();
  return error;
}

/** What every write answers in the second instance. */
export function readOnlyError(): AppError {
  return new AppError('READ_ONLY', 'Another window of the console holds this data. Make changes there.');
}

function sqliteCode(error: unknown): string {
  return error instanceof Sqlite.SqliteError ? error.code : '';
}
