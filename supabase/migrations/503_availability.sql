-- layer: additive
-- When a tutor teaches. Rules are wall clock in the schedule's zone; blocks are instants.

-- One row a tutor: the parent of the rules, so that replacing all of them is one change with one row version.
create table if not exists public.tutor_schedules (
  id uuid primary key default gen_random_uuid(),
  tutor_id uuid not null unique references public.profiles (id) on delete cascade,
  timezone text not null default 'America/Port_of_Spain',
  slot_minutes integer not null default 30 check (slot_minutes between 5 and 240),
  buffer_minutes integer not null default 0 check (buffer_minutes between 0 and 240),
  minimum_notice_hours integer not null default 24 check (minimum_notice_hours between 0 and 336),
  horizon_days integer not null default 60 check (horizon_days between 1 and 366),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);
alter table public.tutor_schedules enable row level security;
revoke all on public.tutor_schedules from public, anon, authenticated;
grant select on public.tutor_schedules to authenticated;

create table if not exists public.tutor_availability_rules (id uuid primary key default gen_random_uuid());
alter table public.tutor_availability_rules
  add column if not exists tutor_id uuid not null references public.profiles (id) on delete cascade,
  add column if not exists day_of_week integer not null check (day_of_week between 0 and 6),
  add column if not exists start_time time not null,
  add column if not exists end_time time not null,
  add column if not exists slot_minutes integer not null default 30,
  add column if not exists buffer_minutes integer not null default 0,
  add column if not exists is_active boolean not null default true,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now(),
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
select private.ensure_constraint(
  'public.tutor_availability_rules', 'tutor_availability_rules_check', 'check (end_time > start_time)');
create index if not exists tutor_availability_rules_tutor_idx
  on public.tutor_availability_rules (tutor_id, day_of_week);
alter table public.tutor_availability_rules enable row level security;

create table if not exists public.tutor_unavailability_blocks (id uuid primary key default gen_random_uuid());
alter table public.tutor_unavailability_blocks
  add column if not exists tutor_id uuid not null references public.profiles (id) on delete cascade,
  add column if not exists start_at timestamptz not null,
  add column if not exists end_at timestamptz not null,
  add column if not exists is_recurring boolean not null default false,
  add column if not exists rrule text,
  add column if not exists reason_private text,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
select private.ensure_constraint(
  'public.tutor_unavailability_blocks', 'tutor_unavailability_blocks_check', 'check (end_at > start_at)');
create index if not exists tutor_unavailability_blocks_tutor_idx
  on public.tutor_unavailability_blocks (tutor_id, start_at);
alter table public.tutor_unavailability_blocks enable row level security;

drop policy if exists console_tutor_schedules_select on public.tutor_schedules;
create policy console_tutor_schedules_select on public.tutor_schedules for select to authenticated
  using (
    (tutor_id = (select auth.uid()) and (select private.is_active()))
    or (select private.is_staff('admin', 'support'))
  );

drop policy if exists console_tutor_availability_rules_select on public.tutor_availability_rules;
create policy console_tutor_availability_rules_select on public.tutor_availability_rules
  for select to authenticated
  using (
    (tutor_id = (select auth.uid()) and (select private.is_active()))
    or (select private.is_staff('admin', 'support'))
  );

drop policy if exists console_tutor_unavailability_blocks_select on public.tutor_unavailability_blocks;
create policy console_tutor_unavailability_blocks_select on public.tutor_unavailability_blocks
  for select to authenticated
  using (
    (tutor_id = (select auth.uid()) and (select private.is_active()))
    or (select private.is_staff('admin', 'support'))
  );
