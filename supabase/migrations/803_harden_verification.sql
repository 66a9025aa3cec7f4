-- layer: hardening
-- Verification: on the platform a tutor could approve the own request, set the own grades, and any signed-in user could
-- upload anywhere in an old bucket. From here on these tables are written by the console's functions and with the service
-- key only, and tutors read of their own requests what concerns them: not the extracted text, the notes or the grades.

do $$
declare
  v_table text;
  v_policy name;
begin
  foreach v_table in array array[
    'tutor_verification_requests', 'tutor_verification_events', 'tutor_verified_subjects', 'degrees', 'degree_documents'
  ] loop
    for v_policy in
      select p.policyname from pg_catalog.pg_policies p
      where p.schemaname = 'public' and p.tablename = v_table and p.policyname not like 'console\_%'
    loop
      execute pg_catalog.format('drop policy %I on public.%I', v_policy, v_table);
    end loop;
    execute pg_catalog.format('revoke all on public.%I from public, anon, authenticated', v_table);
  end loop;
end
$$;

grant select (id, tutor_id, status, file_path, file_type, original_filename, reviewer_reason, reviewed_at, created_at,
  updated_at) on public.tutor_verification_requests to authenticated;
grant select (id, tutor_id, subject_id, exam_type, year, session, verified_at, is_public, visibility_updated_at,
  source_request_id) on public.tutor_verified_subjects to authenticated;
grant select (id, user_id, full_name, school_name, degree, field, graduation_year, status, rejection_reason, reviewed_at,
  created_at, updated_at) on public.degrees to authenticated;
grant select on public.degree_documents, public.tutor_verification_events to authenticated;

-- Whatever other policies of storage.objects say, in these buckets they say it within these bounds.
do $$
begin
  if pg_catalog.to_regclass('storage.objects') is null then
    return;
  end if;
  drop policy if exists console_verification_guard_read on storage.objects;
  create policy console_verification_guard_read on storage.objects as restrictive for select to authenticated using (
    bucket_id not in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs')
    or ((select private.is_staff('reviewer', 'admin'))
      and (storage.foldername(name))[1] is distinct from (select auth.uid())::text));
  drop policy if exists console_verification_guard_insert on storage.objects;
  create policy console_verification_guard_insert on storage.objects as restrictive for insert to authenticated with check (
    bucket_id not in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs')
    or (bucket_id in ('tutor-verifications', 'degree-documents')
      and (storage.foldername(name))[1] = (select auth.uid())::text and (select private.is_active())));
  drop policy if exists console_verification_guard_update on storage.objects;
  create policy console_verification_guard_update on storage.objects as restrictive for update to authenticated
    using (bucket_id not in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs'))
    with check (bucket_id not in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs'));
  drop policy if exists console_verification_guard_delete on storage.objects;
  create policy console_verification_guard_delete on storage.objects as restrictive for delete to authenticated
    using (bucket_id not in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs'));
  drop policy if exists console_verification_guard_anon on storage.objects;
  create policy console_verification_guard_anon on storage.objects as restrictive for all to anon
    using (bucket_id not in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs'))
    with check (bucket_id not in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs'));
exception when insufficient_privilege then
  raise warning 'verification: policies of storage.objects may not be made here';
end
$$;
