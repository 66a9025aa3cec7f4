-- layer: additive
-- The console's side of verification. A case is one certificate request or one degree, under its id; everything that only
-- reviewers may know stands in these tables, which no tutor can read, and in none of the platform's.

create table if not exists public.verification_settings (
  id uuid primary key default gen_random_uuid(),
  one boolean not null default true unique check (one),
  undo_seconds integer not null default 60 check (undo_seconds between 0 and 3600),
  claim_minutes integer not null default 10 check (claim_minutes between 1 and 240),
  max_claims integer not null default 50 check (max_claims between 1 and 500),
  bulk_limit integer not null default 25 check (bulk_limit between 1 and 100),
  second_review_percent integer not null default 10 check (second_review_percent between 0 and 100),
  resubmission_days integer not null default 14 check (resubmission_days between 1 and 365),
  sla_due_hours integer not null default 24 check (sla_due_hours > 0),
  sla_late_hours integer not null default 48,
  sla_breach_hours integer not null default 72,
  -- Bits in which two 64-bit perceptual hashes may differ and still name the same picture.
  phash_distance integer not null default 10 check (phash_distance between 0 and 32),
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  check (sla_late_hours > sla_due_hours and sla_breach_hours > sla_late_hours)
);
insert into public.verification_settings default values on conflict do nothing;

-- Templates of what the tutor is told. The number is the key that picks the reason; private notes never stand here.
create table if not exists public.verification_reasons (
  id uuid primary key default gen_random_uuid(),
  code text not null unique check (code ~ '^[a-z_]{2,40}$'),
  outcome text not null check (outcome in ('REJECT', 'RESUBMIT', 'REVOKE')),
  -- Null: for both kinds.
  kind text check (kind in ('certificate', 'degree')),
  number integer not null check (number between 1 and 9),
  label text not null,
  public_text text not null,
  is_active boolean not null default true,
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  unique (outcome, number)
);

create table if not exists public.verification_cases (
  id uuid primary key,
  kind text not null check (kind in ('certificate', 'degree')),
  tutor_id uuid not null references public.profiles (id) on delete cascade,
  status text not null check (status in
    ('SUBMITTED', 'PROCESSING', 'READY_FOR_REVIEW', 'APPROVED', 'REJECTED', 'RESUBMIT', 'REVOKED')),
  priority smallint not null default 0 check (priority between 0 and 2),
  -- The tutor's nth try of this kind. A degree keeps its row, and so its case, when documents are sent again.
  attempt integer not null default 1,
  submitted_at timestamptz not null,
  -- From these instants on the case is due, late, in breach. They are compared with the server's clock by who reads them.
  sla_due_at timestamptz not null,
  sla_late_at timestamptz not null,
  sla_breach_at timestamptz not null,
  recommendation text check (recommendation in ('APPROVE', 'REJECT')),
  recommendation_reason text,
  confidence integer,
  file_state text not null default 'missing' check (file_state in ('present', 'missing', 'empty')),
  escalated_at timestamptz,
  escalated_by uuid references public.profiles (id) on delete set null,
  decision_id uuid,
  decided_by uuid references public.profiles (id) on delete set null,
  decided_at timestamptz,
  undo_until timestamptz,
  -- Hides the case, and what it came to, from the reviewers who may be asked for a second opinion.
  second_review_open boolean not null default false,
  -- A second reviewer came to another verdict: for an admin.
  is_disputed boolean not null default false,
  last_actor_id uuid references public.profiles (id) on delete set null,
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);
create index if not exists verification_cases_queue_idx on public.verification_cases (priority desc, submitted_at, id)
  where status in ('SUBMITTED', 'PROCESSING', 'READY_FOR_REVIEW');
create index if not exists verification_cases_tutor_idx on public.verification_cases (tutor_id, kind, submitted_at);
create index if not exists verification_cases_decided_idx on public.verification_cases (decided_at);

-- Who works on a case, until when. A row of its own, so that taking and prolonging does not make a case look changed.
create table if not exists public.verification_claims (
  id uuid primary key references public.verification_cases (id) on delete cascade,
  holder_id uuid references public.profiles (id) on delete set null,
  claimed_at timestamptz,
  expires_at timestamptz,
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  check (holder_id is null or expires_at is not null)
);
create index if not exists verification_claims_holder_idx on public.verification_claims (holder_id, expires_at);

-- Every file ever seen, kept when its request is deleted: the memory in which duplicates are found.
create table if not exists public.verification_documents (
  id uuid primary key default gen_random_uuid(),
  case_id uuid references public.verification_cases (id) on delete set null,
  tutor_id uuid references public.profiles (id) on delete set null,
  kind text not null check (kind in ('certificate', 'degree')),
  attempt integer not null default 1,
  position integer not null default 1,
  -- The request, or the row of degree_documents, that names the file; false once it names another, or is gone.
  source_id uuid,
  is_current boolean not null default true,
  -- Null while the file is nowhere to be found: the row stands for what is missing.
  bucket text,
  path text not null default '',
  filename text,
  content_type text,
  size_bytes bigint,
  state text not null default 'missing' check (state in ('present', 'missing', 'empty')),
  -- Written by the first reviewer's console that read the bytes.
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  phash text check (phash ~ '^[0-9a-f]{16}$'),
  candidate_number text,
  page_count integer,
  seen_at timestamptz,
  -- The bytes behind the path were not the same at a later look.
  changed_at timestamptz,
  created_at timestamptz not null default private.clock_now(),
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);
create index if not exists verification_documents_case_idx on public.verification_documents (case_id, position);
create index if not exists verification_documents_path_idx on public.verification_documents (bucket, path);
create index if not exists verification_documents_sha_idx on public.verification_documents (sha256);
create index if not exists verification_documents_candidate_idx on public.verification_documents (candidate_number);

-- What the tutor claims, and what was read from the documents.
create table if not exists public.verification_findings (
  id uuid primary key references public.verification_cases (id) on delete cascade,
  tutor_id uuid not null references public.profiles (id) on delete cascade,
  claimed jsonb not null default '{}',
  extracted jsonb,
  extracted_text text,
  updated_at timestamptz not null default private.clock_now(),
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);

-- Subjects and grades as a reviewer reads them from the certificate; an approval copies them to tutor_verified_subjects.
create table if not exists public.verification_grades (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references public.verification_cases (id) on delete cascade,
  subject_id uuid not null references public.subjects (id) on delete cascade,
  exam_type text not null check (exam_type in ('CSEC', 'CAPE')),
  grade integer not null,
  year integer,
  session text,
  entered_by uuid references public.profiles (id) on delete set null,
  entered_at timestamptz not null default private.clock_now(),
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  unique (case_id, subject_id, exam_type),
  check (grade between 1 and case exam_type when 'CSEC' then 6 else 7 end)
);

-- What one reviewer looked at and ticked. opened: {document id: {at, sha256, pages}}; checklist: {item: pass|fail|na}.
create table if not exists public.verification_evidence (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references public.verification_cases (id) on delete cascade,
  reviewer_id uuid not null references public.profiles (id) on delete cascade,
  attempt integer not null default 1,
  opened jsonb not null default '{}',
  checklist jsonb not null default '{}',
  updated_at timestamptz not null default private.clock_now(),
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  unique (case_id, reviewer_id, attempt)
);

create table if not exists public.verification_notes (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references public.verification_cases (id) on delete cascade,
  author_id uuid references public.profiles (id) on delete set null,
  kind text not null default 'note' check (kind in ('note', 'decision', 'override', 'escalation', 'reversal')),
  body text not null check (length(body) between 1 and 4000),
  created_at timestamptz not null default private.clock_now(),
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);
create index if not exists verification_notes_case_idx on public.verification_notes (case_id, created_at);

create table if not exists public.verification_decisions (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references public.verification_cases (id) on delete cascade,
  tutor_id uuid not null references public.profiles (id) on delete cascade,
  kind text not null check (kind in ('certificate', 'degree')),
  attempt integer not null default 1,
  reviewer_id uuid references public.profiles (id) on delete set null,
  outcome text not null check (outcome in ('APPROVE', 'REJECT', 'RESUBMIT', 'REVOKE')),
  reason_codes text[] not null default '{}',
  -- What the tutor is told, and nothing else.
  public_text text,
  -- The system's recommendation at that moment, and why it was not followed.
  recommendation text,
  override_reason text,
  claimed_at timestamptz,
  decided_at timestamptz not null,
  undo_until timestamptz not null,
  reversed_at timestamptz,
  -- Found wrong by a second reviewer, or revoked by another.
  overturned_at timestamptz,
  overturned_by uuid references public.profiles (id) on delete set null,
  -- The key of the call: rows decided together share it.
  batch_key uuid,
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);
create index if not exists verification_decisions_case_idx on public.verification_decisions (case_id, decided_at);
create index if not exists verification_decisions_reviewer_idx on public.verification_decisions (reviewer_id, decided_at);

-- What a decision changed, to be put back if it is reversed. Nobody but the functions reads it.
create table if not exists private.verification_undo (
  decision_id uuid primary key references public.verification_decisions (id) on delete cascade,
  case_before jsonb not null,
  source_before jsonb not null,
  subjects_before jsonb not null default '[]',
  profile_status text,
  profile_verified_at timestamptz,
  outbox_id uuid
);
revoke all on private.verification_undo from public, anon, authenticated;
alter table private.verification_undo enable row level security;

create table if not exists public.verification_resubmissions (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references public.verification_cases (id) on delete cascade,
  decision_id uuid not null references public.verification_decisions (id) on delete cascade,
  tutor_id uuid not null references public.profiles (id) on delete cascade,
  kind text not null check (kind in ('certificate', 'degree')),
  requested_by uuid references public.profiles (id) on delete set null,
  public_text text not null,
  requested_at timestamptz not null,
  due_at timestamptz not null,
  answered_at timestamptz,
  answered_case_id uuid references public.verification_cases (id) on delete set null,
  withdrawn_at timestamptz,
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);
create index if not exists verification_resubmissions_tutor_idx
  on public.verification_resubmissions (tutor_id, kind) where answered_at is null;
create index if not exists verification_resubmissions_case_idx on public.verification_resubmissions (case_id);

-- A sample of the decided cases, judged again by somebody who is not told what the first verdict was. The row carries
-- what a queue shows, because the case itself is hidden as long as this is open.
create table if not exists public.verification_second_reviews (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references public.verification_cases (id) on delete cascade,
  tutor_id uuid not null references public.profiles (id) on delete cascade,
  kind text not null check (kind in ('certificate', 'degree')),
  attempt integer not null default 1,
  recommendation text,
  submitted_at timestamptz not null,
  first_decision_id uuid not null unique references public.verification_decisions (id) on delete cascade,
  first_reviewer_id uuid references public.profiles (id) on delete set null,
  -- Not before the first decision can no longer be reversed.
  opens_at timestamptz not null,
  status text not null default 'OPEN' check (status in ('OPEN', 'DONE', 'WITHDRAWN')),
  holder_id uuid references public.profiles (id) on delete set null,
  expires_at timestamptz,
  second_reviewer_id uuid references public.profiles (id) on delete set null,
  second_outcome text check (second_outcome in ('APPROVE', 'REJECT')),
  second_note text,
  -- Null until the second verdict is in.
  first_outcome text check (first_outcome in ('APPROVE', 'REJECT')),
  agrees boolean,
  done_at timestamptz,
  created_at timestamptz not null default private.clock_now(),
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);
create index if not exists verification_second_reviews_open_idx
  on public.verification_second_reviews (opens_at, id) where status = 'OPEN';
create index if not exists verification_second_reviews_case_idx on public.verification_second_reviews (case_id);

-- ---------------------------------------------------------------- who may read: reviewers and admins, never of themselves

do $$
declare
  v_table text;
begin
  foreach v_table in array array[
    'verification_settings', 'verification_reasons', 'verification_cases', 'verification_claims', 'verification_documents',
    'verification_findings', 'verification_grades', 'verification_evidence', 'verification_notes', 'verification_decisions',
    'verification_resubmissions', 'verification_second_reviews'
  ] loop
    execute pg_catalog.format('alter table public.%I enable row level security', v_table);
    execute pg_catalog.format('revoke all on public.%I from public, anon, authenticated', v_table);
    execute pg_catalog.format('grant select on public.%I to authenticated', v_table);
    execute pg_catalog.format('drop policy if exists console_%s_select on public.%I', v_table, v_table);
  end loop;
  foreach v_table in array array['verification_settings', 'verification_reasons'] loop
    execute pg_catalog.format(
      'create policy console_%s_select on public.%I for select to authenticated '
      || 'using ((select private.is_staff(''reviewer'', ''admin'')))', v_table, v_table);
  end loop;
  foreach v_table in array array['verification_documents', 'verification_findings'] loop
    execute pg_catalog.format(
      'create policy console_%s_select on public.%I for select to authenticated '
      || 'using ((select private.is_staff(''reviewer'', ''admin'')) and tutor_id is distinct from (select auth.uid()))',
      v_table, v_table);
  end loop;
end
$$;

create policy console_verification_cases_select on public.verification_cases for select to authenticated
  using (
    (select private.is_staff('reviewer', 'admin')) and tutor_id <> (select auth.uid())
    and (not second_review_open or decided_by = (select auth.uid()) or (select private.is_staff('admin')))
  );

-- What a case came to is seen by who sees the case. Under the caller's own policies, so this cannot say more than they do.
do $$
declare
  v_table text;
begin
  foreach v_table in array array[
    'verification_grades', 'verification_notes', 'verification_decisions', 'verification_resubmissions'
  ] loop
    execute pg_catalog.format(
      'create policy console_%s_select on public.%I for select to authenticated using ('
      || '(select private.is_staff(''reviewer'', ''admin'')) '
      || 'and exists (select 1 from public.verification_cases c where c.id = case_id))', v_table, v_table);
  end loop;
end
$$;

create policy console_verification_claims_select on public.verification_claims for select to authenticated
  using (
    (select private.is_staff('reviewer', 'admin'))
    and exists (select 1 from public.verification_cases c where c.id = verification_claims.id)
  );

-- Reviewers do not see each other's ticks: a second opinion is to be one.
create policy console_verification_evidence_select on public.verification_evidence for select to authenticated
  using (
    (reviewer_id = (select auth.uid()) and (select private.is_staff('reviewer', 'admin')))
    or (
      (select private.is_staff('admin'))
      and exists (select 1 from public.verification_cases c where c.id = case_id)
    )
  );

create policy console_verification_second_reviews_select on public.verification_second_reviews for select to authenticated
  using (
    (select private.is_staff('reviewer', 'admin')) and tutor_id <> (select auth.uid())
    and (status = 'DONE' or first_reviewer_id is distinct from (select auth.uid()) or (select private.is_staff('admin')))
  );

-- The platform's tables: tutors their own requests, staff what review needs.
drop policy if exists console_tutor_verification_requests_select on public.tutor_verification_requests;
create policy console_tutor_verification_requests_select on public.tutor_verification_requests
  for select to authenticated using (
    (tutor_id = (select auth.uid()) and (select private.is_active()))
    or (
      (select private.is_staff('reviewer', 'admin'))
      and exists (select 1 from public.verification_cases c where c.id = tutor_verification_requests.id)
    )
  );

drop policy if exists console_tutor_verified_subjects_select on public.tutor_verified_subjects;
create policy console_tutor_verified_subjects_select on public.tutor_verified_subjects
  for select to authenticated using (
    (tutor_id = (select auth.uid()) and (select private.is_active()))
    or (
      (select private.is_staff('reviewer', 'admin')) and tutor_id <> (select auth.uid())
      and (source_request_id is null or exists (select 1 from public.verification_cases c where c.id = source_request_id))
    )
  );

drop policy if exists console_degrees_select on public.degrees;
create policy console_degrees_select on public.degrees for select to authenticated
  using (
    (user_id = (select auth.uid()) and (select private.is_active()))
    or (
      (select private.is_staff('reviewer', 'admin'))
      and exists (select 1 from public.verification_cases c where c.id = degrees.id)
    )
  );

drop policy if exists console_degree_documents_select on public.degree_documents;
create policy console_degree_documents_select on public.degree_documents for select to authenticated
  using (
    (select private.is_staff('reviewer', 'admin'))
    and exists (select 1 from public.verification_cases c where c.id = degree_id)
  );

drop policy if exists console_tutor_verification_events_select on public.tutor_verification_events;
create policy console_tutor_verification_events_select on public.tutor_verification_events
  for select to authenticated using (
    (select private.is_staff('reviewer', 'admin'))
    and exists (select 1 from public.verification_cases c where c.id = case_id)
  );
