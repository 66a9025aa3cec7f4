-- layer: additive
-- Notices that wait. A decision can be reversed for a while, and as long its tutor must not hear of it: the notice lies in
-- the outbox as one in_app row that is due later, and becomes a notification, mail and push when it is delivered.

-- Puts a notice into the outbox, due at p_due. Returns its row, or null where it could not be written (never raises).
create or replace function private.notify_later(
  p_user_id uuid, p_type text, p_title text, p_message text, p_due timestamptz, p_metadata jsonb default '{}'
) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  insert into public.notification_outbox (user_id, type, channel, payload, next_attempt_at)
  values (p_user_id, p_type, 'in_app',
    pg_catalog.jsonb_build_object('title', p_title, 'message', p_message, 'metadata', p_metadata), p_due)
  returning id into v_id;
  return v_id;
exception when others then
  raise warning 'notice % for % was lost: %', p_type, p_user_id, sqlerrm;
  return null;
end
$$;

-- Takes a waiting notice back. False when it was delivered, or is being delivered: then it cannot be unsaid.
create or replace function private.notify_never(p_outbox_id uuid, p_why text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  update public.notification_outbox o set status = 'abandoned', last_error = p_why
  where o.id = p_outbox_id and o.status = 'pending';
  return found;
end
$$;

-- Delivers notices whose time has come. Returns how many. Two runs at once never take the same row.
create or replace function private.notices_release() returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_notice public.notification_outbox;
  v_count integer := 0;
begin
  for v_notice in
    select * from public.notification_outbox o
    where o.channel = 'in_app' and o.status = 'pending' and o.next_attempt_at <= private.clock_now()
    order by o.next_attempt_at, o.id limit 500 for update skip locked
  loop
    perform private.notify(v_notice.user_id, v_notice.type, v_notice.payload ->> 'title', v_notice.payload ->> 'message',
      null, coalesce(v_notice.payload -> 'metadata', '{}'));
    update public.notification_outbox o
    set status = 'sent', sent_at = private.clock_now(), attempts = o.attempts + 1 where o.id = v_notice.id;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

-- As in 560, after the notices that were waiting: only what leaves the product is handed out.
create or replace function public.console_notifications_claim(p_limit integer default 50) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := private.clock_now();
  v_rows jsonb;
begin
  perform private.notices_release();
  update public.notification_outbox o
  set status = 'abandoned', last_error = 'not delivered within a day'
  where o.status = 'pending' and o.created_at < pg_catalog.now() - interval '1 day';

  with due as (
    select o.id from public.notification_outbox o
    where o.status = 'pending' and o.channel <> 'in_app' and o.next_attempt_at <= v_now
    order by o.next_attempt_at, o.id
    limit least(greatest(p_limit, 1), 500)
    for update skip locked
  ), taken as (
    update public.notification_outbox o
    set attempts = o.attempts + 1, next_attempt_at = v_now + interval '5 minutes'
    from due where o.id = due.id
    returning o.id, o.channel, o.type, o.user_id, o.payload
  )
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'id', t.id, 'channel', t.channel, 'type', t.type, 'email', p.email,
    'title', t.payload ->> 'title', 'message', t.payload ->> 'message', 'bookingId', t.payload ->> 'bookingId'))
  into v_rows
  from taken t left join public.profiles p on p.id = t.user_id and not p.is_suspended;
  return coalesce(v_rows, '[]');
end
$$;

revoke all on function private.notify_later(uuid, text, text, text, timestamptz, jsonb) from public, anon, authenticated;
revoke all on function private.notify_never(uuid, text) from public, anon, authenticated;
revoke all on function private.notices_release() from public, anon, authenticated;
revoke all on function public.console_notifications_claim(integer) from public, anon, authenticated;
grant execute on function public.console_notifications_claim(integer) to service_role;
