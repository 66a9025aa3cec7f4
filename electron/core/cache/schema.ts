import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import type { SyncTable } from '#shared/domain/sync/tables';
import { forgetStatements } from './query.ts';
import { buildRollup, dropRollups } from './rollups.ts';
import { localColumns, sqliteType } from './values.ts';

/**
 * Makes the tables of synced rows agree with their declarations: a changed declaration drops its table, which the
 * next pull fills again. Call inside a transaction. Returns the tables that were made anew.
 */
export function ensureTables(db: Database, tables: readonly SyncTable[]): readonly string[] {
  db.exec(`
    CREATE TABLE IF NOT EXISTS sync_state(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    -- One row a synced table: where its paging stands, null when it follows the common checkpoint.
    CREATE TABLE IF NOT EXISTS sync_tables(
      name TEXT PRIMARY KEY, hash TEXT NOT NULL, is_indexed INTEGER NOT NULL DEFAULT 0, cursor TEXT
    ) STRICT;
    -- The server's version of every row that a waiting edit shows differently; null when it has none.
    CREATE TABLE IF NOT EXISTS shadow(tbl TEXT NOT NULL, row_id TEXT NOT NULL, row TEXT, PRIMARY KEY (tbl, row_id)) STRICT;
  `);
  const known = new Map<string, string>();
  for (const row of db
    .prepare<[], { name: string; hash: string }>('SELECT name, hash FROM sync_tables')
    .all()) {
    known.set(row.name, row.hash);
  }
  const made: string[] = [];
  for (const table of tables) {
    if (known.get(table.name) !== declarationHash(table)) {
      resetTable(db, table);
      made.push(table.name);
    }
    known.delete(table.name);
  }
  if (made.length > 0) noteRemade(db, made);
  for (const name of known.keys()) {
    dropTable(db, name);
    db.prepare('DELETE FROM sync_tables WHERE name = ?').run(name);
  }
  if (made.length > 0 || known.size > 0) forgetStatements(db);
  return made;
}

/** Tables that were made anew and whose cursors have not been put back to the start yet. */
export function readRemade(db: Database): readonly string[] {
  const found = db.prepare<[], { value: string }>(`SELECT value FROM sync_state WHERE key = 'remade'`).get();
  return found === undefined ? [] : z.array(z.string()).parse(JSON.parse(found.value));
}

export function forgetRemade(db: Database): void {
  db.prepare(`DELETE FROM sync_state WHERE key = 'remade'`).run();
}

/** Drops a table with its rows, indexes and search, and makes it again, empty and without indexes. */
export function resetTable(db: Database, table: SyncTable): void {
  dropTable(db, table.name);
  const columns = localColumns(table).map(([name, kind]) => {
    const type = sqliteType(kind);
    if (name === 'id') return 'id TEXT PRIMARY KEY';
    return name === 'row_version' ? 'row_version INTEGER NOT NULL' : `${name} ${type}`;
  });
  db.exec(`CREATE TABLE ${table.name}(${columns.join(', ')}) STRICT`);
  db.prepare('DELETE FROM shadow WHERE tbl = ?').run(table.name);
  db.prepare(
    `INSERT INTO sync_tables(name, hash) VALUES (?, ?)
     ON CONFLICT(name) DO UPDATE SET hash = excluded.hash, is_indexed = 0, cursor = NULL`,
  ).run(table.name, declarationHash(table));
}

/**
 * What speeds reading up, in steps that are each one transaction: last, after a first pull, because in place it would make
 * that three times slower, and in steps, so that whoever waits for this thread gets a turn. Each can be done again.
 */
export function indexSteps(table: SyncTable): readonly ((db: Database) => void)[] {
  const { name, search } = table;
  return [
    ...table.indexes.map((columns) => (db: Database) => {
      db.exec(`CREATE INDEX IF NOT EXISTS ${name}_${columns.join('_')} ON ${name}(${columns.join(', ')})`);
    }),
    ...(search === undefined ? [] : [(db: Database) => buildSearch(db, name, search)]),
    ...(table.rollups ?? []).map((rollup) => (db: Database) => buildRollup(db, table, rollup)),
    (db) => {
      db.prepare('UPDATE sync_tables SET is_indexed = 1 WHERE name = ?').run(name);
    },
  ];
}

function noteRemade(db: Database, names: readonly string[]): void {
  db.prepare(
    `INSERT INTO sync_state(key, value) VALUES ('remade', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value`,
  ).run(JSON.stringify([...new Set([...readRemade(db), ...names])]));
}

function buildSearch(db: Database, name: string, columns: readonly string[]): void {
  const list = columns.join(', ');
  const values = (row: string) => columns.map((column) => `${row}.${column}`).join(', ');
  const remove = `INSERT INTO ${name}_search(${name}_search, rowid, ${list}) VALUES ('delete', old.rowid, ${values('old')});`;
  const insert = `INSERT INTO ${name}_search(rowid, ${list}) VALUES (new.rowid, ${values('new')});`;
  db.exec(`
    CREATE VIRTUAL TABLE IF NOT EXISTS ${name}_search USING fts5(${list}, content='${name}', tokenize='unicode61 remove_diacritics 2', prefix='2 3');
    CREATE TRIGGER IF NOT EXISTS ${name}_search_insert AFTER INSERT ON ${name} BEGIN ${insert} END;
    CREATE TRIGGER IF NOT EXISTS ${name}_search_delete AFTER DELETE ON ${name} BEGIN ${remove} END;
    CREATE TRIGGER IF NOT EXISTS ${name}_search_update AFTER UPDATE ON ${name} BEGIN ${remove} ${insert} END;
    INSERT INTO ${name}_search(${name}_search) VALUES ('rebuild');
  `);
}

function dropTable(db: Database, name: string): void {
  dropRollups(db, name);
  db.exec(`DROP TABLE IF EXISTS ${name}_search; DROP TABLE IF EXISTS ${name}`);
}

/** Grows when the local form of every table changes, so that all of them are filled again. */
const cacheFormat = 1;

function declarationHash(table: SyncTable): string {
  const { indexes, search = [], rollups = [] } = table;
  const content = JSON.stringify([
    cacheFormat,
    localColumns(table),
    indexes,
    search,
    ...(rollups.length === 0 ? [] : [rollups]),
  ]);
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
