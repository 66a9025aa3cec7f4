import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { preciousTables } from './migrations.ts';

type Rows = readonly Readonly<Record<string, string | number | null>>[];

/** What could be read from a damaged file of the things that exist nowhere else. */
export type Salvage = Readonly<Record<(typeof preciousTables)[number], Rows>>;

/** Moves a damaged file and its companions out of the way, keeping them. Returns where it lies now. */
export function setAside(path: string, stamp: string): string {
  const target = `${path}.damaged-${stamp}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}

/** Reads the precious rows of a damaged file, as many as can be read. The file stays as it is. Never throws. */
export function salvage(path: string): Salvage {
  const copy = `${path}.salvage`;
  const found: Record<string, Rows> = {};
  try {
    for (const suffix of ['', '-wal']) {
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
    }
    repairHeader(copy);
  } catch {
    // No room for a copy, perhaps: then nothing can be read, and the file that was kept has it all.
  }
  for (const table of preciousTables) found[table] = readFromBothEnds(copy, table);
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(copy + suffix, { force: true });
  return found as Salvage;
}

/** The same through a connection that is still open: what it cannot read is left out. */
export function rescue(db: Database): Partial<Salvage> {
  const found: Record<string, Rows> = {};
  for (const table of preciousTables) {
    try {
      found[table] = db.prepare<[], Rows[number]>(`SELECT * FROM ${table} ORDER BY rowid`).all();
    } catch {
      // The file may give more than its broken connection.
    }
  }
  return found;
}

/** Puts salvaged rows into a new file. An edit that was on its way is queued again: the server knows its id. */
export function restore(db: Database, saved: Salvage): void {
  for (const table of preciousTables) {
    const columns = new Set(
      db
        .prepare<[], { name: string }>(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map((c) => c.name),
    );
    for (const row of saved[table]) {
      const names = Object.keys(row).filter((name) => columns.has(name));
      db.prepare(
        `INSERT OR IGNORE INTO ${table}(${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      ).run(names.map((name) => row[name] ?? null));
    }
  }
  db.exec(`UPDATE outbox SET state = 'queued' WHERE state = 'sending'`);
}

/** A damaged page ends a scan, so it is read forwards and then backwards. */
function readFromBothEnds(path: string, table: string): Rows {
  const rows = new Map<number, Readonly<Record<string, string | number | null>>>();
  for (const direction of ['ASC', 'DESC']) {
    let db: Database | undefined;
    try {
      db = new Sqlite(path, { fileMustExist: true });
      // Lets SQLite read a file that is shorter than its header says.
      db.unsafeMode(true);
      db.pragma('writable_schema = ON');
      const select = db.prepare<[], { salvage_rowid: number }>(
        `SELECT rowid AS salvage_rowid, * FROM ${table} ORDER BY rowid ${direction}`,
      );
      for (const { salvage_rowid: rowid, ...row } of select.iterate()) rows.set(rowid, row);
      break;
    } catch {
      // The next direction may reach what lies behind the damage; what neither reaches is lost with the file.
    } finally {
      db?.close();
    }
  }
  return [...rows.entries()].toSorted(([one], [other]) => one - other).map(([, row]) => row);
}

/** Where the first hundred bytes are not a database's, they are written anew: the pages behind them may be whole. */
function repairHeader(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    const header = Buffer.alloc(100);
    readSync(handle, header, 0, 100, 0);
    if (header.toString('latin1', 0, 16) === 'SQLite format 3\0') return;
    const fresh = freshHeader(`${path}.header`);
    fresh.writeUInt32BE(Math.floor(statSync(path).size / pageSize), 28);
    writeSync(handle, fresh, 0, 100, 0);
  } finally {
    closeSync(handle);
  }
}

const pageSize = 4096;

function freshHeader(path: string): Buffer {
  try {
    const db = new Sqlite(path);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE any_table(id)');
    db.close();
    const header = Buffer.alloc(100);
    const handle = openSync(path, 'r');
    readSync(handle, header, 0, 100, 0);
    closeSync(handle);
    // The page count is trusted only when these two agree.
    header.copy(header, 92, 24, 28);
    return header;
  } finally {
    rmSync(path, { force: true });
  }
}
