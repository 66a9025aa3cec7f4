-- layer: additive
-- Who works on which case, what he looked at, ticked and read from it. A claim is a lease: holder and expires_at, compared
-- with the server's clock; whoever lost it is told who has it now.
-- Errors: P0001 a rule refuses; SY020 claimed, decided or changed by another, with his name; SY030 no such case, or the
-- caller's own; 42501 no reviewer. Shapes: shared/domain/verification/wire.ts.

create or replace function private.require_reviewer() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  if not private.is_staff('reviewer', 'admin') then
    raise exception 'Only reviewers may do that.' using errcode = '42501';
  end if;
  return auth.uid();
end
$$;

create or replace function private.display_name(p_user_id uuid) returns text
language sql stable security definer set search_path = '' as $$
  select p.display_name from public.people p where p.id = p_user_id
$$;

-- Required answers of the checklist; the same ids as `checklistOf` in shared/domain/verification/checklist.ts.
create or replace function private.verification_checklist(p_kind text) returns text[]
language sql immutable set search_path = '' as $$
  select case p_kind
    when 'certificate' then
      array['legible', 'name_matches', 'exam_body', 'candidate_number', 'subjects_match', 'unaltered']
    else array['legible', 'name_matches', 'institution', 'award_matches', 'unaltered']
  end
$$;

-- One result of a call about several rows, from what raising it for this row gave.
create or replace function private.verification_refusal(p_case_id uuid, p_state text, p_message text, p_detail text)
returns jsonb
language sql immutable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('caseId', p_case_id, 'outcome', 'refused', 'code', p_state,
    'rule', coalesce(d.detail ->> 'rule', 'error'), 'message', p_message, 'data', coalesce(d.detail - 'rule', '{}'))
  from (select sync.json_or_null(p_detail) as detail) d
$$;

-- The case, for whom it is there: nobody reviews himself, and who may be asked for a second opinion does not learn of the
-- first. Locks the row, and with p_tutor the tutor before it, as every decision must.
create or replace function private.verification_lock(p_case_id uuid, p_tutor boolean default false)
returns public.verification_cases
language plpgsql security definer set search_path = '' as $$
declare
  v_case public.verification_cases;
begin
  select * into v_case from public.verification_cases c
  where c.id = p_case_id and c.tutor_id <> auth.uid()
    and (not c.second_review_open or c.decided_by = auth.uid() or private.is_staff('admin'));
  if not found then
    perform private.not_found('case');
  end if;
  if p_tutor then
    perform private.lock_tutor(v_case.tutor_id);
  end if;
  select * into v_case from public.verification_cases c where c.id = p_case_id for update;
  if not found then
    perform private.not_found('case');
  end if;
  return v_case;
end
$$;

-- SY020 unless the case still waits for a verdict.
create or replace function private.verification_check_open(p_case public.verification_cases) returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  v_by text := coalesce(private.display_name(p_case.decided_by), 'Somebody else');
begin
  if private.verification_is_open(p_case.status) then
    return;
  end if;
  perform private.state_changed(
    pg_catalog.format('%s has decided this case: %s.', v_by, case p_case.status
      when 'APPROVED' then 'approved' when 'REJECTED' then 'rejected' when 'REVOKED' then 'revoked'
      else 'to be handed in again' end),
    pg_catalog.jsonb_build_object('rule', 'decided', 'status', p_case.status, 'byId', p_case.decided_by,
      'by', private.display_name(p_case.decided_by), 'at', private.to_micros(p_case.decided_at)));
end
$$;

-- Who holds the case at the moment, if it is not the caller: SY020.
create or replace function private.verification_refuse_claimed(p_claim public.verification_claims) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  perform private.state_changed(
    pg_catalog.format('%s holds this case.', coalesce(private.display_name(p_claim.holder_id), 'Somebody else')),
    pg_catalog.jsonb_build_object('rule', 'claimed', 'holderId', p_claim.holder_id,
      'holder', private.display_name(p_claim.holder_id), 'expiresAt', private.to_micros(p_claim.expires_at)));
end
$$;

-- The caller's live claim. SY020 when another holds the case, P0001 not_claimed when nobody does.
create or replace function private.verification_check_claim(p_case_id uuid) returns public.verification_claims
language plpgsql security definer set search_path = '' as $$
declare
  v_claim public.verification_claims;
begin
  select * into v_claim from public.verification_claims l
  where l.id = p_case_id and l.holder_id is not null and l.expires_at > private.clock_now() for update;
  if v_claim.id is null then
    perform private.refuse('not_claimed', 'Your claim on this case has run out. Claim it again.');
  elsif v_claim.holder_id <> auth.uid() then
    perform private.verification_refuse_claimed(v_claim);
  end if;
  return v_claim;
end
$$;

create or replace function private.verification_check_version(p_case public.verification_cases, p_row_version bigint)
returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_row_version is distinct from p_case.row_version then
    perform private.state_changed(
      pg_catalog.format('%s changed this case meanwhile. Look at it again.',
        coalesce(private.display_name(p_case.last_actor_id), 'The platform')),
      pg_catalog.jsonb_build_object('rule', 'version', 'rowVersion', p_case.row_version, 'byId', p_case.last_actor_id,
        'by', private.display_name(p_case.last_actor_id)));
  end if;
end
$$;

create or replace function private.verification_check_escalated(p_case public.verification_cases) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_case.escalated_at is not null and not private.is_staff('admin') then
    perform private.refuse('escalated', 'This case was escalated: an admin decides it.');
  end if;
end
$$;

-- Takes or prolongs the lease on one open case.
create or replace function private.verification_claim_one(p_case_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_now timestamptz := private.clock_now();
  v_settings public.verification_settings := private.verification_settings();
  v_case public.verification_cases := private.verification_lock(p_case_id);
  v_claim public.verification_claims;
begin
  perform private.verification_check_open(v_case);
  perform private.verification_check_escalated(v_case);
  if (select pg_catalog.count(*) from public.verification_claims l
      where l.holder_id = v_me and l.expires_at > v_now and l.id <> p_case_id) >= v_settings.max_claims then
    perform private.refuse('too_many_claims',
      pg_catalog.format('You hold %s cases. Release some first.', v_settings.max_claims));
  end if;
  insert into public.verification_claims as l (id, holder_id, claimed_at, expires_at)
  values (p_case_id, v_me, v_now, v_now + pg_catalog.make_interval(mins => v_settings.claim_minutes))
  on conflict (id) do update
    set holder_id = v_me, expires_at = excluded.expires_at,
      claimed_at = case when l.holder_id = v_me and l.expires_at > v_now then l.claimed_at else v_now end
    where l.holder_id is null or l.holder_id = v_me or l.expires_at <= v_now
  returning * into v_claim;
  if v_claim.id is null then
    select * into v_claim from public.verification_claims l where l.id = p_case_id;
    perform private.verification_refuse_claimed(v_claim);
  end if;
  perform private.verification_refresh_documents(p_case_id);
  return pg_catalog.jsonb_build_object('caseId', p_case_id, 'outcome', 'claimed',
    'expiresAt', private.to_micros(v_claim.expires_at),
    'rowVersion', (select c.row_version from public.verification_cases c where c.id = p_case_id));
end
$$;

-- Gives one lease back. No error when it was lost already.
create or replace function private.verification_release_one(p_case_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  update public.verification_claims l set holder_id = null, expires_at = null
  where l.id = p_case_id and l.holder_id = auth.uid();
  return pg_catalog.jsonb_build_object('caseId', p_case_id, 'outcome', 'released');
end
$$;

create or replace function private.verification_prioritise_one(p_case_id uuid, p_priority integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_case public.verification_cases := private.verification_lock(p_case_id);
begin
  perform private.verification_check_open(v_case);
  if v_case.priority <> p_priority then
    update public.verification_cases c set priority = p_priority, last_actor_id = auth.uid()
    where c.id = p_case_id returning * into strict v_case;
    perform private.verification_event(v_case, 'PRIORITY_SET', pg_catalog.jsonb_build_object('priority', p_priority));
    perform private.audit('verification.priority', 'verification_case', p_case_id,
      pg_catalog.jsonb_build_object('priority', p_priority));
  end if;
  return pg_catalog.jsonb_build_object('caseId', p_case_id, 'outcome', 'set', 'rowVersion', v_case.row_version);
end
$$;

create or replace function private.verification_event(
  p_case public.verification_cases, p_type text, p_payload jsonb default '{}'
) returns void
language sql security definer set search_path = '' as $$
  insert into public.tutor_verification_events (request_id, case_id, event_type, actor_id, payload, created_at)
  values (case when p_case.kind = 'certificate' then p_case.id end, p_case.id, p_type, auth.uid(), p_payload,
    private.clock_tick())
$$;

-- One of the functions above for each id, in the order of ids, so that two callers never wait for each other in a ring; the
-- results in the order asked. What a row is refused for does not touch the others; what may pass (a deadlock, a
-- time-out) ends the call.
create or replace function private.verification_each(p_case_ids uuid[], p_action text, p_priority integer default null)
returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid;
  v_by_id jsonb := '{}';
  v_result jsonb;
  v_state text;
  v_message text;
  v_detail text;
begin
  perform private.require_reviewer();
  if pg_catalog.cardinality(p_case_ids) > 100 then
    perform private.refuse('too_many', 'At most 100 cases at a time.');
  end if;
  for v_id in select distinct u from pg_catalog.unnest(p_case_ids) u where u is not null order by u loop
    begin
      v_result := case p_action
        when 'claim' then private.verification_claim_one(v_id)
        when 'release' then private.verification_release_one(v_id)
        when 'priority' then private.verification_prioritise_one(v_id, p_priority)
      end;
    exception when others then
      get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail;
      if sync.is_passing(v_state) then
        raise;
      end if;
      v_result := private.verification_refusal(v_id, v_state, v_message, v_detail);
    end;
    v_by_id := v_by_id || pg_catalog.jsonb_build_object(v_id::text, v_result);
  end loop;
  return pg_catalog.jsonb_build_object('now', private.to_micros(private.clock_now()), 'results',
    (select coalesce(pg_catalog.jsonb_agg(v_by_id -> (a.id::text) order by a.nth), '[]')
      from pg_catalog.unnest(p_case_ids) with ordinality a(id, nth) where a.id is not null));
end
$$;

-- Takes up to p_count free cases: urgent before normal, then the oldest, and for admins what was escalated to them before
-- all. What another holds, or is just taking, is passed over. A case that is still being read by the machine is left to it for an hour.
create or replace function public.console_verification_claim_next(p_filter jsonb default '{}', p_count integer default 1)
returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := private.require_reviewer();
  v_now timestamptz := private.clock_now();
  v_is_admin boolean := private.is_staff('admin');
  v_id uuid;
  v_tried uuid[] := '{}';
  v_results jsonb := '[]';
  v_state text;
begin
  while pg_catalog.jsonb_array_length(v_results) < least(greatest(coalesce(p_count, 1), 1), 25) loop
    select c.id into v_id
    from public.verification_cases c
    where c.status in ('SUBMITTED', 'PROCESSING', 'READY_FOR_REVIEW')
      and (c.status <> 'PROCESSING' or c.submitted_at < v_now - interval '1 hour')
      and c.tutor_id <> v_me and (c.escalated_at is null or v_is_admin)
      and (p_filter ->> 'kind' is null or c.kind = p_filter ->> 'kind')
      and (not p_filter ? 'recommendation' or c.recommendation is not distinct from p_filter ->> 'recommendation')
      and c.id <> all (v_tried)
      and not exists (
        select 1 from public.verification_claims l
        where l.id = c.id and l.holder_id is not null and l.expires_at > v_now)
    order by (c.escalated_at is not null) desc, c.priority desc, c.submitted_at, c.id
    limit 1 for update of c skip locked;
    exit when v_id is null;
    v_tried := v_tried || v_id;
    -- Seen again under the lock: another call of the same reviewer may have taken it since, and that is no next case.
    continue when exists (
      select 1 from public.verification_claims l
      where l.id = v_id and l.holder_id is not null and l.expires_at > v_now);
    begin
      v_results := v_results || private.verification_claim_one(v_id);
    exception when others then
      -- Taken between the look and the lock: the next one.
      get stacked diagnostics v_state = returned_sqlstate;
      if v_state not in ('SY020', 'SY030') then
        raise;
      end if;
    end;
    v_id := null;
  end loop;
  return pg_catalog.jsonb_build_object('now', private.to_micros(v_now), 'results', v_results);
end
$$;

create or replace function public.console_verification_claim(p_case_ids uuid[]) returns jsonb
language sql security definer set search_path = '' as $$ select private.verification_each(p_case_ids, 'claim') $$;

-- Prolongs leases. One that ran out and that nobody has taken is taken anew.
create or replace function public.console_verification_renew(p_case_ids uuid[]) returns jsonb
language sql security definer set search_path = '' as $$ select private.verification_each(p_case_ids, 'claim') $$;

create or replace function public.console_verification_release(p_case_ids uuid[]) returns jsonb
language sql security definer set search_path = '' as $$ select private.verification_each(p_case_ids, 'release') $$;

create or replace function public.console_verification_priority_set(p_case_ids uuid[], p_priority integer) returns jsonb
language sql security definer set search_path = '' as $$
  select private.verification_each(p_case_ids, 'priority', p_priority)
$$;

-- ---------------------------------------------------------------- evidence of looking

-- Whether the caller had every file that is there before his eyes, in its present bytes.
create or replace function private.verification_has_opened(p_case public.verification_cases) returns boolean
language sql stable security definer set search_path = '' as $$
  select not exists (
    select 1 from public.verification_documents d
    where d.case_id = p_case.id and d.is_current and d.state = 'present'
      and not exists (
        select 1 from public.verification_evidence e
        where e.case_id = p_case.id and e.reviewer_id = auth.uid() and e.attempt = p_case.attempt
          and e.opened -> (d.id::text) ->> 'sha256' = d.sha256))
$$;

-- The caller's answers to the checklist of this attempt.
create or replace function private.verification_ticks(p_case public.verification_cases) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce((select e.checklist from public.verification_evidence e
    where e.case_id = p_case.id and e.reviewer_id = auth.uid() and e.attempt = p_case.attempt), '{}')
$$;

-- Adds to what the caller has looked at and ticked, and keeps the fingerprints of the files for the search for duplicates.
-- Anybody who may review the case may look at it; no claim is needed. Other bytes behind the same name are marked.
create or replace function public.console_verification_evidence_record(p_case_id uuid, p_evidence jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := private.require_reviewer();
  v_case public.verification_cases;
  v_item jsonb;
  v_document public.verification_documents;
  v_opened jsonb := '{}';
  v_checklist jsonb := coalesce(p_evidence -> 'checklist', '{}');
  v_evidence public.verification_evidence;
begin
  -- Not verification_lock: who gives a second opinion looks at a case that is hidden from him.
  select * into v_case from public.verification_cases c where c.id = p_case_id and c.tutor_id <> v_me for update;
  if not found then
    perform private.not_found('case');
  end if;
  if exists (
    select 1 from pg_catalog.jsonb_each_text(v_checklist) t
    where t.key <> all (private.verification_checklist(v_case.kind)) or t.value not in ('pass', 'fail', 'na')
  ) then
    perform private.refuse('checklist', 'This is no item of the checklist.');
  end if;
  for v_item in select * from pg_catalog.jsonb_array_elements(coalesce(p_evidence -> 'opened', '[]')) loop
    select * into v_document from public.verification_documents d
    where d.id = (v_item ->> 'documentId')::uuid and d.case_id = p_case_id for update;
    if not found then
      perform private.not_found('document');
    end if;
    if v_document.sha256 is not null and v_document.sha256 <> v_item ->> 'sha256' then
      perform private.verification_event(v_case, 'DOCUMENT_CHANGED', pg_catalog.jsonb_build_object(
        'documentId', v_document.id, 'before', v_document.sha256, 'after', v_item ->> 'sha256'));
    end if;
    update public.verification_documents d
    set sha256 = v_item ->> 'sha256',
      phash = case when d.sha256 is not distinct from v_item ->> 'sha256' then coalesce(v_item ->> 'phash', d.phash)
        else v_item ->> 'phash' end,
      candidate_number = coalesce(nullif(pg_catalog.btrim(v_item ->> 'candidateNumber'), ''), d.candidate_number),
      page_count = coalesce((v_item ->> 'pageCount')::integer, d.page_count),
      size_bytes = coalesce((v_item ->> 'sizeBytes')::bigint, d.size_bytes),
      changed_at = case when d.sha256 <> v_item ->> 'sha256' then private.clock_now() else d.changed_at end,
      seen_at = coalesce(d.seen_at, private.clock_now())
    where d.id = v_document.id
      and (d.sha256, d.phash, d.candidate_number, d.page_count, d.size_bytes) is distinct from (
        v_item ->> 'sha256', coalesce(v_item ->> 'phash', d.phash),
        coalesce(nullif(pg_catalog.btrim(v_item ->> 'candidateNumber'), ''), d.candidate_number),
        coalesce((v_item ->> 'pageCount')::integer, d.page_count), coalesce((v_item ->> 'sizeBytes')::bigint, d.size_bytes));
    v_opened := v_opened || pg_catalog.jsonb_build_object(v_document.id::text, pg_catalog.jsonb_build_object(
      'at', private.to_micros(private.clock_now()), 'sha256', v_item ->> 'sha256',
      'pages', coalesce((v_item ->> 'pagesSeen')::integer, 0)));
  end loop;
  insert into public.verification_evidence as e (case_id, reviewer_id, attempt, opened, checklist, updated_at)
  values (p_case_id, v_me, v_case.attempt, v_opened, v_checklist, private.clock_now())
  on conflict (case_id, reviewer_id, attempt) do update
    set opened = e.opened || excluded.opened, checklist = e.checklist || excluded.checklist,
      updated_at = excluded.updated_at
  returning * into strict v_evidence;
  return pg_catalog.jsonb_build_object('caseId', p_case_id, 'opened', v_evidence.opened,
    'checklist', v_evidence.checklist, 'isOpened', private.verification_has_opened(v_case),
    'isComplete', v_evidence.checklist ?& private.verification_checklist(v_case.kind));
end
$$;

-- ---------------------------------------------------------------- grades and notes

-- Writes the subjects of a certificate anew. Refuses (grades) what no certificate can say.
create or replace function private.verification_write_grades(p_case public.verification_cases, p_grades jsonb) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_grade record;
begin
  if p_case.kind <> 'certificate' then
    perform private.refuse('grades', 'A degree has no grades.');
  end if;
  for v_grade in
    select g."subjectId" as subject_id, g."examType" as exam_type, g.grade, g.year, s.name, s.curriculum,
      pg_catalog.count(*) over (partition by g."subjectId", g."examType") as times
    from pg_catalog.jsonb_to_recordset(p_grades)
      as g("subjectId" uuid, "examType" text, grade integer, year integer)
    left join public.subjects s on s.id = g."subjectId"
  loop
    if v_grade.curriculum is null or v_grade.exam_type is distinct from v_grade.curriculum
        or v_grade.exam_type not in ('CSEC', 'CAPE') then
      perform private.refuse('grades', 'This is no subject of that examination.');
    elsif v_grade.times > 1 then
      perform private.refuse('grades', pg_catalog.format('%s is entered twice.', v_grade.name));
    elsif v_grade.grade is null
        or v_grade.grade not between 1 and (case v_grade.exam_type when 'CSEC' then 6 else 7 end) then
      perform private.refuse('grades', pg_catalog.format('%s grades of %s go from 1 to %s.', v_grade.exam_type,
        v_grade.name, case v_grade.exam_type when 'CSEC' then 6 else 7 end));
    elsif v_grade.year not between 1979 and extract(year from private.clock_now())::integer then
      perform private.refuse('grades', pg_catalog.format('%s: there was no such examination in %s.', v_grade.name, v_grade.year));
    end if;
  end loop;
  delete from public.verification_grades g
  where g.case_id = p_case.id and not exists (
    select 1 from pg_catalog.jsonb_to_recordset(p_grades) as n("subjectId" uuid, "examType" text)
    where n."subjectId" = g.subject_id and n."examType" = g.exam_type);
  insert into public.verification_grades as g (case_id, subject_id, exam_type, grade, year, session, entered_by, entered_at)
  select p_case.id, n."subjectId", n."examType", n.grade, n.year,
    nullif(pg_catalog.left(pg_catalog.btrim(n.session), 40), ''), auth.uid(), private.clock_now()
  from pg_catalog.jsonb_to_recordset(p_grades)
    as n("subjectId" uuid, "examType" text, grade integer, year integer, session text)
  on conflict (case_id, subject_id, exam_type) do update
    set grade = excluded.grade, year = excluded.year, session = excluded.session, entered_by = excluded.entered_by,
      entered_at = excluded.entered_at
    where (g.grade, g.year, g.session) is distinct from (excluded.grade, excluded.year, excluded.session);
end
$$;

-- Keeps the grades that the holder of the claim read from the certificate, until he decides.
create or replace function public.console_verification_grades_set(p_case_id uuid, p_grades jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_case public.verification_cases;
begin
  perform private.require_reviewer();
  v_case := private.verification_lock(p_case_id);
  perform private.verification_check_open(v_case);
  perform private.verification_check_claim(p_case_id);
  perform private.verification_write_grades(v_case, p_grades);
  return pg_catalog.jsonb_build_object('caseId', p_case_id, 'grades', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('subjectId', g.subject_id, 'examType', g.exam_type,
      'grade', g.grade, 'year', g.year, 'session', g.session) order by g.entered_at, g.subject_id), '[]')
    from public.verification_grades g where g.case_id = p_case_id));
end
$$;

-- A note that only staff reads. The id is the caller's: asked again, nothing is written twice.
create or replace function public.console_verification_note_add(p_id uuid, p_case_id uuid, p_body text) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  perform private.require_reviewer();
  perform private.verification_lock(p_case_id);
  if nullif(pg_catalog.btrim(p_body), '') is null then
    perform private.refuse('note', 'The note is empty.');
  end if;
  insert into public.verification_notes (id, case_id, author_id, body, created_at)
  values (p_id, p_case_id, auth.uid(), pg_catalog.btrim(p_body), private.clock_now())
  on conflict (id) do nothing;
  if found then
    perform private.audit('verification.note', 'verification_case', p_case_id,
      pg_catalog.jsonb_build_object('noteId', p_id));
  end if;
  return pg_catalog.jsonb_build_object('id', p_id, 'caseId', p_case_id);
end
$$;

do $$
declare
  v_function regprocedure;
begin
  foreach v_function in array array[
    'private.require_reviewer()', 'private.display_name(uuid)', 'private.verification_checklist(text)',
    'private.verification_refusal(uuid, text, text, text)', 'private.verification_lock(uuid, boolean)',
    'private.verification_check_open(public.verification_cases)',
    'private.verification_refuse_claimed(public.verification_claims)', 'private.verification_check_claim(uuid)',
    'private.verification_check_version(public.verification_cases, bigint)',
    'private.verification_check_escalated(public.verification_cases)', 'private.verification_claim_one(uuid)',
    'private.verification_release_one(uuid)', 'private.verification_prioritise_one(uuid, integer)',
    'private.verification_event(public.verification_cases, text, jsonb)',
    'private.verification_each(uuid[], text, integer)',
    'private.verification_has_opened(public.verification_cases)',
    'private.verification_ticks(public.verification_cases)',
    'private.verification_write_grades(public.verification_cases, jsonb)'
  ]::regprocedure[] loop
    execute pg_catalog.format('revoke all on function %s from public, anon, authenticated', v_function);
  end loop;
  foreach v_function in array array[
    'public.console_verification_claim_next(jsonb, integer)', 'public.console_verification_claim(uuid[])',
    'public.console_verification_renew(uuid[])', 'public.console_verification_release(uuid[])',
    'public.console_verification_priority_set(uuid[], integer)',
    'public.console_verification_evidence_record(uuid, jsonb)',
    'public.console_verification_grades_set(uuid, jsonb)', 'public.console_verification_note_add(uuid, uuid, text)'
  ]::regprocedure[] loop
    execute pg_catalog.format('revoke all on function %s from public, anon, authenticated', v_function);
    execute pg_catalog.format('grant execute on function %s to authenticated', v_function);
  end loop;
end
$$;
