-- layer: additive
-- Requests and lessons, and what was said about them.

create table if not exists public.bookings (id uuid primary key default gen_random_uuid());
alter table public.bookings
  add column if not exists student_id uuid not null references public.profiles (id),
  add column if not exists tutor_id uuid not null references public.profiles (id),
  add column if not exists subject_id uuid not null references public.subjects (id),
  add column if not exists session_type_id uuid references public.session_types (id),
  add column if not exists requested_start_at timestamptz not null,
  add column if not exists requested_end_at timestamptz not null,
  add column if not exists confirmed_start_at timestamptz,
  add column if not exists confirmed_end_at timestamptz,
  add column if not exists status text not null default 'PENDING' check (status in (
    'PENDING', 'PENDING_PARENT_APPROVAL', 'PARENT_APPROVED', 'PARENT_REJECTED', 'COUNTER_PROPOSED',
    'CONFIRMED', 'DECLINED', 'CANCELLED', 'COMPLETED', 'NO_SHOW')),
  add column if not exists last_action_by text check (last_action_by in ('student', 'tutor')),
  add column if not exists price_ttd numeric(10, 2) not null default 0 check (price_ttd >= 0),
  add column if not exists student_notes text,
  add column if not exists tutor_notes text,
  add column if not exists payer_id uuid references public.profiles (id),
  add column if not exists payment_required boolean not null default true,
  add column if not exists payment_status text not null default 'unpaid'
    check (payment_status in ('unpaid', 'pending', 'paid', 'refunded', 'failed')),
  add column if not exists currency text not null default 'TTD',
  add column if not exists platform_fee_pct integer,
  add column if not exists platform_fee_ttd numeric(10, 2),
  add column if not exists tutor_payout_ttd numeric(10, 2),
  add column if not exists duration_minutes integer not null default 60,
  add column if not exists parent_approved_at timestamptz,
  add column if not exists parent_rejected_at timestamptz,
  add column if not exists parent_notes text,
  add column if not exists cancellation_reason text,
  add column if not exists is_test_data boolean not null default false,
  -- Set when a tutor moved the confirmed lesson directly; the student may decline it free of charge until answered.
  add column if not exists moved_at timestamptz,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now(),
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
select private.ensure_constraint(
  'public.bookings', 'bookings_tutor_no_overlap',
  $$exclude using gist (
    tutor_id with =,
    tstzrange(confirmed_start_at, confirmed_end_at, '[)') with &&
  ) where (status = 'CONFIRMED')$$);
create index if not exists bookings_tutor_confirmed_idx on public.bookings (tutor_id, confirmed_start_at);
create index if not exists bookings_tutor_requested_idx on public.bookings (tutor_id, requested_start_at);
create index if not exists bookings_student_idx on public.bookings (student_id);
create index if not exists bookings_payer_idx on public.bookings (payer_id) where payer_id is not null;
alter table public.bookings enable row level security;

create table if not exists public.booking_messages (id uuid primary key default gen_random_uuid());
alter table public.booking_messages
  add column if not exists booking_id uuid not null references public.bookings (id) on delete cascade,
  add column if not exists sender_id uuid not null references public.profiles (id),
  add column if not exists message_type text not null default 'text'
    check (message_type in ('text', 'time_proposal', 'system')),
  add column if not exists body text,
  add column if not exists proposed_start_at timestamptz,
  add column if not exists proposed_end_at timestamptz,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
select private.ensure_constraint(
  'public.booking_messages', 'booking_messages_proposal_complete',
  'check ((proposed_start_at is null) = (proposed_end_at is null)) not valid');
create index if not exists booking_messages_booking_idx on public.booking_messages (booking_id, created_at);
alter table public.booking_messages enable row level security;

-- ---------------------------------------------------------------- helpers of policies

-- Bookings that the caller takes part in: as tutor, student, payer or parent of the student.
create or replace function private.my_bookings() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select b.id from public.bookings b where b.tutor_id = auth.uid() or b.student_id = auth.uid()
  union
  select b.id from public.bookings b where b.payer_id = auth.uid()
  union
  select b.id from public.bookings b where b.student_id in (select private.my_children())
$$;

-- People whose name the caller may know: himself, those on the other side of his bookings, his family and its tutors.
create or replace function private.my_people() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select auth.uid()
  union select b.student_id from public.bookings b where b.tutor_id = auth.uid()
  union select b.payer_id from public.bookings b where b.tutor_id = auth.uid() and b.payer_id is not null
  union select b.tutor_id from public.bookings b where b.student_id = auth.uid() or b.payer_id = auth.uid()
  union select l.child_id from public.parent_child_links l where l.parent_id = auth.uid()
  union select l.parent_id from public.parent_child_links l where l.child_id = auth.uid()
  union
  select b.tutor_id from public.bookings b where b.student_id in (select private.my_children())
$$;

revoke all on function private.my_bookings() from public, anon, authenticated;
revoke all on function private.my_people() from public, anon, authenticated;
grant execute on function private.my_bookings() to authenticated;
grant execute on function private.my_people() to authenticated;

-- ---------------------------------------------------------------- policies

drop policy if exists console_bookings_select on public.bookings;
create policy console_bookings_select on public.bookings for select to authenticated
  using (
    (select private.is_staff('admin', 'support'))
    or ((select private.is_active()) and (
      tutor_id = (select auth.uid())
      or student_id = (select auth.uid())
      or payer_id = (select auth.uid())
      or student_id in (select private.my_children())))
  );

drop policy if exists console_booking_messages_select on public.booking_messages;
create policy console_booking_messages_select on public.booking_messages for select to authenticated
  using (
    (select private.is_staff('admin', 'support'))
    or ((select private.is_active()) and booking_id in (select private.my_bookings()))
  );

drop policy if exists console_people_select on public.people;
create policy console_people_select on public.people for select to authenticated
  using (
    (select private.is_staff('admin', 'reviewer', 'support'))
    or ((select private.is_active()) and id in (select private.my_people()))
  );
