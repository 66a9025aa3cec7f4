import pg from 'pg';
import type { Database } from '../database.ts';
import { isJson, text, type Json } from '../http.ts';
import type { Claims } from '../tokens.ts';

/** A row of a published table that was inserted, updated or deleted; only its key is known yet. */
export type Change = {
  readonly schema: string;
  readonly table: string;
  readonly type: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly key: Json;
  /** ISO 8601 */
  readonly at: string;
};

/** What a client asked for when it joined. The fields are echoed as they came; `id` is ours. */
export type Subscription = {
  readonly id: number;
  readonly event: string;
  readonly schema: string;
  readonly table?: string | undefined;
  readonly filter?: string | undefined;
};

/** Reads the payload of the NOTIFY that the trigger sent. */
export function parseChange(payload: string): Change | undefined {
  const value: unknown = JSON.parse(payload);
  if (!isJson(value) || !isJson(value['key'])) return undefined;
  const type = value['type'];
  if (type !== 'INSERT' && type !== 'UPDATE' && type !== 'DELETE') return undefined;
  return {
    schema: text(value['schema']),
    table: text(value['table']),
    type,
    key: value['key'],
    at: text(value['at']),
  };
}

export function concerns(subscription: Subscription, change: Change): boolean {
  const { event, schema, table } = subscription;
  return (
    (event === '*' || event.toUpperCase() === change.type) &&
    (schema === '*' || schema === change.schema) &&
    (table === undefined || table === '*' || table === change.table)
  );
}

/** The first subscription to a table that is not in the publication of Realtime; undefined when all of them can be made. */
export async function unpublished(
  database: Database,
  subscriptions: readonly Subscription[],
): Promise<Subscription | undefined> {
  const published = await database.query<{ name: string }>(
    `select schemaname || '.' || tablename as name from pg_publication_tables where pubname = 'supabase_realtime'`,
  );
  const names = new Set(published.map(({ name }) => name));
  return subscriptions.find(
    ({ schema, table }) => table !== undefined && table !== '*' && !names.has(`${schema}.${table}`),
  );
}

/** The `data` of a postgres_changes message with the ids of the subscriptions it is for; undefined when it is for none. */
export async function changeFor(
  database: Database,
  claims: Claims,
  subscriptions: readonly Subscription[],
  change: Change,
): Promise<Json | undefined> {
  // As hosted: a deleted row has no more policy to ask, so only its key is told.
  const found =
    change.type === 'DELETE'
      ? keyOnly(subscriptions, change)
      : await readRow(database, claims, subscriptions, change);
  if (found === undefined || found.ids.length === 0) return undefined;
  return {
    ids: found.ids,
    data: {
      schema: change.schema,
      table: change.table,
      commit_timestamp: change.at,
      type: change.type,
      columns: found.columns ?? (await readColumns(database, claims, change)),
      ...(found.record === undefined ? {} : { record: found.record }),
      ...(change.type === 'INSERT' ? {} : { old_record: change.key }),
      errors: null,
    },
  };
}

type Column = { name: string; type: string; full_type: string };
type Found = { readonly ids: number[]; readonly record?: Json; readonly columns?: Json[] };

function keyOnly(subscriptions: readonly Subscription[], change: Change): Found {
  const ids = subscriptions.filter(({ filter }) => {
    const parsed = parseFilter(filter);
    if (parsed === undefined || parsed.operator !== 'eq' || !(parsed.column in change.key)) return true;
    return String(change.key[parsed.column]) === parsed.value;
  });
  return { ids: ids.map(({ id }) => id) };
}

/** Reads the row as the subscriber, so that row level security decides, and lets PostgreSQL evaluate the filters. */
async function readRow(
  database: Database,
  claims: Claims,
  subscriptions: readonly Subscription[],
  change: Change,
): Promise<Found | undefined> {
  return database.transactionAs(claims, async (sql) => {
    const columns = await queryColumns((statement, values) => sql.query<Column>(statement, values), change);
    if (columns.length === 0) return undefined;
    const values: unknown[] = [];
    const bind = (value: unknown) => `$${values.push(value)}`;
    const conditions = Object.entries(change.key).map(
      ([name, value]) =>
        `${pg.escapeIdentifier(name)} = ${bind(String(value))}::text::${typeOf(columns, name)}`,
    );
    const record = columns.map(({ name }) => `${pg.escapeLiteral(name)}, ${pg.escapeIdentifier(name)}`);
    const matches = subscriptions.map(({ filter }) => filterSql(filter, columns, bind));
    const table = `${pg.escapeIdentifier(change.schema)}.${pg.escapeIdentifier(change.table)}`;
    const result = await sql.query<{ record: Json; matches: boolean[] }>(
      `select ${jsonObject(record)} as record, array[${matches.join(', ')}]::boolean[] as matches
       from ${table} where ${conditions.join(' and ')}`,
      values,
    );
    const row = result.rows[0];
    if (row === undefined) return undefined;
    return {
      ids: subscriptions.flatMap(({ id }, index) => (row.matches[index] === true ? [id] : [])),
      record: row.record,
      columns: columns.map(({ name, type }) => ({ name, type })),
    };
  });
}

async function readColumns(database: Database, claims: Claims, change: Change): Promise<Json[]> {
  const columns = await database.transactionAs(claims, (sql) =>
    queryColumns((statement, values) => sql.query<Column>(statement, values), change),
  );
  return columns.map(({ name, type }) => ({ name, type }));
}

/** The columns that the present role may read. */
async function queryColumns(
  query: (statement: string, values: unknown[]) => Promise<pg.QueryResult<Column>>,
  change: Change,
): Promise<Column[]> {
  const result = await query(
    `select a.attname as name, t.typname as type, format_type(a.atttypid, a.atttypmod) as full_type
     from pg_attribute a join pg_type t on t.oid = a.atttypid
     where a.attrelid = to_regclass(format('%I.%I', $1::text, $2::text)) and a.attnum > 0 and not a.attisdropped
       and has_column_privilege(a.attrelid, a.attnum, 'select')
     order by a.attnum`,
    [change.schema, change.table],
  );
  return result.rows;
}

/** A function takes at most 100 arguments, so wide tables are put together from pieces. */
function jsonObject(pairs: readonly string[]): string {
  const pieces: string[] = [];
  for (let index = 0; index < pairs.length; index += 40) {
    pieces.push(`jsonb_build_object(${pairs.slice(index, index + 40).join(', ')})`);
  }
  return pieces.join(' || ');
}

const operators: Readonly<Record<string, string>> = {
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
};

function filterSql(
  filter: string | undefined,
  columns: readonly Column[],
  bind: (value: unknown) => string,
): string {
  if (filter === undefined || filter === '') return 'true';
  const parsed = parseFilter(filter);
  if (parsed === undefined || !columns.some(({ name }) => name === parsed.column)) return 'false';
  const [column, type] = [pg.escapeIdentifier(parsed.column), typeOf(columns, parsed.column)];
  if (parsed.operator === 'in') {
    const items = parsed.value.replace(/^\(|\)$/g, '').split(',');
    return `coalesce(${column} = any (${bind(items)}::text[]::${type}[]), false)`;
  }
  const operator = operators[parsed.operator];
  return operator === undefined
    ? 'false'
    : `coalesce(${column} ${operator} ${bind(parsed.value)}::text::${type}, false)`;
}

/** `column=operator.value`. */
function parseFilter(
  filter: string | undefined,
): { column: string; operator: string; value: string } | undefined {
  const match = /^([^=]+)=([a-z]+)\.(.*)$/s.exec(filter ?? '');
  const [, column, operator, value] = match ?? [];
  if (column === undefined || operator === undefined || value === undefined) return undefined;
  return { column, operator, value };
}

function typeOf(columns: readonly Column[], name: string): string {
  return columns.find((column) => column.name === name)?.full_type ?? 'text';
}
