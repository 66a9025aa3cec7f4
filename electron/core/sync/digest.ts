import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { SyncTable } from '#shared/domain/sync/tables';
import { statement } from '../cache/query.ts';
import { localColumns, toSqlite, type CacheRow, type SqliteValue } from '../cache/values.ts';

/** Rows and order-free hash of a bucket, as `sync_digest` answers them. */
export type Bucket = { rows: number; hash: number };

/** The hash of a row's values in wire column order and SQLite form; the server does the same in SQL. */
export function rowHash(values: readonly SqliteValue[]): number {
  const text = values.map((value) => (value === null ? '\u001e' : String(value))).join('\u001f');
  return Number.parseInt(hash('md5', text).slice(0, 10), 16);
}

export function bucketOf(id: string): number {
  return Number.parseInt(id.slice(-2), 16);
}

/**
 * The digest of the server's rows that the cache holds: where a waiting edit shows another row, the one it hides. Read
 * in steps, so that other work of this thread gets its turn; nothing may pull meanwhile.
 */
export async function digestOf(
  db: Database,
  table: SyncTable,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Bucket>> {
  const buckets = new Map<number, Bucket>();
  const columns = localColumns(table);
  const names = columns.map(([name]) => name).join(', ');
  const page = statement<[string], SqliteValue[]>(
    db,
    `SELECT ${names} FROM ${table.name} WHERE id > ? ORDER BY id LIMIT ${rowsPerStep}`,
  ).raw();
  const hidden = statement<[string, string, string], { row_id: string; row: string | null }>(
    db,
    'SELECT row_id, row FROM shadow WHERE tbl = ? AND row_id > ? AND row_id <= ?',
  );
  for (let after = ''; ;) {
    signal.throwIfAborted();
    const rows = page.all(after);
    const last = rows.length === rowsPerStep ? String(rows.at(-1)?.[0]) : lastId;
    const shadows = new Map(hidden.all(table.name, after, last).map((each) => [each.row_id, each.row]));
    for (const row of rows) if (!shadows.has(String(row[0]))) count(buckets, row);
    for (const shadow of shadows.values()) {
      if (shadow === null) continue;
      const row = JSON.parse(shadow) as CacheRow;
      count(
        buckets,
        columns.map(([name, kind]) => toSqlite(kind, row[name])),
      );
    }
    if (last === lastId) return buckets;
    after = last;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const rowsPerStep = 2_000;
/** Behind every id. */
const lastId = 'g';

function count(buckets: Map<number, Bucket>, row: readonly SqliteValue[]): void {
  const place = bucketOf(String(row[0]));
  const bucket = buckets.get(place) ?? { rows: 0, hash: 0 };
  bucket.rows += 1;
  bucket.hash = (bucket.hash + rowHash(row)) % 2 ** 40;
  buckets.set(place, bucket);
}
