-- layer: additive
-- What every booking action asks first: who, which row, in which state, at which time.
-- Errors: P0001 a rule refuses (DETAIL {"rule": ...}); SY020 the row has moved on; SY030 not there or not visible; 42501 role.

create or replace function private.refuse(p_rule text, p_message text, p_data jsonb default '{}') returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'P0001', message = p_message,
    detail = (pg_catalog.jsonb_build_object('rule', p_rule) || p_data)::text;
end
$$;

create or replace function private.not_found(p_what text) returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'SY030', message = pg_catalog.format('This %s does not exist or is not yours.', p_what),
    detail = pg_catalog.jsonb_build_object('rule', 'not_found', 'what', p_what)::text;
end
$$;

-- The caller's id. Raises 42501 unless signed in, with a profile, and not suspended.
create or replace function private.require_active() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  if not private.is_active() then
    raise exception 'This account may not do that.' using errcode = '42501';
  end if;
  return auth.uid();
end
$$;

-- Serialises everything that takes or frees a tutor's time. Taken before row locks, so that transactions with
-- several actions queue here instead of deadlocking on rows.
create or replace function private.lock_tutor(p_tutor_id uuid) returns void
language sql set search_path = '' as $$
  select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('tutor:' || p_tutor_id::text, 0))
$$;

create or replace function private.sides_on(p_booking public.bookings) returns text[]
language sql stable security definer set search_path = '' as $$
  select array_remove(array[
    case when p_booking.tutor_id = auth.uid() then 'tutor' end,
    case when auth.uid() in (p_booking.student_id, p_booking.payer_id)
      or p_booking.student_id in (select private.my_children()) then 'student' end,
    case when private.is_staff('admin') then 'admin' end,
    case when private.is_staff('support') then 'support' end], null)
$$;

-- The booking, locked until the end of the transaction. SY030 when the caller could not even see it.
create or replace function private.lock_booking(p_booking_id uuid) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings;
begin
  perform private.require_active();
  select * into v_booking from public.bookings b where b.id = p_booking_id;
  if not found or private.sides_on(v_booking) = '{}' then
    perform private.not_found('booking');
  end if;
  perform private.lock_tutor(v_booking.tutor_id);
  select * into strict v_booking from public.bookings b where b.id = p_booking_id for update;
  return v_booking;
end
$$;

-- As which side the caller acts: the first of p_allowed that he is. 42501 when he is none of them.
create or replace function private.actor_on(p_booking public.bookings, p_allowed text[]) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_sides text[] := private.sides_on(p_booking);
  v_side text;
begin
  foreach v_side in array p_allowed loop
    if v_side = any (v_sides) then
      return v_side;
    end if;
  end loop;
  raise exception 'Only the % may do that.', pg_catalog.array_to_string(p_allowed, ' or ')
    using errcode = '42501';
end
$$;

-- The state machine; the same table as `allowedFrom` in shared/domain/booking-status.ts.
create or replace function private.allowed_from(p_action text) returns text[]
language sql immutable set search_path = '' as $$
  select case p_action
    when 'confirm' then array['PENDING']
    when 'decline' then array['PENDING', 'COUNTER_PROPOSED']
    when 'counter_offer' then array['PENDING', 'COUNTER_PROPOSED']
    when 'accept_counter' then array['COUNTER_PROPOSED']
    when 'cancel' then array['PENDING', 'PARENT_APPROVED', 'PENDING_PARENT_APPROVAL', 'COUNTER_PROPOSED', 'CONFIRMED']
    when 'reschedule' then array['CONFIRMED']
    when 'mark_no_show' then array['CONFIRMED']
  end
$$;

create or replace function private.state_changed(p_message text, p_data jsonb default '{}') returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'SY020', message = p_message,
    detail = (pg_catalog.jsonb_build_object('rule', 'state') || p_data)::text;
end
$$;

create or replace function private.check_state(p_booking public.bookings, p_action text) returns void
language plpgsql set search_path = '' as $$
begin
  if p_booking.status = any (private.allowed_from(p_action)) then
    return;
  end if;
  perform private.state_changed(
    pg_catalog.format('This is no longer possible: the booking is %s.', case p_booking.status
      when 'PENDING' then 'waiting for the tutor'
      when 'PENDING_PARENT_APPROVAL' then 'waiting for the parent'
      when 'PARENT_APPROVED' then 'waiting for payment'
      when 'PARENT_REJECTED' then 'rejected by the parent'
      when 'COUNTER_PROPOSED' then 'waiting for the student''s answer'
      when 'NO_SHOW' then 'marked as a no-show'
      else pg_catalog.lower(p_booking.status) end),
    pg_catalog.jsonb_build_object('action', p_action, 'status', p_booking.status, 'bookingId', p_booking.id));
end
$$;

-- A span that may be offered: in the future, 30 to 300 minutes (the platform's limits).
create or replace function private.check_span(p_start_at timestamptz, p_end_at timestamptz) returns void
language plpgsql stable set search_path = '' as $$
begin
  if p_start_at is null or p_end_at is null or p_end_at - p_start_at not between interval '30 minutes' and interval '300 minutes' then
    perform private.refuse('duration', 'A lesson lasts between 30 minutes and 5 hours.');
  end if;
  if p_start_at <= private.clock_now() then
    perform private.refuse('past', 'This time has already passed.');
  end if;
end
$$;

-- Occurrences of a block that touch [p_from, p_to). Recurrence: DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, COUNT and
-- UNTIL, on the wall clock of the tutor's zone. Another rule counts as its first occurrence only.
create or replace function private.block_occurrences(
  p_block public.tutor_unavailability_blocks, p_zone text, p_from timestamptz, p_to timestamptz
) returns table (start_at timestamptz, end_at timestamptz)
language plpgsql stable set search_path = '' as $$
declare
  v_rule text := pg_catalog.upper(pg_catalog.regexp_replace(coalesce(p_block.rrule, ''), '^RRULE:', '', 'i'));
  v_freq text := substring(v_rule from 'FREQ=([A-Z]+)');
  v_every integer := greatest(coalesce(substring(v_rule from 'INTERVAL=(\d+)')::integer, 1), 1);
  v_count integer := substring(v_rule from 'COUNT=(\d+)')::integer;
  v_days text[] := pg_catalog.string_to_array(substring(v_rule from 'BYDAY=([A-Z,]+)'), ',');
  v_until_text text := substring(v_rule from 'UNTIL=(\d{8}(?:T\d{6}Z?)?)');
  v_until timestamptz;
  v_first timestamp := p_block.start_at at time zone p_zone;
  v_length interval := p_block.end_at - p_block.start_at;
begin
  if not p_block.is_recurring or v_freq is null or v_freq not in ('DAILY', 'WEEKLY', 'MONTHLY') then
    return query select p_block.start_at, p_block.end_at
      where p_block.start_at < p_to and p_block.end_at > p_from;
    return;
  end if;
  if v_until_text is not null then
    v_until := case
      when pg_catalog.length(v_until_text) = 8 then
        (pg_catalog.to_date(v_until_text, 'YYYYMMDD') + interval '1 day' - interval '1 microsecond') at time zone p_zone
      when v_until_text like '%Z' then
        pg_catalog.to_timestamp(v_until_text, 'YYYYMMDD"T"HH24MISS')::timestamp at time zone 'UTC'
      else pg_catalog.to_timestamp(v_until_text, 'YYYYMMDD"T"HH24MISS')::timestamp at time zone p_zone end;
  end if;
  return query
  with days as (
    select d.day::date as day
    from pg_catalog.generate_series(v_first::date, (p_to at time zone p_zone)::date, interval '1 day') as d(day)
  ), hits as (
    select (day + v_first::time) at time zone p_zone as begins, pg_catalog.row_number() over (order by day) as nth
    from days
    where case v_freq
      when 'DAILY' then (day - v_first::date) % v_every = 0
        and (v_days is null or pg_catalog.left(pg_catalog.upper(pg_catalog.to_char(day, 'Dy')), 2) = any (v_days))
      when 'WEEKLY' then
        ((pg_catalog.date_trunc('week', day)::date - pg_catalog.date_trunc('week', v_first)::date) / 7) % v_every = 0
        and pg_catalog.left(pg_catalog.upper(pg_catalog.to_char(day, 'Dy')), 2)
          = any (coalesce(v_days, array[pg_catalog.left(pg_catalog.upper(pg_catalog.to_char(v_first, 'Dy')), 2)]))
      else extract(day from day) = extract(day from v_first)
        and ((extract(year from day) - extract(year from v_first)) * 12
          + extract(month from day) - extract(month from v_first))::integer % v_every = 0
      end
  )
  select h.begins, h.begins + v_length from hits h
  where (v_count is null or h.nth <= v_count) and (v_until is null or h.begins <= v_until)
    and h.begins < p_to and h.begins + v_length > p_from;
end
$$;

-- Refuses (rule overlap or blocked) when the tutor is not free in the span. p_except: the booking that is being moved.
create or replace function private.check_free(
  p_tutor_id uuid, p_start_at timestamptz, p_end_at timestamptz, p_except uuid
) returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  v_zone text := coalesce(
    (select s.timezone from public.tutor_schedules s where s.tutor_id = p_tutor_id), 'America/Port_of_Spain');
  v_conflicts jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'type', 'booking', 'id', b.id, 'startAt', private.to_micros(b.confirmed_start_at),
      'endAt', private.to_micros(b.confirmed_end_at)) order by b.confirmed_start_at)
  into v_conflicts
  from public.bookings b
  where b.tutor_id = p_tutor_id and b.status = 'CONFIRMED' and b.id is distinct from p_except
    and b.confirmed_start_at < p_end_at and b.confirmed_end_at > p_start_at;
  if v_conflicts is not null then
    perform private.refuse('overlap', 'Another confirmed lesson takes this time.',
      pg_catalog.jsonb_build_object('conflicts', v_conflicts));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'type', 'unavailability', 'id', k.id, 'startAt', private.to_micros(o.start_at),
      'endAt', private.to_micros(o.end_at)) order by o.start_at)
  into v_conflicts
  from public.tutor_unavailability_blocks k
  cross join lateral private.block_occurrences(k, v_zone, p_start_at, p_end_at) o
  where k.tutor_id = p_tutor_id and k.start_at < p_end_at;
  if v_conflicts is not null then
    perform private.refuse('blocked', 'The tutor is marked as unavailable at this time.',
      pg_catalog.jsonb_build_object('conflicts', v_conflicts));
  end if;
end
$$;

revoke all on function private.refuse(text, text, jsonb) from public, anon, authenticated;
revoke all on function private.not_found(text) from public, anon, authenticated;
revoke all on function private.require_active() from public, anon, authenticated;
revoke all on function private.lock_tutor(uuid) from public, anon, authenticated;
revoke all on function private.sides_on(public.bookings) from public, anon, authenticated;
revoke all on function private.lock_booking(uuid) from public, anon, authenticated;
revoke all on function private.actor_on(public.bookings, text[]) from public, anon, authenticated;
revoke all on function private.allowed_from(text) from public, anon, authenticated;
revoke all on function private.state_changed(text, jsonb) from public, anon, authenticated;
revoke all on function private.check_state(public.bookings, text) from public, anon, authenticated;
revoke all on function private.check_span(timestamptz, timestamptz) from public, anon, authenticated;
revoke all on function private.block_occurrences(public.tutor_unavailability_blocks, text, timestamptz, timestamptz)
  from public, anon, authenticated;
revoke all on function private.check_free(uuid, timestamptz, timestamptz, uuid) from public, anon, authenticated;
