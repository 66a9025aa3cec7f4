import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { syncTables, wireColumns, type SyncColumn, type SyncTable } from '../shared/domain/sync/tables.ts';

/**
 * The migration that follows from the declared tables: triggers, pages, re-checks, the rows that `expect` is
 * compared with, scope and `sync_pull`. SQL is static per table, so that plans are cached and an empty pull stays
 * under 3 ms. After a change of the declarations write it to a file with the next free number that ends in
 * `_sync_pull.sql`:
 *   node scripts/generate-sync-migration.ts supabase/migrations/NNN_sync_pull.sql
 */
export function syncMigration(tables: readonly SyncTable[]): string {
  return [
    head,
    attach(tables),
    scope(tables),
    page(tables),
    recheck(tables),
    row(tables),
    count(tables),
    pull,
  ].join('\n');
}

const head = `-- layer: additive
-- Sync, part 2. GENERATED from shared/domain/sync/tables.ts by scripts/generate-sync-migration.ts: do not edit.
`;

function attach(tables: readonly SyncTable[]): string {
  return tables
    .map((table) => {
      const principals = table.principals.map((column) => `'${column}'`).join(', ');
      const { through } = table;
      const rest = through === undefined ? '' : `, 'public.${through.table}', '${through.column}'`;
      return `select sync.attach('public.${table.name}', array[${principals}]::text[]${rest});\n`;
    })
    .join('');
}

function scope(tables: readonly SyncTable[]): string {
  const lines = tables.map((table) => `    ('${table.name}', array[${roles(table).join(', ')}])`);
  return `-- The tables that the caller may cache, by role: design 5, "who caches what".
create or replace function sync.scope() returns text[]
language sql stable security invoker set search_path = '' as $$
  select coalesce(array_agg(d.name), '{}')
  from (values
${lines.join(',\n')}
  ) d(name, roles)
  where d.roles && (select sync.roles())
$$;
${callable('sync.scope()')}`;
}

function roles(table: SyncTable): readonly string[] {
  const found = new Set<string>(table.staff);
  if (table.principals.length > 0 || table.reference === true || table.through !== undefined)
    found.add('tutor');
  if (table.everyone === true) for (const role of ['admin', 'reviewer', 'support']) found.add(role);
  return [...found].toSorted().map((role) => `'${role}'`);
}

function page(tables: readonly SyncTable[]): string {
  const branches = tables.map(
    (table) => `  when '${table.name}' then
    select coalesce(json_agg(json_build_array(${values(table)})), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.${table.name} t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '${JSON.stringify(wireColumns(table))}';`,
  );
  return `-- One page of one table: rows that p_snap did not see, after (p_xid, p_id). The bounds are plain parameters, so that
-- both are index conditions; a joined CTE of parameters is 80 times slower. Without sequential scans, because one over a
-- small table would work out the policies for nothing each time that there is nothing new.
create or replace function sync.page(p_table text, p_snap pg_snapshot, p_xid xid8, p_id uuid, p_limit integer) returns json
language plpgsql stable security invoker set search_path = '' set enable_seqscan = off as $$
declare
  v_low pg_catalog.xid8 := greatest(pg_snapshot_xmin(p_snap), p_xid);
  v_after uuid := case when v_low = p_xid then p_id else '00000000-0000-0000-0000-000000000000'::uuid end;
  v_rows json;
  v_columns json;
  v_xid pg_catalog.xid8;
  v_id uuid;
begin
  case p_table
${branches.join('\n')}
  end case;
  return json_build_object('columns', v_columns, 'rows', v_rows,
    'more', case when v_id is not null then json_build_object('xid', v_xid::text, 'id', v_id) end);
end $$;
${callable('sync.page(text, pg_snapshot, xid8, uuid, integer)')}`;
}

function recheck(tables: readonly SyncTable[]): string {
  const branches = tables.map(
    (table) => `  when '${table.name}' then
    select coalesce(json_agg(json_build_array(${values(table)})), '[]') into v_rows
    from public.${table.name} t where t.id = any (p_ids);
    v_columns := '${JSON.stringify(wireColumns(table))}';`,
  );
  return `-- Those of the named rows that the caller can see.
create or replace function sync.recheck(p_table text, p_ids uuid[]) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_rows json;
  v_columns json;
begin
  case p_table
${branches.join('\n')}
  end case;
  return json_build_object('columns', v_columns, 'rows', v_rows);
end $$;
${callable('sync.recheck(text, uuid[])')}`;
}

function row(tables: readonly SyncTable[]): string {
  const reads = tables.map((table) => {
    const pairs = Object.entries(table.columns).map(([name, column]) => `'${name}', ${value(name, column)}`);
    return `  when '${table.name}' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, ${pairs.join(', ')}) into v_row
    from public.${table.name} t where t.id = p_id;`;
  });
  const locks = tables.map((table) => {
    const tutor = 'tutor_id' in table.columns;
    // Actions take the tutor's lock before rows; the other way round would deadlock with them.
    const first = tutor
      ? `perform private.lock_tutor(t.tutor_id) from public.${table.name} t where t.id = p_id; `
      : '';
    return `  when '${table.name}' then ${first}perform 1 from public.${table.name} t where t.id = p_id for update;`;
  });
  return `-- One row in wire form, or null when there is none that the caller can see; null too for an unknown table.
create or replace function sync.row(p_table text, p_id uuid) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare v_row jsonb;
begin
  case p_table
${reads.join('\n')}
  else null;
  end case;
  return v_row;
end $$;
${callable('sync.row(text, uuid)')}
-- Locks a row, so that what an edit expects of it stays true until the edit is done. Callers see nothing of it.
create or replace function sync.lock_row(p_table text, p_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  case p_table
${locks.join('\n')}
  else null;
  end case;
end $$;
${callable('sync.lock_row(text, uuid)')}`;
}

function count(tables: readonly SyncTable[]): string {
  const branches = tables.map(
    (table) => `  when '${table.name}' then return (select count(*) from public.${table.name});`,
  );
  return `create or replace function sync.count_rows(p_table text) returns bigint
language plpgsql stable security invoker set search_path = '' as $$
begin
  case p_table
${branches.join('\n')}
  end case;
end $$;
${callable('sync.count_rows(text)')}`;
}

export function values(table: SyncTable): string {
  const columns = Object.entries(table.columns).map(([name, column]) => value(name, column));
  return ['t.id', 't.row_version', ...columns].join(', ');
}

/** How a column is written on the wire. Double precision holds microseconds exactly until 2106. */
export function value(name: string, column: SyncColumn): string {
  const source = column.source ?? `t.${name}`;
  switch (column.kind) {
    case 'instant':
      return `(date_part('epoch', ${source}) * 1000000)::bigint`;
    case 'time':
      return `left(${source}::text, 5)`;
    case 'text':
    case 'date':
      return `${source}::text`;
    default:
      return source;
  }
}

export function callable(signature: string): string {
  return `revoke all on function ${signature} from public, anon;
grant execute on function ${signature} to authenticated;
`;
}

const pull = `-- What changed for the caller since its cursors. One STABLE function called by one statement: rows, log and the new
-- cursor come from one snapshot. A VOLATILE function would take a new snapshot for each statement in it
-- and lose rows. RLS is the only filter. Shape of request and answer: shared/domain/sync/wire.ts.
-- Errors: SY001 a cursor from the future (a restored database), SY002 a cursor older than the purged log.
-- Generic plans, for all that it calls too: planning every page for its very cursor costs three times the reading when
-- there is nothing new, and the plan is the same, a scan of the index over (sync_xid, id).
create or replace function public.sync_pull(p_request jsonb) returns json
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_scope text[] := sync.scope();
  v_limit integer := least(greatest((p_request ->> 'limit')::integer, 1), 5000);
  v_now pg_catalog.pg_snapshot := pg_current_snapshot();
  v_asked text[] := array(select k from jsonb_object_keys(p_request -> 'tables') k where k = any (v_scope));
  v_log jsonb := nullif(p_request -> 'log', 'null');
  v_pages json;
  v_total bigint;
  v_answer json;
begin
  if p_request ->> 'version' is distinct from '1' then
    raise exception using errcode = '22023', message = 'sync_pull: this version of the request is not known';
  end if;
  if exists (
    select 1 from (
      select c.value ->> 'snap' as snap from jsonb_each(p_request -> 'tables') c
      union all select v_log ->> 'snap'
    ) s
    where pg_snapshot_xmax(v_now) < pg_snapshot_xmin(s.snap::pg_catalog.pg_snapshot)
  ) then
    raise exception using errcode = 'SY001', message = 'The cursor is from the future: pull everything again';
  end if;

  select json_object_agg(k, sync.page(k, (c ->> 'snap')::pg_catalog.pg_snapshot, (c ->> 'xid')::pg_catalog.xid8,
    (c ->> 'id')::uuid, v_limit))
  into v_pages
  from (select k, p_request -> 'tables' -> k as c from unnest(v_asked) k) a;

  if coalesce((p_request ->> 'wantsTotal')::boolean, false) then
    v_total := (select sum(sync.count_rows(k)) from unnest(v_asked) k);
  end if;

  if v_log is not null then
    v_answer := sync.log_page((v_log ->> 'snap')::pg_catalog.pg_snapshot, (v_log ->> 'xid')::pg_catalog.xid8,
      (v_log ->> 'seq')::bigint, v_limit, v_scope);
  end if;

  return json_build_object(
    'epoch', sync.epoch(),
    'snapshot', v_now::text,
    'now', (date_part('epoch', private.clock_now()) * 1000000)::bigint,
    'accessEpoch', sync.access_epoch(),
    'total', v_total,
    'scope', array_to_json(v_scope),
    'tables', coalesce(v_pages, '{}'),
    'log', v_answer
  );
end $$;
revoke all on function public.sync_pull(jsonb) from public, anon;
grant execute on function public.sync_pull(jsonb) to authenticated;
`;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = process.argv[2];
  if (file === undefined) throw new Error('say which file to write: supabase/migrations/NNN_sync_pull.sql');
  writeFileSync(file, syncMigration(syncTables));
}
