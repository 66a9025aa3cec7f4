-- layer: additive
-- Who works here, and who is shut out: by admins, with a reason, audited. On the platform both were plain column writes.

-- The profile, locked. 42501 unless the caller is an admin, SY030 when there is no such person, a refusal for oneself.
create or replace function private.lock_profile_as_admin(p_user_id uuid, p_reason text) returns public.profiles
language plpgsql security definer set search_path = '' as $$
declare
  v_profile public.profiles;
begin
  if not private.is_staff('admin') then
    raise exception 'Only an admin may do that.' using errcode = '42501';
  end if;
  if p_user_id = auth.uid() then
    perform private.refuse('self', 'Ask another admin to change your own account.');
  end if;
  if nullif(pg_catalog.btrim(p_reason), '') is null then
    perform private.refuse('reason', 'Say why.');
  end if;
  select * into v_profile from public.profiles p where p.id = p_user_id for update;
  if not found then
    perform private.not_found('person');
  end if;
  return v_profile;
end
$$;

-- Gives a member of staff a role (admin, reviewer, support). Returns the roles that the person has now.
create or replace function public.console_staff_grant(p_user_id uuid, p_role text, p_reason text) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  perform private.lock_profile_as_admin(p_user_id, p_reason);
  if p_role is null or p_role not in ('admin', 'reviewer', 'support') then
    perform private.refuse('role', 'There is no such role.');
  end if;
  insert into public.staff_members (user_id, role, granted_by, granted_at)
  values (p_user_id, p_role, auth.uid(), private.clock_now())
  on conflict do nothing;
  if not found then
    perform private.state_changed('This person has the role already.');
  end if;
  perform private.audit('staff.grant', 'profile', p_user_id, pg_catalog.jsonb_build_object('role', p_role), p_reason);
  return pg_catalog.jsonb_build_object('userId', p_user_id, 'staffRoles', pg_catalog.to_jsonb(private.staff_roles(p_user_id)));
end
$$;

-- Takes a role away, the platform's own marks of it (role admin, is_reviewer) included.
create or replace function public.console_staff_revoke(p_user_id uuid, p_role text, p_reason text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_profile public.profiles := private.lock_profile_as_admin(p_user_id, p_reason);
  v_has_mark boolean := (p_role = 'admin' and v_profile.role is not distinct from 'admin')
    or (p_role = 'reviewer' and v_profile.is_reviewer);
begin
  delete from public.staff_members s where s.user_id = p_user_id and s.role = p_role;
  if not found and v_has_mark is not true then
    perform private.state_changed('This person does not have the role.');
  end if;
  if v_has_mark then
    update public.profiles p
    set role = case when p_role = 'admin' then null else p.role end,
      is_reviewer = p.is_reviewer and p_role <> 'reviewer', updated_at = private.clock_now()
    where p.id = p_user_id;
  end if;
  perform private.audit('staff.revoke', 'profile', p_user_id, pg_catalog.jsonb_build_object('role', p_role), p_reason);
  return pg_catalog.jsonb_build_object('userId', p_user_id, 'staffRoles', pg_catalog.to_jsonb(private.staff_roles(p_user_id)));
end
$$;

-- Shuts a person out: from then on only the own profile can be read, and nothing written. Takes effect at once, because
-- every policy and every action asks the profile, not the token.
create or replace function public.console_profile_suspend(p_user_id uuid, p_reason text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_profile public.profiles := private.lock_profile_as_admin(p_user_id, p_reason);
begin
  if v_profile.is_suspended then
    perform private.state_changed('This account is suspended already.');
  end if;
  update public.profiles p
  set is_suspended = true, suspension_reason = pg_catalog.btrim(p_reason), suspended_at = private.clock_now(),
    suspended_by = auth.uid(), suspension_lifted_at = null, suspension_lifted_by = null,
    updated_at = private.clock_now()
  where p.id = p_user_id returning * into strict v_profile;
  perform private.audit('profile.suspend', 'profile', p_user_id, '{}', p_reason);
  return pg_catalog.jsonb_build_object('userId', p_user_id, 'isSuspended', v_profile.is_suspended);
end
$$;

create or replace function public.console_profile_unsuspend(p_user_id uuid, p_reason text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_profile public.profiles := private.lock_profile_as_admin(p_user_id, p_reason);
begin
  if not v_profile.is_suspended then
    perform private.state_changed('This account is not suspended.');
  end if;
  update public.profiles p
  set is_suspended = false, suspension_lifted_at = private.clock_now(), suspension_lifted_by = auth.uid(),
    updated_at = private.clock_now()
  where p.id = p_user_id returning * into strict v_profile;
  perform private.audit('profile.unsuspend', 'profile', p_user_id, '{}', p_reason);
  return pg_catalog.jsonb_build_object('userId', p_user_id, 'isSuspended', v_profile.is_suspended);
end
$$;

revoke all on function private.lock_profile_as_admin(uuid, text) from public, anon, authenticated;
revoke all on function public.console_staff_grant(uuid, text, text) from public, anon, authenticated;
revoke all on function public.console_staff_revoke(uuid, text, text) from public, anon, authenticated;
revoke all on function public.console_profile_suspend(uuid, text) from public, anon, authenticated;
revoke all on function public.console_profile_unsuspend(uuid, text) from public, anon, authenticated;
grant execute on function public.console_staff_grant(uuid, text, text) to authenticated;
grant execute on function public.console_staff_revoke(uuid, text, text) to authenticated;
grant execute on function public.console_profile_suspend(uuid, text) to authenticated;
grant execute on function public.console_profile_unsuspend(uuid, text) to authenticated;
