-- layer: additive
-- Sync, part 8: what the health panel asks the server.

-- The server's time, its snapshot, and how long the oldest transaction has been writing: what that one writes arrives
-- only when it commits, however often a console pulls. Tells numbers only, never whose transaction it is or what it does.
-- `openWrites` counts transactions that have an id, in every database of the cluster, prepared ones among them; that much
-- pg_locks tells everybody. When they began is told to members of pg_monitor, which the owner is on a hosted project;
-- where he is not, `isPartial` says that an older one may be open. Errors: 42501 for who is not signed in or suspended.
create or replace function public.console_sync_health() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_answer jsonb;
begin
  if auth.uid() is null or not private.is_active() then
    raise exception 'Sign in first.' using errcode = '42501';
  end if;
  with writers as (
    -- Savepoints that wrote have ids and locks of their own: one row a backend.
    select distinct on (l.pid) a.xact_start as since,
      case when a.datname = pg_catalog.current_database() then 'here' else 'elsewhere' end as place
    from pg_catalog.pg_locks l
    left join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted
      and l.pid is not null and l.pid <> pg_catalog.pg_backend_pid()
    union all
    select p.prepared, 'prepared' from pg_catalog.pg_prepared_xacts p
  ), oldest as (
    select w.since, w.place from writers w where w.since is not null order by w.since limit 1
  )
  select pg_catalog.jsonb_build_object(
    'now', (pg_catalog.date_part('epoch', private.clock_now()) * 1000000)::bigint,
    'snapshot', pg_catalog.pg_current_snapshot()::text,
    'openWrites', (select count(*) from writers),
    'oldestWrite', (
      select pg_catalog.jsonb_build_object(
        'ageMicros', greatest(0, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - o.since) * 1000000)::bigint),
        'place', o.place)
      from oldest o),
    'isPartial', (select exists (select 1 from writers w where w.since is null)))
  into v_answer;
  return v_answer;
end
$$;
revoke all on function public.console_sync_health() from public, anon, authenticated;
grant execute on function public.console_sync_health() to authenticated;
