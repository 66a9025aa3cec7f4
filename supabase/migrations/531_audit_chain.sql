-- layer: additive
-- The hash chain over audit_log. It is computed at commit: a chain computed inside the transaction would hold its
-- lock for the whole of every writing transaction.

create table if not exists private.audit_chain (
  seq bigint primary key,
  audit_id uuid not null unique,
  prev_hash bytea not null,
  hash bytea not null
);
revoke all on private.audit_chain from public, anon, authenticated, service_role;

-- Hash of one entry: its place, the hash before it, and every column in a fixed order and zone.
create or replace function private.audit_hash(p_seq bigint, p_prev_hash bytea, p_entry public.audit_log) returns bytea
language sql stable set search_path = '' set timezone = 'UTC' as $$
  select pg_catalog.sha256(p_prev_hash || pg_catalog.convert_to(pg_catalog.jsonb_build_array(
    p_seq, p_entry.id, p_entry.at, p_entry.actor_id, p_entry.actor_role, p_entry.action, p_entry.target_type,
    p_entry.target_id, p_entry.target_label, p_entry.details, p_entry.reason)::text, 'UTF8'))
$$;

-- Links one entry. The lock is taken here, at commit, and ends with the transaction a moment later.
create or replace function private.audit_chain_append() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_seq bigint;
  v_hash bytea;
begin
  perform pg_catalog.pg_advisory_xact_lock(7301, 1);
  select c.seq, c.hash into v_seq, v_hash from private.audit_chain c order by c.seq desc limit 1;
  v_seq := coalesce(v_seq, 0) + 1;
  v_hash := coalesce(v_hash, '\x00'::bytea);
  insert into private.audit_chain (seq, audit_id, prev_hash, hash)
  values (v_seq, new.id, v_hash, private.audit_hash(v_seq, v_hash, new));
  return null;
end
$$;

create or replace function private.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception '% is append-only.', tg_table_name using errcode = '42501';
end
$$;

drop trigger if exists console_audit_chain on public.audit_log;
create constraint trigger console_audit_chain after insert on public.audit_log
  deferrable initially deferred for each row execute function private.audit_chain_append();
drop trigger if exists console_audit_append_only on public.audit_log;
create trigger console_audit_append_only before update or delete on public.audit_log
  for each row execute function private.refuse_change();
drop trigger if exists console_audit_no_truncate on public.audit_log;
create trigger console_audit_no_truncate before truncate on public.audit_log
  for each statement execute function private.refuse_change();
drop trigger if exists console_audit_append_only on private.audit_chain;
create trigger console_audit_append_only before update or delete on private.audit_chain
  for each row execute function private.refuse_change();
drop trigger if exists console_audit_no_truncate on private.audit_chain;
create trigger console_audit_no_truncate before truncate on private.audit_chain
  for each statement execute function private.refuse_change();

-- Links entries that were loaded with triggers off, in order of time. Returns how many. For bulk loaders only.
create or replace function private.audit_chain_extend() returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_entry public.audit_log;
  v_seq bigint;
  v_hash bytea;
  v_next bytea;
  v_count bigint := 0;
begin
  perform pg_catalog.pg_advisory_xact_lock(7301, 1);
  select c.seq, c.hash into v_seq, v_hash from private.audit_chain c order by c.seq desc limit 1;
  v_seq := coalesce(v_seq, 0);
  v_hash := coalesce(v_hash, '\x00'::bytea);
  for v_entry in
    select a.* from public.audit_log a
    where not exists (select 1 from private.audit_chain c where c.audit_id = a.id)
    order by a.at, a.id
  loop
    v_seq := v_seq + 1;
    v_next := private.audit_hash(v_seq, v_hash, v_entry);
    insert into private.audit_chain (seq, audit_id, prev_hash, hash) values (v_seq, v_entry.id, v_hash, v_next);
    v_hash := v_next;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

-- Writes one entry in the caller's transaction. Every function that changes something calls it.
create or replace function private.audit(
  p_action text, p_target_type text, p_target_id uuid, p_details jsonb default '{}', p_reason text default null,
  p_target_label text default null
) returns void
language sql security definer set search_path = '' as $$
  insert into public.audit_log (actor_id, actor_role, action, target_type, target_id, target_label, details, reason)
  values (
    auth.uid(),
    coalesce(
      nullif(pg_catalog.array_to_string(private.staff_roles(auth.uid()), '+'), ''),
      (select p.role from public.profiles p where p.id = auth.uid()),
      'system'),
    p_action, p_target_type, p_target_id, p_target_label, coalesce(p_details, '{}'), nullif(p_reason, ''))
$$;

-- Checks the whole chain. Admins only. Returns {ok, checked, headSeq, headHash, firstBad: null | {seq, auditId, reason}};
-- reasons: altered, broken_link, gap, missing_entry, unchained. Keep headSeq and headHash elsewhere: a tail that was
-- cut off as a whole can only be seen by comparing with them.
create or replace function public.console_audit_verify() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_result jsonb;
begin
  if not private.is_staff('admin') then
    raise exception 'Only an admin may verify the audit log.' using errcode = '42501';
  end if;
  with links as (
    select c.*, pg_catalog.lag(c.seq, 1, 0::bigint) over w as before_seq,
      pg_catalog.lag(c.hash, 1, '\x00'::bytea) over w as before_hash
    from private.audit_chain c window w as (order by c.seq)
  ), judged as (
    select l.seq, coalesce(l.audit_id, a.id) as audit_id, l.hash, case
      when l.seq is null then 'unchained'
      when a.id is null then 'missing_entry'
      when l.seq <> l.before_seq + 1 then 'gap'
      when l.prev_hash <> l.before_hash then 'broken_link'
      when l.hash <> private.audit_hash(l.seq, l.prev_hash, a) then 'altered'
    end as fault
    from links l full join public.audit_log a on a.id = l.audit_id
  )
  select pg_catalog.jsonb_build_object(
    'ok', not exists (select 1 from judged where fault is not null),
    'checked', (select count(*) from judged),
    'headSeq', coalesce((select max(seq) from judged), 0),
    'headHash', (select pg_catalog.encode(hash, 'hex') from judged where seq is not null order by seq desc limit 1),
    'firstBad', (select pg_catalog.jsonb_build_object('seq', seq, 'auditId', audit_id, 'reason', fault)
      from judged where fault is not null order by seq nulls last limit 1))
  into v_result;
  return v_result;
end
$$;

revoke all on function private.audit_hash(bigint, bytea, public.audit_log) from public, anon, authenticated;
revoke all on function private.audit_chain_append() from public, anon, authenticated;
revoke all on function private.refuse_change() from public, anon, authenticated;
revoke all on function private.audit_chain_extend() from public, anon, authenticated;
revoke all on function private.audit(text, text, uuid, jsonb, text, text) from public, anon, authenticated;
grant execute on function private.audit(text, text, uuid, jsonb, text, text) to service_role;
revoke all on function public.console_audit_verify() from public, anon, authenticated;
grant execute on function public.console_audit_verify() to authenticated;
