-- layer: hardening
-- Tables that only server functions write from now on: their rows are read under the console's policies, and every write
-- goes through an RPC that checks and audits it.

do $$
declare
  v_table text;
  v_policy name;
begin
  foreach v_table in array array[
    'parent_child_links', 'bookings', 'booking_messages', 'sessions', 'noshow_claims', 'notifications',
    'tutor_availability_rules', 'tutor_unavailability_blocks'
  ] loop
    for v_policy in
      select p.policyname from pg_catalog.pg_policies p
      where p.schemaname = 'public' and p.tablename = v_table and p.policyname not like 'console\_%'
    loop
      execute pg_catalog.format('drop policy %I on public.%I', v_policy, v_table);
    end loop;
    execute pg_catalog.format('revoke all on public.%I from public, anon, authenticated', v_table);
    execute pg_catalog.format('grant select on public.%I to authenticated', v_table);
  end loop;

  -- The catalogue stays as public as the platform made it, and a tutor's prices stay his own; but a suspended user
  -- reads and writes none of it, and nobody needs TRUNCATE, which row security does not cover.
  foreach v_table in array array['subjects', 'tutor_subjects', 'session_types'] loop
    execute pg_catalog.format('revoke truncate, references, trigger on public.%I from public, anon, authenticated', v_table);
    execute pg_catalog.format('revoke insert, update, delete on public.%I from public, anon', v_table);
    execute pg_catalog.format('drop policy if exists console_not_suspended on public.%I', v_table);
    execute pg_catalog.format(
      'create policy console_not_suspended on public.%I as restrictive for all to authenticated '
      || 'using (not (select private.is_suspended())) with check (not (select private.is_suspended()))', v_table);
  end loop;
end
$$;

-- Row security does not reach into SECURITY DEFINER functions, the platform's included: a suspended user is stopped at
-- the tables themselves.
create or replace function private.refuse_suspended_writer() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if auth.uid() is not null and private.is_suspended() then
    raise exception 'This account is suspended.' using errcode = '42501';
  end if;
  return null;
end
$$;
revoke all on function private.refuse_suspended_writer() from public, anon, authenticated;

do $$
declare
  v_table text;
begin
  foreach v_table in array array[
    'parent_child_links', 'bookings', 'booking_messages', 'sessions', 'noshow_claims', 'tutor_subjects', 'session_types',
    'tutor_availability_rules', 'tutor_unavailability_blocks'
  ] loop
    execute pg_catalog.format('drop trigger if exists console_refuse_suspended on public.%I', v_table);
    execute pg_catalog.format(
      'create trigger console_refuse_suspended before insert or update or delete on public.%I '
      || 'for each statement execute function private.refuse_suspended_writer()', v_table);
  end loop;
end
$$;

-- create_booking_request lets the caller's price win. Whoever asks for a lesson pays at least what the tutor asks.
create or replace function private.guard_booking_price() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_price numeric(10, 2);
begin
  if coalesce(auth.role(), '') not in ('anon', 'authenticated') then
    return new;
  end if;
  if new.session_type_id is not null then
    select t.price_ttd into v_price from public.session_types t
    where t.id = new.session_type_id and t.tutor_id = new.tutor_id and t.is_active;
  else
    select s.price_per_hour_ttd * (extract(epoch from new.requested_end_at - new.requested_start_at) / 3600) into v_price
    from public.tutor_subjects s where s.tutor_id = new.tutor_id and s.subject_id = new.subject_id;
  end if;
  if v_price is null then
    perform private.refuse('price', 'This tutor does not offer that lesson.');
  end if;
  if new.price_ttd < v_price then
    perform private.refuse('price', pg_catalog.format('This lesson costs TT$%s.', v_price),
      pg_catalog.jsonb_build_object('priceCents', (v_price * 100)::bigint));
  end if;
  return new;
end
$$;
revoke all on function private.guard_booking_price() from public, anon, authenticated;
drop trigger if exists console_guard_price on public.bookings;
create trigger console_guard_price before insert on public.bookings
  for each row execute function private.guard_booking_price();

-- Doubled and overlapping hours were accepted. Fails, and names the rows, when a database still holds some.
select private.ensure_constraint(
  'public.tutor_availability_rules', 'tutor_availability_rules_no_overlap',
  $$exclude using gist (
    tutor_id with =, day_of_week with =,
    numrange(extract(epoch from start_time), extract(epoch from end_time)) with &&
  ) where (is_active)$$);

-- A confirmed booking without times counts as taking all time. Old rows of that kind stay until they are next written.
select private.ensure_constraint(
  'public.bookings', 'bookings_confirmed_has_times',
  $$check (status <> 'CONFIRMED'
    or (confirmed_start_at is not null and confirmed_end_at is not null
      and confirmed_end_at > confirmed_start_at)) not valid$$);
