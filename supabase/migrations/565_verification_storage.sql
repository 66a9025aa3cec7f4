-- layer: additive
-- The buckets of verification documents, who may read and write in them, and the link from a file to its case. Two more
-- buckets, verification_uploads and verification_docs, are the platform's older ones: read where they exist, never made.

do $$
begin
  if pg_catalog.to_regclass('storage.buckets') is null then
    return;
  end if;
  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
    ('tutor-verifications', 'tutor-verifications', false, 10485760,
      array['application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'image/heic', 'image/heif']),
    ('degree-documents', 'degree-documents', false, 10485760,
      array['application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'image/heic', 'image/heif'])
  on conflict (id) do nothing;
end
$$;

do $$
begin
  if pg_catalog.to_regclass('storage.objects') is null then
    return;
  end if;
  drop policy if exists console_verification_read on storage.objects;
  -- Nobody reviews himself: not the own folder, whatever role its owner holds.
  create policy console_verification_read on storage.objects for select to authenticated using (
    bucket_id in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs')
    and (select private.is_staff('reviewer', 'admin'))
    and (storage.foldername(name))[1] is distinct from (select auth.uid())::text);
  drop policy if exists console_verification_upload on storage.objects;
  -- A new file in the own folder. Never over another: what was handed in stays what it was.
  create policy console_verification_upload on storage.objects for insert to authenticated with check (
    bucket_id in ('tutor-verifications', 'degree-documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text and (select private.is_active()));
  drop trigger if exists console_verification_file on storage.objects;
  create trigger console_verification_file after insert or update or delete on storage.objects
    for each row execute function private.verification_file_changed();
exception when insufficient_privilege then
  -- The rebuild every night, and each claim, look at the files themselves.
  raise warning 'verification: policies or the trigger on storage.objects may not be made here';
end
$$;
