-- layer: additive
-- People: the platform's profiles, what others may see of them, staff roles and family links.
-- Each table is created empty and given its columns one by one, so that the same list completes a table that exists.

create table if not exists public.profiles (id uuid primary key);
alter table public.profiles
  add column if not exists role text check (role in ('student', 'parent', 'tutor', 'admin')),
  add column if not exists full_name text not null,
  add column if not exists email text not null unique,
  add column if not exists username text not null unique
    check (username ~ '^[a-zA-Z0-9_-]+$' and length(username) between 6 and 30),
  add column if not exists display_name text,
  add column if not exists phone_number text,
  add column if not exists dob date,
  add column if not exists gender text,
  add column if not exists country text,
  add column if not exists region text,
  add column if not exists school text,
  add column if not exists institution_id uuid,
  add column if not exists form_level text,
  add column if not exists subjects_of_study text[],
  add column if not exists billing_mode text check (billing_mode in ('parent_required', 'self_allowed')),
  add column if not exists tutor_type text
    check (tutor_type in ('professional_teacher', 'university_tutor', 'graduate_tutor')),
  add column if not exists teaching_mode text check (teaching_mode in ('online', 'in_person', 'both')),
  add column if not exists teaching_levels text[],
  add column if not exists bio text,
  add column if not exists avatar_url text,
  add column if not exists profile_banner_url text,
  add column if not exists response_time_minutes integer,
  add column if not exists attendance_rate numeric(5, 2),
  add column if not exists rating_average numeric(3, 2) check (rating_average between 0 and 5),
  add column if not exists rating_count integer not null default 0,
  add column if not exists is_reviewer boolean not null default false,
  add column if not exists tutor_verification_status text
    check (tutor_verification_status in ('UNVERIFIED', 'PENDING', 'PROCESSING', 'VERIFIED', 'REJECTED')),
  add column if not exists tutor_verified_at timestamptz,
  add column if not exists is_suspended boolean not null default false,
  add column if not exists suspension_reason text,
  add column if not exists suspended_at timestamptz,
  add column if not exists suspended_by uuid,
  add column if not exists suspension_lifted_at timestamptz,
  add column if not exists suspension_lifted_by uuid,
  add column if not exists allow_same_day_bookings boolean not null default false,
  add column if not exists pause_1on1 boolean not null default false,
  add column if not exists is_dev_account boolean not null default false,
  add column if not exists terms_accepted boolean not null default false,
  add column if not exists terms_accepted_at timestamptz,
  add column if not exists timezone text check (timezone ~ '^[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}$'),
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now();
alter table public.profiles enable row level security;
comment on column public.profiles.timezone is 'IANA zone in which the person lives; null means America/Port_of_Spain.';

-- What others may see of a person. RLS is per row, so this cannot be a part of profiles.
create table if not exists public.people (
  id uuid primary key references public.profiles (id) on delete cascade,
  display_name text not null,
  avatar_url text,
  timezone text,
  row_version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);
alter table public.people enable row level security;
revoke all on public.people from public, anon, authenticated;
grant select on public.people to authenticated;

create table if not exists public.staff_members (
  user_id uuid not null references public.profiles (id) on delete cascade,
  role text not null check (role in ('admin', 'reviewer', 'support')),
  granted_by uuid references public.profiles (id) on delete set null,
  granted_at timestamptz not null default now(),
  primary key (user_id, role)
);
alter table public.staff_members enable row level security;
revoke all on public.staff_members from public, anon, authenticated;
grant select on public.staff_members to authenticated;

create table if not exists public.parent_child_links (id uuid primary key default gen_random_uuid());
alter table public.parent_child_links
  add column if not exists id uuid not null default gen_random_uuid(),
  add column if not exists parent_id uuid not null references public.profiles (id) on delete cascade,
  add column if not exists child_id uuid not null unique references public.profiles (id) on delete cascade,
  add column if not exists created_at timestamptz not null default now();
create index if not exists parent_child_links_parent_idx on public.parent_child_links (parent_id);
alter table public.parent_child_links enable row level security;

-- Grows whenever what a user may see changes as a whole; sync_pull sends it, and the cache is checked against it.
create table if not exists private.access_epochs (
  user_id uuid primary key,
  epoch bigint not null default 1
);
revoke all on private.access_epochs from public, anon, authenticated;

-- ---------------------------------------------------------------- helpers of policies
-- SECURITY DEFINER and a fixed search_path: a policy that asks them never meets another policy (no recursion).

-- Signed in, with a profile, and not suspended. Everything but the own profile hangs on it.
create or replace function private.is_active() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.profiles p where p.id = auth.uid() and not p.is_suspended)
$$;

create or replace function private.is_suspended() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.profiles p where p.id = auth.uid() and p.is_suspended)
$$;

-- The staff roles of a user who is not suspended. The platform's own marks (role admin, is_reviewer) count.
create or replace function private.staff_roles(p_user_id uuid) returns text[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct r.role order by r.role), '{}')
  from public.profiles p
  cross join lateral (
    select s.role from public.staff_members s where s.user_id = p.id
    union select 'admin' where p.role = 'admin'
    union select 'reviewer' where p.is_reviewer
  ) r
  where p.id = p_user_id and not p.is_suspended
$$;

-- Whether the caller holds one of these roles and is not suspended. Roles imply nothing: name each.
create or replace function private.is_staff(variadic p_roles text[]) returns boolean
language sql stable security definer set search_path = '' as $$
  select private.staff_roles(auth.uid()) && p_roles
$$;

create or replace function private.my_children() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select l.child_id from public.parent_child_links l where l.parent_id = auth.uid()
$$;

create or replace function private.access_epoch(p_user_id uuid) returns bigint
language sql stable security definer set search_path = '' as $$
  select coalesce((select e.epoch from private.access_epochs e where e.user_id = p_user_id), 1)
$$;

revoke all on function private.is_active() from public, anon, authenticated;
revoke all on function private.is_suspended() from public, anon, authenticated;
revoke all on function private.staff_roles(uuid) from public, anon, authenticated;
revoke all on function private.is_staff(text[]) from public, anon, authenticated;
revoke all on function private.my_children() from public, anon, authenticated;
revoke all on function private.access_epoch(uuid) from public, anon, authenticated;
grant execute on function private.is_active() to authenticated;
grant execute on function private.is_suspended() to authenticated;
grant execute on function private.is_staff(text[]) to authenticated;
grant execute on function private.my_children() to authenticated;

-- ---------------------------------------------------------------- policies

-- The own profile is all that a suspended user may read. Contact details of others: console_profile_contact_read.
-- No sub-select in here: a policy of the platform asks profiles about profiles, and one sub-select more makes
-- PostgreSQL refuse every update as infinite recursion.
drop policy if exists console_profiles_select_own on public.profiles;
create policy console_profiles_select_own on public.profiles for select to authenticated
  using (id = auth.uid());

drop policy if exists console_staff_members_select on public.staff_members;
create policy console_staff_members_select on public.staff_members for select to authenticated
  using (
    (user_id = (select auth.uid()) and (select private.is_active()))
    or (select private.is_staff('admin'))
  );

drop policy if exists console_parent_child_links_select on public.parent_child_links;
create policy console_parent_child_links_select on public.parent_child_links for select to authenticated
  using (
    ((parent_id = (select auth.uid()) or child_id = (select auth.uid())) and (select private.is_active()))
    or (select private.is_staff('admin', 'support'))
  );
-- The policy of people needs bookings and stands in 505.
