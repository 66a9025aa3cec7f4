-- layer: additive
-- A tutor's own times, and notices read.

-- The rows of p_rules ([{id, day_of_week, start_time, end_time}], wall clock) as the only rules of a schedule, at once. By
-- its tutor or an admin. Returns the schedule, whose row version moves with every replacement.
create or replace function private.availability_replace(p_schedule_id uuid, p_rules jsonb) returns public.tutor_schedules
language plpgsql security definer set search_path = '' as $$
declare
  v_user_id uuid := private.require_active();
  v_schedule public.tutor_schedules;
  v_clash record;
begin
  select * into v_schedule from public.tutor_schedules s where s.id = p_schedule_id;
  if not found or not (v_schedule.tutor_id = v_user_id or private.is_staff('admin', 'support')) then
    perform private.not_found('schedule');
  end if;
  if v_schedule.tutor_id <> v_user_id and not private.is_staff('admin') then
    raise exception 'Only the tutor or an admin may change these hours.' using errcode = '42501';
  end if;
  perform private.lock_tutor(v_schedule.tutor_id);
  select * into strict v_schedule from public.tutor_schedules s where s.id = p_schedule_id for update;
  if pg_catalog.jsonb_typeof(p_rules) is distinct from 'array' or pg_catalog.jsonb_array_length(p_rules) > 100 then
    perform private.refuse('rules', 'A schedule has a list of at most 100 rules.');
  end if;
  if exists (
    select 1 from pg_catalog.jsonb_to_recordset(p_rules)
      as r(id uuid, day_of_week integer, start_time time, end_time time)
    where r.id is null or r.day_of_week is null or r.day_of_week not between 0 and 6
      or r.start_time is null or r.end_time is null or r.start_time >= r.end_time
  ) then
    perform private.refuse('rules', 'Each rule needs a day and an end after its start.');
  end if;
  select a.day_of_week, b.start_time, b.end_time into v_clash
  from pg_catalog.jsonb_to_recordset(p_rules) as a(id uuid, day_of_week integer, start_time time, end_time time)
  join pg_catalog.jsonb_to_recordset(p_rules) as b(id uuid, day_of_week integer, start_time time, end_time time)
    on a.id < b.id and a.day_of_week = b.day_of_week and a.start_time < b.end_time and b.start_time < a.end_time
  limit 1;
  if found then
    perform private.refuse('rules_overlap', 'Two rules of one day overlap.', pg_catalog.jsonb_build_object(
      'dayOfWeek', v_clash.day_of_week, 'startTime', pg_catalog.to_char(v_clash.start_time, 'HH24:MI'),
      'endTime', pg_catalog.to_char(v_clash.end_time, 'HH24:MI')));
  end if;
  if exists (
    select 1 from public.tutor_availability_rules o
    where o.tutor_id <> v_schedule.tutor_id
      and o.id in (select (r.value ->> 'id')::uuid from pg_catalog.jsonb_array_elements(p_rules) r)
  ) or (select count(distinct r.value ->> 'id') from pg_catalog.jsonb_array_elements(p_rules) r)
      <> pg_catalog.jsonb_array_length(p_rules) then
    perform private.refuse('rules', 'Each rule needs an id of its own.');
  end if;

  delete from public.tutor_availability_rules o
  where o.tutor_id = v_schedule.tutor_id
    and o.id not in (select (r.value ->> 'id')::uuid from pg_catalog.jsonb_array_elements(p_rules) r);
  -- Rules that stay keep their row; only those that differ are written.
  insert into public.tutor_availability_rules as o (
    id, tutor_id, day_of_week, start_time, end_time, slot_minutes, buffer_minutes, is_active, created_at, updated_at)
  select r.id, v_schedule.tutor_id, r.day_of_week, r.start_time, r.end_time, v_schedule.slot_minutes,
    v_schedule.buffer_minutes, true, private.clock_now(), private.clock_now()
  from pg_catalog.jsonb_to_recordset(p_rules) as r(id uuid, day_of_week integer, start_time time, end_time time)
  on conflict (id) do update
    set day_of_week = excluded.day_of_week, start_time = excluded.start_time, end_time = excluded.end_time,
      is_active = true, updated_at = excluded.updated_at
    where (o.day_of_week, o.start_time, o.end_time, o.is_active)
      is distinct from (excluded.day_of_week, excluded.start_time, excluded.end_time, true);
  update public.tutor_schedules s set updated_at = private.clock_now()
  where s.id = v_schedule.id returning * into strict v_schedule;
  perform private.audit('availability.replace', 'tutor_schedule', v_schedule.id,
    pg_catalog.jsonb_build_object('rules', p_rules));
  return v_schedule;
end
$$;

-- Marks the caller, a tutor, as unavailable. p_id is made by the client. Lessons already confirmed stay.
create or replace function private.unavailability_add(
  p_id uuid, p_start_at timestamptz, p_end_at timestamptz, p_reason_private text
) returns public.tutor_unavailability_blocks
language plpgsql security definer set search_path = '' as $$
declare
  v_user_id uuid := private.require_active();
  v_block public.tutor_unavailability_blocks;
begin
  if not exists (select 1 from public.profiles p where p.id = v_user_id and p.role = 'tutor') then
    raise exception 'Only a tutor has a schedule.' using errcode = '42501';
  end if;
  if p_start_at is null or p_end_at is null or p_end_at <= p_start_at or p_end_at > p_start_at + interval '366 days' then
    perform private.refuse('span', 'The end must lie after the start, at most a year later.');
  end if;
  if p_id is null or exists (select 1 from public.tutor_unavailability_blocks k where k.id = p_id) then
    perform private.refuse('id', 'This entry exists already.');
  end if;
  perform private.lock_tutor(v_user_id);
  insert into public.tutor_unavailability_blocks (
    id, tutor_id, start_at, end_at, is_recurring, reason_private, created_at)
  values (p_id, v_user_id, p_start_at, p_end_at, false, nullif(pg_catalog.btrim(p_reason_private), ''), private.clock_now())
  returning * into strict v_block;
  -- The reason is private to the tutor: the audit log says when, not why.
  perform private.audit('unavailability.add', 'tutor_unavailability_block', v_block.id, pg_catalog.jsonb_build_object(
    'startAt', private.to_micros(p_start_at), 'endAt', private.to_micros(p_end_at)));
  return v_block;
end
$$;

create or replace function private.unavailability_remove(p_id uuid) returns public.tutor_unavailability_blocks
language plpgsql security definer set search_path = '' as $$
declare
  v_user_id uuid := private.require_active();
  v_block public.tutor_unavailability_blocks;
begin
  delete from public.tutor_unavailability_blocks k where k.id = p_id and k.tutor_id = v_user_id returning * into v_block;
  if not found then
    perform private.not_found('unavailability');
  end if;
  perform private.audit('unavailability.remove', 'tutor_unavailability_block', v_block.id, pg_catalog.jsonb_build_object(
    'startAt', private.to_micros(v_block.start_at), 'endAt', private.to_micros(v_block.end_at)));
  return v_block;
end
$$;

-- Marks one of the caller's notifications as read; doing it again changes nothing and is no error.
create or replace function private.notification_mark_read(p_id uuid) returns public.notifications
language plpgsql security definer set search_path = '' as $$
declare
  v_user_id uuid := private.require_active();
  v_notification public.notifications;
begin
  select * into v_notification from public.notifications n where n.id = p_id and n.user_id = v_user_id for update;
  if not found then
    perform private.not_found('notification');
  end if;
  if not v_notification.is_read then
    update public.notifications n set is_read = true where n.id = p_id returning * into strict v_notification;
    perform private.audit('notification.mark_read', 'notification', p_id);
  end if;
  return v_notification;
end
$$;

revoke all on function private.availability_replace(uuid, jsonb) from public, anon, authenticated;
revoke all on function private.unavailability_add(uuid, timestamptz, timestamptz, text) from public, anon, authenticated;
revoke all on function private.unavailability_remove(uuid) from public, anon, authenticated;
revoke all on function private.notification_mark_read(uuid) from public, anon, authenticated;
