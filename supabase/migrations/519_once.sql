-- layer: additive
-- Decisions that a console confirms online (verification, money) are done once, however often they are asked for. The
-- console makes a key and stores it before it calls; an answer that got lost is then asked for by that key.
--
-- How an RPC uses it: `p_key uuid` is its first parameter, and its body begins with, before any other check,
--   v_known := private.once_begin(p_key, 'verification.decide', jsonb_build_object('request', p_request_id, ...));
--   if v_known is not null then return v_known; end if;
-- and ends with `return private.once_done(p_key, <result, never null>);`. The second argument is the kind of
-- shared/domain/drafts.ts, the third is every other parameter. Whatever raises in between takes the key back with it, so a
-- refusal is no result: the same key may then be tried again.

create table if not exists private.once_results (
  key uuid primary key,
  user_id uuid not null,
  kind text not null,
  -- SHA-256 of the parameters: a key stands for one deed, not for whatever is sent under it.
  args_hash text,
  -- 'begun' only inside the transaction that is doing it; 'withdrawn' was never done and never will be.
  state text not null default 'begun' check (state in ('begun', 'done', 'withdrawn')),
  result jsonb,
  at timestamptz not null default now(),
  check ((state = 'done') = (result is not null))
);
alter table private.once_results enable row level security;
revoke all on private.once_results from public, anon, authenticated;

-- Claims a key for the caller. Null: go on, and end with once_done. Else the result that was recorded for this key, which is
-- the answer. A second call of the same moment waits here for the first. Errors: 42501 nobody is signed in; P0001 rules
-- once.key (none given), once.reused (the key stands for something else), once.withdrawn.
create or replace function private.once_begin(p_key uuid, p_kind text, p_args jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_hash text := pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(p_args::text, 'UTF8')), 'hex');
  v_known private.once_results;
begin
  if auth.uid() is null then
    raise exception 'Sign in first.' using errcode = '42501';
  end if;
  if p_key is null then
    perform private.refuse('once.key', 'A decision needs a key.');
  end if;
  insert into private.once_results (key, user_id, kind, args_hash)
  values (p_key, auth.uid(), p_kind, v_hash)
  on conflict do nothing;
  if found then
    return null;
  end if;
  select * into strict v_known from private.once_results o where o.key = p_key;
  if v_known.user_id <> auth.uid() or v_known.kind <> p_kind then
    perform private.refuse('once.reused', 'This key was used for something else.');
  end if;
  if v_known.state = 'withdrawn' then
    perform private.refuse('once.withdrawn', 'This was taken back before it arrived. Confirm it again.');
  end if;
  -- 'begun' is seen only by who calls twice in one transaction, or where once_done was forgotten.
  if v_known.state <> 'done' or v_known.args_hash <> v_hash then
    perform private.refuse('once.reused', 'This key was used for something else.');
  end if;
  return v_known.result;
end
$$;

-- Records the result of a key that once_begin claimed in this transaction, and returns it.
create or replace function private.once_done(p_key uuid, p_result jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
  update private.once_results o set state = 'done', result = p_result
  where o.key = p_key and o.user_id = auth.uid() and o.state = 'begun';
  if not found then
    raise exception 'once_done without once_begin';
  end if;
  return p_result;
end
$$;

-- Settles what became of a decision whose answer got lost: {"state": "done", "result": ...} when it was done, else
-- {"state": "withdrawn"}, and then a call under this key that is still on its way finds the key taken and does nothing.
-- Errors: 42501 unless signed in and not suspended; P0001 rules once.key, once.reused.
create or replace function public.console_once_settle(p_key uuid, p_kind text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_known private.once_results;
begin
  perform private.require_active();
  if p_key is null or p_kind is null or p_kind !~ '^[a-z_.]{1,60}$' then
    perform private.refuse('once.key', 'A decision needs a key.');
  end if;
  insert into private.once_results (key, user_id, kind, state)
  values (p_key, auth.uid(), p_kind, 'withdrawn')
  on conflict do nothing;
  select * into strict v_known from private.once_results o where o.key = p_key;
  if v_known.user_id <> auth.uid() or v_known.kind <> p_kind then
    perform private.refuse('once.reused', 'This key was used for something else.');
  end if;
  return case v_known.state
    when 'done' then pg_catalog.jsonb_build_object('state', 'done', 'result', v_known.result)
    else pg_catalog.jsonb_build_object('state', 'withdrawn', 'result', null)
  end;
end
$$;

revoke all on function private.once_begin(uuid, text, jsonb) from public, anon, authenticated;
revoke all on function private.once_done(uuid, jsonb) from public, anon, authenticated;
revoke all on function public.console_once_settle(uuid, text) from public, anon, authenticated;
grant execute on function public.console_once_settle(uuid, text) to authenticated;
