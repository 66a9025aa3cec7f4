-- layer: additive
-- Taking a decision back, by who made it and as long as its window is open: everything it wrote is put back, and the tutor
-- never hears of it.

-- Reverses one decision. Errors: SY030 no such decision; P0001 not_yours, undo_window, told; SY020 reversed, superseded.
create or replace function private.verification_reverse_one(p_decision_id uuid, p_reason text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_now timestamptz := private.clock_now();
  v_decision public.verification_decisions;
  v_case public.verification_cases;
  v_undo private.verification_undo;
  v_before public.verification_cases;
  v_request public.tutor_verification_requests;
  v_degree public.degrees;
  v_claim public.verification_claims;
begin
  select * into v_decision from public.verification_decisions d where d.id = p_decision_id;
  if not found then
    perform private.not_found('decision');
  end if;
  v_case := private.verification_lock(v_decision.case_id, true);
  select * into strict v_decision from public.verification_decisions d where d.id = p_decision_id for update;
  if v_decision.reviewer_id is distinct from v_me then
    perform private.refuse('not_yours',
      pg_catalog.format('%s decided this.', coalesce(private.display_name(v_decision.reviewer_id), 'Somebody else')),
      pg_catalog.jsonb_build_object('byId', v_decision.reviewer_id, 'by', private.display_name(v_decision.reviewer_id)));
  elsif v_decision.reversed_at is not null then
    perform private.state_changed('This decision was reversed already.', '{"rule": "reversed"}');
  elsif v_case.decision_id is distinct from p_decision_id then
    perform private.state_changed('Another decision has followed this one.',
      pg_catalog.jsonb_build_object('rule', 'superseded', 'byId', v_case.decided_by,
        'by', private.display_name(v_case.decided_by)));
  elsif v_now >= v_decision.undo_until then
    perform private.refuse('undo_window', 'It is too late: the tutor is being told.',
      pg_catalog.jsonb_build_object('undoUntil', private.to_micros(v_decision.undo_until)));
  end if;
  select * into strict v_undo from private.verification_undo u where u.decision_id = p_decision_id;
  if v_undo.outbox_id is not null and not private.notify_never(v_undo.outbox_id, 'the decision was reversed') then
    perform private.refuse('told', 'It is too late: the tutor has been told.');
  end if;

  v_before := pg_catalog.jsonb_populate_record(null::public.verification_cases, v_undo.case_before);
  update public.verification_second_reviews s set status = 'WITHDRAWN'
  where s.first_decision_id = p_decision_id and s.status = 'OPEN';
  update public.verification_resubmissions s set withdrawn_at = v_now where s.decision_id = p_decision_id;
  update public.verification_decisions d set reversed_at = v_now where d.id = p_decision_id;
  update public.verification_decisions d set overturned_at = null, overturned_by = null
  where v_decision.outcome = 'REVOKE' and d.case_id = v_case.id and d.overturned_at = v_decision.decided_at;
  update public.verification_cases c
  set status = v_before.status, decision_id = v_before.decision_id, decided_by = v_before.decided_by,
    decided_at = v_before.decided_at, undo_until = v_before.undo_until, second_review_open = false, is_disputed = v_before.is_disputed,
    last_actor_id = v_me
  where c.id = v_case.id;
  if v_case.kind = 'certificate' then
    v_request := pg_catalog.jsonb_populate_record(null::public.tutor_verification_requests, v_undo.source_before);
    delete from public.tutor_verified_subjects s where s.source_request_id = v_case.id;
    insert into public.tutor_verified_subjects
    select (pg_catalog.jsonb_populate_record(null::public.tutor_verified_subjects, s)).*
    from pg_catalog.jsonb_array_elements(v_undo.subjects_before) s;
    update public.tutor_verification_requests r
    set status = v_request.status, reviewed_by = v_request.reviewed_by, reviewer_decision = v_request.reviewer_decision,
      reviewer_reason = v_request.reviewer_reason, reviewed_at = v_request.reviewed_at, updated_at = v_now
    where r.id = v_case.id;
    -- Another decision about the same tutor may have come between: then what stands now is worked out anew.
    if exists (select 1 from public.verification_decisions d
        where d.tutor_id = v_case.tutor_id and d.kind = 'certificate' and d.id <> p_decision_id
          and d.decided_at >= v_decision.decided_at and d.reversed_at is null) then
      perform private.verification_refresh_profile(v_case.tutor_id);
    else
      update public.profiles p
      set tutor_verification_status = v_undo.profile_status, tutor_verified_at = v_undo.profile_verified_at,
        updated_at = v_now
      where p.id = v_case.tutor_id;
    end if;
  else
    v_degree := pg_catalog.jsonb_populate_record(null::public.degrees, v_undo.source_before);
    update public.degrees d
    set status = v_degree.status, rejection_reason = v_degree.rejection_reason, reviewed_by = v_degree.reviewed_by,
      reviewed_at = v_degree.reviewed_at, updated_at = v_now
    where d.id = v_case.id;
  end if;

  perform private.verification_note(v_case.id, 'reversal', p_reason);
  perform private.verification_event(v_case, 'REVERSED', pg_catalog.jsonb_build_object('decisionId', p_decision_id));
  perform private.audit('verification.reverse', 'verification_case', v_case.id,
    pg_catalog.jsonb_build_object('decisionId', p_decision_id, 'decision', v_decision.outcome), p_reason);
  -- The case is the reviewer's again, unless somebody was quicker.
  if private.verification_is_open(v_before.status) then
    insert into public.verification_claims as l (id, holder_id, claimed_at, expires_at)
    values (v_case.id, v_me, coalesce(v_decision.claimed_at, v_now),
      v_now + pg_catalog.make_interval(mins => (private.verification_settings()).claim_minutes))
    on conflict (id) do update
      set holder_id = excluded.holder_id, claimed_at = excluded.claimed_at, expires_at = excluded.expires_at
      where l.holder_id is null or l.holder_id = v_me or l.expires_at <= v_now
    returning * into v_claim;
  end if;
  return pg_catalog.jsonb_build_object('decisionId', p_decision_id, 'caseId', v_case.id, 'outcome', 'reversed',
    'rowVersion', (select c.row_version from public.verification_cases c where c.id = v_case.id),
    'expiresAt', private.to_micros(v_claim.expires_at));
end
$$;

-- Reverses decisions, each for itself, one result a decision in the order asked.
create or replace function public.console_verification_reverse(p_key uuid, p_decision_ids uuid[], p_reason text)
returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_known jsonb := private.once_begin(p_key, 'verification.reverse',
    pg_catalog.jsonb_build_object('decisions', pg_catalog.to_jsonb(p_decision_ids), 'reason', p_reason));
  v_id uuid;
  v_results jsonb := '[]';
  v_result jsonb;
  v_state text;
  v_message text;
  v_detail text;
begin
  if v_known is not null then
    return v_known;
  end if;
  perform private.require_reviewer();
  if pg_catalog.cardinality(p_decision_ids) not between 1 and 100 then
    perform private.refuse('too_many', 'Between 1 and 100 decisions at a time.');
  end if;
  perform private.lock_tutor(t.tutor_id)
  from (select distinct d.tutor_id from public.verification_decisions d
    where d.id = any (p_decision_ids) and d.reviewer_id = auth.uid() order by d.tutor_id) t;
  perform 1 from public.verification_cases c
  where c.id in (select d.case_id from public.verification_decisions d
    where d.id = any (p_decision_ids) and d.reviewer_id = auth.uid())
  order by c.id for update;
  foreach v_id in array p_decision_ids loop
    begin
      v_result := private.verification_reverse_one(v_id, p_reason);
    exception when others then
      get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail;
      if sync.is_passing(v_state) then
        raise;
      end if;
      v_result := private.verification_refusal(
          (select d.case_id from public.verification_decisions d where d.id = v_id and d.reviewer_id = auth.uid()),
          v_state, v_message, v_detail)
        || pg_catalog.jsonb_build_object('decisionId', v_id);
    end;
    v_results := v_results || v_result;
  end loop;
  return private.once_done(p_key, pg_catalog.jsonb_build_object(
    'now', private.to_micros(private.clock_now()), 'results', v_results));
end
$$;

revoke all on function private.verification_reverse_one(uuid, text) from public, anon, authenticated;
revoke all on function public.console_verification_reverse(uuid, uuid[], text) from public, anon, authenticated;
grant execute on function public.console_verification_reverse(uuid, uuid[], text) to authenticated;
