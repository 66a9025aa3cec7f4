-- Realtime: broadcasts from SQL, authorisation of private channels, and change feeds of published tables.
create schema if not exists realtime authorization supabase_realtime_admin;
grant usage on schema realtime to anon, authenticated, service_role, postgres;

-- Hosted it is partitioned by day; here one table is enough, the gateway removes what is older than three days.
create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
);
create index if not exists messages_inserted_at_idx on realtime.messages (inserted_at);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
grant all on realtime.messages to postgres;

create or replace function realtime.topic() returns text
language sql stable set search_path = '' as $$
  select nullif(current_setting('realtime.topic', true), '')::text
$$;

-- Sends a message to everyone on a channel. Never fails its caller, as hosted: trouble is a warning.
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void language plpgsql set search_path = '' as $$
declare
  generated_id uuid := gen_random_uuid();
begin
  begin
    perform set_config('realtime.topic', topic, true);
    insert into realtime.messages (id, payload, event, topic, private, extension)
    values (
      generated_id,
      case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(generated_id)) end,
      event, topic, private, 'broadcast'
    );
  exception when others then
    raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
  end;
end $$;

-- NOTIFY carries at most 8,000 bytes, so only the key goes through it.
create or replace function realtime.announce_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_notify('realtime_message', new.id::text);
  return null;
end $$;
create or replace trigger announce_message after insert on realtime.messages
  for each row when (new.extension = 'broadcast' and new.event is not null)
  execute function realtime.announce_message();

-- A change of a published table: table, operation and primary key; the gateway reads the row as each subscriber.
create or replace function realtime.announce_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  changed jsonb;
  key jsonb;
begin
  changed := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  select jsonb_object_agg(a.attname, changed -> a.attname::text) into key
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = tg_relid and i.indisprimary;
  if key is not null then
    perform pg_notify('realtime_change', jsonb_build_object(
      'schema', tg_table_schema, 'table', tg_table_name, 'type', tg_op, 'key', key,
      'at', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text);
  end if;
  return null;
end $$;

-- Keeps the announcing trigger on exactly the tables of the publication supabase_realtime.
create or replace function realtime.attach_published() returns void
language plpgsql security definer set search_path = '' as $$
declare
  item record;
begin
  for item in
    select n.nspname as schema_name, c.relname as table_name
    from pg_catalog.pg_trigger t
    join pg_catalog.pg_class c on c.oid = t.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where t.tgname = 'realtime_announce_change' and not exists (
      select from pg_catalog.pg_publication_tables p
      where p.pubname = 'supabase_realtime' and p.schemaname = n.nspname and p.tablename = c.relname)
  loop
    execute format('drop trigger realtime_announce_change on %I.%I', item.schema_name, item.table_name);
  end loop;
  for item in
    select p.schemaname as schema_name, p.tablename as table_name
    from pg_catalog.pg_publication_tables p
    where p.pubname = 'supabase_realtime' and not exists (
      select from pg_catalog.pg_trigger t
      where t.tgname = 'realtime_announce_change'
        and t.tgrelid = format('%I.%I', p.schemaname, p.tablename)::regclass)
  loop
    execute format(
      'create trigger realtime_announce_change after insert or update or delete on %I.%I
         for each row execute function realtime.announce_change()', item.schema_name, item.table_name);
  end loop;
end $$;

create or replace function realtime.on_publication_change() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.attach_published();
end $$;
drop event trigger if exists realtime_publication;
create event trigger realtime_publication on ddl_command_end
  when tag in ('ALTER PUBLICATION', 'CREATE PUBLICATION')
  execute function realtime.on_publication_change();

select realtime.attach_published();
grant execute on all functions in schema realtime to anon, authenticated, service_role, postgres;
revoke execute on function realtime.attach_published(), realtime.announce_change(), realtime.announce_message(),
  realtime.on_publication_change() from public, anon, authenticated, service_role;
