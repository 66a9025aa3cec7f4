import Sqlite from 'better-sqlite3';

/**
 * Takes the right to write a cache file, or null when another process (or this one) has it. It is a file lock of
 * the operating system, held through SQLite: it goes with its process, however that ends.
 */
export function takeWriterLock(path: string): (() => void) | null {
  const db = new Sqlite(path, { timeout: 0 });
  try {
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
    return () => db.close();
  } catch (error) {
    db.close();
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}
