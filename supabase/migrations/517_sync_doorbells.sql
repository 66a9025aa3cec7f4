-- layer: additive
-- Doorbells, part 2: a console may join the private topics only where they can ring, and hears at once that its rights
-- changed. Where private Broadcast is not to be had, the synced tables are published, so that consoles can listen to
-- postgres_changes instead.

create or replace function sync.has_bells() returns boolean
language sql stable security definer set search_path = '' as $$
  select to_regprocedure('realtime.send(jsonb, text, text, boolean)') is not null
$$;
revoke all on function sync.has_bells() from public, anon;
grant execute on function sync.has_bells() to authenticated;

-- A topic that nobody can ring is refused rather than silent: the console then takes the other way.
do $$
begin
  if to_regclass('realtime.messages') is not null and to_regprocedure('realtime.topic()') is not null then
    drop policy if exists sync_doorbell on realtime.messages;
    create policy sync_doorbell on realtime.messages for select to authenticated using (
      extension = 'broadcast' and (select sync.has_bells()) and (
        realtime.topic() = 'sync:' || (select auth.uid())
        or (realtime.topic() = 'sync:staff' and (select sync.is_staff()))));
  end if;
exception when insufficient_privilege then
  raise warning 'sync: no doorbell, because policies of realtime.messages may not be made here';
end $$;

-- Role, suspension and family change no synced row of the one concerned, so their own bell rings for the epoch.
create or replace function sync.ring_access() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform sync.ring(array[new.user_id], false);
  return null;
end $$;
revoke all on function sync.ring_access() from public, anon, authenticated;
drop trigger if exists zz_sync_ring on private.access_epochs;
create trigger zz_sync_ring after insert or update on private.access_epochs
  for each row execute function sync.ring_access();

-- Puts every synced table into the publication of Realtime; returns how many were added. Changes of a published table
-- go to its readers under their policies, but a deleted row's id goes to everyone who listens.
create or replace function sync.publish_tables() returns integer
language plpgsql set search_path = '' as $$
declare
  v_table regclass;
  v_added integer := 0;
begin
  if not exists (select from pg_catalog.pg_publication p where p.pubname = 'supabase_realtime' and not p.puballtables) then
    return 0;
  end if;
  for v_table in
    select t.tgrelid::regclass from pg_catalog.pg_trigger t
    join pg_catalog.pg_class c on c.oid = t.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where t.tgname = 'zz_sync_stamp' and not exists (
      select from pg_catalog.pg_publication_tables p
      where p.pubname = 'supabase_realtime' and p.schemaname = n.nspname and p.tablename = c.relname)
    order by 1
  loop
    execute format('alter publication supabase_realtime add table %s', v_table);
    v_added := v_added + 1;
  end loop;
  return v_added;
end $$;
revoke all on function sync.publish_tables() from public, anon, authenticated;

do $$
begin
  if not sync.has_bells() or not exists (
    select from pg_catalog.pg_policies p where p.schemaname = 'realtime' and p.tablename = 'messages' and p.policyname = 'sync_doorbell')
  then
    perform sync.publish_tables();
  end if;
exception when insufficient_privilege then
  -- Consoles then go by polling.
  raise warning 'sync: no doorbell by postgres_changes either, because the publication supabase_realtime may not be changed here';
end $$;
