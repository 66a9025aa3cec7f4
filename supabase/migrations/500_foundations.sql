-- layer: additive
-- Schema for logic, and the one clock that every domain rule reads.

create schema if not exists private;
revoke all on schema private from public, anon, authenticated;
-- Policies of public tables call helpers in here, so the roles that evaluate them must be able to enter;
-- the schema is not exposed by PostgREST, and each function is granted on its own.
grant usage on schema private to authenticated, service_role;

create schema if not exists extensions;
create extension if not exists btree_gist with schema extensions;

-- now(), shifted by the database setting itutor.clock_offset where demonstrations and tests freeze a base date.
create or replace function private.clock_now() returns timestamptz
language sql stable set search_path = '' as $$
  select pg_catalog.now()
    + coalesce(nullif(pg_catalog.current_setting('itutor.clock_offset', true), ''), '0')::interval
$$;
revoke all on function private.clock_now() from public, anon, authenticated;
grant execute on function private.clock_now() to authenticated, service_role;

-- The same clock running on within a transaction, for rows whose order among themselves matters.
create or replace function private.clock_tick() returns timestamptz
language sql volatile set search_path = '' as $$
  select private.clock_now() + (pg_catalog.clock_timestamp() - pg_catalog.now())
$$;
revoke all on function private.clock_tick() from public, anon, authenticated;

-- Microseconds since the epoch, the wire form of an instant. Exact: no floating point on the way.
create or replace function private.to_micros(p_at timestamptz) returns bigint
language sql immutable strict set search_path = '' as $$
  select (extract(epoch from p_at) * 1000000)::bigint
$$;

create or replace function private.from_micros(p_micros bigint) returns timestamptz
language sql immutable strict set search_path = '' as $$
  select timestamptz 'epoch' + p_micros * interval '1 microsecond'
$$;
revoke all on function private.to_micros(timestamptz) from public, anon, authenticated;
revoke all on function private.from_micros(bigint) from public, anon, authenticated;
grant execute on function private.to_micros(timestamptz) to authenticated, service_role;
grant execute on function private.from_micros(bigint) to authenticated, service_role;

-- Adds a table constraint once. Existing rows are not judged on a database that already has the table:
-- p_definition may end in NOT VALID.
create or replace function private.ensure_constraint(p_table regclass, p_name text, p_definition text) returns void
language plpgsql set search_path = '' as $$
begin
  if not exists (
    select 1 from pg_catalog.pg_constraint c where c.conrelid = p_table and c.conname = p_name
  ) then
    execute pg_catalog.format('alter table %s add constraint %I %s', p_table, p_name, p_definition);
  end if;
end
$$;
revoke all on function private.ensure_constraint(regclass, text, text) from public, anon, authenticated;
