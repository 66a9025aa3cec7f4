-- layer: additive
-- Cases that come into sight, or leave it, because of a second review: they and what hangs on them are named to the staff
-- in the visibility log, whose reader re-checks each row under the policies of 562.

create or replace function sync.log_second_review() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_kind text := case when new.second_review_open then 'R' else 'G' end;
begin
  insert into sync.visibility_log (tbl, row_id, principal, kind, row_version)
  select v.tbl, v.id, null, v_kind, null
  from (
    -- The case itself was stamped by this update: who gains it gets it in the next pull.
    select 'verification_cases' as tbl, new.id as id where v_kind = 'R'
    union all select 'verification_claims', new.id
    union all select 'verification_grades', g.id from public.verification_grades g where g.case_id = new.id
    union all select 'verification_notes', n.id from public.verification_notes n where n.case_id = new.id
    union all select 'verification_decisions', d.id from public.verification_decisions d where d.case_id = new.id
    union all select 'verification_resubmissions', s.id from public.verification_resubmissions s where s.case_id = new.id
    union all select 'tutor_verification_events', e.id from public.tutor_verification_events e where e.case_id = new.id
  ) v;
  return null;
end $$;
revoke all on function sync.log_second_review() from public, anon, authenticated;

drop trigger if exists zz_sync_second_review on public.verification_cases;
create trigger zz_sync_second_review after update of second_review_open on public.verification_cases
  for each row when (old.second_review_open is distinct from new.second_review_open)
  execute function sync.log_second_review();
alter table public.verification_cases enable always trigger zz_sync_second_review;
