-- layer: additive
-- Sync: who is told of a row that leaves, or comes into, sight while its audience is being changed by someone else.
--
-- The triggers of 511 read the audience of a booking as their own transaction sees it. Two that are open at the same
-- time would each miss what the other does: a message is deleted while its booking is handed to another tutor, who pulls
-- it in between and is never told that it went; or a parent is linked to a child between a change and its commit. So
-- whoever counts on an audience holds it still until the end of the transaction, and whoever changes it waits. Where the
-- transaction's snapshot is older than the wait (REPEATABLE READ), it fails with 40001 instead of telling too few.

-- The parents of a student. One of 64 locks, so that a statement over many students stays below the size of the lock table.
create or replace function sync.hold_family(p_student uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_catalog.pg_advisory_xact_lock_shared(1718185261, pg_catalog.hashtext(p_student::text) & 63);
  if pg_catalog.current_setting('transaction_isolation') <> 'read committed' then
    insert into private.access_epochs (user_id, epoch) values (p_student, 1) on conflict do nothing;
    perform 1 from private.access_epochs e where e.user_id = p_student for share;
  end if;
end $$;
revoke all on function sync.hold_family(uuid) from public, anon, authenticated;

create or replace function sync.change_family() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_lock integer;
begin
  for v_lock in
    select distinct pg_catalog.hashtext(c::text) & 63
    from unnest(array[case when tg_op <> 'INSERT' then old.child_id end, case when tg_op <> 'DELETE' then new.child_id end]) c
    where c is not null order by 1
  loop
    perform pg_catalog.pg_advisory_xact_lock(1718185261, v_lock);
  end loop;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
revoke all on function sync.change_family() from public, anon, authenticated;
drop trigger if exists aa_sync_family on public.parent_child_links;
create trigger aa_sync_family before insert or update or delete on public.parent_child_links
  for each row execute function sync.change_family();
alter table public.parent_child_links enable always trigger aa_sync_family;

create or replace function sync.hold_families() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op <> 'INSERT' then
    perform sync.hold_family(old.student_id);
  end if;
  if tg_op <> 'DELETE' then
    perform sync.hold_family(new.student_id);
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
revoke all on function sync.hold_families() from public, anon, authenticated;
drop trigger if exists aa_sync_families on public.bookings;
create trigger aa_sync_families before insert or delete or update of id, tutor_id, student_id, payer_id on public.bookings
  for each row execute function sync.hold_families();
alter table public.bookings enable always trigger aa_sync_families;
drop trigger if exists aa_sync_families on public.sessions;
create trigger aa_sync_families before delete or update of student_id on public.sessions
  for each row execute function sync.hold_families();
alter table public.sessions enable always trigger aa_sync_families;

-- A message and the parties of its booking: FOR SHARE keeps the booking from being handed on until the message is there,
-- or gone, for everyone.
create or replace function sync.hold_booking() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_student uuid;
begin
  for v_student in
    select b.student_id from public.bookings b
    where b.id in (case when tg_op <> 'INSERT' then old.booking_id end, case when tg_op <> 'DELETE' then new.booking_id end)
    order by b.id for share
  loop
    perform sync.hold_family(v_student);
  end loop;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
revoke all on function sync.hold_booking() from public, anon, authenticated;
drop trigger if exists aa_sync_booking on public.booking_messages;
create trigger aa_sync_booking before insert or delete or update of booking_id on public.booking_messages
  for each row execute function sync.hold_booking();
alter table public.booking_messages enable always trigger aa_sync_booking;

-- Whether an error may be gone the next time: those end the call, everything else is an answer. 25006: the database takes
-- no writes just now, as when a hosted one has run out of disk or another server takes over.
create or replace function sync.is_passing(p_sqlstate text) returns boolean
language sql immutable set search_path = '' as $$
  select p_sqlstate in ('25006', '40001', '40P01', '55P03', '57014') or p_sqlstate ~ '^(53|08|57P)'
$$;
revoke all on function sync.is_passing(text) from public, anon;
grant execute on function sync.is_passing(text) to authenticated;
