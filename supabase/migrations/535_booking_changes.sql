-- layer: additive
-- Changing what was confirmed: move, answer a move, cancel, report a no-show.

-- Moves booking, session and charge time together. The caller has checked rights, state and rules.
create or replace function private.move_lesson(
  p_booking public.bookings, p_start_at timestamptz, p_end_at timestamptz, p_moved_at timestamptz,
  p_last_action_by text
) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings;
  v_session public.sessions;
begin
  perform private.check_span(p_start_at, p_end_at);
  perform private.check_free(p_booking.tutor_id, p_start_at, p_end_at, p_booking.id);
  begin
    update public.bookings b
    set confirmed_start_at = p_start_at, confirmed_end_at = p_end_at, moved_at = p_moved_at,
      last_action_by = coalesce(p_last_action_by, b.last_action_by), updated_at = private.clock_now()
    where b.id = p_booking.id and b.status = 'CONFIRMED'
    returning * into strict v_booking;
  exception when exclusion_violation then
    perform private.refuse('overlap', 'Another confirmed lesson takes this time.');
  end;
  update public.sessions s
  set scheduled_start_at = p_start_at, scheduled_end_at = p_end_at, charge_scheduled_at = p_end_at,
    reschedule_proposed_start = null, reschedule_proposed_end = null, updated_at = private.clock_now()
  where s.booking_id = p_booking.id
  returning * into v_session;
  if not found then
    -- A lesson confirmed elsewhere without a session gets it now.
    perform private.ensure_session(v_booking);
  end if;
  insert into public.booking_messages (booking_id, sender_id, message_type, body, created_at)
  values (v_booking.id, auth.uid(), 'system', pg_catalog.format('Moved from %s to %s.',
    private.say_time(p_booking.confirmed_start_at, v_booking.student_id),
    private.say_time(p_start_at, v_booking.student_id)), private.clock_tick());
  return v_booking;
end
$$;

-- The session of a confirmed lesson that can still change, locked; null when there is none. SY020 when it is over.
create or replace function private.lock_open_session(p_booking public.bookings) returns public.sessions
language plpgsql security definer set search_path = '' as $$
declare
  v_session public.sessions;
begin
  select * into v_session from public.sessions s where s.booking_id = p_booking.id for update;
  if found and (v_session.status not in ('SCHEDULED', 'JOIN_OPEN') or v_session.charged_at is not null) then
    perform private.state_changed('This lesson is over or was cancelled.', pg_catalog.jsonb_build_object(
      'sessionId', v_session.id, 'status', v_session.status, 'bookingId', p_booking.id));
  end if;
  return v_session;
end
$$;

-- Moves a confirmed lesson. A tutor moves directly until the notice of booking_rules (tutor, reschedule) before its start:
-- the student is told and may decline free of charge. Later it becomes a proposal, and nothing moves until the student
-- accepts. An admin moves at any time, with a reason. The length stays, because it was priced.
create or replace function private.booking_reschedule(
  p_booking_id uuid, p_start_at timestamptz, p_end_at timestamptz, p_reason text
) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings := private.lock_booking(p_booking_id);
  v_actor text := private.actor_on(v_booking, array['tutor', 'admin']);
  v_now timestamptz := private.clock_now();
  v_reason text := nullif(pg_catalog.btrim(p_reason), '');
  v_old_start timestamptz := v_booking.confirmed_start_at;
  v_hours numeric;
  v_session public.sessions;
  v_details jsonb;
begin
  perform private.check_state(v_booking, 'reschedule');
  v_session := private.lock_open_session(v_booking);
  if v_actor = 'admin' and v_reason is null then
    perform private.refuse('reason', 'Say why the lesson is moved.');
  end if;
  perform private.check_span(p_start_at, p_end_at);
  if p_end_at - p_start_at <> v_booking.confirmed_end_at - v_booking.confirmed_start_at then
    perform private.refuse('duration', 'A move keeps the length of the lesson.');
  end if;
  if p_start_at = v_old_start then
    perform private.refuse('unchanged', 'The lesson already takes place at this time.');
  end if;
  if v_actor = 'tutor' and v_now >= v_old_start then
    perform private.refuse('started', 'The lesson has begun and cannot be moved any more.');
  end if;
  v_details := pg_catalog.jsonb_build_object(
    'as', v_actor, 'fromStartAt', private.to_micros(v_old_start), 'startAt', private.to_micros(p_start_at),
    'endAt', private.to_micros(p_end_at));

  v_hours := private.rule_hours('tutor', 'reschedule', 'CONFIRMED');
  if v_actor = 'tutor' and v_now > v_old_start - v_hours * interval '1 hour' then
    perform private.check_free(v_booking.tutor_id, p_start_at, p_end_at, v_booking.id);
    if v_session.id is null then
      v_session := private.ensure_session(v_booking);
    end if;
    update public.sessions s
    set reschedule_proposed_start = p_start_at, reschedule_proposed_end = p_end_at, updated_at = v_now
    where s.id = v_session.id returning * into strict v_session;
    insert into public.booking_messages (
      booking_id, sender_id, message_type, body, proposed_start_at, proposed_end_at, created_at)
    values (v_booking.id, auth.uid(), 'time_proposal', v_reason, p_start_at, p_end_at, private.clock_tick());
    update public.bookings b set last_action_by = 'tutor', updated_at = v_now
    where b.id = v_booking.id returning * into strict v_booking;
    perform private.audit('booking.move_proposed', 'booking', v_booking.id, v_details, v_reason);
    perform private.notify_family(
      v_booking, 'booking_move_proposed', 'Move of a lesson proposed',
      'Your tutor asks to move the lesson to {time}. It stays as it is until you accept.', p_start_at);
    return v_booking;
  end if;

  v_booking := private.move_lesson(
    v_booking, p_start_at, p_end_at, case when v_actor = 'tutor' then v_now end,
    case when v_actor = 'tutor' then 'tutor' end);
  perform private.audit('booking.reschedule', 'booking', v_booking.id, v_details, v_reason);
  perform private.notify_family(
    v_booking, 'booking_moved', 'Lesson moved',
    'Your lesson was moved to {time}. If that does not suit you, you may decline it free of charge.', p_start_at);
  if v_actor = 'admin' then
    perform private.tell_tutor(v_booking, 'booking_moved', 'Lesson moved', 'Your lesson was moved to {time}.', p_start_at);
  end if;
  return v_booking;
end
$$;

-- The student's yes to a proposed move, or to one that was made directly.
create or replace function private.booking_accept_move(p_booking_id uuid) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings := private.lock_booking(p_booking_id);
  v_session public.sessions;
begin
  perform private.actor_on(v_booking, array['student']);
  perform private.check_state(v_booking, 'reschedule');
  v_session := private.lock_open_session(v_booking);
  if v_session.reschedule_proposed_start is not null then
    v_booking := private.move_lesson(
      v_booking, v_session.reschedule_proposed_start, v_session.reschedule_proposed_end, null, 'student');
  elsif v_booking.moved_at is not null then
    update public.bookings b set moved_at = null, last_action_by = 'student', updated_at = private.clock_now()
    where b.id = v_booking.id returning * into strict v_booking;
  else
    perform private.state_changed('There is no open move to accept.',
      pg_catalog.jsonb_build_object('action', 'accept_move', 'bookingId', v_booking.id));
  end if;
  perform private.audit('booking.accept_move', 'booking', v_booking.id, pg_catalog.jsonb_build_object(
    'startAt', private.to_micros(v_booking.confirmed_start_at)));
  perform private.tell_tutor(
    v_booking, 'booking_move_accepted', 'Move accepted', 'The lesson takes place on {time}.',
    v_booking.confirmed_start_at);
  return v_booking;
end
$$;

-- Ends a booking and its session. p_details goes into the audit entry.
create or replace function private.cancel_lesson(
  p_booking public.bookings, p_actor text, p_reason text, p_details jsonb
) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings;
begin
  update public.bookings b
  set status = 'CANCELLED', cancellation_reason = p_reason, moved_at = null,
    last_action_by = case when p_actor in ('tutor', 'student') then p_actor else b.last_action_by end,
    updated_at = private.clock_now()
  where b.id = p_booking.id and b.status = p_booking.status
  returning * into strict v_booking;
  update public.sessions s
  set status = 'CANCELLED', cancelled_by = p_actor, cancellation_reason = p_reason,
    cancelled_at = private.clock_now(), reschedule_proposed_start = null, reschedule_proposed_end = null,
    notes = coalesce(s.notes, '{}') || pg_catalog.jsonb_build_object('cancellation', p_details),
    updated_at = private.clock_now()
  where s.booking_id = p_booking.id and s.status in ('SCHEDULED', 'JOIN_OPEN');
  perform private.audit('booking.cancel', 'booking', v_booking.id,
    p_details || pg_catalog.jsonb_build_object('as', p_actor, 'fromStatus', p_booking.status), p_reason);
  return v_booking;
end
$$;

-- The student's no: a proposal is dropped and the lesson stays; a direct move cancels the lesson free of charge.
create or replace function private.booking_decline_move(p_booking_id uuid) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings := private.lock_booking(p_booking_id);
  v_session public.sessions;
begin
  perform private.actor_on(v_booking, array['student']);
  perform private.check_state(v_booking, 'reschedule');
  v_session := private.lock_open_session(v_booking);
  if v_session.reschedule_proposed_start is not null then
    update public.sessions s
    set reschedule_proposed_start = null, reschedule_proposed_end = null, updated_at = private.clock_now()
    where s.id = v_session.id returning * into strict v_session;
    update public.bookings b set last_action_by = 'student', updated_at = private.clock_now()
    where b.id = v_booking.id returning * into strict v_booking;
    perform private.audit('booking.decline_move', 'booking', v_booking.id);
    perform private.tell_tutor(
      v_booking, 'booking_move_declined', 'Move declined', 'The lesson stays on {time}.',
      v_booking.confirmed_start_at);
  elsif v_booking.moved_at is not null and private.clock_now() < v_booking.confirmed_start_at then
    v_booking := private.cancel_lesson(
      v_booking, 'student', 'The moved time does not suit the student.', '{"freeOfCharge": true, "late": false}');
    perform private.tell_tutor(
      v_booking, 'booking_cancelled', 'Lesson cancelled',
      'The student cannot come at the moved time ({time}) and has declined the lesson.', v_booking.confirmed_start_at);
  else
    perform private.state_changed('There is no open move to decline.',
      pg_catalog.jsonb_build_object('action', 'decline_move', 'bookingId', v_booking.id));
  end if;
  return v_booking;
end
$$;

-- Cancels a request or a lesson, with a reason. A tutor may until the hours of booking_rules (tutor, cancel) before a
-- confirmed lesson; a student until its start, late within (student, late_cancel); an admin at any time.
create or replace function private.booking_cancel(p_booking_id uuid, p_reason text) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings := private.lock_booking(p_booking_id);
  v_actor text := private.actor_on(v_booking, array['tutor', 'student', 'admin']);
  v_reason text := nullif(pg_catalog.btrim(p_reason), '');
  v_now timestamptz := private.clock_now();
  v_start timestamptz := coalesce(v_booking.confirmed_start_at, v_booking.requested_start_at);
  v_hours numeric;
  v_is_late boolean := false;
begin
  perform private.check_state(v_booking, 'cancel');
  if v_reason is null then
    perform private.refuse('reason', 'Say why it is cancelled.');
  end if;
  if v_booking.status = 'CONFIRMED' then
    perform private.lock_open_session(v_booking);
    if v_actor = 'tutor' then
      v_hours := private.rule_hours('tutor', 'cancel', 'CONFIRMED');
      if v_now > v_start - v_hours * interval '1 hour' then
        perform private.refuse('cancel_notice',
          pg_catalog.format('A tutor may cancel until %s hours before the lesson.', pg_catalog.trim_scale(v_hours)),
          pg_catalog.jsonb_build_object('hours', v_hours, 'until', private.to_micros(v_start - v_hours * interval '1 hour')));
      end if;
    elsif v_actor = 'student' then
      if v_now >= v_start then
        perform private.refuse('started', 'The lesson has begun and cannot be cancelled any more.');
      end if;
      v_hours := private.rule_hours('student', 'late_cancel', 'CONFIRMED');
      v_is_late := v_now > v_start - v_hours * interval '1 hour';
    end if;
  end if;
  v_booking := private.cancel_lesson(
    v_booking, v_actor, v_reason, pg_catalog.jsonb_build_object('freeOfCharge', not v_is_late, 'late', v_is_late));
  if v_actor <> 'student' then
    perform private.notify_family(
      v_booking, 'booking_cancelled', 'Lesson cancelled', 'The lesson on {time} was cancelled.', v_start);
  end if;
  if v_actor <> 'tutor' then
    perform private.tell_tutor(
      v_booking, 'booking_cancelled', 'Lesson cancelled', 'The lesson on {time} was cancelled.', v_start);
  end if;
  return v_booking;
end
$$;

-- Reports that the student did not come: from 15 minutes after the start until 24 hours after the end (booking_rules).
-- By the tutor, with an explanation of at least 20 characters; opens a claim that the student may answer.
create or replace function private.session_mark_no_show(p_session_id uuid, p_explanation text) returns public.sessions
language plpgsql security definer set search_path = '' as $$
declare
  v_booking public.bookings;
  v_session public.sessions;
  v_booking_id uuid;
  v_now timestamptz := private.clock_now();
  v_explanation text := pg_catalog.btrim(coalesce(p_explanation, ''));
  v_from timestamptz;
  v_until timestamptz;
  v_claim_id uuid;
begin
  perform private.require_active();
  select s.booking_id into v_booking_id from public.sessions s where s.id = p_session_id;
  if not found then
    perform private.not_found('session');
  end if;
  v_booking := private.lock_booking(v_booking_id);
  perform private.actor_on(v_booking, array['tutor']);
  perform private.check_state(v_booking, 'mark_no_show');
  v_session := private.lock_open_session(v_booking);
  if pg_catalog.length(v_explanation) < 20 then
    perform private.refuse('explanation', 'Explain in at least 20 characters what happened.');
  end if;
  v_from := v_session.scheduled_start_at + private.rule_hours('tutor', 'mark_no_show', 'CONFIRMED') * interval '1 hour';
  v_until := v_session.scheduled_end_at + private.rule_hours('tutor', 'claim_no_show', 'CONFIRMED') * interval '1 hour';
  if v_now < v_from then
    perform private.refuse('too_early', 'A no-show can be reported 15 minutes after the start.',
      pg_catalog.jsonb_build_object('from', private.to_micros(v_from)));
  end if;
  if v_now > v_until then
    perform private.refuse('too_late', 'A no-show must be reported within a day after the lesson.',
      pg_catalog.jsonb_build_object('until', private.to_micros(v_until)));
  end if;
  update public.sessions s
  set status = 'NO_SHOW_STUDENT', tutor_marked_no_show_at = v_now, updated_at = v_now
  where s.id = v_session.id and s.status = v_session.status returning * into strict v_session;
  update public.bookings b
  set status = 'NO_SHOW', last_action_by = 'tutor', updated_at = v_now
  where b.id = v_booking.id and b.status = 'CONFIRMED' returning * into strict v_booking;
  insert into public.noshow_claims (
    session_id, claimant_id, claimant_role, defendant_id, written_explanation, response_deadline, status,
    created_at, updated_at)
  values (
    v_session.id, auth.uid(), 'tutor', v_booking.student_id, v_explanation,
    v_now + private.rule_hours('student', 'answer_no_show', 'NO_SHOW') * interval '1 hour', 'awaiting_response',
    v_now, v_now)
  returning id into strict v_claim_id;
  perform private.audit('session.mark_no_show', 'session', v_session.id,
    pg_catalog.jsonb_build_object('bookingId', v_booking.id, 'claimId', v_claim_id), v_explanation);
  perform private.notify_family(
    v_booking, 'noshow_claim_filed', 'No-show reported',
    'Your tutor reports that you did not come to the lesson on {time}. You may answer within 12 hours.',
    v_session.scheduled_start_at);
  return v_session;
end
$$;

revoke all on function private.move_lesson(public.bookings, timestamptz, timestamptz, timestamptz, text) from public, anon, authenticated;
revoke all on function private.lock_open_session(public.bookings) from public, anon, authenticated;
revoke all on function private.booking_reschedule(uuid, timestamptz, timestamptz, text) from public, anon, authenticated;
revoke all on function private.booking_accept_move(uuid) from public, anon, authenticated;
revoke all on function private.cancel_lesson(public.bookings, text, text, jsonb) from public, anon, authenticated;
revoke all on function private.booking_decline_move(uuid) from public, anon, authenticated;
revoke all on function private.booking_cancel(uuid, text) from public, anon, authenticated;
revoke all on function private.session_mark_no_show(uuid, text) from public, anon, authenticated;
