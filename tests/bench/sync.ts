import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { syncTables } from '#shared/domain/sync/tables';
import { startSeeded } from './support/backend.ts';
import { pullEverything, type RecordedRequest } from './support/console-cache.ts';
import { figureOver, rounded, timed, type Bench } from './support/figure.ts';

/**
 * The first pull of an admin, who may see all of it. The floor is the least that the same could cost: the very pages
 * read over HTTP and parsed one after another, then the very rows put into the same tables of a plain SQLite file by
 * one prepared statement a table in large transactions, with the same indexes built last.
 */
export const bench: Bench = async function* ({ scales = [1, 20], note }) {
  for (const scale of scales) {
    const backend = await startSeeded(scale, note);
    try {
      // A first pull that is not counted: PostgreSQL reads its pages from disk, PostgREST fills its pool.
      await (await pullEverything(backend, 'admin@demo.itutor.tt')).remove();
      note(`Pulling scale ${scale} ...`);
      const pulled = await pullEverything(backend, 'admin@demo.itutor.tt');
      note('Measuring the floor ...');
      const pages = await timed(() => readPages(pulled.requests));
      const inserts = await insertRows(pulled.cache.db);
      await pulled.remove();
      const floor = pages.milliseconds + inserts.milliseconds;
      yield figureOver(`sync.scale${scale}`, 'ms', pulled.milliseconds, floor);
      yield { name: `sync.scale${scale}.floor.http`, value: rounded(pages.milliseconds), unit: 'ms' };
      yield { name: `sync.scale${scale}.floor.inserts`, value: rounded(inserts.milliseconds), unit: 'ms' };
      yield { name: `sync.scale${scale}.rows`, value: inserts.rows, unit: 'rows' };
      yield { name: `sync.scale${scale}.pages`, value: pulled.requests.length, unit: 'pages' };
      yield { name: `sync.scale${scale}.bytes`, value: pages.result, unit: 'bytes' };
    } finally {
      await backend.stop();
    }
  }
};

/** Reads and parses the pages again; returns their bytes. */
async function readPages(requests: readonly RecordedRequest[]): Promise<number> {
  let bytes = 0;
  for (const { url, init } of requests) {
    const response = await fetch(url, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
    JSON.parse(text);
    bytes += text.length;
  }
  return bytes;
}

/** Puts the rows of a pulled cache into a plain file with the same tables and indexes. */
async function insertRows(source: Database): Promise<{ milliseconds: number; rows: number }> {
  const tables = syncTables.map(({ name }) => ({
    name,
    sql: definitions(source, 'table', name)[0] ?? '',
    indexes: definitions(source, 'index', name),
    rows: source.prepare(`select * from ${name}`).raw().all(),
  }));
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
  const { milliseconds } = await timed(() => {
    for (const { name, sql, rows } of tables) {
      db.exec(sql);
      const width = db.prepare(`select * from ${name}`).columns().length;
      const insert = db.prepare(
        `insert into ${name} values (${Array.from({ length: width }, () => '?').join(', ')})`,
      );
      for (let from = 0; from < rows.length; from += 20_000) {
        db.transaction(() => rows.slice(from, from + 20_000).forEach((row) => insert.run(row)))();
      }
    }
    for (const { indexes } of tables) for (const index of indexes) db.exec(index);
  });
  db.close();
  await rm(directory, { recursive: true, force: true });
  return { milliseconds, rows: tables.reduce((sum, table) => sum + table.rows.length, 0) };
}

function definitions(db: Database, type: 'table' | 'index', table: string): string[] {
  return db
    .prepare<[string, string], { sql: string }>(
      'select sql from sqlite_master where type = ? and tbl_name = ? and sql is not null',
    )
    .all(type, table)
    .map(({ sql }) => sql);
}
