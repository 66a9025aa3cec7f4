-- layer: additive
-- Verdicts. Each one checks status, claim, version and evidence at the moment of writing, and writes the case, the
-- platform's row, the profile, subjects, event, audit and the waiting notice in one transaction, or nothing.

-- What a decision sends: {type, title, message}; the same words as `noticeOf` in shared/domain/verification/notice.ts.
create or replace function private.verification_notice(p_kind text, p_outcome text, p_public_text text, p_days integer)
returns jsonb
language sql immutable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'type', case p_outcome when 'APPROVE' then 'verification_approved' when 'REJECT' then 'verification_rejected'
      when 'RESUBMIT' then 'verification_resubmission' else 'verification_revoked' end,
    'title', case p_outcome
      when 'APPROVE' then pg_catalog.format('Your %s was verified', p_kind)
      when 'REJECT' then pg_catalog.format('Your %s was not accepted', p_kind)
      when 'RESUBMIT' then pg_catalog.format('Please send your %s again', p_kind)
      else pg_catalog.format('The verification of your %s was withdrawn', p_kind) end,
    'message', pg_catalog.btrim(case p_outcome
      when 'APPROVE' then pg_catalog.format('Thank you. We have checked your %s and verified it. ', p_kind) || p_public_text
      when 'RESUBMIT' then p_public_text || pg_catalog.format(' You have %s days to send it.', p_days)
      else p_public_text end))
$$;

-- The codes in the order of their numbers. Refuses (reason) what is no reason for this outcome and kind.
create or replace function private.verification_reasons_of(p_codes text[], p_outcome text, p_kind text)
returns setof public.verification_reasons
language plpgsql stable security definer set search_path = '' as $$
begin
  if pg_catalog.cardinality(p_codes) = 0 then
    perform private.refuse('reason', 'Give a reason.');
  end if;
  if exists (
    select 1 from pg_catalog.unnest(p_codes) c
    where not exists (select 1 from public.verification_reasons r
      where r.code = c and r.outcome = p_outcome and r.is_active and (r.kind is null or r.kind = p_kind))
  ) then
    perform private.refuse('reason', 'This is no reason for that decision.');
  end if;
  return query select * from public.verification_reasons r where r.code = any (p_codes) order by r.number;
end
$$;

-- What the tutor's profile says, from what stands of his certificates: verified while one approval holds, else waiting, else
-- as the last decision left it. Subjects that were verified before there were cases count as an approval.
create or replace function private.verification_refresh_profile(p_tutor_id uuid) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_status text;
begin
  select case
    when exists (select 1 from public.verification_cases c
        where c.tutor_id = p_tutor_id and c.kind = 'certificate' and c.status = 'APPROVED')
      or exists (select 1 from public.tutor_verified_subjects s
        where s.tutor_id = p_tutor_id and s.is_public and s.source_request_id is null) then 'VERIFIED'
    when exists (select 1 from public.verification_cases c
        where c.tutor_id = p_tutor_id and c.kind = 'certificate' and private.verification_is_open(c.status)) then 'PENDING'
    else coalesce((select case c.status when 'RESUBMIT' then 'UNVERIFIED' else 'REJECTED' end
      from public.verification_cases c
      where c.tutor_id = p_tutor_id and c.kind = 'certificate'
      order by c.decided_at desc nulls last, c.id desc limit 1), 'UNVERIFIED')
    end into v_status;
  update public.profiles p
  set tutor_verification_status = v_status,
    tutor_verified_at = case when v_status = 'VERIFIED' then coalesce(p.tutor_verified_at, private.clock_now()) end,
    updated_at = private.clock_now()
  where p.id = p_tutor_id;
  if not found then
    raise exception 'tutor % has no profile', p_tutor_id;
  end if;
  return v_status;
end
$$;

create or replace function private.verification_note(p_case_id uuid, p_kind text, p_body text) returns void
language sql security definer set search_path = '' as $$
  insert into public.verification_notes (case_id, author_id, kind, body, created_at)
  select p_case_id, auth.uid(), p_kind, pg_catalog.btrim(p_body), private.clock_tick()
  where nullif(pg_catalog.btrim(p_body), '') is not null
$$;

-- Whether a decision is of the sample that a second reviewer judges: by its id, so that nobody can choose.
create or replace function private.verification_is_sampled(p_decision_id uuid, p_percent integer) returns boolean
language sql immutable set search_path = '' as $$
  select ('x' || pg_catalog.substr(pg_catalog.md5(p_decision_id::text), 1, 8))::bit(32)::bigint % 100 < p_percent
$$;

-- Writes a verdict that has passed every check, on a case and a tutor that are locked. Returns a `decided` row.
create or replace function private.verification_apply(
  p_case public.verification_cases, p_outcome text, p_codes text[], p_public_text text, p_private_note text,
  p_override_reason text, p_claimed_at timestamptz, p_key uuid
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_now timestamptz := private.clock_now();
  v_settings public.verification_settings := private.verification_settings();
  v_undo_until timestamptz := v_now + pg_catalog.make_interval(secs => v_settings.undo_seconds);
  v_id uuid := pg_catalog.gen_random_uuid();
  v_public text := nullif(pg_catalog.btrim(p_public_text), '');
  v_source jsonb;
  v_subjects jsonb;
  v_profile public.profiles;
  v_notice jsonb;
  v_case public.verification_cases;
begin
  if v_public is null and p_outcome <> 'APPROVE' then
    select pg_catalog.string_agg(r.public_text, ' ' order by r.number) into v_public
    from public.verification_reasons r where r.code = any (p_codes);
  end if;
  select * into strict v_profile from public.profiles p where p.id = p_case.tutor_id for update;
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s)), '[]') into v_subjects
  from public.tutor_verified_subjects s where s.source_request_id = p_case.id;

  insert into public.verification_decisions (id, case_id, tutor_id, kind, attempt, reviewer_id, outcome, reason_codes,
    public_text, recommendation, override_reason, claimed_at, decided_at, undo_until, batch_key)
  values (v_id, p_case.id, p_case.tutor_id, p_case.kind, p_case.attempt, v_me, p_outcome, p_codes, v_public,
    p_case.recommendation, nullif(pg_catalog.btrim(p_override_reason), ''), p_claimed_at, v_now, v_undo_until, p_key);

  update public.verification_cases c
  set status = case p_outcome when 'APPROVE' then 'APPROVED' when 'REJECT' then 'REJECTED' when 'RESUBMIT' then 'RESUBMIT'
      else 'REVOKED' end,
    decision_id = v_id, decided_by = v_me, decided_at = v_now, undo_until = v_undo_until, is_disputed = false, last_actor_id = v_me
  where c.id = p_case.id;

  if p_case.kind = 'certificate' then
    select pg_catalog.to_jsonb(r) into strict v_source from public.tutor_verification_requests r where r.id = p_case.id;
    if p_outcome = 'APPROVE' then
      update public.tutor_verified_subjects s
      set grade = g.grade, year = g.year, session = g.session, verified_by_admin_id = v_me, verified_at = v_now, is_public = true
      from public.verification_grades g
      where g.case_id = p_case.id and s.source_request_id = p_case.id and s.tutor_id = p_case.tutor_id
        and s.subject_id = g.subject_id and s.exam_type = g.exam_type;
      insert into public.tutor_verified_subjects (tutor_id, subject_id, exam_type, grade, year, session,
        verified_by_admin_id, verified_at, is_public, source_request_id)
      select p_case.tutor_id, g.subject_id, g.exam_type, g.grade, g.year, g.session, v_me, v_now, true, p_case.id
      from public.verification_grades g
      where g.case_id = p_case.id and not exists (
        select 1 from public.tutor_verified_subjects s
        where s.source_request_id = p_case.id and s.subject_id = g.subject_id and s.exam_type = g.exam_type);
      if not exists (select 1 from public.tutor_verified_subjects s where s.source_request_id = p_case.id) then
        perform private.refuse('grades', 'Enter at least one subject with its grade.');
      end if;
    elsif p_outcome = 'REVOKE' then
      update public.tutor_verified_subjects s set is_public = false, visibility_updated_at = v_now
      where s.source_request_id = p_case.id;
    end if;
    -- The platform knows no word for a revoked request: its row stays approved, as it does there.
    if p_outcome <> 'REVOKE' then
      update public.tutor_verification_requests r
      set status = case p_outcome when 'APPROVE' then 'APPROVED' else 'REJECTED' end, reviewed_by = v_me,
        reviewer_decision = case p_outcome when 'APPROVE' then 'APPROVE' else 'REJECT' end, reviewer_reason = v_public,
        reviewed_at = v_now, updated_at = v_now
      where r.id = p_case.id;
    end if;
    perform private.verification_refresh_profile(p_case.tutor_id);
  else
    select pg_catalog.to_jsonb(d) into strict v_source from public.degrees d where d.id = p_case.id;
    update public.degrees d
    set status = case p_outcome when 'APPROVE' then 'verified' else 'rejected' end,
      rejection_reason = case when p_outcome <> 'APPROVE' then v_public end, reviewed_by = v_me, reviewed_at = v_now,
      updated_at = v_now
    where d.id = p_case.id;
  end if;

  update public.verification_claims l set holder_id = null, expires_at = null where l.id = p_case.id;
  v_notice := private.verification_notice(p_case.kind, p_outcome, coalesce(v_public, ''), v_settings.resubmission_days);
  insert into private.verification_undo (decision_id, case_before, source_before, subjects_before, profile_status,
    profile_verified_at, outbox_id)
  values (v_id, pg_catalog.to_jsonb(p_case), v_source, v_subjects, v_profile.tutor_verification_status,
    v_profile.tutor_verified_at, private.notify_later(p_case.tutor_id, v_notice ->> 'type', v_notice ->> 'title',
      v_notice ->> 'message', v_undo_until,
      pg_catalog.jsonb_build_object('caseId', p_case.id, 'decisionId', v_id)));

  if p_outcome = 'RESUBMIT' then
    insert into public.verification_resubmissions (case_id, decision_id, tutor_id, kind, requested_by, public_text,
      requested_at, due_at)
    values (p_case.id, v_id, p_case.tutor_id, p_case.kind, v_me, v_public, v_now,
      v_now + pg_catalog.make_interval(days => v_settings.resubmission_days));
  elsif p_outcome = 'REVOKE' then
    update public.verification_decisions d set overturned_at = v_now, overturned_by = v_me
    where d.case_id = p_case.id and d.outcome = 'APPROVE' and d.reversed_at is null and d.overturned_at is null
      and d.reviewer_id is distinct from v_me;
  elsif private.verification_is_sampled(v_id, v_settings.second_review_percent) then
    insert into public.verification_second_reviews (case_id, tutor_id, kind, attempt, recommendation, submitted_at,
      first_decision_id, first_reviewer_id, opens_at, created_at)
    values (p_case.id, p_case.tutor_id, p_case.kind, p_case.attempt, p_case.recommendation, p_case.submitted_at, v_id, v_me,
      v_undo_until, v_now);
    update public.verification_cases c set second_review_open = true where c.id = p_case.id;
  end if;

  perform private.verification_note(p_case.id, 'override', p_override_reason);
  perform private.verification_note(p_case.id, 'decision', p_private_note);
  perform private.verification_event(p_case,
    case p_outcome when 'RESUBMIT' then 'RESUBMISSION_REQUESTED' when 'REVOKE' then 'REVOKED' else 'REVIEWER_DECISION' end,
    pg_catalog.jsonb_build_object('decisionId', v_id, 'decision', p_outcome, 'reasonCodes', pg_catalog.to_jsonb(p_codes),
      'system', p_case.recommendation));
  perform private.audit('verification.' || pg_catalog.lower(p_outcome), 'verification_case', p_case.id,
    pg_catalog.jsonb_build_object('decisionId', v_id, 'kind', p_case.kind, 'tutorId', p_case.tutor_id, 'batch', p_key,
      'reasonCodes', pg_catalog.to_jsonb(p_codes), 'system', p_case.recommendation),
    coalesce(nullif(pg_catalog.btrim(p_override_reason), ''), v_public));
  select * into strict v_case from public.verification_cases c where c.id = p_case.id;
  return pg_catalog.jsonb_build_object('caseId', p_case.id, 'outcome', 'decided', 'decisionId', v_id, 'decision', p_outcome,
    'undoUntil', private.to_micros(v_undo_until), 'rowVersion', v_case.row_version);
end
$$;

-- One verdict, with all its checks. p_is_bulk asks for a complete checklist whatever the verdict.
create or replace function private.verification_decide_one(p_item jsonb, p_is_bulk boolean, p_key uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_outcome text := p_item ->> 'outcome';
  v_codes text[] := array(select pg_catalog.jsonb_array_elements_text(coalesce(p_item -> 'reasonCodes', '[]')));
  v_case public.verification_cases := private.verification_lock((p_item ->> 'caseId')::uuid, true);
  v_claim public.verification_claims;
  v_ticks jsonb;
begin
  if v_outcome is null or v_outcome not in ('APPROVE', 'REJECT', 'RESUBMIT') then
    perform private.refuse('outcome', 'There is no such decision.');
  end if;
  perform private.verification_check_open(v_case);
  v_claim := private.verification_check_claim(v_case.id);
  perform private.verification_check_version(v_case, (p_item ->> 'rowVersion')::bigint);
  perform private.verification_check_escalated(v_case);
  if not private.verification_has_opened(v_case) then
    perform private.refuse('not_opened', 'Open every document of this case first.');
  end if;
  v_ticks := private.verification_ticks(v_case);
  if (p_is_bulk or v_outcome = 'APPROVE') and not v_ticks ?& private.verification_checklist(v_case.kind) then
    perform private.refuse('checklist', 'Answer every item of the checklist first.');
  end if;
  if v_outcome = 'APPROVE' then
    if exists (select 1 from pg_catalog.jsonb_each_text(v_ticks) t where t.value = 'fail') then
      perform private.refuse('checklist_failed', 'An item of the checklist failed: this cannot be approved.');
    end if;
    if v_case.file_state <> 'present' then
      perform private.refuse('file', 'A file is missing or empty: there is nothing that could be approved.');
    end if;
  else
    perform private.verification_reasons_of(v_codes, v_outcome, v_case.kind);
  end if;
  if (v_outcome, v_case.recommendation) in (('APPROVE', 'REJECT'), ('REJECT', 'APPROVE'))
      and pg_catalog.length(pg_catalog.btrim(coalesce(p_item ->> 'overrideReason', ''))) < 5 then
    perform private.refuse('override', 'The system recommends the opposite. Say why you decide otherwise.');
  end if;
  if v_case.kind = 'certificate' and pg_catalog.jsonb_typeof(p_item -> 'grades') = 'array' then
    perform private.verification_write_grades(v_case, p_item -> 'grades');
  end if;
  return private.verification_apply(v_case, v_outcome, case when v_outcome = 'APPROVE' then '{}'::text[] else v_codes end,
    p_item ->> 'publicText', p_item ->> 'privateNote', p_item ->> 'overrideReason', v_claim.claimed_at, p_key);
end
$$;

-- Decides one case. Raises what a row of decide_many would be refused for.
create or replace function public.console_verification_decide(p_key uuid, p_decision jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_known jsonb := private.once_begin(p_key, 'verification.decide', p_decision);
begin
  if v_known is not null then
    return v_known;
  end if;
  perform private.require_reviewer();
  return private.once_done(p_key, private.verification_decide_one(p_decision, false, p_key));
end
$$;

-- Decides several cases of one kind, one recommendation and one outcome. Each row is decided or refused for itself, and has
-- one result, in the order asked. P0001 for the whole: too_many, mixed, twice, empty.
create or replace function public.console_verification_decide_many(p_key uuid, p_decisions jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_known jsonb := private.once_begin(p_key, 'verification.decide_many', p_decisions);
  v_limit integer := (private.verification_settings()).bulk_limit;
  v_ids uuid[];
  v_item jsonb;
  v_result jsonb;
  v_results jsonb := '[]';
  v_state text;
  v_message text;
  v_detail text;
begin
  if v_known is not null then
    return v_known;
  end if;
  perform private.require_reviewer();
  v_ids := array(select (i ->> 'caseId')::uuid from pg_catalog.jsonb_array_elements(p_decisions) i);
  if pg_catalog.cardinality(v_ids) = 0 then
    perform private.refuse('empty', 'Nothing is selected.');
  elsif pg_catalog.cardinality(v_ids) > v_limit then
    perform private.refuse('too_many', pg_catalog.format('At most %s cases at a time.', v_limit));
  elsif (select pg_catalog.count(distinct u) from pg_catalog.unnest(v_ids) u) <> pg_catalog.cardinality(v_ids) then
    perform private.refuse('twice', 'A case is selected twice.');
  elsif (select pg_catalog.count(distinct i ->> 'outcome') from pg_catalog.jsonb_array_elements(p_decisions) i) > 1
      or (select pg_catalog.count(distinct (c.kind, coalesce(c.recommendation, '')))
        from public.verification_cases c where c.id = any (v_ids) and c.tutor_id <> auth.uid()) > 1 then
    perform private.refuse('mixed', 'Select cases of one kind with one recommendation, for one decision.');
  end if;
  -- Every lock in one order, before the first row: two calls about the same cases queue instead of deadlocking.
  perform private.lock_tutor(t.tutor_id)
  from (select distinct c.tutor_id from public.verification_cases c where c.id = any (v_ids) order by c.tutor_id) t;
  perform 1 from public.verification_cases c where c.id = any (v_ids) order by c.id for update;
  for v_item in select i from pg_catalog.jsonb_array_elements(p_decisions) i loop
    begin
      v_result := private.verification_decide_one(v_item, pg_catalog.cardinality(v_ids) > 1, p_key);
    exception when others then
      get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail;
      if sync.is_passing(v_state) then
        raise;
      end if;
      v_result := private.verification_refusal((v_item ->> 'caseId')::uuid, v_state, v_message, v_detail);
    end;
    v_results := v_results || v_result;
  end loop;
  return private.once_done(p_key, pg_catalog.jsonb_build_object(
    'now', private.to_micros(private.clock_now()), 'results', v_results));
end
$$;

-- Hands a case that the caller holds to the admins. Its claim ends.
create or replace function public.console_verification_escalate(
  p_key uuid, p_case_id uuid, p_row_version bigint, p_reason text
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_known jsonb := private.once_begin(p_key, 'verification.escalate',
    pg_catalog.jsonb_build_object('case', p_case_id, 'version', p_row_version, 'reason', p_reason));
  v_case public.verification_cases;
begin
  if v_known is not null then
    return v_known;
  end if;
  perform private.require_reviewer();
  v_case := private.verification_lock(p_case_id);
  perform private.verification_check_open(v_case);
  perform private.verification_check_claim(p_case_id);
  perform private.verification_check_version(v_case, p_row_version);
  if v_case.escalated_at is not null then
    perform private.state_changed('This case was escalated already.',
      pg_catalog.jsonb_build_object('rule', 'escalated', 'byId', v_case.escalated_by,
        'by', private.display_name(v_case.escalated_by)));
  end if;
  if nullif(pg_catalog.btrim(p_reason), '') is null then
    perform private.refuse('reason', 'Say why an admin should look at this.');
  end if;
  update public.verification_cases c
  set escalated_at = private.clock_now(), escalated_by = auth.uid(), last_actor_id = auth.uid()
  where c.id = p_case_id returning * into strict v_case;
  update public.verification_claims l set holder_id = null, expires_at = null where l.id = p_case_id;
  perform private.verification_note(p_case_id, 'escalation', p_reason);
  perform private.verification_event(v_case, 'ESCALATED');
  perform private.audit('verification.escalate', 'verification_case', p_case_id, '{}', p_reason);
  return private.once_done(p_key, pg_catalog.jsonb_build_object('caseId', p_case_id, 'outcome', 'escalated',
    'rowVersion', v_case.row_version));
end
$$;

-- Takes an approval back after its window. The certificate's subjects are hidden, the profile follows.
create or replace function public.console_verification_revoke(p_key uuid, p_revocation jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_known jsonb := private.once_begin(p_key, 'verification.revoke', p_revocation);
  v_codes text[] := array(select pg_catalog.jsonb_array_elements_text(coalesce(p_revocation -> 'reasonCodes', '[]')));
  v_case public.verification_cases;
begin
  if v_known is not null then
    return v_known;
  end if;
  perform private.require_reviewer();
  v_case := private.verification_lock((p_revocation ->> 'caseId')::uuid, true);
  if v_case.status <> 'APPROVED' then
    perform private.state_changed('Only an approved case can be revoked.',
      pg_catalog.jsonb_build_object('status', v_case.status, 'byId', v_case.decided_by,
        'by', private.display_name(v_case.decided_by)));
  end if;
  perform private.verification_check_version(v_case, (p_revocation ->> 'rowVersion')::bigint);
  perform private.verification_reasons_of(v_codes, 'REVOKE', v_case.kind);
  if v_case.second_review_open then
    update public.verification_second_reviews s set status = 'WITHDRAWN' where s.case_id = v_case.id and s.status = 'OPEN';
    update public.verification_cases c set second_review_open = false where c.id = v_case.id returning * into strict v_case;
  end if;
  return private.once_done(p_key, private.verification_apply(v_case, 'REVOKE', v_codes, p_revocation ->> 'publicText',
    p_revocation ->> 'privateNote', null, null, p_key));
end
$$;

do $$
declare
  v_function regprocedure;
begin
  foreach v_function in array array[
    'private.verification_notice(text, text, text, integer)',
    'private.verification_reasons_of(text[], text, text)', 'private.verification_refresh_profile(uuid)',
    'private.verification_note(uuid, text, text)', 'private.verification_is_sampled(uuid, integer)',
    'private.verification_apply(public.verification_cases, text, text[], text, text, text, timestamptz, uuid)',
    'private.verification_decide_one(jsonb, boolean, uuid)'
  ]::regprocedure[] loop
    execute pg_catalog.format('revoke all on function %s from public, anon, authenticated', v_function);
  end loop;
  foreach v_function in array array[
    'public.console_verification_decide(uuid, jsonb)', 'public.console_verification_decide_many(uuid, jsonb)',
    'public.console_verification_escalate(uuid, uuid, bigint, text)',
    'public.console_verification_revoke(uuid, jsonb)'
  ]::regprocedure[] loop
    execute pg_catalog.format('revoke all on function %s from public, anon, authenticated', v_function);
    execute pg_catalog.format('grant execute on function %s to authenticated', v_function);
  end loop;
end
$$;
