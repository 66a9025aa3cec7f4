import type { Database } from 'better-sqlite3';
import { syncTables, type ColumnKind, type SyncTable } from '#shared/domain/sync/tables';
import type { WireValue } from '#shared/domain/sync/wire';
import { AppError } from '#shared/rpc/errors';
import { statement } from '../cache/query.ts';
import { fromSqlite, localColumns, toSqlite, type CacheRow, type SqliteValue } from '../cache/values.ts';

/** Synced rows by table, read and written in wire form on the writing connection. */
export type Rows = {
  readonly tables: readonly SyncTable[];
  get(table: string, id: string): CacheRow | null;
  find(table: string, column: string, value: string): readonly CacheRow[];
  /** Makes the row what it is said to be, whatever stood there. */
  put(table: string, row: CacheRow): void;
  remove(table: string, id: string): void;
  /** Stores rows of a page; an older row_version never overwrites a newer one unless `isAuthoritative`. */
  store(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly WireValue[])[],
    isAuthoritative: boolean,
  ): void;
};

export function createRows(db: Database, tables: readonly SyncTable[] = syncTables): Rows {
  const columnsOf = new Map(tables.map((table) => [table.name, localColumns(table)]));

  function columns(table: string): readonly (readonly [string, ColumnKind])[] {
    const found = columnsOf.get(table);
    if (found === undefined) throw new AppError('INTERNAL', `No synced table is named ${table}.`);
    return found;
  }

  function toRow(table: string, raw: Readonly<Record<string, SqliteValue>>): CacheRow {
    return Object.fromEntries(
      columns(table).map(([name, kind]) => [name, fromSqlite(kind, raw[name] ?? null)]),
    );
  }

  function upsert(table: string, isGuarded: boolean) {
    const names = columns(table).map(([name]) => name);
    const sets = names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`);
    const guard = isGuarded ? ` WHERE excluded.row_version >= ${table}.row_version` : '';
    return statement<SqliteValue[]>(
      db,
      `INSERT INTO ${table}(${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
       ON CONFLICT(id) DO UPDATE SET ${sets.join(', ')}${guard}`,
    );
  }

  return {
    tables,
    get(table, id) {
      columns(table);
      const raw = statement<[string], Record<string, SqliteValue>>(
        db,
        `SELECT * FROM ${table} WHERE id = ?`,
      ).get(id);
      return raw === undefined ? null : toRow(table, raw);
    },
    find(table, column, value) {
      if (!columns(table).some(([name]) => name === column)) return [];
      return statement<[string], Record<string, SqliteValue>>(
        db,
        `SELECT * FROM ${table} WHERE ${column} = ? ORDER BY id`,
      )
        .all(value)
        .map((raw) => toRow(table, raw));
    },
    put(table, row) {
      upsert(table, false).run(...columns(table).map(([name, kind]) => toSqlite(kind, row[name])));
    },
    remove(table, id) {
      columns(table);
      statement(db, `DELETE FROM ${table} WHERE id = ?`).run(id);
    },
    store(table, wire, rows, isAuthoritative) {
      const insert = upsert(table, !isAuthoritative);
      // A column that the server does not send (it is older) stays empty; one that is not known here is left out.
      const places = columns(table).map(([name, kind]) => [wire.indexOf(name), kind] as const);
      for (const row of rows) {
        insert.run(...places.map(([index, kind]) => (index < 0 ? null : toSqlite(kind, row[index]))));
      }
    },
  };
}
