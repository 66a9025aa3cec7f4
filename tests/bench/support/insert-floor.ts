import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { syncTables } from '#shared/domain/sync/tables';
import { timed } from './figure.ts';

/**
 * Puts the rows of a pulled cache into a plain file with the same tables and indexes: without search, sums, cursors or
 * a guard against older rows. Rows are read a portion at a time and before the watch runs, so a million of them fit.
 */
export async function insertRows(source: Database): Promise<{ milliseconds: number; rows: number }> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-bench-floor-'));
  const db = new Sqlite(path.join(directory, 'floor.db'));
  for (const pragma of [
    'journal_mode = WAL',
    'synchronous = NORMAL',
    'cache_size = -65536',
    'temp_store = MEMORY',
  ]) {
    db.pragma(pragma);
  }
  let milliseconds = 0;
  let count = 0;
  const time = async (work: () => void) => {
    milliseconds += (await timed(work)).milliseconds;
  };
  for (const { name } of syncTables) {
    await time(() => db.exec(definitions(source, 'table', name)[0] ?? ''));
    const width = db.prepare(`select * from ${name}`).columns().length;
    const insert = db.prepare(
      `insert into ${name} values (${Array.from({ length: width }, () => '?').join(', ')})`,
    );
    const page = source
      .prepare<[number], unknown[]>(`select rowid, * from ${name} where rowid > ? order by rowid limit 20000`)
      .raw();
    for (let last = 0; ;) {
      const found = page.all(last);
      if (found.length === 0) break;
      last = Number(found.at(-1)?.[0]);
      count += found.length;
      const rows = found.map((row) => row.slice(1));
      await time(() => db.transaction(() => rows.forEach((row) => insert.run(row)))());
    }
  }
  await time(() => {
    for (const { name } of syncTables) {
      for (const index of definitions(source, 'index', name)) db.exec(index);
    }
  });
  db.close();
  await rm(directory, { recursive: true, force: true });
  return { milliseconds, rows: count };
}

function definitions(db: Database, type: 'table' | 'index', table: string): string[] {
  return db
    .prepare<[string, string], { sql: string }>(
      'select sql from sqlite_master where type = ? and tbl_name = ? and sql is not null',
    )
    .all(type, table)
    .map(({ sql }) => sql);
}
