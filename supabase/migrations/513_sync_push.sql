-- layer: additive
-- Sync, part 4: edits from a client's outbox, each applied exactly once.

-- The dispatch checks the caller itself; this only lets sync_push reach it without granting the schema's functions.
create or replace function sync.apply(p_kind text, p_args jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
  return private.apply_mutation(p_kind, p_args);
end $$;
revoke all on function sync.apply(text, jsonb) from public, anon;
grant execute on function sync.apply(text, jsonb) to authenticated;

-- Whether an error may be gone the next time: those end the call, everything else is an answer.
create or replace function sync.is_passing(p_sqlstate text) returns boolean
language sql immutable set search_path = '' as $$
  select p_sqlstate in ('40001', '40P01', '55P03', '57014') or p_sqlstate ~ '^(53|08|57P)'
$$;
revoke all on function sync.is_passing(text) from public, anon;
grant execute on function sync.is_passing(text) to authenticated;

create or replace function sync.json_or_null(p_text text) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  return case when p_text is null or p_text = '' then null else p_text::jsonb end;
exception when others then
  return null;
end $$;
revoke all on function sync.json_or_null(text) from public, anon;
grant execute on function sync.json_or_null(text) to authenticated;

-- The expected rows as they are now, in wire form and under RLS: [{table, id, row}].
create or replace function sync.rows_of(p_expect jsonb) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'table', e ->> 'table', 'id', e ->> 'id', 'row', sync.row(e ->> 'table', (e ->> 'id')::uuid))), '[]')
  from jsonb_array_elements(p_expect) e
$$;
revoke all on function sync.rows_of(jsonb) from public, anon;
grant execute on function sync.rows_of(jsonb) to authenticated;

-- The expected rows' versions only: [{table, id, rowVersion}].
create or replace function sync.versions_of(p_expect jsonb) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'table', r ->> 'table', 'id', r ->> 'id', 'rowVersion', r -> 'row' -> 'row_version')), '[]')
  from jsonb_array_elements(sync.rows_of(p_expect)) r
$$;
revoke all on function sync.versions_of(jsonb) from public, anon;
grant execute on function sync.versions_of(jsonb) to authenticated;

-- Checks what an edit was based on and applies it. Values are compared as typed jsonb of the same row-to-wire
-- function as sync_pull, never as text. Returns {outcome, code, message, data}.
create or replace function sync.apply_expected(p_kind text, p_args jsonb, p_expect jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_expected jsonb;
  v_row jsonb;
begin
  for v_expected in select e from jsonb_array_elements(p_expect) e loop
    if sync.row(v_expected ->> 'table', (v_expected ->> 'id')::uuid) is null then
      return jsonb_build_object('outcome', 'gone', 'code', 'not_found', 'message', null, 'data', null);
    end if;
    -- Then locked and read again, so that what is compared is what the edit meets.
    perform sync.lock_row(v_expected ->> 'table', (v_expected ->> 'id')::uuid);
    v_row := sync.row(v_expected ->> 'table', (v_expected ->> 'id')::uuid);
    if v_row is null then
      return jsonb_build_object('outcome', 'gone', 'code', 'not_found', 'message', null, 'data', null);
    end if;
    if exists (
      select 1 from jsonb_each(v_expected -> 'fields') f where v_row -> f.key is distinct from f.value
    ) or (v_expected ? 'rowVersion' and v_row -> 'row_version' is distinct from v_expected -> 'rowVersion') then
      return jsonb_build_object('outcome', 'conflict', 'code', 'changed', 'message', null,
        'data', jsonb_build_object('rows', sync.rows_of(p_expect)));
    end if;
  end loop;
  perform sync.apply(p_kind, p_args);
  return jsonb_build_object('outcome', 'applied', 'code', null, 'message', null,
    'data', jsonb_build_object('rows', sync.versions_of(p_expect)));
end $$;
revoke all on function sync.apply_expected(text, jsonb, jsonb) from public, anon;
grant execute on function sync.apply_expected(text, jsonb, jsonb) to authenticated;

-- One mutation in a savepoint of its own. Its id is claimed first: a second delivery of the same id, even at the same
-- moment, waits here for the first one and then gives the recorded answer.
create or replace function sync.push_one(p_client_id uuid, p_mutation jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_id uuid := (p_mutation ->> 'id')::uuid;
  v_result jsonb;
  v_state text;
  v_message text;
  v_detail text;
  v_data jsonb;
begin
  insert into sync.mutations (mutation_id, client_id, seq, user_id, kind)
  values (v_id, p_client_id, (p_mutation ->> 'seq')::bigint, auth.uid(), p_mutation ->> 'kind')
  on conflict do nothing;
  if not found then
    select m.result into v_result from sync.mutations m where m.mutation_id = v_id;
    if found then
      return v_result || jsonb_build_object('id', v_id, 'duplicate', true);
    end if;
    -- The number was used for another edit, or the id by another user. Neither is answered with what they were told.
    return jsonb_build_object('id', v_id, 'duplicate', false, 'outcome', 'rejected', 'code', 'sequence_reused',
      'message', 'This edit carries a number that was used before. Make it again.', 'data', null);
  end if;

  begin
    v_result := sync.apply_expected(p_mutation ->> 'kind', p_mutation -> 'args', p_mutation -> 'expect');
  exception when others then
    get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail;
    if sync.is_passing(v_state) then
      raise;
    end if;
    v_data := sync.json_or_null(v_detail);
    v_result := case v_state
      when 'SY010' then jsonb_build_object('outcome', 'unknown_kind', 'code', 'unknown_kind', 'message', null, 'data', null)
      when 'SY020' then jsonb_build_object('outcome', 'conflict', 'code', coalesce(v_data ->> 'rule', 'changed'),
        'message', v_message, 'data', coalesce(v_data, '{}') || jsonb_build_object('rows', sync.rows_of(p_mutation -> 'expect')))
      when 'SY030' then jsonb_build_object('outcome', 'gone', 'code', 'not_found', 'message', v_message, 'data', null)
      when 'P0001' then jsonb_build_object('outcome', 'rejected', 'code', coalesce(v_data ->> 'rule', v_state),
        'message', v_message, 'data', v_data)
      when '42501' then jsonb_build_object('outcome', 'rejected', 'code', 'forbidden', 'message', v_message, 'data', null)
      when '23P01' then jsonb_build_object('outcome', 'rejected', 'code', 'overlap',
        'message', 'Another confirmed lesson takes this time.', 'data', null)
      -- Constraint names and SQL are not words for people, and not for every eye.
      else jsonb_build_object('outcome', 'rejected', 'code', v_state,
        'message', 'The server refused this edit (' || v_state || ').', 'data', null)
    end;
  end;

  update sync.mutations m set outcome = v_result ->> 'outcome', result = v_result where m.mutation_id = v_id;
  return v_result || jsonb_build_object('id', v_id, 'duplicate', false);
end $$;
revoke all on function sync.push_one(uuid, jsonb) from public, anon;
grant execute on function sync.push_one(uuid, jsonb) to authenticated;

-- Applies up to 50 edits of one client, in their order. Shape of edits and answer: shared/domain/sync/wire.ts. Every edit
-- gets an outcome, which stays its outcome; only errors that pass by themselves (deadlock, time-out, lack of resources)
-- end the call, and then nothing of it has happened. Errors: 42501 nobody is signed in, 54000 more than 50 edits.
create or replace function public.sync_push(p_client_id uuid, p_mutations jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_mutation jsonb;
  v_results jsonb := '[]';
begin
  if auth.uid() is null then
    raise exception using errcode = '42501', message = 'Sign in first.';
  end if;
  -- Each edit is a sub-transaction; more than 64 of them in one transaction cost every other session.
  if jsonb_array_length(p_mutations) > 50 then
    raise exception using errcode = '54000', message = 'At most 50 edits at once.';
  end if;
  for v_mutation in select m from jsonb_array_elements(p_mutations) m loop
    v_results := v_results || sync.push_one(p_client_id, v_mutation);
  end loop;
  return jsonb_build_object('now', (date_part('epoch', private.clock_now()) * 1000000)::bigint, 'results', v_results);
end $$;
revoke all on function public.sync_push(uuid, jsonb) from public, anon;
grant execute on function public.sync_push(uuid, jsonb) to authenticated;
