-- layer: additive
-- Delivery of what waits in notification_outbox, for the function deliver-notifications (service_role) and nobody else.

-- Takes up to p_limit due rows for five minutes and returns them as
-- [{id, channel, type, email, title, message, bookingId}]. Two runs at once never take the same row. What has waited for
-- a day is abandoned: a reminder that comes too late says something untrue.
create or replace function public.console_notifications_claim(p_limit integer default 50) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := private.clock_now();
  v_rows jsonb;
begin
  update public.notification_outbox o
  set status = 'abandoned', last_error = 'not delivered within a day'
  where o.status = 'pending' and o.created_at < pg_catalog.now() - interval '1 day';

  with due as (
    select o.id from public.notification_outbox o
    where o.status = 'pending' and o.next_attempt_at <= v_now
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

-- Writes what became of claimed rows: [{id, outcome: sent | failed | abandoned, error?}]. A failure is tried again after
-- 2, 4, 8 and 16 minutes, and given up after the fifth. Returns how many rows were settled.
create or replace function public.console_notifications_settle(p_results jsonb) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := private.clock_now();
  v_count integer;
begin
  update public.notification_outbox o
  set status = case
        when r.outcome = 'failed' and o.attempts < 5 then 'pending'
        else r.outcome
      end,
      next_attempt_at = case when r.outcome = 'failed' then v_now + pg_catalog.make_interval(mins => pg_catalog.power(2, o.attempts)::integer) else o.next_attempt_at end,
      sent_at = case when r.outcome = 'sent' then v_now end,
      last_error = pg_catalog.left(r.error, 500)
  from pg_catalog.jsonb_to_recordset(p_results) as r(id uuid, outcome text, error text)
  where o.id = r.id and o.status = 'pending' and r.outcome in ('sent', 'failed', 'abandoned');
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function public.console_notifications_claim(integer) from public, anon, authenticated;
revoke all on function public.console_notifications_settle(jsonb) from public, anon, authenticated;
grant execute on function public.console_notifications_claim(integer) to service_role;
grant execute on function public.console_notifications_settle(jsonb) to service_role;
