-- layer: additive
-- Who am I, and contact details on demand.

-- The caller as the console shows him; shape: `me` in shared/domain/roles.ts. Errors: 42501 when nobody is signed in.
create or replace function public.console_me() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_user_id uuid := auth.uid();
  v_profile public.profiles;
begin
  if v_user_id is null then
    raise exception 'Sign in first.' using errcode = '42501';
  end if;
  select * into v_profile from public.profiles p where p.id = v_user_id;
  return pg_catalog.jsonb_build_object(
    'userId', v_user_id,
    'displayName', private.person_name(v_profile.display_name, v_profile.full_name),
    'email', coalesce(v_profile.email, auth.jwt() ->> 'email', ''),
    'profileRole', v_profile.role,
    'staffRoles', pg_catalog.to_jsonb(private.staff_roles(v_user_id)),
    'isSuspended', coalesce(v_profile.is_suspended, false),
    'accessEpoch', private.access_epoch(v_user_id));
end
$$;
revoke all on function public.console_me() from public, anon, authenticated;
grant execute on function public.console_me() to authenticated;
