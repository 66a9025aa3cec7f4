import type { Micros } from '../instant.ts';
import type { SyncTableName } from '../sync/tables.ts';
import type { Expectation, WireValue } from '../sync/wire.ts';

/** A cached row in wire form. */
export type Row = Readonly<Record<string, WireValue>>;

/** Reads cached rows, those changed by earlier edits included. */
export type RowView = {
  get(table: SyncTableName, id: string): Row | null;
  find(table: SyncTableName, column: string, value: string): readonly Row[];
};

export type EffectContext = {
  readonly userId: string;
  /** When the edit was made, by the server's clock as far as it is known. */
  readonly now: Micros;
  /** Also the id of the one row that an edit may create and the server will name itself. */
  readonly mutationId: string;
};

/** The row as it will stand; null when it goes. */
export type RowChange = { readonly table: SyncTableName; readonly id: string; readonly row: Row | null };

export type Effect = {
  readonly changes: readonly RowChange[];
  readonly expect: readonly Expectation[];
  /** One line for people. */
  readonly title: string;
  /** The row that the edit is about. */
  readonly table: SyncTableName;
  readonly rowId: string;
  /** Edits of one entity are sent one after another, and wait when an earlier one was refused. */
  readonly entity: string;
};

export type Refusal = {
  readonly refusal: { readonly rule: string; readonly message: string; readonly isMissing: boolean };
};
export type EffectResult = Effect | Refusal;

export function refuse(rule: string, message: string): Refusal {
  return { refusal: { rule, message, isMissing: false } };
}

export function missing(message: string): Refusal {
  return { refusal: { rule: 'not_found', message, isMissing: true } };
}

/** The named fields of a row as it is now: what an edit is based on. */
export function expectOf(table: SyncTableName, row: Row, fields: readonly string[]): Expectation {
  return {
    table,
    id: textOf(row, 'id'),
    fields: Object.fromEntries(fields.map((field) => [field, row[field] ?? null])),
  };
}

export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : 0;
}

/** The row with some columns changed. */
export function patch(table: SyncTableName, row: Row, columns: Row): RowChange {
  return { table, id: textOf(row, 'id'), row: { ...row, ...columns } };
}
