-- layer: additive
-- Contact details are never synced: staff ask for one person at a time, and every look is audited.

-- Returns {userId, fullName, email, phoneNumber, dob, country, region, school}. Staff only (42501); SY030 when there is
-- no such person. Writes an audit entry, so it is not STABLE.
create or replace function public.console_profile_contact_read(p_user_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_profile public.profiles;
begin
  if not private.is_staff('admin', 'reviewer', 'support') then
    raise exception 'Only staff may read contact details.' using errcode = '42501';
  end if;
  select * into v_profile from public.profiles p where p.id = p_user_id;
  if not found then
    perform private.not_found('person');
  end if;
  perform private.audit('profile.contact_read', 'profile', p_user_id);
  return pg_catalog.jsonb_build_object(
    'userId', v_profile.id, 'fullName', v_profile.full_name, 'email', v_profile.email,
    'phoneNumber', v_profile.phone_number, 'dob', v_profile.dob, 'country', v_profile.country,
    'region', v_profile.region, 'school', v_profile.school);
end
$$;
revoke all on function public.console_profile_contact_read(uuid) from public, anon, authenticated;
grant execute on function public.console_profile_contact_read(uuid) to authenticated;
