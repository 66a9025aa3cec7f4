-- layer: additive
-- From the platform's rows to cases: whatever writes a request, a degree or a file, the queue shows it.

create or replace function private.verification_settings() returns public.verification_settings
language sql stable security definer set search_path = '' as $$ select s from public.verification_settings s $$;

create or replace function private.verification_is_open(p_status text) returns boolean
language sql immutable set search_path = '' as $$
  select p_status in ('SUBMITTED', 'PROCESSING', 'READY_FOR_REVIEW')
$$;

-- Where the file behind a stored path is. Known forms: a name in a bucket, bucket/name, and a storage URL; certificates
-- come by two upload paths ({tutor}/requests/{request}.{ext} and {tutor}/{request}/{file}) and from a legacy bucket. With
-- an empty path, as a broken upload leaves it, the file is looked for where it would have gone.
create or replace function private.verification_locate(p_kind text, p_tutor_id uuid, p_source_id uuid, p_path text)
returns table (bucket text, path text, content_type text, size_bytes bigint, state text)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_buckets text[] := case p_kind
    when 'degree' then array['degree-documents', 'tutor-verifications', 'verification_docs']
    else array['tutor-verifications', 'verification_uploads', 'verification_docs'] end;
  v_path text := pg_catalog.ltrim(pg_catalog.replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(
    coalesce(p_path, ''), '^https?://[^/]+/storage/v1/(object|render/image)/((public|sign|authenticated)/)?', ''),
    '\?.*$', ''), '%20', ' '), '/');
  v_bucket text;
begin
  foreach v_bucket in array v_buckets loop
    if pg_catalog.starts_with(v_path, v_bucket || '/') then
      v_buckets := array[v_bucket] || v_buckets;
      v_path := pg_catalog.substr(v_path, pg_catalog.length(v_bucket) + 2);
      exit;
    end if;
  end loop;
  if pg_catalog.to_regclass('storage.objects') is not null then
    return query
    select o.bucket_id, o.name, o.metadata ->> 'mimetype', (o.metadata ->> 'size')::bigint,
      case when (o.metadata ->> 'size')::bigint = 0 then 'empty' else 'present' end
    from storage.objects o
    where o.bucket_id = any (v_buckets)
      and case
        when v_path <> '' then o.name = v_path
        when p_kind = 'degree' then false
        else pg_catalog.starts_with(o.name, p_tutor_id::text || '/requests/' || p_source_id::text || '.')
          or pg_catalog.starts_with(o.name, p_tutor_id::text || '/' || p_source_id::text || '/')
      end
    order by pg_catalog.array_position(v_buckets, o.bucket_id), o.name
    limit 1;
    if found then
      return;
    end if;
  end if;
  return query select null::text, v_path, null::text, null::bigint, 'missing'::text;
end
$$;

-- Brings the documents of a case up to date with what its rows name and what storage holds, and the case's file_state with
-- them: the worst of its current documents. Writes only what differs.
create or replace function private.verification_refresh_documents(p_case_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_case public.verification_cases;
  v_source record;
  v_found record;
  v_document public.verification_documents;
  v_state text;
begin
  select * into v_case from public.verification_cases c where c.id = p_case_id;
  if not found then
    return;
  end if;
  for v_source in
    select r.id, r.file_path as path, r.original_filename as filename, 1 as position
    from public.tutor_verification_requests r where r.id = p_case_id and v_case.kind = 'certificate'
    union all
    select d.id, d.file_url, null, pg_catalog.row_number() over (order by d.created_at, d.id)::integer
    from public.degree_documents d where d.degree_id = p_case_id and v_case.kind = 'degree'
  loop
    select * into v_found
    from private.verification_locate(v_case.kind, v_case.tutor_id, v_source.id, v_source.path);
    select * into v_document from public.verification_documents d
    where d.case_id = p_case_id and d.source_id = v_source.id and d.is_current;
    -- A file that somebody has seen stays remembered when its request comes to name another.
    if v_document.id is not null and v_document.seen_at is not null
        and (v_document.bucket, v_document.path) is distinct from (v_found.bucket, v_found.path)
        and v_found.state <> 'missing' then
      update public.verification_documents d set is_current = false where d.id = v_document.id;
      v_document := null;
    end if;
    if v_document.id is null then
      insert into public.verification_documents (case_id, tutor_id, kind, attempt, position, source_id, bucket, path,
        filename, content_type, size_bytes, state)
      values (p_case_id, v_case.tutor_id, v_case.kind, v_case.attempt, v_source.position, v_source.id, v_found.bucket,
        v_found.path, coalesce(v_source.filename, nullif(pg_catalog.regexp_replace(v_found.path, '^.*/', ''), '')),
        v_found.content_type, v_found.size_bytes, v_found.state);
    else
      update public.verification_documents d
      set bucket = coalesce(v_found.bucket, d.bucket), path = v_found.path, state = v_found.state,
        position = v_source.position, content_type = coalesce(v_found.content_type, d.content_type),
        size_bytes = coalesce(v_found.size_bytes, d.size_bytes),
        filename = coalesce(v_source.filename, nullif(pg_catalog.regexp_replace(v_found.path, '^.*/', ''), ''), d.filename)
      where d.id = v_document.id
        and (d.bucket, d.path, d.state, d.position, d.content_type, d.size_bytes) is distinct from (
          coalesce(v_found.bucket, d.bucket), v_found.path, v_found.state, v_source.position,
          coalesce(v_found.content_type, d.content_type), coalesce(v_found.size_bytes, d.size_bytes));
    end if;
  end loop;
  update public.verification_documents d set is_current = false
  where d.case_id = p_case_id and d.is_current and v_case.kind = 'degree'
    and not exists (select 1 from public.degree_documents s where s.id = d.source_id);
  select case
    when pg_catalog.count(*) = 0 or pg_catalog.bool_or(d.state = 'missing') then 'missing'
    when pg_catalog.bool_or(d.state = 'empty') then 'empty'
    else 'present' end
  into v_state
  from public.verification_documents d where d.case_id = p_case_id and d.is_current;
  update public.verification_cases c set file_state = v_state where c.id = p_case_id and c.file_state <> v_state;
end
$$;

-- The case behind a row of the platform, made or brought up to date. p_status is the case's word for the row's status; the
-- console's finer words (RESUBMIT, REVOKED) stay while the row says the same in coarser ones. p_was is the row's status
-- before, null when it is new or when nothing is known.
create or replace function private.verification_take_in(
  p_id uuid, p_kind text, p_tutor_id uuid, p_status text, p_submitted_at timestamptz, p_recommendation text,
  p_recommendation_reason text, p_confidence integer, p_decided_by uuid, p_decided_at timestamptz,
  p_claimed jsonb, p_extracted jsonb, p_extracted_text text
) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_case public.verification_cases;
  v_settings public.verification_settings := private.verification_settings();
  v_is_open boolean := private.verification_is_open(p_status);
  v_status text := p_status;
  v_is_reopened boolean := false;
  v_submitted_at timestamptz := p_submitted_at;
begin
  select * into v_case from public.verification_cases c where c.id = p_id for update;
  if not found then
    insert into public.verification_cases (id, kind, tutor_id, status, attempt, submitted_at, sla_due_at, sla_late_at,
      sla_breach_at, recommendation, recommendation_reason, confidence, decided_by, decided_at)
    values (p_id, p_kind, p_tutor_id, p_status,
      1 + (select pg_catalog.count(*) from public.verification_cases c
        where c.tutor_id = p_tutor_id and c.kind = p_kind and c.submitted_at <= p_submitted_at),
      p_submitted_at, p_submitted_at + pg_catalog.make_interval(hours => v_settings.sla_due_hours),
      p_submitted_at + pg_catalog.make_interval(hours => v_settings.sla_late_hours),
      p_submitted_at + pg_catalog.make_interval(hours => v_settings.sla_breach_hours),
      p_recommendation, p_recommendation_reason, p_confidence, p_decided_by, p_decided_at);
    v_is_reopened := v_is_open;
  else
    if private.verification_is_open(v_case.status) and v_is_open and p_kind = 'degree' then
      v_status := v_case.status;
    elsif (p_status = 'APPROVED' and v_case.status in ('APPROVED', 'REVOKED'))
        or (p_status = 'REJECTED' and v_case.status in ('REJECTED', 'RESUBMIT', 'REVOKED')) then
      v_status := v_case.status;
    end if;
    -- A degree is handed in again in its own row; its clock starts anew.
    v_is_reopened := p_kind = 'degree' and v_is_open and not private.verification_is_open(v_case.status);
    v_submitted_at := case when v_is_reopened then private.clock_now() else v_case.submitted_at end;
    update public.verification_cases c
    set status = v_status, recommendation = p_recommendation, recommendation_reason = p_recommendation_reason,
      confidence = p_confidence, attempt = c.attempt + case when v_is_reopened then 1 else 0 end,
      submitted_at = v_submitted_at,
      sla_due_at = v_submitted_at + pg_catalog.make_interval(hours => v_settings.sla_due_hours),
      sla_late_at = v_submitted_at + pg_catalog.make_interval(hours => v_settings.sla_late_hours),
      sla_breach_at = v_submitted_at + pg_catalog.make_interval(hours => v_settings.sla_breach_hours),
      decided_by = case when v_status = v_case.status then c.decided_by when v_is_open then null else p_decided_by end,
      decided_at = case when v_status = v_case.status then c.decided_at when v_is_open then null else p_decided_at end
    where c.id = p_id and (v_is_reopened or (c.status, c.recommendation, c.recommendation_reason, c.confidence)
      is distinct from (v_status, p_recommendation, p_recommendation_reason, p_confidence));
  end if;
  if v_is_reopened then
    update public.verification_resubmissions s
    set answered_at = private.clock_now(), answered_case_id = p_id
    where s.tutor_id = p_tutor_id and s.kind = p_kind and s.answered_at is null and s.withdrawn_at is null;
  end if;
  insert into public.verification_findings as f (id, tutor_id, claimed, extracted, extracted_text)
  values (p_id, p_tutor_id, p_claimed, p_extracted, p_extracted_text)
  on conflict (id) do update
    set claimed = excluded.claimed, extracted = excluded.extracted, extracted_text = excluded.extracted_text,
      updated_at = excluded.updated_at
    where (f.claimed, f.extracted, f.extracted_text)
      is distinct from (excluded.claimed, excluded.extracted, excluded.extracted_text);
  perform private.verification_refresh_documents(p_id);
end
$$;

create or replace function private.verification_take_in_request(p_request public.tutor_verification_requests) returns void
language sql security definer set search_path = '' as $$
  select private.verification_take_in(
    p_request.id, 'certificate', p_request.tutor_id, p_request.status,
    coalesce(p_request.created_at, private.clock_now()),
    p_request.system_recommendation, p_request.system_reason, p_request.confidence_score::integer, p_request.reviewed_by,
    p_request.reviewed_at,
    pg_catalog.jsonb_build_object(
      'candidate_name', (select f.full_name from public.profiles f where f.id = p_request.tutor_id),
      'subjects', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
          'subject_id', s.id, 'name', s.name, 'exam_type', s.curriculum) order by s.name, s.id), '[]')
        from public.tutor_subjects t join public.subjects s on s.id = t.subject_id
        where t.tutor_id = p_request.tutor_id and s.curriculum in ('CSEC', 'CAPE')))
      || case when pg_catalog.jsonb_typeof(p_request.notes -> 'claimed') = 'object' then p_request.notes -> 'claimed'
        else '{}' end,
    p_request.extracted_json, p_request.extracted_text)
$$;

create or replace function private.verification_take_in_degree(p_degree public.degrees) returns void
language sql security definer set search_path = '' as $$
  select private.verification_take_in(
    p_degree.id, 'degree', p_degree.user_id,
    case p_degree.status when 'verified' then 'APPROVED' when 'rejected' then 'REJECTED' else 'SUBMITTED' end,
    coalesce(p_degree.created_at, private.clock_now()), null, null, null, p_degree.reviewed_by, p_degree.reviewed_at,
    pg_catalog.jsonb_build_object(
      'candidate_name', p_degree.full_name,
      'account_name', (select f.full_name from public.profiles f where f.id = p_degree.user_id),
      'school_name', p_degree.school_name, 'degree', p_degree.degree, 'field', p_degree.field,
      'graduation_year', p_degree.graduation_year),
    null, null)
$$;

-- A queue that cannot take a row in must not keep the web app from writing it: the nightly rebuild finds it.
create or replace function private.verification_taken_in() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  case tg_table_name
    when 'tutor_verification_requests' then
      if tg_op = 'DELETE' then
        delete from public.verification_cases c where c.id = old.id;
      else
        perform private.verification_take_in_request(new);
      end if;
    when 'degrees' then
      if tg_op = 'DELETE' then
        delete from public.verification_cases c where c.id = old.id;
      else
        perform private.verification_take_in_degree(new);
      end if;
    else
      perform private.verification_refresh_documents(case when tg_op = 'DELETE' then old.degree_id else new.degree_id end);
  end case;
  return null;
exception when others then
  raise warning 'verification intake of %: %', tg_table_name, sqlerrm;
  return null;
end
$$;

drop trigger if exists console_verification_intake on public.tutor_verification_requests;
create trigger console_verification_intake after insert or update or delete on public.tutor_verification_requests
  for each row execute function private.verification_taken_in();
drop trigger if exists console_verification_intake on public.degrees;
create trigger console_verification_intake after insert or update or delete on public.degrees
  for each row execute function private.verification_taken_in();
drop trigger if exists console_verification_intake on public.degree_documents;
create trigger console_verification_intake after insert or update or delete on public.degree_documents
  for each row execute function private.verification_taken_in();

-- The platform's writers name no case: an event's case is its request.
create or replace function private.verification_event_case() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.case_id := coalesce(new.case_id, new.request_id);
  return new;
end
$$;
drop trigger if exists console_event_case on public.tutor_verification_events;
create trigger console_event_case before insert or update of request_id on public.tutor_verification_events
  for each row execute function private.verification_event_case();
update public.tutor_verification_events e set case_id = e.request_id where e.case_id is null and e.request_id is not null;

-- A file that arrives, is replaced or goes: its case shows it at once. Names lead to the case by either upload path.
create or replace function private.verification_file_changed() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_name text := case when tg_op = 'DELETE' then old.name else new.name end;
  v_bucket text := case when tg_op = 'DELETE' then old.bucket_id else new.bucket_id end;
  v_case_id uuid;
begin
  if v_bucket not in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs') then
    return null;
  end if;
  for v_case_id in
    select d.case_id from public.verification_documents d
    where d.is_current and d.case_id is not null and d.path = v_name and (d.bucket is null or d.bucket = v_bucket)
    union
    select d.case_id from public.verification_documents d
    where d.is_current and d.case_id is not null and d.bucket is null and d.path = ''
      and d.case_id::text = substring(v_name from '/([0-9a-f-]{36})[./]')
  loop
    perform private.verification_refresh_documents(v_case_id);
  end loop;
  return null;
exception when others then
  raise warning 'verification file %: %', v_name, sqlerrm;
  return null;
end
$$;

-- Derives cases, findings and documents again. For databases that had requests before this file, for loaders that write
-- with triggers off, and for files that came or went unseen. Changes nothing where everything agrees.
create or replace function private.verification_rebuild() returns void
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.verification_cases c
  where not exists (select 1 from public.tutor_verification_requests r where r.id = c.id)
    and not exists (select 1 from public.degrees d where d.id = c.id);
  perform private.verification_take_in_request(r)
  from (select * from public.tutor_verification_requests order by created_at, id) r;
  perform private.verification_take_in_degree(d) from (select * from public.degrees order by created_at, id) d;
end
$$;
select private.verification_rebuild();

revoke all on function private.verification_settings() from public, anon, authenticated;
revoke all on function private.verification_is_open(text) from public, anon, authenticated;
revoke all on function private.verification_locate(text, uuid, uuid, text) from public, anon, authenticated;
revoke all on function private.verification_refresh_documents(uuid) from public, anon, authenticated;
revoke all on function private.verification_take_in(
  uuid, text, uuid, text, timestamptz, text, text, integer, uuid, timestamptz, jsonb, jsonb, text)
  from public, anon, authenticated;
revoke all on function private.verification_take_in_request(public.tutor_verification_requests)
  from public, anon, authenticated;
revoke all on function private.verification_take_in_degree(public.degrees) from public, anon, authenticated;
revoke all on function private.verification_taken_in() from public, anon, authenticated;
revoke all on function private.verification_event_case() from public, anon, authenticated;
revoke all on function private.verification_file_changed() from public, anon, authenticated;
revoke all on function private.verification_rebuild() from public, anon, authenticated;
