-- layer: additive
-- The rules that people argue about, dated: the row with the latest effective_from that has begun counts.

create table if not exists public.booking_rules (
  id uuid primary key default gen_random_uuid(),
  actor text not null check (actor in ('student', 'tutor', 'admin', 'any')),
  action text not null,
  state text not null,
  hours numeric(8, 2) not null check (hours >= 0),
  effective_from timestamptz not null default '2024-01-01 00:00:00+00',
  note text not null default '',
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  unique (actor, action, state, effective_from)
);
alter table public.booking_rules enable row level security;
revoke all on public.booking_rules from public, anon, authenticated;
grant select on public.booking_rules to authenticated;

drop policy if exists console_booking_rules_select on public.booking_rules;
create policy console_booking_rules_select on public.booking_rules for select to authenticated
  using ((select private.is_active()));

insert into public.booking_rules (id, actor, action, state, hours, effective_from, note) values
  ('00000000-0000-7000-8000-000000000001', 'student', 'request', 'PENDING', 24, '2024-01-01 00:00:00+00',
    'Minimum notice of a request: hours before its start.'),
  ('00000000-0000-7000-8000-000000000002', 'tutor', 'cancel', 'CONFIRMED', 2, '2024-01-01 00:00:00+00',
    'A tutor may cancel until this many hours before the start.'),
  ('00000000-0000-7000-8000-000000000003', 'student', 'late_cancel', 'CONFIRMED', 12, '2024-01-01 00:00:00+00',
    'A cancellation by the student within these hours before the start counts as late.'),
  ('00000000-0000-7000-8000-000000000004', 'any', 'mark_no_show', 'CONFIRMED', 0.25, '2024-01-01 00:00:00+00',
    'A no-show may be reported this long after the start (15 minutes).'),
  ('00000000-0000-7000-8000-000000000005', 'any', 'claim_no_show', 'CONFIRMED', 24, '2024-01-01 00:00:00+00',
    'A no-show must be reported within these hours after the end.'),
  ('00000000-0000-7000-8000-000000000006', 'any', 'answer_no_show', 'NO_SHOW', 12, '2024-01-01 00:00:00+00',
    'The other side may answer a no-show claim for these hours.'),
  ('00000000-0000-7000-8000-000000000007', 'tutor', 'reschedule', 'CONFIRMED', 24, '2024-01-01 00:00:00+00',
    'A tutor moves a confirmed lesson directly until this many hours before its start; later only as a proposal.')
on conflict do nothing;

-- Hours of the rule in force. Raises when none is seeded: a missing rule must never mean "no limit".
create or replace function private.rule_hours(p_actor text, p_action text, p_state text) returns numeric
language plpgsql stable security definer set search_path = '' as $$
declare
  v_hours numeric;
begin
  select r.hours into v_hours
  from public.booking_rules r
  where r.actor in (p_actor, 'any') and r.action = p_action and r.state = p_state
    and r.effective_from <= private.clock_now()
  order by (r.actor = p_actor) desc, r.effective_from desc
  limit 1;
  if not found then
    raise exception 'No booking rule for % % %', p_actor, p_action, p_state using errcode = 'P0002';
  end if;
  return v_hours;
end
$$;
revoke all on function private.rule_hours(text, text, text) from public, anon, authenticated;
