-- layer: additive
-- Who did what, and what the scheduler ran. The chain over audit_log stands in 531.

create table if not exists public.audit_log (
  id uuid primary key default gen_random_uuid(),
  at timestamptz not null default private.clock_tick(),
  actor_id uuid,
  actor_role text not null,
  action text not null,
  target_type text not null,
  target_id uuid,
  target_label text,
  details jsonb not null default '{}',
  reason text
);
create index if not exists audit_log_at_idx on public.audit_log (at desc);
create index if not exists audit_log_target_idx on public.audit_log (target_type, target_id, at desc);
create index if not exists audit_log_actor_idx on public.audit_log (actor_id, at desc);
alter table public.audit_log enable row level security;
revoke all on public.audit_log from public, anon, authenticated, service_role;
grant select on public.audit_log to authenticated, service_role;

create table if not exists public.cron_runs (
  id uuid primary key default gen_random_uuid(),
  job text not null,
  status text not null default 'running' check (status in ('running', 'succeeded', 'failed', 'refused')),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  processed integer,
  error text,
  details jsonb not null default '{}'
);
create index if not exists cron_runs_job_idx on public.cron_runs (job, started_at desc);
alter table public.cron_runs enable row level security;
revoke all on public.cron_runs from public, anon, authenticated;
grant select on public.cron_runs to authenticated;
grant select, insert, update on public.cron_runs to service_role;

drop policy if exists console_audit_log_select on public.audit_log;
create policy console_audit_log_select on public.audit_log for select to authenticated
  using ((select private.is_staff('admin')));

drop policy if exists console_cron_runs_select on public.cron_runs;
create policy console_cron_runs_select on public.cron_runs for select to authenticated
  using ((select private.is_staff('admin')));
