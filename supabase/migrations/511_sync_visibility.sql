-- layer: additive
-- Sync, part 3: visibility that hangs on another table's rows, and pages of the visibility log.
--
-- A row can come into sight, or leave it, without being touched itself. Each trigger here stands for one policy
-- that reads another table. They log on every change that may matter and never ask whether it does: two
-- transactions that each see the other's booking still standing would both decide that nothing was lost.

-- Access epoch: grows when the caller's roles, suspension or family change as a whole. The client then purges and
-- pulls anew, so that policies that hang on those need no log entries.
create or replace function sync.access_epoch() returns bigint
language sql stable security definer set search_path = '' as $$ select private.access_epoch(auth.uid()) $$;
revoke all on function sync.access_epoch() from public, anon;
grant execute on function sync.access_epoch() to authenticated;

create or replace function sync.family_changed() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.bump_access_epoch(u.id)
  from (select distinct v.id from (values (old.parent_id), (old.child_id), (new.parent_id), (new.child_id)) v(id)) u
  where u.id is not null
  order by u.id;
  return null;
end $$;
revoke all on function sync.family_changed() from public, anon, authenticated;
drop trigger if exists zz_sync_family_changed on public.parent_child_links;
create trigger zz_sync_family_changed after insert or update or delete on public.parent_child_links
  for each row execute function sync.family_changed();
alter table public.parent_child_links enable always trigger zz_sync_family_changed;

-- Everyone who sees a booking, its session and its messages, staff apart: the parties, who pays, and the parents.
create or replace function sync.booking_audience(p_tutor uuid, p_student uuid, p_payer uuid) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select v.id from (values (p_tutor), (p_student), (p_payer)) v(id) where v.id is not null
  union select l.parent_id from public.parent_child_links l where l.child_id = p_student
$$;
revoke all on function sync.booking_audience(uuid, uuid, uuid) from public, anon, authenticated;

-- Whose names a booking lets whom see: the policy of people, turned around.
create or replace function sync.booking_people(p_tutor uuid, p_student uuid, p_payer uuid)
returns table (person uuid, principal uuid)
language sql stable security definer set search_path = '' as $$
  select v.person, v.principal
  from (values (p_student, p_tutor), (p_payer, p_tutor), (p_tutor, p_student), (p_tutor, p_payer)) v(person, principal)
  where v.person is not null and v.principal is not null
  union select p_tutor, l.parent_id from public.parent_child_links l where l.child_id = p_student
$$;
revoke all on function sync.booking_people(uuid, uuid, uuid) from public, anon, authenticated;

create or replace function sync.log_people_gained() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into sync.visibility_log (tbl, row_id, principal, kind)
  select distinct 'people', v.person, v.principal, 'G'
  from (select distinct tutor_id, student_id, payer_id from new_rows) b,
    sync.booking_people(b.tutor_id, b.student_id, b.payer_id) v;
  return null;
end $$;
revoke all on function sync.log_people_gained() from public, anon, authenticated;

-- people and booking_messages follow a booking's audience when it changes; so does the booking for parents, who
-- stand in none of its columns.
create or replace function sync.log_booking_moved() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into sync.visibility_log (tbl, row_id, principal, kind)
  select 'people', v.person, v.principal, 'R' from sync.booking_people(old.tutor_id, old.student_id, old.payer_id) v
  union all
  select 'people', v.person, v.principal, 'G' from sync.booking_people(new.tutor_id, new.student_id, new.payer_id) v
  union all
  select 'bookings', old.id, a, 'R' from sync.booking_audience(old.tutor_id, old.student_id, old.payer_id) a
  union all
  select 'booking_messages', m.id, a, 'R'
  from public.booking_messages m, sync.booking_audience(old.tutor_id, old.student_id, old.payer_id) a
  where m.booking_id = old.id
  union all
  select 'booking_messages', m.id, a, 'G'
  from public.booking_messages m, sync.booking_audience(new.tutor_id, new.student_id, new.payer_id) a
  where m.booking_id = new.id;
  return null;
end $$;
revoke all on function sync.log_booking_moved() from public, anon, authenticated;

-- BEFORE DELETE: afterwards the cascade has taken the messages away.
create or replace function sync.log_booking_deleted() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into sync.visibility_log (tbl, row_id, principal, kind)
  select 'people', v.person, v.principal, 'R' from sync.booking_people(old.tutor_id, old.student_id, old.payer_id) v
  union all
  select 'bookings', old.id, a, 'D' from sync.booking_audience(old.tutor_id, old.student_id, old.payer_id) a
  union all
  select 'booking_messages', m.id, a, 'D'
  from public.booking_messages m, sync.booking_audience(old.tutor_id, old.student_id, old.payer_id) a
  where m.booking_id = old.id;
  return old;
end $$;
revoke all on function sync.log_booking_deleted() from public, anon, authenticated;

-- A message that goes, or moves to another booking, leaves the sight of its booking's audience.
create or replace function sync.log_message_gone() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into sync.visibility_log (tbl, row_id, principal, kind)
  select 'booking_messages', old.id, a, 'D'
  from public.bookings b, sync.booking_audience(b.tutor_id, b.student_id, b.payer_id) a
  where b.id = old.booking_id;
  return null;
end $$;
revoke all on function sync.log_message_gone() from public, anon, authenticated;

-- Sessions carry their parties themselves; only the parents stand in none of their columns.
create or replace function sync.log_session_gone() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into sync.visibility_log (tbl, row_id, principal, kind)
  select 'sessions', old.id, l.parent_id, case when tg_op = 'DELETE' then 'D' else 'R' end
  from public.parent_child_links l where l.child_id = old.student_id;
  return null;
end $$;
revoke all on function sync.log_session_gone() from public, anon, authenticated;

drop trigger if exists zz_sync_people_gained on public.bookings;
create trigger zz_sync_people_gained after insert on public.bookings
  referencing new table as new_rows for each statement execute function sync.log_people_gained();
drop trigger if exists zz_sync_booking_moved on public.bookings;
create trigger zz_sync_booking_moved after update of id, tutor_id, student_id, payer_id on public.bookings
  for each row when ((old.id, old.tutor_id, old.student_id, old.payer_id)
    is distinct from (new.id, new.tutor_id, new.student_id, new.payer_id))
  execute function sync.log_booking_moved();
drop trigger if exists zz_sync_booking_deleted on public.bookings;
create trigger zz_sync_booking_deleted before delete on public.bookings
  for each row execute function sync.log_booking_deleted();
alter table public.bookings enable always trigger zz_sync_people_gained,
  enable always trigger zz_sync_booking_moved, enable always trigger zz_sync_booking_deleted;

drop trigger if exists zz_sync_message_gone on public.booking_messages;
create trigger zz_sync_message_gone after delete or update of booking_id on public.booking_messages
  for each row execute function sync.log_message_gone();
alter table public.booking_messages enable always trigger zz_sync_message_gone;

drop trigger if exists zz_sync_session_gone on public.sessions;
create trigger zz_sync_session_gone after delete or update of student_id on public.sessions
  for each row execute function sync.log_session_gone();
alter table public.sessions enable always trigger zz_sync_session_gone;

-- One page of the log for the caller, and those of the named rows that are still in sight, at this snapshot.
create or replace function sync.log_page(p_snap pg_snapshot, p_xid xid8, p_seq bigint, p_limit integer, p_scope text[])
returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_low pg_catalog.xid8 := greatest(pg_snapshot_xmin(p_snap), p_xid);
  v_after bigint := case when v_low = p_xid then p_seq else 0 end;
  v_entries json;
  v_named jsonb;
  v_rechecked json;
  v_xid pg_catalog.xid8;
  v_seq bigint;
begin
  if pg_snapshot_xmin(p_snap) <= sync.purged_xid() then
    raise exception using errcode = 'SY002', message = 'The cursor is older than the log: pull everything again';
  end if;

  with entry as materialized (
    select l.sync_xid, l.seq, l.tbl, l.row_id, l.kind
    from sync.visibility_log l
    where (l.sync_xid, l.seq) > (v_low, v_after) and not pg_visible_in_snapshot(l.sync_xid, p_snap)
    order by l.sync_xid, l.seq limit p_limit
  )
  select
    coalesce(json_agg(json_build_array(e.tbl, e.row_id, e.kind)) filter (where e.tbl = any (p_scope)), '[]'),
    (array_agg(e.sync_xid))[p_limit], (array_agg(e.seq))[p_limit],
    (select jsonb_object_agg(n.tbl, n.ids) from (
      select i.tbl, jsonb_agg(distinct i.row_id) as ids from entry i where i.tbl = any (p_scope) group by i.tbl) n)
  into v_entries, v_xid, v_seq, v_named
  from entry e;

  select json_object_agg(n.key, sync.recheck(n.key, array(select jsonb_array_elements_text(n.value)::uuid)))
  into v_rechecked
  from jsonb_each(coalesce(v_named, '{}')) n;

  return json_build_object('entries', v_entries, 'rechecked', coalesce(v_rechecked, '{}'),
    'more', case when v_seq is not null then json_build_object('xid', v_xid::text, 'seq', v_seq) end);
end $$;
revoke all on function sync.log_page(pg_snapshot, xid8, bigint, integer, text[]) from public, anon;
grant execute on function sync.log_page(pg_snapshot, xid8, bigint, integer, text[]) to authenticated;
