-- layer: additive
-- The actions as RPCs. Each runs one private function, which checks the caller; errors are listed in 533.

create or replace function public.console_booking_confirm(p_booking_id uuid) returns public.bookings
language sql security definer set search_path = '' as $$ select private.booking_confirm(p_booking_id) $$;

create or replace function public.console_booking_decline(p_booking_id uuid, p_message text) returns public.bookings
language sql security definer set search_path = '' as $$ select private.booking_decline(p_booking_id, p_message) $$;

create or replace function public.console_booking_counter_offer(
  p_booking_id uuid, p_start_at timestamptz, p_end_at timestamptz, p_message text
) returns public.bookings
language sql security definer set search_path = '' as $$
  select private.booking_counter_offer(p_booking_id, p_start_at, p_end_at, p_message)
$$;

create or replace function public.console_booking_accept_counter(p_booking_id uuid, p_message_id uuid)
returns public.bookings
language sql security definer set search_path = '' as $$
  select private.booking_accept_counter(p_booking_id, p_message_id)
$$;

create or replace function public.console_booking_cancel(p_booking_id uuid, p_reason text) returns public.bookings
language sql security definer set search_path = '' as $$ select private.booking_cancel(p_booking_id, p_reason) $$;

create or replace function public.console_booking_reschedule(
  p_booking_id uuid, p_start_at timestamptz, p_end_at timestamptz, p_reason text
) returns public.bookings
language sql security definer set search_path = '' as $$
  select private.booking_reschedule(p_booking_id, p_start_at, p_end_at, p_reason)
$$;

create or replace function public.console_booking_accept_move(p_booking_id uuid) returns public.bookings
language sql security definer set search_path = '' as $$ select private.booking_accept_move(p_booking_id) $$;

create or replace function public.console_booking_decline_move(p_booking_id uuid) returns public.bookings
language sql security definer set search_path = '' as $$ select private.booking_decline_move(p_booking_id) $$;

create or replace function public.console_session_mark_no_show(p_session_id uuid, p_explanation text)
returns public.sessions
language sql security definer set search_path = '' as $$
  select private.session_mark_no_show(p_session_id, p_explanation)
$$;

create or replace function public.console_availability_replace(p_schedule_id uuid, p_rules jsonb)
returns public.tutor_schedules
language sql security definer set search_path = '' as $$
  select private.availability_replace(p_schedule_id, p_rules)
$$;

create or replace function public.console_unavailability_add(
  p_id uuid, p_start_at timestamptz, p_end_at timestamptz, p_reason_private text
) returns public.tutor_unavailability_blocks
language sql security definer set search_path = '' as $$
  select private.unavailability_add(p_id, p_start_at, p_end_at, p_reason_private)
$$;

create or replace function public.console_unavailability_remove(p_id uuid) returns public.tutor_unavailability_blocks
language sql security definer set search_path = '' as $$ select private.unavailability_remove(p_id) $$;

create or replace function public.console_notification_mark_read(p_id uuid) returns public.notifications
language sql security definer set search_path = '' as $$ select private.notification_mark_read(p_id) $$;

do $$
declare
  v_function regprocedure;
begin
  foreach v_function in array array[
    'public.console_booking_confirm(uuid)', 'public.console_booking_decline(uuid, text)',
    'public.console_booking_counter_offer(uuid, timestamptz, timestamptz, text)',
    'public.console_booking_accept_counter(uuid, uuid)', 'public.console_booking_cancel(uuid, text)',
    'public.console_booking_reschedule(uuid, timestamptz, timestamptz, text)',
    'public.console_booking_accept_move(uuid)', 'public.console_booking_decline_move(uuid)',
    'public.console_session_mark_no_show(uuid, text)', 'public.console_availability_replace(uuid, jsonb)',
    'public.console_unavailability_add(uuid, timestamptz, timestamptz, text)',
    'public.console_unavailability_remove(uuid)', 'public.console_notification_mark_read(uuid)'
  ]::regprocedure[] loop
    -- Hosted default privileges grant new functions to anon by name, so PUBLIC alone is not enough.
    execute pg_catalog.format('revoke all on function %s from public, anon, authenticated', v_function);
    execute pg_catalog.format('grant execute on function %s to authenticated', v_function);
  end loop;
end
$$;
