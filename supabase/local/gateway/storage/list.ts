import { isJson, text, type Json } from '../http.ts';
import type { Claims } from '../tokens.ts';
import { refusals } from './errors.ts';
import type { StorageContext } from './objects.ts';

type Entry = {
  name: string;
  key: string;
  id: string | null;
  updated_at: Date | null;
  created_at: Date | null;
  last_accessed_at: Date | null;
  metadata: Json | null;
  sort_value: string;
  sort_key: string;
};

const sortColumns = ['name', 'updated_at', 'created_at', 'last_accessed_at'];

/** Objects below a prefix; what has a further slash is one folder. Parameters: bucket, prefix, search, with delimiter. */
const entriesSql = (sortColumn: string) => `
  with found as (
    select o.*, substr(o.name, length($2) + 1) as rest
    from storage.objects o
    where o.bucket_id = $1 and starts_with(o.name, $2)
  ), entries as (
    select rest as name, name as key, id, updated_at, created_at, last_accessed_at, metadata
    from found where not $4 or position('/' in rest) = 0
    union all
    select split_part(rest, '/', 1), $2 || split_part(rest, '/', 1) || '/', null, null, null, null, null
    from found where $4 and position('/' in rest) > 0 group by 2, split_part(rest, '/', 1)
  )
  select * from (
    select *, coalesce(${sortColumn}::text, '') collate "C" as sort_value, key collate "C" as sort_key from entries
    where starts_with(lower(name), lower($3)) and name <> ''
  ) sorted`;

/** `POST /object/list/:bucket` */
export async function listObjects(
  context: StorageContext,
  claims: Claims,
  bucket: string,
  body: Json,
): Promise<Json[]> {
  const folder = text(body['prefix']).replace(/^\/+|\/+$/g, '');
  const { column, order } = sorting(body['sortBy']);
  const entries = await context.database.transactionAs(claims, (sql) =>
    sql.query<Entry>(
      `${entriesSql(column)} order by sort_value ${order}, sort_key ${order} limit $5 offset $6`,
      [
        bucket,
        folder === '' ? '' : `${folder}/`,
        text(body['search']),
        true,
        bounded(body['limit'], 100),
        Math.max(0, Number(body['offset'] ?? 0) || 0),
      ],
    ),
  );
  return entries.rows.map(({ key: _key, sort_value: _value, sort_key: _sortKey, ...entry }) => entry);
}

/** `POST /object/list-v2/:bucket`: pages by a cursor that survives changes between two pages. */
export async function listObjectsV2(
  context: StorageContext,
  claims: Claims,
  bucket: string,
  body: Json,
): Promise<Json> {
  const { column, order } = sorting(body['sortBy']);
  const limit = bounded(body['limit'], 1000);
  const [lastValue, lastKey] = parseCursor(text(body['cursor']));
  const isAfter = `$6::text is null or (sort_value, sort_key) ${order === 'asc' ? '>' : '<'} ($5, $6)`;
  const entries = await context.database.transactionAs(claims, (sql) =>
    sql.query<Entry>(
      `${entriesSql(column)} where ${isAfter} order by sort_value ${order}, sort_key ${order} limit $7`,
      [bucket, text(body['prefix']), '', body['with_delimiter'] === true, lastValue, lastKey, limit + 1],
    ),
  );
  const page = entries.rows.slice(0, limit);
  const last = page.at(-1);
  const hasNext = entries.rows.length > limit;
  return {
    hasNext,
    folders: page.flatMap(({ id, name, key }) => (id === null ? [{ name, key }] : [])),
    objects: page.flatMap(({ sort_value: _value, sort_key: _sortKey, ...entry }) =>
      entry.id === null ? [] : [{ ...entry, name: entry.key }],
    ),
    ...(hasNext && last !== undefined ? { nextCursor: cursorOf(last) } : {}),
  };
}

function sorting(value: unknown): { column: string; order: 'asc' | 'desc' } {
  const wanted = isJson(value) ? value : {};
  const column = text(wanted['column']) || 'name';
  if (!sortColumns.includes(column)) throw refusals.badRequest(`cannot sort by ${column}`);
  return { column, order: text(wanted['order']).toLowerCase() === 'desc' ? 'desc' : 'asc' };
}

function bounded(value: unknown, fallback: number): number {
  const wanted = Number(value ?? fallback);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, 1000) : fallback;
}

function cursorOf(entry: Entry): string {
  return Buffer.from(JSON.stringify([entry.sort_value, entry.key])).toString('base64url');
}

function parseCursor(cursor: string): [string | null, string | null] {
  if (cursor === '') return [null, null];
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string')
      return [value[0], value[1]];
  } catch {
    // Falls through to the refusal.
  }
  throw refusals.badRequest('the cursor is not one of ours');
}
