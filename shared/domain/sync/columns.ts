import type { StaffRole } from '../roles.ts';

/**
 * How a column travels and is kept.
 * uuid, text, date ('YYYY-MM-DD') and time ('HH:MM') are TEXT; integer is INTEGER; boolean is 0/1 in SQLite and
 * true/false on the wire; cents is integer cents; instant is integer microseconds (UTC); json is TEXT in SQLite.
 */
export type ColumnKind =
  | 'uuid'
  | 'text'
  | 'integer'
  | 'boolean'
  | 'cents'
  | 'instant'
  | 'date'
  | 'time'
  | 'json';

export type SyncColumn = {
  readonly kind: ColumnKind;
  readonly nullable?: boolean;
  /** SQL over the row alias `t` when the server's column has another name or form. */
  readonly source?: string;
};

/**
 * Counts and sums that screens show, kept by triggers in the cache: a table `<table>_by_<name>` with one row a group and
 * the columns `rows` and those of `sums`. Expressions are SQL over `row`. A row whose key is null in one column is not counted.
 */
export type SyncRollup = {
  readonly name: string;
  /** Column of the group to its expression. A key must be exact, so no fractions. */
  readonly keys: Readonly<Record<string, string>>;
  /** Integer column to its expression; null counts as nothing. */
  readonly sums?: Readonly<Record<string, string>>;
};

/** One synced table, declared once: triggers, pull function, SQLite table and row mapping follow from it. */
export type SyncTable = {
  readonly name: string;
  readonly columns: Readonly<Record<string, SyncColumn>>;
  /** The server's columns that name a user who may see the row; a change or delete writes the visibility log for them. */
  readonly principals: readonly string[];
  /** Staff roles that see every row. */
  readonly staff: readonly StaffRole[];
  /** Whether every tutor sees every row (reference data). */
  readonly reference?: boolean;
  /** Seen by the principals of another table's row: `column` here is that row's id. */
  readonly through?: { readonly table: string; readonly column: string };
  /** Whether everyone who may use the console caches the own rows, and not only tutors. */
  readonly everyone?: boolean;
  /** Local secondary indexes, built last. */
  readonly indexes: readonly (readonly string[])[];
  /** Columns of the local full-text index. */
  readonly search?: readonly string[];
  /** Built last too. */
  readonly rollups?: readonly SyncRollup[];
};

export const uuid = { kind: 'uuid' } as const;
export const uuidOrNull = { kind: 'uuid', nullable: true } as const;
export const text = { kind: 'text' } as const;
export const textOrNull = { kind: 'text', nullable: true } as const;
export const integer = { kind: 'integer' } as const;
export const integerOrNull = { kind: 'integer', nullable: true } as const;
export const boolean = { kind: 'boolean' } as const;
export const instant = { kind: 'instant' } as const;
export const instantOrNull = { kind: 'instant', nullable: true } as const;

export function cents(column: string): SyncColumn {
  return { kind: 'cents', source: `(t.${column} * 100)::bigint` };
}

export function centsOrNull(column: string): SyncColumn {
  return { kind: 'cents', nullable: true, source: `(t.${column} * 100)::bigint` };
}
