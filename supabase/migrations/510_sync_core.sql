-- layer: additive
-- Sync, part 1: the epoch, the stamp on every synced row, and the visibility log.
--
-- A client's cursor is a whole pg_snapshot: it asks for rows whose sync_xid that snapshot did not see. So a row
-- that commits late is never passed over, whatever order transactions commit in. sync_xid must be the top-level
-- transaction id (pg_current_xact_id); the system column xmin will not do, because in a savepoint it is the
-- sub-transaction's.

create schema if not exists sync;
revoke all on schema sync from public;
grant usage on schema sync to authenticated, service_role;

-- One row. A new epoch makes every client throw its cache away and pull again (TRUNCATE has no row triggers).
create table if not exists sync.meta (
  one boolean primary key default true check (one),
  epoch uuid not null default gen_random_uuid(),
  -- Highest transaction whose log rows were purged: older cursors are of no use (SY002).
  purged_xid xid8 not null default '0'
);
insert into sync.meta default values on conflict do nothing;
alter table sync.meta enable row level security;

-- Names rows that a principal has to look at again: D deleted, R access lost, G access gained. Null principal:
-- staff. The reader re-checks each named row under RLS, so the order of entries and doubled entries do not matter,
-- and a trigger may log too much, never too little.
create table if not exists sync.visibility_log (
  seq bigint generated always as identity primary key,
  sync_xid xid8 not null default pg_current_xact_id(),
  tbl text not null,
  row_id uuid not null,
  principal uuid,
  kind text not null check (kind in ('D', 'R', 'G')),
  row_version bigint,
  at timestamptz not null default now()
);
create index if not exists visibility_log_cursor on sync.visibility_log (sync_xid, seq);
alter table sync.visibility_log enable row level security;

-- The effective console roles of the caller: '{}' for students, parents and suspended users, who cache nothing.
create or replace function sync.roles() returns text[]
language sql stable security definer set search_path = '' as $$
  select private.staff_roles(auth.uid()) || case when exists (
    select 1 from public.profiles p where p.id = auth.uid() and p.role = 'tutor' and not p.is_suspended
  ) then array['tutor'] else '{}' end
$$;
revoke all on function sync.roles() from public, anon;
grant execute on function sync.roles() to authenticated;

create or replace function sync.is_staff() returns boolean
language sql stable security definer set search_path = '' as $$
  select sync.roles() && array['admin', 'reviewer', 'support']
$$;
revoke all on function sync.is_staff() from public, anon;
grant execute on function sync.is_staff() to authenticated;

drop policy if exists visibility_log_read on sync.visibility_log;
create policy visibility_log_read on sync.visibility_log for select to authenticated
  using (principal = (select auth.uid()) or (principal is null and (select sync.is_staff())));
revoke all on sync.visibility_log, sync.meta from public, anon, authenticated;
grant select on sync.visibility_log to authenticated;

-- What tells one life of this database from another: a restored backup keeps the epoch but has another timeline
-- or another system. Where the control functions are not allowed, the epoch alone has to do.
create or replace function sync.epoch() returns text
language plpgsql stable security definer set search_path = '' as $$
declare v_epoch text := (select m.epoch::text from sync.meta m);
begin
  return v_epoch || '/' || (select c.system_identifier::text from pg_catalog.pg_control_system() c)
    || '/' || (select c.timeline_id::text from pg_catalog.pg_control_checkpoint() c);
exception when insufficient_privilege then
  return v_epoch;
end $$;
revoke all on function sync.epoch() from public, anon;
grant execute on function sync.epoch() to authenticated;

create or replace function sync.purged_xid() returns xid8
language sql stable security definer set search_path = '' as $$ select m.purged_xid from sync.meta m $$;
revoke all on function sync.purged_xid() from public, anon;
grant execute on function sync.purged_xid() to authenticated;

create or replace function sync.stamp() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.sync_xid := pg_catalog.pg_current_xact_id();
  new.row_version := case when tg_op = 'INSERT' then 1 else old.row_version + 1 end;
  return new;
end $$;
revoke all on function sync.stamp() from public, anon, authenticated;

-- AFTER DELETE or UPDATE OF id or a principal column; the arguments are the principal columns. Who gains the row by
-- such an update needs no entry: the update stamped the row, so it is in the next pull.
create or replace function sync.log_principals() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_is_gone boolean := tg_op = 'DELETE' or new.id is distinct from old.id;
  v_old jsonb := to_jsonb(old);
  v_new jsonb := case when tg_op = 'UPDATE' then to_jsonb(new) end;
  v_column text;
begin
  foreach v_column in array coalesce(tg_argv, '{}') loop
    if v_old ->> v_column is not null and (v_is_gone or v_old ->> v_column is distinct from v_new ->> v_column) then
      insert into sync.visibility_log (tbl, row_id, principal, kind, row_version)
      values (tg_table_name, old.id, (v_old ->> v_column)::uuid, case when v_is_gone then 'D' else 'R' end, old.row_version);
    end if;
  end loop;
  if v_is_gone then
    insert into sync.visibility_log (tbl, row_id, principal, kind, row_version)
    values (tg_table_name, old.id, null, 'D', old.row_version);
  end if;
  return null;
end $$;
revoke all on function sync.log_principals() from public, anon, authenticated;

create or replace function sync.change_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update sync.meta set epoch = gen_random_uuid();
  return null;
end $$;
revoke all on function sync.change_epoch() from public, anon, authenticated;

-- Doorbells: a private Broadcast to everyone whose cache a commit may have changed. It carries nothing and promises
-- nothing (clients poll too), so it must never make a write fail, and it rings each bell once a transaction.
create or replace function sync.ring(p_principals uuid[], p_staff boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_rung text := coalesce(current_setting('sync.rung', true), '');
  v_topic text;
begin
  if to_regprocedure('realtime.send(jsonb, text, text, boolean)') is null or cardinality(p_principals) > 500 then
    return;
  end if;
  for v_topic in
    select 'sync:' || p from unnest(p_principals) p where p is not null
    union select 'sync:staff' where p_staff
  loop
    if position(v_topic in v_rung) = 0 then
      execute 'select realtime.send($1, $2, $3, true)' using '{}'::jsonb, 'changed', v_topic;
      v_rung := v_rung || ' ' || v_topic;
    end if;
  end loop;
  perform set_config('sync.rung', v_rung, true);
exception when others then
  raise warning 'sync.ring: %', sqlerrm;
end $$;
revoke all on function sync.ring(uuid[], boolean) from public, anon, authenticated;

-- After each statement that wrote rows. The arguments are the principal columns, or 'through', a table and the column
-- that holds its id.
create or replace function sync.ring_changed() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_principals uuid[];
begin
  if tg_argv[0] = 'through' then
    execute format('select array_agg(distinct v) from new_rows n join %s p on p.id = n.%I,
      unnest(array[p.tutor_id, p.student_id]) v', tg_argv[1]::regclass, tg_argv[2]) into v_principals;
  elsif tg_nargs > 0 then
    execute format('select array_agg(distinct v) from new_rows n, unnest(array[%s]) v',
      (select string_agg(format('n.%I', c), ', ') from unnest(tg_argv) c)) into v_principals;
  end if;
  perform sync.ring(coalesce(v_principals, '{}'), true);
  return null;
end $$;
revoke all on function sync.ring_changed() from public, anon, authenticated;

create or replace function sync.ring_logged() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform sync.ring(
    coalesce((select array_agg(distinct n.principal) from new_rows n where n.principal is not null), '{}'),
    exists (select 1 from new_rows n where n.principal is null));
  return null;
end $$;
revoke all on function sync.ring_logged() from public, anon, authenticated;
drop trigger if exists ring_logged on sync.visibility_log;
create trigger ring_logged after insert on sync.visibility_log
  referencing new table as new_rows for each statement execute function sync.ring_logged();

do $$
begin
  if to_regclass('realtime.messages') is not null and to_regprocedure('realtime.topic()') is not null then
    drop policy if exists sync_doorbell on realtime.messages;
    create policy sync_doorbell on realtime.messages for select to authenticated using (
      extension = 'broadcast' and (
        realtime.topic() = 'sync:' || (select auth.uid())
        or (realtime.topic() = 'sync:staff' and (select sync.is_staff()))));
  end if;
exception when insufficient_privilege then
  -- Consoles then go by polling.
  raise warning 'sync: no doorbell, because policies of realtime.messages may not be made here';
end $$;

-- Makes a table part of sync: columns, index and triggers. Idempotent. `p_principals` are its columns that name a
-- user who may see the row; a table without any may name the column that holds the id of a row of p_through, whose
-- tutor and student see it. The triggers are ENABLE ALWAYS, because restores run with session_replication_role =
-- replica, which silences ordinary ones.
drop function if exists sync.attach(regclass, text[]);
create or replace function sync.attach(
  p_table regclass, p_principals text[], p_through regclass default null, p_through_column text default null
) returns void
language plpgsql set search_path = '' as $$
declare
  v_columns text := (select string_agg(distinct format('%I', c), ', ') from unnest('{id}'::text[] || p_principals) c);
  v_arguments text := (select coalesce(string_agg(quote_literal(c), ', '), '') from unnest(p_principals) c);
  v_bell text := case when p_through is null then v_arguments
    else format('%L, %L, %L', 'through', p_through::text, p_through_column) end;
  v_index text := (select relname || '_sync' from pg_catalog.pg_class where oid = p_table);
  v_event text;
begin
  execute format('alter table %s add column if not exists row_version bigint not null default 1', p_table);
  execute format('alter table %s add column if not exists sync_xid xid8 not null default pg_current_xact_id()', p_table);
  execute format('create index if not exists %I on %s (sync_xid, id)', v_index, p_table);
  execute format('grant select (id, row_version, sync_xid) on %s to authenticated', p_table);

  execute format('drop trigger if exists zz_sync_stamp on %s', p_table);
  execute format('create trigger zz_sync_stamp before insert or update on %s for each row execute function sync.stamp()', p_table);
  execute format('drop trigger if exists zz_sync_log on %s', p_table);
  execute format('create trigger zz_sync_log after delete or update of %s on %s for each row execute function sync.log_principals(%s)',
    v_columns, p_table, v_arguments);
  execute format('drop trigger if exists zz_sync_truncate on %s', p_table);
  execute format('create trigger zz_sync_truncate before truncate on %s execute function sync.change_epoch()', p_table);
  execute format('alter table %s enable always trigger zz_sync_stamp, enable always trigger zz_sync_log, enable always trigger zz_sync_truncate', p_table);
  foreach v_event in array array['insert', 'update'] loop
    execute format('drop trigger if exists zz_sync_ring_%s on %s', v_event, p_table);
    execute format('create trigger zz_sync_ring_%s after %s on %s referencing new table as new_rows for each statement execute function sync.ring_changed(%s)',
      v_event, v_event, p_table, v_bell);
  end loop;
end $$;
revoke all on function sync.attach(regclass, text[], regclass, text) from public, anon, authenticated;

-- The ledger of mutations: one row an edit, for ever the same answer to the same id.
create table if not exists sync.mutations (
  mutation_id uuid primary key,
  client_id uuid not null,
  seq bigint not null,
  user_id uuid not null,
  kind text not null,
  -- Null only inside the transaction that is deciding it.
  outcome text check (outcome in ('applied', 'conflict', 'rejected', 'gone', 'unknown_kind')),
  result jsonb,
  at timestamptz not null default now(),
  unique (client_id, seq)
);
alter table sync.mutations enable row level security;
drop policy if exists mutations_own on sync.mutations;
create policy mutations_own on sync.mutations to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
revoke all on sync.mutations from public, anon, authenticated;
grant select, insert, update on sync.mutations to authenticated;

-- Forgets log entries and mutations older than `p_keep`. Clients that were away longer get SY002 and pull anew.
-- Returns how many log entries went.
create or replace function sync.purge(p_keep interval default '90 days') returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_gone bigint;
  v_highest pg_catalog.xid8;
begin
  with gone as (delete from sync.visibility_log l where l.at < now() - p_keep returning l.sync_xid)
  select count(*), max(gone.sync_xid) into v_gone, v_highest from gone;
  if v_highest is not null then
    update sync.meta m set purged_xid = greatest(m.purged_xid, v_highest);
  end if;
  delete from sync.mutations m where m.at < now() - p_keep;
  return v_gone;
end $$;
revoke all on function sync.purge(interval) from public, anon, authenticated;
