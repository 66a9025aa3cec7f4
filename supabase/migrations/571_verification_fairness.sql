-- layer: additive
-- Second opinions, duplicates across every document ever seen, and figures of queue and reviewers.

-- Takes up to p_count decided cases of the sample for a second opinion: never the own decisions, never the own documents.
-- Answers {now, results: [{reviewId, caseId, expiresAt}]}; nothing in it tells the first verdict.
create or replace function public.console_verification_second_claim_next(p_count integer default 1) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := private.require_reviewer();
  v_now timestamptz := private.clock_now();
  v_until timestamptz := v_now + pg_catalog.make_interval(mins => (private.verification_settings()).claim_minutes);
  v_results jsonb;
begin
  with free as (
    select s.id from public.verification_second_reviews s
    where s.status = 'OPEN' and s.opens_at <= v_now and s.tutor_id <> v_me and s.first_reviewer_id is distinct from v_me
      and (s.holder_id is null or s.holder_id = v_me or s.expires_at <= v_now)
    order by s.holder_id is not distinct from v_me desc, s.opens_at, s.id
    limit least(greatest(coalesce(p_count, 1), 1), 25) for update skip locked
  ), taken as (
    update public.verification_second_reviews s set holder_id = v_me, expires_at = v_until
    from free where s.id = free.id returning s.id, s.case_id, s.opens_at
  )
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('reviewId', t.id, 'caseId', t.case_id,
    'expiresAt', private.to_micros(v_until)) order by t.opens_at, t.id)
  into v_results from taken t;
  return pg_catalog.jsonb_build_object('now', private.to_micros(v_now), 'results', coalesce(v_results, '[]'));
end
$$;

-- Gives a second review back. No error when it was lost already.
create or replace function public.console_verification_second_release(p_review_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  perform private.require_reviewer();
  update public.verification_second_reviews s set holder_id = null, expires_at = null
  where s.id = p_review_id and s.status = 'OPEN' and s.holder_id = auth.uid();
  return pg_catalog.jsonb_build_object('reviewId', p_review_id);
end
$$;

-- The second verdict, {outcome: APPROVE | REJECT, note}, on the same evidence as the first: every document opened, every item
-- ticked. It changes nothing for the tutor; where the two differ the case becomes disputed, for an admin.
create or replace function public.console_verification_second_submit(p_key uuid, p_review_id uuid, p_verdict jsonb)
returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_known jsonb := private.once_begin(p_key, 'verification.second_submit',
    pg_catalog.jsonb_build_object('review', p_review_id, 'verdict', p_verdict));
  v_me uuid;
  v_review public.verification_second_reviews;
  v_case public.verification_cases;
  v_outcome text := p_verdict ->> 'outcome';
  v_first text;
begin
  if v_known is not null then
    return v_known;
  end if;
  v_me := private.require_reviewer();
  select * into v_review from public.verification_second_reviews s
  where s.id = p_review_id and s.tutor_id <> v_me and s.first_reviewer_id is distinct from v_me;
  if not found then
    perform private.not_found('second review');
  end if;
  select * into strict v_case from public.verification_cases c where c.id = v_review.case_id for update;
  select * into strict v_review from public.verification_second_reviews s where s.id = p_review_id for update;
  if v_review.status <> 'OPEN' then
    perform private.state_changed('This second review is no longer asked for.',
      pg_catalog.jsonb_build_object('rule', 'decided', 'byId', v_review.second_reviewer_id,
        'by', private.display_name(v_review.second_reviewer_id)));
  elsif v_review.holder_id is not null and v_review.holder_id <> v_me and v_review.expires_at > private.clock_now() then
    perform private.state_changed(
      pg_catalog.format('%s holds this review.', coalesce(private.display_name(v_review.holder_id), 'Somebody else')),
      pg_catalog.jsonb_build_object('rule', 'claimed', 'holderId', v_review.holder_id,
        'holder', private.display_name(v_review.holder_id), 'expiresAt', private.to_micros(v_review.expires_at)));
  elsif v_review.holder_id is distinct from v_me or v_review.expires_at <= private.clock_now() then
    perform private.refuse('not_claimed', 'Your claim on this review has run out. Claim it again.');
  elsif v_outcome is null or v_outcome not in ('APPROVE', 'REJECT') then
    perform private.refuse('outcome', 'A second opinion approves or rejects.');
  elsif not private.verification_has_opened(v_case) then
    perform private.refuse('not_opened', 'Open every document of this case first.');
  elsif not private.verification_ticks(v_case) ?& private.verification_checklist(v_case.kind) then
    perform private.refuse('checklist', 'Answer every item of the checklist first.');
  end if;
  select d.outcome into strict v_first from public.verification_decisions d where d.id = v_review.first_decision_id;
  update public.verification_second_reviews s
  set status = 'DONE', second_reviewer_id = v_me, second_outcome = v_outcome, first_outcome = v_first,
    second_note = nullif(pg_catalog.left(pg_catalog.btrim(p_verdict ->> 'note'), 4000), ''), agrees = v_first = v_outcome,
    done_at = private.clock_now(), holder_id = null, expires_at = null
  where s.id = p_review_id returning * into strict v_review;
  update public.verification_cases c
  set second_review_open = false, is_disputed = not v_review.agrees, last_actor_id = v_me where c.id = v_case.id;
  perform private.verification_event(v_case, 'SECOND_REVIEW',
    pg_catalog.jsonb_build_object('reviewId', p_review_id, 'agrees', v_review.agrees));
  perform private.audit('verification.second_review', 'verification_case', v_case.id, pg_catalog.jsonb_build_object(
    'reviewId', p_review_id, 'first', v_first, 'second', v_outcome, 'firstReviewerId', v_review.first_reviewer_id));
  return private.once_done(p_key, pg_catalog.jsonb_build_object('reviewId', p_review_id, 'caseId', v_case.id,
    'firstOutcome', v_first, 'agrees', v_review.agrees));
end
$$;

-- An admin who was neither of the two ends a dispute: UPHOLD leaves the first verdict; REOPEN puts a rejected case back into
-- the queue. A disputed approval that does not hold is revoked instead.
create or replace function public.console_verification_dispute_settle(
  p_key uuid, p_case_id uuid, p_row_version bigint, p_verdict text, p_reason text
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_known jsonb := private.once_begin(p_key, 'verification.dispute_settle', pg_catalog.jsonb_build_object(
    'case', p_case_id, 'version', p_row_version, 'verdict', p_verdict, 'reason', p_reason));
  v_case public.verification_cases;
begin
  if v_known is not null then
    return v_known;
  end if;
  if not private.is_staff('admin') then
    raise exception 'Only an admin may do that.' using errcode = '42501';
  end if;
  v_case := private.verification_lock(p_case_id, true);
  if not v_case.is_disputed then
    perform private.state_changed('This case is not disputed any more.',
      pg_catalog.jsonb_build_object('byId', v_case.last_actor_id, 'by', private.display_name(v_case.last_actor_id)));
  end if;
  perform private.verification_check_version(v_case, p_row_version);
  if exists (select 1 from public.verification_second_reviews s
      where s.first_decision_id = v_case.decision_id and auth.uid() in (s.first_reviewer_id, s.second_reviewer_id)) then
    perform private.refuse('self', 'Somebody who was neither of the two reviewers has to settle this.');
  elsif nullif(pg_catalog.btrim(p_reason), '') is null then
    perform private.refuse('reason', 'Say why.');
  elsif p_verdict = 'REOPEN' and v_case.status = 'REJECTED' then
    update public.verification_decisions d set overturned_at = private.clock_now(), overturned_by = auth.uid()
    where d.id = v_case.decision_id;
    update public.verification_cases c
    set status = 'READY_FOR_REVIEW', is_disputed = false, priority = 2, decision_id = null, decided_by = null,
      decided_at = null, undo_until = null, last_actor_id = auth.uid()
    where c.id = p_case_id;
    if v_case.kind = 'certificate' then
      update public.tutor_verification_requests r
      set status = 'READY_FOR_REVIEW', reviewed_by = null, reviewer_decision = null, reviewer_reason = null,
        reviewed_at = null, updated_at = private.clock_now()
      where r.id = p_case_id;
      perform private.verification_refresh_profile(v_case.tutor_id);
    else
      update public.degrees d
      set status = 'pending', rejection_reason = null, reviewed_by = null, reviewed_at = null, updated_at = private.clock_now()
      where d.id = p_case_id;
    end if;
  elsif p_verdict = 'UPHOLD' then
    update public.verification_cases c set is_disputed = false, last_actor_id = auth.uid() where c.id = p_case_id;
  else
    perform private.refuse('outcome', 'A dispute is settled by upholding, by reopening a rejection, or by revoking an approval.');
  end if;
  perform private.verification_note(p_case_id, 'note', p_reason);
  perform private.verification_event(v_case, 'SECOND_REVIEW', pg_catalog.jsonb_build_object('settled', p_verdict));
  perform private.audit('verification.dispute_settle', 'verification_case', p_case_id,
    pg_catalog.jsonb_build_object('verdict', p_verdict), p_reason);
  return private.once_done(p_key, pg_catalog.jsonb_build_object('caseId', p_case_id, 'outcome', 'settled',
    'rowVersion', (select c.row_version from public.verification_cases c where c.id = p_case_id)));
end
$$;

-- Other documents that are the same as one of this case's: the same bytes, nearly the same picture, or the same candidate
-- number, whoever handed them in and whatever became of them. Nearest first, at most 50.
create or replace function public.console_verification_duplicates(p_case_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me uuid := private.require_reviewer();
  v_distance integer := (private.verification_settings()).phash_distance;
  v_matches jsonb;
begin
  if not exists (select 1 from public.verification_cases c where c.id = p_case_id and c.tutor_id <> v_me) then
    perform private.not_found('case');
  end if;
  with own as (
    select d.* from public.verification_documents d where d.case_id = p_case_id and d.is_current
  ), pairs as (
    select o.id as of_id, d.*, o.tutor_id as own_tutor_id,
      d.sha256 = o.sha256 as same_file,
      -- A blank page has no picture to compare.
      case when d.phash not in ('0000000000000000', 'ffffffffffffffff') then
        pg_catalog.bit_count(('x' || d.phash)::bit(64) # ('x' || o.phash)::bit(64)) end as distance,
      pg_catalog.lower(d.candidate_number) = pg_catalog.lower(o.candidate_number) as same_candidate
    from own o
    join public.verification_documents d
      on d.id <> o.id and not (d.case_id is not distinct from p_case_id and d.is_current)
      and d.tutor_id is distinct from v_me
  ), found as (
    select p.* from pairs p where p.same_file or p.distance <= v_distance or p.same_candidate
    order by p.same_file desc nulls last, p.distance nulls last, p.created_at desc limit 50
  )
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'ofDocumentId', f.of_id, 'documentId', f.id, 'caseId', f.case_id, 'kind', f.kind, 'tutorId', f.tutor_id,
      'tutor', private.display_name(f.tutor_id), 'isSameTutor', f.tutor_id is not distinct from f.own_tutor_id,
      'isSameFile', coalesce(f.same_file, false), 'isSameCandidate', coalesce(f.same_candidate, false),
      'distance', case when f.distance <= v_distance then f.distance end,
      -- What is hidden for a second opinion is hidden here too.
      'status', (select c.status from public.verification_cases c
        where c.id = f.case_id and (not c.second_review_open or c.decided_by = v_me)),
      'seenAt', private.to_micros(coalesce(f.seen_at, f.created_at)))
    order by f.same_file desc nulls last, f.distance nulls last, f.created_at desc)
  into v_matches from found f;
  return pg_catalog.jsonb_build_object('caseId', p_case_id, 'matches', coalesce(v_matches, '[]'));
end
$$;

-- Cohen's kappa of two raters with two verdicts; null where chance explains everything or there is nothing. The same as
-- `cohenKappa` in shared/domain/verification/statistics.ts.
create or replace function private.cohen_kappa(p_aa bigint, p_ar bigint, p_ra bigint, p_rr bigint) returns numeric
language plpgsql immutable set search_path = '' as $$
declare
  v_n numeric := p_aa + p_ar + p_ra + p_rr;
  v_chance numeric;
begin
  if v_n = 0 then
    return null;
  end if;
  v_chance := ((p_aa + p_ar) * (p_aa + p_ra) + (p_ra + p_rr) * (p_ar + p_rr)) / (v_n * v_n);
  return case when v_chance = 1 then null else pg_catalog.round(((p_aa + p_rr) / v_n - v_chance) / (1 - v_chance), 6) end;
end
$$;

-- Per reviewer in [p_from, p_to): what he decided, how fast, how often it did not stand, and how far he and the others agree.
-- Admins see everyone, reviewers themselves.
create or replace function public.console_verification_reviewer_stats(p_from timestamptz, p_to timestamptz) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me uuid := private.require_reviewer();
  v_is_admin boolean := private.is_staff('admin');
  v_rows jsonb;
begin
  with made as (
    select d.reviewer_id,
      pg_catalog.count(*) as decisions,
      pg_catalog.count(*) filter (where d.outcome = 'APPROVE') as approved,
      pg_catalog.count(*) filter (where d.outcome = 'REJECT') as rejected,
      pg_catalog.count(*) filter (where d.outcome = 'RESUBMIT') as resubmissions,
      pg_catalog.count(*) filter (where d.outcome = 'REVOKE') as revoked,
      pg_catalog.count(*) filter (where (d.outcome, d.recommendation) in (('APPROVE', 'REJECT'), ('REJECT', 'APPROVE'))) as against_system,
      pg_catalog.count(*) filter (where d.overturned_at is not null) as overturned,
      pg_catalog.percentile_cont(0.5) within group (order by extract(epoch from d.decided_at - d.claimed_at)) as median,
      pg_catalog.percentile_cont(0.9) within group (order by extract(epoch from d.decided_at - d.claimed_at)) as p90
    from public.verification_decisions d
    where d.decided_at >= p_from and d.decided_at < p_to and d.reversed_at is null group by 1
  ), undone as (
    select d.reviewer_id, pg_catalog.count(*) as reversed from public.verification_decisions d
    where d.decided_at >= p_from and d.decided_at < p_to and d.reversed_at is not null group by 1
  ), judged as (
    select v.reviewer_id, v.mine, v.theirs from public.verification_second_reviews s
    cross join lateral (values
      (s.first_reviewer_id, s.first_outcome, s.second_outcome), (s.second_reviewer_id, s.second_outcome, s.first_outcome)
    ) v(reviewer_id, mine, theirs)
    where s.status = 'DONE' and s.done_at >= p_from and s.done_at < p_to
  ), agreement as (
    select j.reviewer_id,
      pg_catalog.count(*) filter (where j.mine = 'APPROVE' and j.theirs = 'APPROVE') as aa,
      pg_catalog.count(*) filter (where j.mine = 'APPROVE' and j.theirs = 'REJECT') as ar,
      pg_catalog.count(*) filter (where j.mine = 'REJECT' and j.theirs = 'APPROVE') as ra,
      pg_catalog.count(*) filter (where j.mine = 'REJECT' and j.theirs = 'REJECT') as rr
    from judged j group by 1
  ), everyone as (
    select m.reviewer_id from made m union select u.reviewer_id from undone u union select a.reviewer_id from agreement a
  )
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'reviewerId', e.reviewer_id, 'reviewer', private.display_name(e.reviewer_id),
      'decisions', coalesce(m.decisions, 0), 'approved', coalesce(m.approved, 0), 'rejected', coalesce(m.rejected, 0),
      'resubmissions', coalesce(m.resubmissions, 0), 'revoked', coalesce(m.revoked, 0),
      'againstSystem', coalesce(m.against_system, 0), 'overturned', coalesce(m.overturned, 0),
      'reversed', coalesce(u.reversed, 0),
      'medianSeconds', pg_catalog.round(m.median::numeric, 1), 'p90Seconds', pg_catalog.round(m.p90::numeric, 1),
      'agreement', pg_catalog.jsonb_build_object('aa', coalesce(a.aa, 0), 'ar', coalesce(a.ar, 0),
        'ra', coalesce(a.ra, 0), 'rr', coalesce(a.rr, 0)),
      'kappa', private.cohen_kappa(coalesce(a.aa, 0), coalesce(a.ar, 0), coalesce(a.ra, 0), coalesce(a.rr, 0)))
    order by coalesce(m.decisions, 0) desc, e.reviewer_id)
  into v_rows
  from everyone e left join made m using (reviewer_id) left join undone u using (reviewer_id)
    left join agreement a using (reviewer_id)
  where e.reviewer_id is not null and (v_is_admin or e.reviewer_id = v_me);
  return pg_catalog.jsonb_build_object('reviewers', coalesce(v_rows, '[]'));
end
$$;

-- The queue now, and each of the last p_days days (Port of Spain) of what came in and what was decided.
create or replace function public.console_verification_queue_stats(p_days integer default 30) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me uuid := private.require_reviewer();
  v_now timestamptz := private.clock_now();
  v_today date := (v_now at time zone 'America/Port_of_Spain')::date;
  v_days integer := least(greatest(coalesce(p_days, 30), 1), 366);
  v_open jsonb;
  v_list jsonb;
begin
  select pg_catalog.jsonb_build_object(
    'total', pg_catalog.count(*),
    'fresh', pg_catalog.count(*) filter (where v_now < c.sla_due_at),
    'due', pg_catalog.count(*) filter (where v_now >= c.sla_due_at and v_now < c.sla_late_at),
    'late', pg_catalog.count(*) filter (where v_now >= c.sla_late_at and v_now < c.sla_breach_at),
    'breach', pg_catalog.count(*) filter (where v_now >= c.sla_breach_at),
    'certificates', pg_catalog.count(*) filter (where c.kind = 'certificate'),
    'degrees', pg_catalog.count(*) filter (where c.kind = 'degree'),
    'escalated', pg_catalog.count(*) filter (where c.escalated_at is not null),
    'withoutFile', pg_catalog.count(*) filter (where c.file_state <> 'present'),
    'claimed', pg_catalog.count(*) filter (where exists (select 1 from public.verification_claims l
      where l.id = c.id and l.holder_id is not null and l.expires_at > v_now)),
    'oldestSubmittedAt', private.to_micros(pg_catalog.min(c.submitted_at)))
  into v_open
  from public.verification_cases c where private.verification_is_open(c.status) and c.tutor_id <> v_me;
  with came as (
    select (c.submitted_at at time zone 'America/Port_of_Spain')::date as day, pg_catalog.count(*) as submitted
    from public.verification_cases c
    where c.submitted_at >= ((v_today - v_days + 1)::timestamp at time zone 'America/Port_of_Spain') group by 1
  ), went as (
    select (d.decided_at at time zone 'America/Port_of_Spain')::date as day, pg_catalog.count(*) as decided,
      pg_catalog.count(*) filter (where d.outcome = 'APPROVE') as approved,
      pg_catalog.count(*) filter (where d.outcome = 'REJECT') as rejected,
      pg_catalog.count(*) filter (where d.outcome = 'RESUBMIT') as resubmissions,
      pg_catalog.count(*) filter (where d.decided_at >= c.sla_breach_at) as breached,
      pg_catalog.percentile_cont(0.5) within group (order by extract(epoch from d.decided_at - c.submitted_at)) as median
    from public.verification_decisions d join public.verification_cases c on c.id = d.case_id
    where d.reversed_at is null and d.outcome <> 'REVOKE'
      and d.decided_at >= ((v_today - v_days + 1)::timestamp at time zone 'America/Port_of_Spain')
    group by 1
  )
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('day', g.day::date, 'submitted', coalesce(a.submitted, 0),
      'decided', coalesce(w.decided, 0), 'approved', coalesce(w.approved, 0), 'rejected', coalesce(w.rejected, 0),
      'resubmissions', coalesce(w.resubmissions, 0), 'breached', coalesce(w.breached, 0),
      'medianHours', pg_catalog.round((w.median / 3600)::numeric, 1)) order by g.day)
  into v_list
  from pg_catalog.generate_series((v_today - v_days + 1)::timestamp, v_today::timestamp, interval '1 day') g(day)
  left join came a on a.day = g.day::date left join went w on w.day = g.day::date;
  return pg_catalog.jsonb_build_object('now', private.to_micros(v_now), 'open', v_open, 'days', v_list);
end
$$;

-- For the function verification-intake, daily: takes in what the triggers missed, and looks at the files of open cases again
-- where storage has no trigger of ours. Returns how many rows it looked at.
create or replace function public.console_verification_intake() returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_count bigint;
begin
  select pg_catalog.count(private.verification_take_in_request(r)) into v_count
  from public.tutor_verification_requests r
  where not exists (select 1 from public.verification_cases c where c.id = r.id);
  select v_count + pg_catalog.count(private.verification_take_in_degree(d)) into v_count
  from public.degrees d where not exists (select 1 from public.verification_cases c where c.id = d.id);
  select v_count + pg_catalog.count(private.verification_refresh_documents(c.id)) into v_count
  from (select c.id from public.verification_cases c where private.verification_is_open(c.status)
    order by c.submitted_at limit 5000) c;
  return v_count;
end
$$;

do $$
declare
  v_function regprocedure;
begin
  foreach v_function in array array[
    'public.console_verification_second_claim_next(integer)', 'public.console_verification_second_release(uuid)',
    'public.console_verification_second_submit(uuid, uuid, jsonb)',
    'public.console_verification_dispute_settle(uuid, uuid, bigint, text, text)',
    'public.console_verification_duplicates(uuid)',
    'public.console_verification_reviewer_stats(timestamptz, timestamptz)',
    'public.console_verification_queue_stats(integer)'
  ]::regprocedure[] loop
    execute pg_catalog.format('revoke all on function %s from public, anon, authenticated', v_function);
    execute pg_catalog.format('grant execute on function %s to authenticated', v_function);
  end loop;
end
$$;
revoke all on function private.cohen_kappa(bigint, bigint, bigint, bigint) from public, anon, authenticated;
revoke all on function public.console_verification_intake() from public, anon, authenticated;
grant execute on function public.console_verification_intake() to service_role;
