-- layer: additive
-- Telling people. A notice that cannot be written must never undo the business change it speaks of.

-- Writes a notification and its deliveries. Never raises: what fails is kept as a failed row of the outbox.
create or replace function private.notify(
  p_user_id uuid, p_type text, p_title text, p_message text, p_booking_id uuid default null,
  p_metadata jsonb default '{}'
) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  begin
    if not exists (select 1 from public.notification_types t where t.type = p_type) then
      raise exception 'unknown notification type %', p_type;
    end if;
    insert into public.notifications (user_id, type, title, message, link, related_booking_id, metadata, created_at)
    values (
      p_user_id, p_type, p_title, p_message,
      case when p_booking_id is not null then '/bookings/' || p_booking_id::text end,
      p_booking_id, p_metadata, private.clock_now())
    returning id into v_id;
    insert into public.notification_outbox (notification_id, user_id, type, channel, payload, next_attempt_at)
    select v_id, p_user_id, p_type, channel,
      pg_catalog.jsonb_build_object('title', p_title, 'message', p_message, 'bookingId', p_booking_id),
      private.clock_now()
    from public.notification_types t, pg_catalog.unnest(t.delivers) as channel
    where t.type = p_type;
  exception when others then
    begin
      insert into public.notification_outbox (user_id, type, channel, payload, status, last_error)
      values (
        p_user_id, coalesce(p_type, '?'), 'in_app',
        pg_catalog.jsonb_build_object('title', p_title, 'message', p_message, 'bookingId', p_booking_id),
        'failed', sqlstate || ': ' || sqlerrm);
    exception when others then
      raise warning 'notification % for % was lost: %', p_type, p_user_id, sqlerrm;
    end;
  end;
end
$$;

-- An instant in the words and the zone of the person who reads it. An unknown zone falls back, it does not fail.
create or replace function private.say_time(p_at timestamptz, p_reader uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_zone text := coalesce((select p.timezone from public.people p where p.id = p_reader), 'America/Port_of_Spain');
begin
  begin
    return pg_catalog.to_char(p_at at time zone v_zone, 'Dy FMDD Mon, FMHH12:MI AM');
  exception when invalid_parameter_value then
    return pg_catalog.to_char(p_at at time zone 'America/Port_of_Spain', 'Dy FMDD Mon, FMHH12:MI AM');
  end;
end
$$;

revoke all on function private.notify(uuid, text, text, text, uuid, jsonb) from public, anon, authenticated;
grant execute on function private.notify(uuid, text, text, text, uuid, jsonb) to service_role;
revoke all on function private.say_time(timestamptz, uuid) from public, anon, authenticated;
