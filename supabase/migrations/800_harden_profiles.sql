-- layer: hardening
-- Profiles: the platform lets everybody read all of them, anon included, and lets everyone write every column of his own.
-- After this file the web app must write role, verification and suspension with its service key or through RPCs.

do $$
declare
  v_policy name;
begin
  for v_policy in
    select p.policyname from pg_catalog.pg_policies p
    where p.schemaname = 'public' and p.tablename = 'profiles' and p.policyname not like 'console\_%'
  loop
    execute pg_catalog.format('drop policy %I on public.profiles', v_policy);
  end loop;
end
$$;

revoke all on public.profiles from public, anon, authenticated;
grant select on public.profiles to authenticated;
-- What a person may say about himself. Not e-mail (identity), billing_mode (parents decide), nor anything earned.
grant update (
  username, full_name, display_name, phone_number, dob, gender, country, region, school, institution_id, form_level,
  subjects_of_study, teaching_mode, teaching_levels, bio, avatar_url, profile_banner_url, allow_same_day_bookings,
  pause_1on1, terms_accepted, terms_accepted_at, timezone, updated_at
) on public.profiles to authenticated;

drop policy if exists console_profiles_update_own on public.profiles;
create policy console_profiles_update_own on public.profiles for update to authenticated
  using (id = (select auth.uid()) and (select private.is_active()))
  with check (id = (select auth.uid()) and (select private.is_active()));

-- A second lock behind the column grants, because a blanket GRANT once re-opened what had been revoked. SECURITY INVOKER
-- on purpose: inside a SECURITY DEFINER function current_user is the owner, and the guard would never fire.
create or replace function private.guard_profile_privileges() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_guarded text[] := array[
    'id', 'role', 'email', 'is_reviewer', 'tutor_verification_status', 'tutor_verified_at', 'is_suspended',
    'suspension_reason', 'suspended_at', 'suspended_by', 'suspension_lifted_at', 'suspension_lifted_by',
    'rating_average', 'rating_count', 'attendance_rate', 'response_time_minutes', 'billing_mode', 'is_dev_account',
    'admin_boost', 'pin_rank', 'stripe_customer_id', 'ai_uses_count'];
  v_old jsonb := case when tg_op = 'UPDATE' then pg_catalog.to_jsonb(old) else '{}' end;
  v_new jsonb := pg_catalog.to_jsonb(new);
  v_column text;
begin
  if current_user not in ('anon', 'authenticated') then
    return new;
  end if;
  if tg_op = 'INSERT' then
    raise exception 'Profiles are created at sign-up.' using errcode = '42501';
  end if;
  foreach v_column in array v_guarded loop
    if v_old -> v_column is distinct from v_new -> v_column then
      raise exception 'The column % of a profile is not yours to change.', v_column using errcode = '42501';
    end if;
  end loop;
  return new;
end
$$;
revoke all on function private.guard_profile_privileges() from public, anon, authenticated;
drop trigger if exists console_guard_privileges on public.profiles;
create trigger console_guard_privileges before insert or update on public.profiles
  for each row execute function private.guard_profile_privileges();

-- The platform's sign-up trigger takes the role from what the person typed, admin included. The console's own trigger
-- (509) makes the profile; the platform's function stays, and does nothing.
do $$
begin
  if exists (
    select 1 from pg_catalog.pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname = 'handle_new_user'
      and p.prorettype = 'pg_catalog.trigger'::regtype
  ) then
    execute $function$
      create or replace function public.handle_new_user() returns trigger
      language plpgsql security definer set search_path = '' as 'begin return new; end'
    $function$;
    revoke all on function public.handle_new_user() from public, anon, authenticated;
  end if;
end
$$;
