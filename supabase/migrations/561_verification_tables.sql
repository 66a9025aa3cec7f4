-- layer: additive
-- Verification as the platform keeps it: certificates that tutors upload, what was verified of them, and degrees.
-- The console's own state (claims, checks, decisions) hangs on verification_cases (562), one row for each of both kinds.

create table if not exists public.tutor_verification_requests (id uuid primary key default gen_random_uuid());
alter table public.tutor_verification_requests
  add column if not exists tutor_id uuid not null references public.profiles (id) on delete cascade,
  add column if not exists status text not null default 'SUBMITTED'
    check (status in ('SUBMITTED', 'PROCESSING', 'READY_FOR_REVIEW', 'APPROVED', 'REJECTED')),
  -- Empty where an upload broke off after the row was written.
  add column if not exists file_path text not null default '',
  add column if not exists file_type text check (file_type in ('image', 'pdf')),
  add column if not exists original_filename text,
  add column if not exists extracted_text text,
  add column if not exists extracted_json jsonb,
  add column if not exists confidence_score numeric check (confidence_score between 0 and 100),
  add column if not exists system_recommendation text check (system_recommendation in ('APPROVE', 'REJECT')),
  add column if not exists system_reason text,
  add column if not exists reviewed_by uuid references public.profiles (id) on delete set null,
  add column if not exists reviewer_decision text check (reviewer_decision in ('APPROVE', 'REJECT')),
  add column if not exists reviewer_reason text,
  add column if not exists reviewed_at timestamptz,
  add column if not exists notes jsonb,
  add column if not exists created_at timestamptz not null default private.clock_now(),
  add column if not exists updated_at timestamptz not null default private.clock_now();
create index if not exists tutor_verification_requests_tutor_idx
  on public.tutor_verification_requests (tutor_id, created_at);
alter table public.tutor_verification_requests enable row level security;

create table if not exists public.tutor_verification_events (id uuid primary key default gen_random_uuid());
alter table public.tutor_verification_events
  add column if not exists request_id uuid references public.tutor_verification_requests (id) on delete cascade,
  add column if not exists event_type text not null,
  add column if not exists payload jsonb not null default '{}',
  add column if not exists created_at timestamptz not null default private.clock_now(),
  -- The platform's trail names nobody, and knows no degrees.
  add column if not exists actor_id uuid references public.profiles (id) on delete set null,
  add column if not exists case_id uuid,
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
alter table public.tutor_verification_events alter column request_id drop not null;
create index if not exists tutor_verification_events_case_idx on public.tutor_verification_events (case_id, created_at);
create index if not exists tutor_verification_events_request_idx on public.tutor_verification_events (request_id);
alter table public.tutor_verification_events enable row level security;

-- The platform's list of event types has no escalation and no reversal. Each write that passed still passes.
do $$
declare
  v_name name;
begin
  for v_name in
    select c.conname from pg_catalog.pg_constraint c
    where c.conrelid = 'public.tutor_verification_events'::regclass and c.contype = 'c'
      and c.conname <> 'verification_events_known_type'
      and c.conkey = array[(select a.attnum from pg_catalog.pg_attribute a
        where a.attrelid = c.conrelid and a.attname = 'event_type')]
  loop
    execute pg_catalog.format('alter table public.tutor_verification_events drop constraint %I', v_name);
  end loop;
end
$$;
select private.ensure_constraint('public.tutor_verification_events', 'verification_events_known_type',
  $$check (event_type in ('SUBMITTED', 'OCR_STARTED', 'OCR_DONE', 'SYSTEM_RECOMMENDED', 'REVIEWER_DECISION', 'NOTIFIED',
    'ESCALATED', 'RESUBMISSION_REQUESTED', 'REVOKED', 'REVERSED', 'SECOND_REVIEW', 'PRIORITY_SET', 'DOCUMENT_CHANGED')) not valid$$);

create table if not exists public.tutor_verified_subjects (id uuid primary key default gen_random_uuid());
alter table public.tutor_verified_subjects
  add column if not exists tutor_id uuid not null references public.profiles (id) on delete cascade,
  add column if not exists subject_id uuid not null references public.subjects (id) on delete cascade,
  add column if not exists exam_type text not null check (exam_type in ('CSEC', 'CAPE')),
  add column if not exists grade integer not null check (grade between 1 and 9),
  add column if not exists year integer,
  add column if not exists session text,
  add column if not exists verified_by_admin_id uuid references public.profiles (id) on delete set null,
  add column if not exists verified_at timestamptz not null default private.clock_now(),
  add column if not exists is_public boolean not null default true,
  add column if not exists visibility_updated_at timestamptz,
  add column if not exists source_request_id uuid references public.tutor_verification_requests (id) on delete set null;
create index if not exists tutor_verified_subjects_tutor_idx on public.tutor_verified_subjects (tutor_id);
create index if not exists tutor_verified_subjects_source_idx on public.tutor_verified_subjects (source_request_id);
alter table public.tutor_verified_subjects enable row level security;

create table if not exists public.degrees (id uuid primary key default gen_random_uuid());
alter table public.degrees
  add column if not exists user_id uuid not null unique references public.profiles (id) on delete cascade,
  add column if not exists full_name text,
  add column if not exists school_name text,
  add column if not exists degree text,
  add column if not exists field text,
  add column if not exists graduation_year integer,
  add column if not exists status text not null default 'pending' check (status in ('pending', 'verified', 'rejected')),
  add column if not exists rejection_reason text,
  add column if not exists reviewed_by uuid references public.profiles (id) on delete set null,
  add column if not exists reviewed_at timestamptz,
  add column if not exists created_at timestamptz not null default private.clock_now(),
  add column if not exists updated_at timestamptz not null default private.clock_now();
alter table public.degrees enable row level security;

create table if not exists public.degree_documents (id uuid primary key default gen_random_uuid());
alter table public.degree_documents
  add column if not exists degree_id uuid not null references public.degrees (id) on delete cascade,
  add column if not exists file_url text not null default '',
  add column if not exists created_at timestamptz not null default private.clock_now();
create index if not exists degree_documents_degree_idx on public.degree_documents (degree_id);
alter table public.degree_documents enable row level security;
