-- layer: additive
-- What follows from a profile: its public face in people, its access epoch, a tutor's schedule, and that it exists at all.

create or replace function private.person_name(p_display_name text, p_full_name text) returns text
language sql immutable set search_path = '' as $$
  select coalesce(nullif(pg_catalog.btrim(p_display_name), ''), nullif(pg_catalog.btrim(p_full_name), ''), 'Unnamed')
$$;

create or replace function private.bump_access_epoch(p_user_id uuid) returns void
language sql security definer set search_path = '' as $$
  insert into private.access_epochs as e (user_id, epoch) values (p_user_id, 2)
  on conflict (user_id) do update set epoch = e.epoch + 1
$$;

create or replace function private.profiles_after_write() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and (old.role, old.is_reviewer, old.is_suspended)
      is distinct from (new.role, new.is_reviewer, new.is_suspended) then
    perform private.bump_access_epoch(new.id);
  end if;
  insert into public.people as p (id, display_name, avatar_url, timezone)
  values (new.id, private.person_name(new.display_name, new.full_name), new.avatar_url, new.timezone)
  on conflict (id) do update
    set display_name = excluded.display_name, avatar_url = excluded.avatar_url, timezone = excluded.timezone
    where (p.display_name, p.avatar_url, p.timezone)
      is distinct from (excluded.display_name, excluded.avatar_url, excluded.timezone);
  if new.role = 'tutor' then
    insert into public.tutor_schedules (tutor_id) values (new.id) on conflict (tutor_id) do nothing;
  end if;
  return null;
end
$$;

create or replace function private.staff_members_after_write() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.bump_access_epoch(coalesce(new.user_id, old.user_id));
  return null;
end
$$;

drop trigger if exists console_profiles_after_write on public.profiles;
create trigger console_profiles_after_write
  after insert or update of role, is_reviewer, is_suspended, display_name, full_name, avatar_url, timezone
  on public.profiles for each row execute function private.profiles_after_write();

drop trigger if exists console_staff_members_after_write on public.staff_members;
create trigger console_staff_members_after_write
  after insert or update or delete on public.staff_members
  for each row execute function private.staff_members_after_write();

-- Derives people and tutors' schedules from profiles again. For databases that had profiles before this file,
-- and for loaders that write with triggers off. Changes nothing where everything agrees.
create or replace function private.rebuild_people() returns void
language sql security definer set search_path = '' as $$
  delete from public.people p where not exists (select 1 from public.profiles f where f.id = p.id);
  insert into public.people as p (id, display_name, avatar_url, timezone)
  select f.id, private.person_name(f.display_name, f.full_name), f.avatar_url, f.timezone from public.profiles f
  on conflict (id) do update
    set display_name = excluded.display_name, avatar_url = excluded.avatar_url, timezone = excluded.timezone
    where (p.display_name, p.avatar_url, p.timezone)
      is distinct from (excluded.display_name, excluded.avatar_url, excluded.timezone);
  insert into public.tutor_schedules (tutor_id)
  select f.id from public.profiles f where f.role = 'tutor' on conflict (tutor_id) do nothing;
$$;
select private.rebuild_people();

-- ---------------------------------------------------------------- a profile for every auth user

-- Never aborts the sign-up, never takes the role admin from what the person typed, always leaves a profile: a name that
-- is taken or malformed is replaced by a generated one. Does nothing where another trigger has made the profile.
create or replace function private.handle_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_meta jsonb := coalesce(new.raw_user_meta_data, '{}');
  v_role text := case when v_meta ->> 'role' in ('student', 'parent', 'tutor') then v_meta ->> 'role' end;
  v_username text := v_meta ->> 'username';
  v_email text := nullif(new.email, '');
  v_full_name text := nullif(pg_catalog.btrim(v_meta ->> 'full_name'), '');
begin
  if exists (select 1 from public.profiles p where p.id = new.id) then
    return new;
  end if;
  if v_username is null or v_username !~ '^[a-zA-Z0-9_-]{6,30}$'
      or exists (select 1 from public.profiles p where p.username = v_username) then
    v_username := 'user_' || pg_catalog.substr(pg_catalog.replace(new.id::text, '-', ''), 9, 24);
  end if;
  begin
    insert into public.profiles (id, role, full_name, email, username, display_name)
    values (
      new.id, v_role, coalesce(v_full_name, pg_catalog.split_part(v_email, '@', 1), 'New user'),
      coalesce(v_email, new.id::text || '@no-email.invalid'), v_username,
      nullif(pg_catalog.btrim(v_meta ->> 'display_name'), ''));
  exception when unique_violation then
    -- A left-over profile holds the address or the name. The address is corrected by staff; access hangs on the id.
    insert into public.profiles (id, role, full_name, email, username)
    values (
      new.id, v_role, coalesce(v_full_name, 'New user'), new.id::text || '@no-email.invalid',
      'user_' || pg_catalog.substr(pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', ''), 1, 24));
  end;
  return new;
end
$$;

-- Named to run after the platform's own trigger, which it only completes.
drop trigger if exists zz_console_profile_for_new_user on auth.users;
create trigger zz_console_profile_for_new_user
  after insert on auth.users for each row execute function private.handle_new_user();

revoke all on function private.person_name(text, text) from public, anon, authenticated;
revoke all on function private.bump_access_epoch(uuid) from public, anon, authenticated;
revoke all on function private.profiles_after_write() from public, anon, authenticated;
revoke all on function private.staff_members_after_write() from public, anon, authenticated;
revoke all on function private.rebuild_people() from public, anon, authenticated;
revoke all on function private.handle_new_user() from public, anon, authenticated;
