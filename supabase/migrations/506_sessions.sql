-- layer: additive
-- The lesson that takes place: meeting, charge time and what came of it.

create table if not exists public.sessions (id uuid primary key default gen_random_uuid());
alter table public.sessions
  add column if not exists booking_id uuid not null unique references public.bookings (id),
  add column if not exists tutor_id uuid not null references public.profiles (id),
  add column if not exists student_id uuid not null references public.profiles (id),
  add column if not exists provider text check (provider in ('google_meet', 'zoom')),
  add column if not exists meeting_external_id text,
  add column if not exists join_url text,
  add column if not exists scheduled_start_at timestamptz not null,
  add column if not exists scheduled_end_at timestamptz not null,
  add column if not exists duration_minutes integer not null default 60,
  add column if not exists no_show_wait_minutes integer,
  add column if not exists min_payable_minutes integer,
  add column if not exists meeting_created_at timestamptz,
  add column if not exists meeting_started_at timestamptz,
  add column if not exists meeting_ended_at timestamptz,
  add column if not exists tutor_marked_no_show_at timestamptz,
  add column if not exists status text not null default 'SCHEDULED' check (status in (
    'SCHEDULED', 'JOIN_OPEN', 'COMPLETED_ASSUMED', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR',
    'MUTUAL_NON_COMPLETION', 'EARLY_END_SHORT', 'CANCELLED')),
  add column if not exists charge_scheduled_at timestamptz not null,
  add column if not exists charged_at timestamptz,
  add column if not exists charge_amount_ttd numeric(10, 2),
  add column if not exists payout_amount_ttd numeric(10, 2),
  add column if not exists platform_fee_ttd numeric(10, 2),
  add column if not exists payer_id uuid,
  add column if not exists payment_status text not null default 'unpaid'
    check (payment_status in ('unpaid', 'paid', 'release_ready', 'released', 'refunded')),
  add column if not exists tutor_payout_ttd numeric(10, 2),
  add column if not exists cancelled_by text check (cancelled_by in ('tutor', 'student', 'admin')),
  add column if not exists cancellation_reason text,
  add column if not exists cancelled_at timestamptz,
  add column if not exists reschedule_proposed_start timestamptz,
  add column if not exists reschedule_proposed_end timestamptz,
  add column if not exists notes jsonb,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now(),
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
create index if not exists sessions_tutor_idx on public.sessions (tutor_id, scheduled_start_at);
create index if not exists sessions_student_idx on public.sessions (student_id);
create index if not exists sessions_charge_due_idx on public.sessions (charge_scheduled_at)
  where charged_at is null and status in ('SCHEDULED', 'JOIN_OPEN');
alter table public.sessions enable row level security;

create table if not exists public.noshow_claims (id uuid primary key default gen_random_uuid());
alter table public.noshow_claims
  add column if not exists session_id uuid not null references public.sessions (id),
  add column if not exists claimant_id uuid not null references public.profiles (id),
  add column if not exists claimant_role text not null check (claimant_role in ('tutor', 'student')),
  add column if not exists defendant_id uuid not null references public.profiles (id),
  add column if not exists evidence_files jsonb not null default '[]',
  add column if not exists written_explanation text not null check (length(written_explanation) >= 20),
  add column if not exists response_deadline timestamptz not null,
  add column if not exists status text not null default 'awaiting_response'
    check (status in ('awaiting_response', 'pending_admin', 'resolved')),
  add column if not exists admin_verdict text check (admin_verdict in ('tutor_noshow', 'student_noshow', 'tie')),
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now(),
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
create index if not exists noshow_claims_session_idx on public.noshow_claims (session_id);
create index if not exists noshow_claims_claimant_idx on public.noshow_claims (claimant_id);
create index if not exists noshow_claims_defendant_idx on public.noshow_claims (defendant_id);
alter table public.noshow_claims enable row level security;

drop policy if exists console_sessions_select on public.sessions;
create policy console_sessions_select on public.sessions for select to authenticated
  using (
    (select private.is_staff('admin', 'support'))
    or ((select private.is_active()) and (
      tutor_id = (select auth.uid())
      or student_id = (select auth.uid())
      or payer_id = (select auth.uid())
      or student_id in (select private.my_children())))
  );

drop policy if exists console_noshow_claims_select on public.noshow_claims;
create policy console_noshow_claims_select on public.noshow_claims for select to authenticated
  using (
    (select private.is_staff('admin', 'support'))
    or ((select private.is_active()) and (
      claimant_id = (select auth.uid()) or defendant_id = (select auth.uid())))
  );
