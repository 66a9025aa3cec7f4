-- layer: additive
-- The one dispatch of queued edits: every kind of shared/domain/mutations.ts, to the same function as its RPC.

-- Applies one edit as the caller. p_args is the wire form (instants are integer microseconds). Returns the new row.
-- Errors: SY010 unknown kind, else those of the action.
create or replace function private.apply_mutation(p_kind text, p_args jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  return case p_kind
    when 'booking.confirm' then
      pg_catalog.to_jsonb(private.booking_confirm((p_args ->> 'booking_id')::uuid))
    when 'booking.decline' then
      pg_catalog.to_jsonb(private.booking_decline((p_args ->> 'booking_id')::uuid, p_args ->> 'message'))
    when 'booking.counter_offer' then
      pg_catalog.to_jsonb(private.booking_counter_offer(
        (p_args ->> 'booking_id')::uuid, private.from_micros((p_args ->> 'start_at')::bigint),
        private.from_micros((p_args ->> 'end_at')::bigint), p_args ->> 'message'))
    when 'booking.cancel' then
      pg_catalog.to_jsonb(private.booking_cancel((p_args ->> 'booking_id')::uuid, p_args ->> 'reason'))
    when 'booking.reschedule' then
      pg_catalog.to_jsonb(private.booking_reschedule(
        (p_args ->> 'booking_id')::uuid, private.from_micros((p_args ->> 'start_at')::bigint),
        private.from_micros((p_args ->> 'end_at')::bigint), p_args ->> 'reason'))
    when 'session.mark_no_show' then
      pg_catalog.to_jsonb(private.session_mark_no_show((p_args ->> 'session_id')::uuid, p_args ->> 'explanation'))
    when 'availability.replace' then
      pg_catalog.to_jsonb(private.availability_replace((p_args ->> 'schedule_id')::uuid, p_args -> 'rules'))
    when 'unavailability.add' then
      pg_catalog.to_jsonb(private.unavailability_add(
        (p_args ->> 'id')::uuid, private.from_micros((p_args ->> 'start_at')::bigint),
        private.from_micros((p_args ->> 'end_at')::bigint), p_args ->> 'reason_private'))
    when 'unavailability.remove' then
      pg_catalog.to_jsonb(private.unavailability_remove((p_args ->> 'id')::uuid))
    when 'notification.mark_read' then
      pg_catalog.to_jsonb(private.notification_mark_read((p_args ->> 'id')::uuid))
    else private.unknown_kind(p_kind)
  end;
end
$$;

create or replace function private.unknown_kind(p_kind text) returns jsonb
language plpgsql set search_path = '' as $$
begin
  raise exception 'unknown_kind' using errcode = 'SY010',
    detail = pg_catalog.jsonb_build_object('rule', 'unknown_kind', 'kind', p_kind)::text;
end
$$;

revoke all on function private.apply_mutation(text, jsonb) from public, anon, authenticated;
revoke all on function private.unknown_kind(text) from public, anon, authenticated;
