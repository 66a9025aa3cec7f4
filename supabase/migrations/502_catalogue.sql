-- layer: additive
-- What is taught, by whom, at what price.

create table if not exists public.subjects (id uuid primary key default gen_random_uuid());
alter table public.subjects
  add column if not exists name text not null,
  add column if not exists curriculum text check (curriculum in ('CSEC', 'CAPE', 'SEA')),
  add column if not exists level text,
  add column if not exists code text,
  add column if not exists label text,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
create unique index if not exists subjects_name_curriculum_level_key on public.subjects (name, curriculum, level);
alter table public.subjects enable row level security;

create table if not exists public.tutor_subjects (id uuid primary key default gen_random_uuid());
alter table public.tutor_subjects
  add column if not exists id uuid not null default gen_random_uuid(),
  add column if not exists tutor_id uuid not null references public.profiles (id) on delete cascade,
  add column if not exists subject_id uuid not null references public.subjects (id) on delete cascade,
  add column if not exists price_per_hour_ttd numeric(10, 2) not null default 0 check (price_per_hour_ttd >= 0),
  add column if not exists mode text not null default 'online' check (mode in ('online', 'in_person', 'either')),
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
-- The platform's key may be the pair; sync addresses every row by one id.
create unique index if not exists tutor_subjects_id_key on public.tutor_subjects (id);
create unique index if not exists tutor_subjects_tutor_subject_key on public.tutor_subjects (tutor_id, subject_id);
alter table public.tutor_subjects enable row level security;

create table if not exists public.session_types (id uuid primary key default gen_random_uuid());
alter table public.session_types
  add column if not exists tutor_id uuid not null references public.profiles (id) on delete cascade,
  add column if not exists subject_id uuid references public.subjects (id),
  add column if not exists name text not null,
  add column if not exists duration_minutes integer not null default 60 check (duration_minutes > 0),
  add column if not exists price_ttd numeric(10, 2) not null default 0 check (price_ttd >= 0),
  add column if not exists is_active boolean not null default true,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists row_version bigint not null default 1,
  add column if not exists sync_xid xid8 not null default pg_current_xact_id();
create index if not exists session_types_tutor_idx on public.session_types (tutor_id);
alter table public.session_types enable row level security;

drop policy if exists console_subjects_select on public.subjects;
create policy console_subjects_select on public.subjects for select to authenticated
  using ((select private.is_active()));

drop policy if exists console_tutor_subjects_select on public.tutor_subjects;
create policy console_tutor_subjects_select on public.tutor_subjects for select to authenticated
  using (
    (tutor_id = (select auth.uid()) and (select private.is_active()))
    or (select private.is_staff('admin'))
  );

drop policy if exists console_session_types_select on public.session_types;
create policy console_session_types_select on public.session_types for select to authenticated
  using (
    (tutor_id = (select auth.uid()) and (select private.is_active()))
    or (select private.is_staff('admin'))
  );
