import type { ColumnKind, SyncTable } from '#shared/domain/sync/tables';
import type { WireValue } from '#shared/domain/sync/wire';

export type SqliteValue = string | number | null;

/** A row in wire form by column name, with `id` and `row_version`. */
export type CacheRow = Readonly<Record<string, WireValue>>;

/** The SQLite type of a column. Booleans are 0 or 1, instants microseconds, money cents, json its text. */
export function sqliteType(kind: ColumnKind): 'TEXT' | 'INTEGER' {
  switch (kind) {
    case 'integer':
    case 'boolean':
    case 'cents':
    case 'instant':
      return 'INTEGER';
    default:
      return 'TEXT';
  }
}

/** Wire form to SQLite form. STRICT tables refuse what does not fit the column. */
export function toSqlite(kind: ColumnKind, value: WireValue | undefined): SqliteValue {
  if (value === null || value === undefined) return null;
  if (kind === 'json') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'object') return JSON.stringify(value);
  return value;
}

/** SQLite form to wire form. */
export function fromSqlite(kind: ColumnKind, value: SqliteValue): WireValue {
  if (value === null) return null;
  if (kind === 'boolean') return value !== 0;
  if (kind === 'json') return JSON.parse(String(value)) as WireValue;
  return value;
}

/** Local columns with their kinds, in the order of the SQLite table. */
export function localColumns(table: SyncTable): readonly (readonly [string, ColumnKind])[] {
  return [
    ['id', 'uuid'],
    ['row_version', 'integer'],
    ...Object.entries(table.columns).map(([name, column]) => [name, column.kind] as const),
  ];
}
