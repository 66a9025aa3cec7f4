import { existsSync, renameSync } from 'node:fs';
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

/** Reads the precious rows of a damaged file, as many as can be read. Never throws. */
export function salvage(path: string): Salvage {
  const found: Record<string, Rows> = {};
  for (const table of preciousTables) found[table] = readFromBothEnds(path, table);
  return found as Salvage;
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
      db.pragma('foreign_keys = OFF');
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
