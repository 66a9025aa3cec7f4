-- layer: additive
-- Answering a request: confirm, decline, propose another time, accept it.

-- Tells the student, and whoever pays for him.
create or replace function private.notify_family(
  p_booking public.bookings, p_type text, p_title text, p_message text, p_at timestamptz
) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_reader uuid;
begin
  foreach v_reader in array array_remove(array[p_booking.student_id, nullif(p_booking.payer_id, p_booking.student_id)], null)
  loop
    perform private.notify(
      v_reader, p_type, p_title, pg_catalog.replace(p_message, '{time}', private.say_time(p_at, v_reader)), p_booking.id);
  end loop;
end
$$;

create or replace function private.tell_tutor(
  p_booking public.bookings, p_type text, p_title text, p_message text, p_at timestamptz
) returns void
language sql security definer set search_path = '' as $$
  select private.notify(
    p_booking.tutor_id, p_type, p_title,
    pg_catalog.replace(p_message, '{time}', private.say_time(p_at, p_booking.tutor_id)), p_booking.id)
$$;

-- The lesson of a confirmed booking. Confirmation and session are one transaction: a confirmed booking without a
-- session was the platform's most debugged defect.
create or replace function private.ensure_session(p_booking public.bookings) returns public.sessions
language plpgsql security definer set search_path = '' as $$
declare
  v_session public.sessions;
  v_minutes integer := (extract(epoch from p_booking.confirmed_end_at - p_booking.confirmed_start_at) / 60)::integer;
begin
  insert into public.sessions (
    booking_id, tutor_id, student_id, provider, scheduled_start_at, scheduled_end_at, duration_minutes,
    no_show_wait_minutes, min_payable_minutes, status, charge_scheduled_at, charge_amount_ttd, payout_amount_ttd,
    platform_fee_ttd, payer_id, payment_status, created_at, updated_at)
  values (
    p_booking.id, p_booking.tutor_id, p_booking.student_id, 'google_meet', p_booking.confirmed_start_at,
    p_booking.confirmed_end_at, v_minutes, pg_catalog.floor(v_minutes * 0.33)::integer,
    pg_catalog.floor(v_minutes * 0.66)::integer, 'SCHEDULED', p_booking.confirmed_end_at, p_booking.price_ttd,
    p_booking.tutor_payout_ttd, p_booking.platform_fee_ttd, coalesce(p_booking.payer_id, p_booking.student_id),
    case when p_booking.payment_status = 'paid' then 'paid' else 'unpaid' end,
    private.clock_now(), private.clock_now())
  returning * into strict v_session;
  return v_session;
end
$$;

-- Takes the span for the tutor: the last step of confirm and accept_counter.
create or replace function private.confirm_at(
  p_booking public.bookings, p_start_at timestamptz, p_end_at timestamptz, p_last_action_by text
) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings;
begin
  perform private.check_span(p_start_at, p_end_at);
  perform private.check_free(p_booking.tutor_id, p_start_at, p_end_at, p_booking.id);
  begin
    update public.bookings b
    set status = 'CONFIRMED', confirmed_start_at = p_start_at, confirmed_end_at = p_end_at,
      duration_minutes = (extract(epoch from p_end_at - p_start_at) / 60)::integer,
      last_action_by = coalesce(p_last_action_by, b.last_action_by), updated_at = private.clock_now()
    where b.id = p_booking.id and b.status = p_booking.status
    returning * into strict v_booking;
  exception when exclusion_violation then
    perform private.refuse('overlap', 'Another confirmed lesson takes this time.');
  end;
  perform private.ensure_session(v_booking);
  return v_booking;
end
$$;

-- Confirms a request at the time that was asked for, and creates its session. By the tutor or an admin.
create or replace function private.booking_confirm(p_booking_id uuid) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings := private.lock_booking(p_booking_id);
  v_actor text := private.actor_on(v_booking, array['tutor', 'admin']);
begin
  perform private.check_state(v_booking, 'confirm');
  v_booking := private.confirm_at(
    v_booking, v_booking.requested_start_at, v_booking.requested_end_at,
    case when v_actor = 'tutor' then 'tutor' end);
  perform private.audit('booking.confirm', 'booking', v_booking.id, pg_catalog.jsonb_build_object('as', v_actor));
  perform private.notify_family(
    v_booking, 'booking_confirmed', 'Lesson confirmed', 'Your lesson on {time} is confirmed.',
    v_booking.confirmed_start_at);
  return v_booking;
end
$$;

-- Declines a request or an open counter-offer. By the tutor or an admin.
create or replace function private.booking_decline(p_booking_id uuid, p_message text) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings := private.lock_booking(p_booking_id);
  v_actor text := private.actor_on(v_booking, array['tutor', 'admin']);
  v_message text := nullif(pg_catalog.btrim(p_message), '');
begin
  perform private.check_state(v_booking, 'decline');
  update public.bookings b
  set status = 'DECLINED', tutor_notes = coalesce(v_message, b.tutor_notes),
    last_action_by = case when v_actor = 'tutor' then 'tutor' else b.last_action_by end,
    updated_at = private.clock_now()
  where b.id = v_booking.id and b.status = v_booking.status
  returning * into strict v_booking;
  if v_message is not null then
    insert into public.booking_messages (booking_id, sender_id, message_type, body, created_at)
    values (v_booking.id, auth.uid(), 'text', v_message, private.clock_tick());
  end if;
  perform private.audit(
    'booking.decline', 'booking', v_booking.id, pg_catalog.jsonb_build_object('as', v_actor), v_message);
  perform private.notify_family(
    v_booking, 'booking_declined', 'Request declined', 'Your request for {time} was declined.',
    v_booking.requested_start_at);
  return v_booking;
end
$$;

-- Proposes another time for a request. By the tutor. The proposal is the booking's latest time_proposal message.
create or replace function private.booking_counter_offer(
  p_booking_id uuid, p_start_at timestamptz, p_end_at timestamptz, p_message text
) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings := private.lock_booking(p_booking_id);
  v_message_id uuid;
begin
  perform private.actor_on(v_booking, array['tutor']);
  perform private.check_state(v_booking, 'counter_offer');
  perform private.check_span(p_start_at, p_end_at);
  perform private.check_free(v_booking.tutor_id, p_start_at, p_end_at, v_booking.id);
  insert into public.booking_messages (
    booking_id, sender_id, message_type, body, proposed_start_at, proposed_end_at, created_at)
  values (
    v_booking.id, auth.uid(), 'time_proposal', nullif(pg_catalog.btrim(p_message), ''), p_start_at, p_end_at,
    private.clock_tick())
  returning id into strict v_message_id;
  update public.bookings b
  set status = 'COUNTER_PROPOSED', last_action_by = 'tutor', updated_at = private.clock_now()
  where b.id = v_booking.id and b.status = v_booking.status
  returning * into strict v_booking;
  perform private.audit('booking.counter_offer', 'booking', v_booking.id, pg_catalog.jsonb_build_object(
    'messageId', v_message_id, 'startAt', private.to_micros(p_start_at), 'endAt', private.to_micros(p_end_at)));
  perform private.notify_family(
    v_booking, 'booking_counter_offer', 'Another time proposed', 'Your tutor proposes {time} instead.', p_start_at);
  return v_booking;
end
$$;

-- Accepts the latest proposal of a counter-offer. By the student, the payer or a parent. An older proposal is SY020.
create or replace function private.booking_accept_counter(p_booking_id uuid, p_message_id uuid) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings := private.lock_booking(p_booking_id);
  v_offer public.booking_messages;
begin
  perform private.actor_on(v_booking, array['student']);
  perform private.check_state(v_booking, 'accept_counter');
  select * into v_offer from public.booking_messages m
  where m.booking_id = v_booking.id and m.message_type = 'time_proposal'
  order by m.created_at desc, m.id desc limit 1;
  if v_offer.id is distinct from p_message_id or v_offer.sender_id = auth.uid() then
    perform private.state_changed('This is not the latest proposal.',
      pg_catalog.jsonb_build_object('action', 'accept_counter', 'latestMessageId', v_offer.id));
  end if;
  v_booking := private.confirm_at(v_booking, v_offer.proposed_start_at, v_offer.proposed_end_at, 'student');
  perform private.audit('booking.accept_counter', 'booking', v_booking.id,
    pg_catalog.jsonb_build_object('messageId', v_offer.id));
  perform private.tell_tutor(
    v_booking, 'booking_counter_accepted', 'Your proposal was accepted', 'The lesson on {time} is confirmed.',
    v_booking.confirmed_start_at);
  return v_booking;
end
$$;

revoke all on function private.notify_family(public.bookings, text, text, text, timestamptz) from public, anon, authenticated;
revoke all on function private.tell_tutor(public.bookings, text, text, text, timestamptz) from public, anon, authenticated;
revoke all on function private.ensure_session(public.bookings) from public, anon, authenticated;
revoke all on function private.confirm_at(public.bookings, timestamptz, timestamptz, text) from public, anon, authenticated;
revoke all on function private.booking_confirm(uuid) from public, anon, authenticated;
revoke all on function private.booking_decline(uuid, text) from public, anon, authenticated;
revoke all on function private.booking_counter_offer(uuid, timestamptz, timestamptz, text) from public, anon, authenticated;
revoke all on function private.booking_accept_counter(uuid, uuid) from public, anon, authenticated;
