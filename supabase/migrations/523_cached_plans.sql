-- layer: additive
-- The helpers that every policy and every pull asks, in PL/pgSQL. An SQL function that is not inlined (SECURITY DEFINER,
-- a fixed search_path) is parsed and planned anew by each statement that calls it, 0.1 to 0.2 ms a time; PL/pgSQL keeps
-- its plans as long as the connection lives. A pull with nothing new asks a dozen times. Bodies and rights are as before.

create or replace function private.is_active() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select 1 from public.profiles p where p.id = auth.uid() and not p.is_suspended);
end $$;

create or replace function private.staff_roles(p_user_id uuid) returns text[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(distinct r.role order by r.role), '{}')
    from public.profiles p
    cross join lateral (
      select s.role from public.staff_members s where s.user_id = p.id
      union select 'admin' where p.role = 'admin'
      union select 'reviewer' where p.is_reviewer
    ) r
    where p.id = p_user_id and not p.is_suspended);
end $$;

create or replace function private.is_staff(variadic p_roles text[]) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return private.staff_roles(auth.uid()) && p_roles;
end $$;

create or replace function private.access_epoch(p_user_id uuid) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((select e.epoch from private.access_epochs e where e.user_id = p_user_id), 1);
end $$;

create or replace function sync.roles() returns text[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return private.staff_roles(auth.uid()) || case when exists (
    select 1 from public.profiles p where p.id = auth.uid() and p.role = 'tutor' and not p.is_suspended
  ) then array['tutor'] else '{}' end;
end $$;

create or replace function sync.is_staff() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return sync.roles() && array['admin', 'reviewer', 'support'];
end $$;

create or replace function sync.access_epoch() returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return private.access_epoch(auth.uid());
end $$;

create or replace function sync.purged_xid() returns xid8
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select m.purged_xid from sync.meta m);
end $$;
