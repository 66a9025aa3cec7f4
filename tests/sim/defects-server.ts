import type { Mutant } from './mutants.ts';
import { migrations } from './planting.ts';

/** Defects of the migrations. */
export const serverDefects: readonly Mutant[] = [
  {
    ...server(
      'the snapshot is taken after the rows',
      'function public.sync_pull(p_request jsonb) returns json\nlanguage plpgsql stable',
      'function public.sync_pull(p_request jsonb) returns json\nlanguage plpgsql volatile',
      'tests',
    ),
    also: { find: "'snapshot', v_now::text", replace: "'snapshot', pg_current_snapshot()::text" },
  },
  server(
    'a lost row is not logged for its principal',
    `or v_old ->> v_column is distinct from v_new ->> v_column)`,
    'or false)',
  ),
  server(
    'staff are not told of deletes',
    `values (tg_table_name, old.id, null, 'D', old.row_version);`,
    `select tg_table_name, old.id, null, 'D', old.row_version where false;`,
  ),
  server(
    'a change is not stamped',
    `new.sync_xid := pg_catalog.pg_current_xact_id();`,
    `if tg_op = 'INSERT' then new.sync_xid := pg_catalog.pg_current_xact_id(); end if;`,
  ),
  server('the version stands still', 'old.row_version + 1', 'old.row_version', 'tests'),
  server('TRUNCATE keeps the epoch', 'update sync.meta set epoch = gen_random_uuid();', 'null;'),
  server(
    'a person who comes into sight is not logged',
    `select distinct 'people', v.person, v.principal, 'G'`,
    `select distinct 'people', v.person, null::uuid, 'D'`,
  ),
  server(
    'a message that moves is not logged',
    `select 'booking_messages', old.id, a, 'D'\n  from public.bookings b`,
    `select 'booking_messages', old.id, a, 'D' from public.bookings b where false;\n  perform 1\n  from public.bookings b`,
  ),
  server(
    'messages stay with who lost the booking',
    `select 'booking_messages', m.id, a, 'R'`,
    `select 'booking_messages', gen_random_uuid(), a, 'R'`,
  ),
  server(
    'the log starts behind what is still open',
    'v_low pg_catalog.xid8 := greatest(pg_snapshot_xmin(p_snap), p_xid);\n  v_after bigint',
    'v_low pg_catalog.xid8 := greatest(pg_snapshot_xmax(p_snap), p_xid);\n  v_after bigint',
  ),
  {
    ...server(
      'rows start behind what is still open',
      'greatest(pg_snapshot_xmin(p_snap), p_xid);\n  v_after uuid',
      'greatest(pg_snapshot_xmax(p_snap), p_xid);\n  v_after uuid',
    ),
    everywhere: true,
  },
  {
    ...server(
      'pages are cut by transaction alone',
      '(t.sync_xid, t.id) > (v_low, v_after)',
      't.sync_xid > v_low',
    ),
    everywhere: true,
  },
  server(
    'a cursor from the future is believed',
    'where pg_snapshot_xmax(v_now) <',
    'where false and pg_snapshot_xmax(v_now) <',
    'tests',
  ),
  server(
    'there is no ledger',
    'on conflict do nothing;\n  if not found then\n    select m.result',
    'on conflict do nothing;\n  if false then\n    select m.result',
  ),
  server(
    'a refused edit takes its batch with it',
    'if sync.is_passing(v_state) then\n      raise;\n    end if;\n    v_data',
    'if true then\n      raise;\n    end if;\n    v_data',
  ),
  server('what was expected is not compared', 'v_row -> f.key is distinct from f.value', 'false', 'tests'),
  server(
    'what was expected is compared as text',
    'v_row -> f.key is distinct from f.value',
    '(v_row ->> f.key) is distinct from f.value::text',
    'tests',
  ),
  server(
    'the version of a whole row is not compared',
    `(v_expected ? 'rowVersion' and`,
    `(false and v_expected ? 'rowVersion' and`,
    'tests',
  ),
  server(
    'the ledger forgets the answer',
    `set outcome = v_result ->> 'outcome', result = v_result where`,
    `set outcome = v_result ->> 'outcome' where`,
  ),
  server(
    'a changed family leaves the cache as it was',
    `perform private.bump_access_epoch(u.id)\n  from (select distinct v.id from`,
    `perform 1\n  from (select distinct v.id from`,
  ),
  server(
    'a changed staff role leaves the cache as it was',
    'perform private.bump_access_epoch(coalesce(new.user_id, old.user_id));',
    'null;',
  ),
  server(
    'a purged log is believed',
    'if pg_snapshot_xmin(p_snap) <= sync.purged_xid() then',
    'if false then',
  ),
  server(
    'nobody reads the log entries of their own',
    `drop policy if exists visibility_log_read on sync.visibility_log;\ncreate policy visibility_log_read on sync.visibility_log for select to authenticated\n  using (principal`,
    `drop policy if exists visibility_log_read on sync.visibility_log;\ncreate policy visibility_log_read on sync.visibility_log for select to authenticated\n  using (false and principal`,
  ),
  server(
    'a passing error refuses the edit',
    `p_sqlstate in ('25006', '40001', '40P01', '55P03', '57014') or`,
    'false and',
  ),
  server(
    'an edit of what is gone is a conflict',
    `return jsonb_build_object('outcome', 'gone', 'code', 'not_found', 'message', null, 'data', null);\n    end if;\n    -- Then`,
    `return jsonb_build_object('outcome', 'conflict', 'code', 'not_found', 'message', null, 'data', null);\n    end if;\n    -- Then`,
    'tests',
  ),
  server(
    'a row is not locked before it is compared',
    `perform sync.lock_row(v_expected ->> 'table', (v_expected ->> 'id')::uuid);`,
    '',
    'tests',
  ),
];

/** In the one migration that has the text. */
function server(name: string, find: string, replace: string, first: Mutant['first'] = 'simulator'): Mutant {
  return { name, file: migrations, find, replace, first };
}
