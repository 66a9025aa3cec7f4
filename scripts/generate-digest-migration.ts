import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { syncTables, wireColumns, type SyncTable } from '../shared/domain/sync/tables.ts';
import { callable, value, values } from './generate-sync-migration.ts';

/**
 * The migration behind the self-check: digests of 256 buckets a table, and the rows of named buckets. After a change
 * of the declarations write it to a file with the next free number that ends in `_sync_digest.sql`:
 *   node scripts/generate-digest-migration.ts supabase/migrations/NNN_sync_digest.sql
 */
export function digestMigration(tables: readonly SyncTable[]): string {
  return [head, digest(tables), list(tables), rpcs].join('\n');
}

const head = `-- layer: additive
-- Sync, part 6: what a cache is compared with.
-- GENERATED from shared/domain/sync/tables.ts by scripts/generate-digest-migration.ts: do not edit.
--
-- A row's hash is the first 40 bits of the md5 of its wire values as text, joined by U+001F, U+001E for null; booleans
-- are 0 or 1. A bucket is the last two digits of the id; its hash is the sum of its rows', modulo 2^40, so that their
-- order does not matter. electron/core/sync/digest.ts does the same over the cache.
`;

function digest(tables: readonly SyncTable[]): string {
  const branches = tables.map(
    (table) => `  when '${table.name}' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ${bucket} as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\\x1f', ${texts(table)})), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.${table.name} t group by 1
    ) b;
    v_columns := '${JSON.stringify(wireColumns(table))}';`,
  );
  return `-- [bucket, rows, hash] of each bucket that has rows which the caller can see.
create or replace function sync.digest(p_table text) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_buckets json;
  v_columns json;
begin
  case p_table
${branches.join('\n')}
  end case;
  return json_build_object('columns', v_columns, 'buckets', v_buckets);
end $$;
${callable('sync.digest(text)')}`;
}

function list(tables: readonly SyncTable[]): string {
  const branches = tables.map(
    (table) => `  when '${table.name}' then
    select coalesce(json_agg(json_build_array(${values(table)})), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.${table.name} t where ${bucket} = any (p_buckets);
    v_columns := '${JSON.stringify(wireColumns(table))}';`,
  );
  return `-- The rows of these buckets that the caller can see, and the ids of which p_snap did not see the newest change.
create or replace function sync.list_bucket(p_table text, p_buckets integer[], p_snap pg_snapshot) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_rows json;
  v_columns json;
  v_newer uuid[];
begin
  case p_table
${branches.join('\n')}
  end case;
  v_newer := coalesce(v_newer, '{}') || array(
    select distinct l.row_id from sync.visibility_log l
    where l.tbl = p_table and l.sync_xid >= pg_snapshot_xmin(p_snap) and not pg_visible_in_snapshot(l.sync_xid, p_snap));
  return json_build_object('columns', v_columns, 'rows', v_rows, 'newer', array_to_json(v_newer));
end $$;
${callable('sync.list_bucket(text, integer[], pg_snapshot)')}`;
}

const bucket = `('x' || right(t.id::text, 2))::bit(8)::integer`;

function texts(table: SyncTable): string {
  const columns = Object.entries(table.columns).map(([name, column]) => {
    // The text of jsonb is not what JavaScript makes of it: a table that declares such a column needs a form of its own.
    if (column.kind === 'json') throw new Error(`${table.name}.${name}: json has no digest form yet`);
    const wire = value(name, column);
    const text = column.kind === 'boolean' ? `(${wire})::integer::text` : `(${wire})::text`;
    return column.nullable === true ? `coalesce(${text}, E'\\x1e')` : text;
  });
  return ['t.id', 't.row_version', ...columns].join(', ');
}

const rpcs = `-- Digests of the named tables (a json array) as the caller sees them, with the snapshot they hold for. Tables outside
-- the caller's scope are left out. Shape of both answers: shared/domain/sync/wire.ts.
create or replace function public.sync_digest(p_tables jsonb) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_scope text[] := sync.scope();
  v_tables json;
begin
  select json_object_agg(k, sync.digest(k)) into v_tables
  from jsonb_array_elements_text(p_tables) k where k = any (v_scope);
  return json_build_object(
    'epoch', sync.epoch(),
    'snapshot', pg_current_snapshot()::text,
    'accessEpoch', sync.access_epoch(),
    'scope', array_to_json(v_scope),
    'tables', coalesce(v_tables, '{}')
  );
end $$;
revoke all on function public.sync_digest(jsonb) from public, anon;
grant execute on function public.sync_digest(jsonb) to authenticated;

-- {table, buckets, snap}: all rows of these buckets that the caller can see, and which of them, or of those that are
-- gone, changed after snap. Without rows when the table is not in the caller's scope.
create or replace function public.sync_list_bucket(p_request jsonb) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_scope text[] := sync.scope();
  v_list json;
begin
  if (p_request ->> 'table') = any (v_scope) then
    v_list := sync.list_bucket(p_request ->> 'table',
      array(select b::integer from jsonb_array_elements_text(p_request -> 'buckets') b),
      (p_request ->> 'snap')::pg_catalog.pg_snapshot);
  end if;
  return json_build_object(
    'epoch', sync.epoch(),
    'snapshot', pg_current_snapshot()::text,
    'accessEpoch', sync.access_epoch(),
    'scope', array_to_json(v_scope),
    'list', v_list
  );
end $$;
revoke all on function public.sync_list_bucket(jsonb) from public, anon;
grant execute on function public.sync_list_bucket(jsonb) to authenticated;
`;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = process.argv[2];
  if (file === undefined) throw new Error('say which file to write: supabase/migrations/NNN_sync_digest.sql');
  writeFileSync(file, digestMigration(syncTables));
}
