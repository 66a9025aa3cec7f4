-- layer: additive
-- Sync, part 2. GENERATED from shared/domain/sync/tables.ts by scripts/generate-sync-migration.ts: do not edit.

select sync.attach('public.subjects', array[]::text[]);
select sync.attach('public.booking_rules', array[]::text[]);
select sync.attach('public.people', array['id']::text[]);
select sync.attach('public.tutor_subjects', array['tutor_id']::text[]);
select sync.attach('public.session_types', array['tutor_id']::text[]);
select sync.attach('public.tutor_schedules', array['tutor_id']::text[]);
select sync.attach('public.tutor_availability_rules', array['tutor_id']::text[]);
select sync.attach('public.tutor_unavailability_blocks', array['tutor_id']::text[]);
select sync.attach('public.bookings', array['tutor_id', 'student_id', 'payer_id']::text[]);
select sync.attach('public.booking_messages', array[]::text[], 'public.bookings', 'booking_id');
select sync.attach('public.sessions', array['tutor_id', 'student_id', 'payer_id']::text[]);
select sync.attach('public.noshow_claims', array['claimant_id', 'defendant_id']::text[]);
select sync.attach('public.notifications', array['user_id']::text[]);
select sync.attach('public.verification_settings', array[]::text[]);
select sync.attach('public.verification_reasons', array[]::text[]);
select sync.attach('public.verification_cases', array[]::text[]);
select sync.attach('public.verification_claims', array[]::text[]);
select sync.attach('public.verification_documents', array[]::text[]);
select sync.attach('public.verification_findings', array[]::text[]);
select sync.attach('public.verification_grades', array[]::text[]);
select sync.attach('public.verification_evidence', array[]::text[]);
select sync.attach('public.verification_notes', array[]::text[]);
select sync.attach('public.verification_decisions', array[]::text[]);
select sync.attach('public.verification_resubmissions', array[]::text[]);
select sync.attach('public.verification_second_reviews', array[]::text[]);
select sync.attach('public.tutor_verification_events', array[]::text[]);

-- The tables that the caller may cache, by role: design 5, "who caches what".
create or replace function sync.scope() returns text[]
language sql stable security invoker set search_path = '' as $$
  select coalesce(array_agg(d.name), '{}')
  from (values
    ('subjects', array['admin', 'reviewer', 'support', 'tutor']),
    ('booking_rules', array['admin', 'reviewer', 'support', 'tutor']),
    ('people', array['admin', 'reviewer', 'support', 'tutor']),
    ('tutor_subjects', array['admin', 'tutor']),
    ('session_types', array['admin', 'tutor']),
    ('tutor_schedules', array['admin', 'support', 'tutor']),
    ('tutor_availability_rules', array['admin', 'support', 'tutor']),
    ('tutor_unavailability_blocks', array['admin', 'support', 'tutor']),
    ('bookings', array['admin', 'support', 'tutor']),
    ('booking_messages', array['admin', 'support', 'tutor']),
    ('sessions', array['admin', 'support', 'tutor']),
    ('noshow_claims', array['admin', 'support', 'tutor']),
    ('notifications', array['admin', 'reviewer', 'support', 'tutor']),
    ('verification_settings', array['admin', 'reviewer']),
    ('verification_reasons', array['admin', 'reviewer']),
    ('verification_cases', array['admin', 'reviewer']),
    ('verification_claims', array['admin', 'reviewer']),
    ('verification_documents', array['admin', 'reviewer']),
    ('verification_findings', array['admin', 'reviewer']),
    ('verification_grades', array['admin', 'reviewer']),
    ('verification_evidence', array['admin', 'reviewer']),
    ('verification_notes', array['admin', 'reviewer']),
    ('verification_decisions', array['admin', 'reviewer']),
    ('verification_resubmissions', array['admin', 'reviewer']),
    ('verification_second_reviews', array['admin', 'reviewer']),
    ('tutor_verification_events', array['admin', 'reviewer'])
  ) d(name, roles)
  where d.roles && (select sync.roles())
$$;
revoke all on function sync.scope() from public, anon;
grant execute on function sync.scope() to authenticated;

-- One page of one table: rows that p_snap did not see, after (p_xid, p_id). The bounds are plain parameters, so that
-- both are index conditions; a joined CTE of parameters is 80 times slower. Without sequential scans, because one over a
-- small table would work out the policies for nothing each time that there is nothing new.
create or replace function sync.page(p_table text, p_snap pg_snapshot, p_xid xid8, p_id uuid, p_limit integer) returns json
language plpgsql stable security invoker set search_path = '' set enable_seqscan = off as $$
declare
  v_low pg_catalog.xid8 := greatest(pg_snapshot_xmin(p_snap), p_xid);
  v_after uuid := case when v_low = p_xid then p_id else '00000000-0000-0000-0000-000000000000'::uuid end;
  v_rows json;
  v_columns json;
  v_xid pg_catalog.xid8;
  v_id uuid;
begin
  case p_table
  when 'subjects' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.name::text, t.curriculum::text, t.level::text, t.code::text, t.label::text)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.subjects t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","name","curriculum","level","code","label"]';
  when 'booking_rules' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.actor::text, t.action::text, t.state::text, t.hours::text, (date_part('epoch', t.effective_from) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.booking_rules t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","actor","action","state","hours","effective_from"]';
  when 'people' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.display_name::text, t.avatar_url::text, t.timezone::text)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.people t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","display_name","avatar_url","timezone"]';
  when 'tutor_subjects' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.subject_id, (t.price_per_hour_ttd * 100)::bigint, t.mode::text)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.tutor_subjects t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","tutor_id","subject_id","price_per_hour_cents","mode"]';
  when 'session_types' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.subject_id, t.name::text, t.duration_minutes, (t.price_ttd * 100)::bigint, t.is_active)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.session_types t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","tutor_id","subject_id","name","duration_minutes","price_cents","is_active"]';
  when 'tutor_schedules' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.timezone::text, t.slot_minutes, t.buffer_minutes, t.minimum_notice_hours, t.horizon_days)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.tutor_schedules t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","tutor_id","timezone","slot_minutes","buffer_minutes","minimum_notice_hours","horizon_days"]';
  when 'tutor_availability_rules' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.day_of_week, left(t.start_time::text, 5), left(t.end_time::text, 5), t.slot_minutes, t.buffer_minutes, t.is_active)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.tutor_availability_rules t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","tutor_id","day_of_week","start_time","end_time","slot_minutes","buffer_minutes","is_active"]';
  when 'tutor_unavailability_blocks' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, (date_part('epoch', t.start_at) * 1000000)::bigint, (date_part('epoch', t.end_at) * 1000000)::bigint, t.is_recurring, t.rrule::text, t.reason_private::text)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.tutor_unavailability_blocks t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","tutor_id","start_at","end_at","is_recurring","rrule","reason_private"]';
  when 'bookings' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.student_id, t.subject_id, t.session_type_id, t.status::text, (date_part('epoch', t.requested_start_at) * 1000000)::bigint, (date_part('epoch', t.requested_end_at) * 1000000)::bigint, (date_part('epoch', t.confirmed_start_at) * 1000000)::bigint, (date_part('epoch', t.confirmed_end_at) * 1000000)::bigint, t.last_action_by::text, (t.price_ttd * 100)::bigint, t.payment_status::text, t.payment_required, t.duration_minutes, t.student_notes::text, t.tutor_notes::text, t.cancellation_reason::text, (date_part('epoch', t.created_at) * 1000000)::bigint, (date_part('epoch', t.updated_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.bookings t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","tutor_id","student_id","subject_id","session_type_id","status","requested_start_at","requested_end_at","confirmed_start_at","confirmed_end_at","last_action_by","price_cents","payment_status","payment_required","duration_minutes","student_notes","tutor_notes","cancellation_reason","created_at","updated_at"]';
  when 'booking_messages' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.booking_id, t.sender_id, t.message_type::text, t.body::text, (date_part('epoch', t.proposed_start_at) * 1000000)::bigint, (date_part('epoch', t.proposed_end_at) * 1000000)::bigint, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.booking_messages t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","booking_id","sender_id","message_type","body","proposed_start_at","proposed_end_at","created_at"]';
  when 'sessions' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.booking_id, t.tutor_id, t.student_id, t.provider::text, t.join_url::text, t.status::text, (date_part('epoch', t.scheduled_start_at) * 1000000)::bigint, (date_part('epoch', t.scheduled_end_at) * 1000000)::bigint, t.duration_minutes, t.no_show_wait_minutes, (date_part('epoch', t.charge_scheduled_at) * 1000000)::bigint, (date_part('epoch', t.charged_at) * 1000000)::bigint, (t.charge_amount_ttd * 100)::bigint, (t.payout_amount_ttd * 100)::bigint, t.payment_status::text, (date_part('epoch', t.tutor_marked_no_show_at) * 1000000)::bigint, (date_part('epoch', t.reschedule_proposed_start) * 1000000)::bigint, (date_part('epoch', t.reschedule_proposed_end) * 1000000)::bigint, (date_part('epoch', t.cancelled_at) * 1000000)::bigint, t.cancelled_by::text)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.sessions t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","booking_id","tutor_id","student_id","provider","join_url","status","scheduled_start_at","scheduled_end_at","duration_minutes","no_show_wait_minutes","charge_scheduled_at","charged_at","charge_amount_cents","payout_amount_cents","payment_status","tutor_marked_no_show_at","reschedule_proposed_start","reschedule_proposed_end","cancelled_at","cancelled_by"]';
  when 'noshow_claims' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.session_id, t.claimant_id, t.claimant_role::text, t.defendant_id, t.written_explanation::text, (date_part('epoch', t.response_deadline) * 1000000)::bigint, t.status::text, t.admin_verdict::text, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.noshow_claims t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","session_id","claimant_id","claimant_role","defendant_id","written_explanation","response_deadline","status","admin_verdict","created_at"]';
  when 'notifications' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.user_id, t.type::text, t.title::text, t.message::text, t.link::text, t.related_booking_id, t.is_read, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.notifications t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","user_id","type","title","message","link","related_booking_id","is_read","created_at"]';
  when 'verification_settings' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.undo_seconds, t.claim_minutes, t.max_claims, t.bulk_limit, t.second_review_percent, t.resubmission_days, t.sla_due_hours, t.sla_late_hours, t.sla_breach_hours, t.phash_distance)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_settings t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","undo_seconds","claim_minutes","max_claims","bulk_limit","second_review_percent","resubmission_days","sla_due_hours","sla_late_hours","sla_breach_hours","phash_distance"]';
  when 'verification_reasons' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.code::text, t.outcome::text, t.kind::text, t.number, t.label::text, t.public_text::text, t.is_active)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_reasons t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","code","outcome","kind","number","label","public_text","is_active"]';
  when 'verification_cases' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.kind::text, t.tutor_id, t.status::text, t.priority, t.attempt, (date_part('epoch', t.submitted_at) * 1000000)::bigint, (date_part('epoch', t.sla_due_at) * 1000000)::bigint, (date_part('epoch', t.sla_late_at) * 1000000)::bigint, (date_part('epoch', t.sla_breach_at) * 1000000)::bigint, t.recommendation::text, t.recommendation_reason::text, t.confidence, t.file_state::text, (date_part('epoch', t.escalated_at) * 1000000)::bigint, t.escalated_by, t.decision_id, t.decided_by, (date_part('epoch', t.decided_at) * 1000000)::bigint, (date_part('epoch', t.undo_until) * 1000000)::bigint, t.is_disputed, t.last_actor_id)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_cases t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","kind","tutor_id","status","priority","attempt","submitted_at","sla_due_at","sla_late_at","sla_breach_at","recommendation","recommendation_reason","confidence","file_state","escalated_at","escalated_by","decision_id","decided_by","decided_at","undo_until","is_disputed","last_actor_id"]';
  when 'verification_claims' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.holder_id, (date_part('epoch', t.claimed_at) * 1000000)::bigint, (date_part('epoch', t.expires_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_claims t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","holder_id","claimed_at","expires_at"]';
  when 'verification_documents' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.tutor_id, t.kind::text, t.attempt, t.position, t.is_current, t.bucket::text, t.path::text, t.filename::text, t.content_type::text, t.size_bytes, t.state::text, t.sha256::text, t.phash::text, t.candidate_number::text, t.page_count, (date_part('epoch', t.seen_at) * 1000000)::bigint, (date_part('epoch', t.changed_at) * 1000000)::bigint, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_documents t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","position","is_current","bucket","path","filename","content_type","size_bytes","state","sha256","phash","candidate_number","page_count","seen_at","changed_at","created_at"]';
  when 'verification_findings' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.claimed::text, t.extracted::text, left(t.extracted_text, 8000)::text, (date_part('epoch', t.updated_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_findings t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","tutor_id","claimed","extracted","extracted_text","updated_at"]';
  when 'verification_grades' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.subject_id, t.exam_type::text, t.grade, t.year, t.session::text, t.entered_by, (date_part('epoch', t.entered_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_grades t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","case_id","subject_id","exam_type","grade","year","session","entered_by","entered_at"]';
  when 'verification_evidence' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.reviewer_id, t.attempt, t.opened::text, t.checklist::text, (date_part('epoch', t.updated_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_evidence t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","case_id","reviewer_id","attempt","opened","checklist","updated_at"]';
  when 'verification_notes' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.author_id, t.kind::text, t.body::text, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_notes t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","case_id","author_id","kind","body","created_at"]';
  when 'verification_decisions' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.tutor_id, t.kind::text, t.attempt, t.reviewer_id, t.outcome::text, array_to_string(t.reason_codes, ',')::text, t.public_text::text, t.recommendation::text, t.override_reason::text, (date_part('epoch', t.claimed_at) * 1000000)::bigint, (date_part('epoch', t.decided_at) * 1000000)::bigint, (date_part('epoch', t.undo_until) * 1000000)::bigint, (date_part('epoch', t.reversed_at) * 1000000)::bigint, (date_part('epoch', t.overturned_at) * 1000000)::bigint, t.overturned_by, t.batch_key)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_decisions t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","reviewer_id","outcome","reason_codes","public_text","recommendation","override_reason","claimed_at","decided_at","undo_until","reversed_at","overturned_at","overturned_by","batch_key"]';
  when 'verification_resubmissions' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.decision_id, t.tutor_id, t.kind::text, t.requested_by, t.public_text::text, (date_part('epoch', t.requested_at) * 1000000)::bigint, (date_part('epoch', t.due_at) * 1000000)::bigint, (date_part('epoch', t.answered_at) * 1000000)::bigint, t.answered_case_id, (date_part('epoch', t.withdrawn_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_resubmissions t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","case_id","decision_id","tutor_id","kind","requested_by","public_text","requested_at","due_at","answered_at","answered_case_id","withdrawn_at"]';
  when 'verification_second_reviews' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.tutor_id, t.kind::text, t.attempt, t.recommendation::text, (date_part('epoch', t.submitted_at) * 1000000)::bigint, (date_part('epoch', t.opens_at) * 1000000)::bigint, t.status::text, t.holder_id, (date_part('epoch', t.expires_at) * 1000000)::bigint, t.second_reviewer_id, t.second_outcome::text, t.second_note::text, t.first_outcome::text, t.agrees, (date_part('epoch', t.done_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.verification_second_reviews t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","recommendation","submitted_at","opens_at","status","holder_id","expires_at","second_reviewer_id","second_outcome","second_note","first_outcome","agrees","done_at"]';
  when 'tutor_verification_events' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.event_type::text, t.actor_id, t.payload::text, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      (array_agg(t.sync_xid))[p_limit], (array_agg(t.id))[p_limit]
    into v_rows, v_xid, v_id
    from (
      select * from public.tutor_verification_events t
      where (t.sync_xid, t.id) > (v_low, v_after) and not pg_visible_in_snapshot(t.sync_xid, p_snap)
      order by t.sync_xid, t.id limit p_limit
    ) t;
    v_columns := '["id","row_version","case_id","event_type","actor_id","payload","created_at"]';
  end case;
  return json_build_object('columns', v_columns, 'rows', v_rows,
    'more', case when v_id is not null then json_build_object('xid', v_xid::text, 'id', v_id) end);
end $$;
revoke all on function sync.page(text, pg_snapshot, xid8, uuid, integer) from public, anon;
grant execute on function sync.page(text, pg_snapshot, xid8, uuid, integer) to authenticated;

-- Those of the named rows that the caller can see.
create or replace function sync.recheck(p_table text, p_ids uuid[]) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_rows json;
  v_columns json;
begin
  case p_table
  when 'subjects' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.name::text, t.curriculum::text, t.level::text, t.code::text, t.label::text)), '[]') into v_rows
    from public.subjects t where t.id = any (p_ids);
    v_columns := '["id","row_version","name","curriculum","level","code","label"]';
  when 'booking_rules' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.actor::text, t.action::text, t.state::text, t.hours::text, (date_part('epoch', t.effective_from) * 1000000)::bigint)), '[]') into v_rows
    from public.booking_rules t where t.id = any (p_ids);
    v_columns := '["id","row_version","actor","action","state","hours","effective_from"]';
  when 'people' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.display_name::text, t.avatar_url::text, t.timezone::text)), '[]') into v_rows
    from public.people t where t.id = any (p_ids);
    v_columns := '["id","row_version","display_name","avatar_url","timezone"]';
  when 'tutor_subjects' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.subject_id, (t.price_per_hour_ttd * 100)::bigint, t.mode::text)), '[]') into v_rows
    from public.tutor_subjects t where t.id = any (p_ids);
    v_columns := '["id","row_version","tutor_id","subject_id","price_per_hour_cents","mode"]';
  when 'session_types' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.subject_id, t.name::text, t.duration_minutes, (t.price_ttd * 100)::bigint, t.is_active)), '[]') into v_rows
    from public.session_types t where t.id = any (p_ids);
    v_columns := '["id","row_version","tutor_id","subject_id","name","duration_minutes","price_cents","is_active"]';
  when 'tutor_schedules' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.timezone::text, t.slot_minutes, t.buffer_minutes, t.minimum_notice_hours, t.horizon_days)), '[]') into v_rows
    from public.tutor_schedules t where t.id = any (p_ids);
    v_columns := '["id","row_version","tutor_id","timezone","slot_minutes","buffer_minutes","minimum_notice_hours","horizon_days"]';
  when 'tutor_availability_rules' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.day_of_week, left(t.start_time::text, 5), left(t.end_time::text, 5), t.slot_minutes, t.buffer_minutes, t.is_active)), '[]') into v_rows
    from public.tutor_availability_rules t where t.id = any (p_ids);
    v_columns := '["id","row_version","tutor_id","day_of_week","start_time","end_time","slot_minutes","buffer_minutes","is_active"]';
  when 'tutor_unavailability_blocks' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, (date_part('epoch', t.start_at) * 1000000)::bigint, (date_part('epoch', t.end_at) * 1000000)::bigint, t.is_recurring, t.rrule::text, t.reason_private::text)), '[]') into v_rows
    from public.tutor_unavailability_blocks t where t.id = any (p_ids);
    v_columns := '["id","row_version","tutor_id","start_at","end_at","is_recurring","rrule","reason_private"]';
  when 'bookings' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.student_id, t.subject_id, t.session_type_id, t.status::text, (date_part('epoch', t.requested_start_at) * 1000000)::bigint, (date_part('epoch', t.requested_end_at) * 1000000)::bigint, (date_part('epoch', t.confirmed_start_at) * 1000000)::bigint, (date_part('epoch', t.confirmed_end_at) * 1000000)::bigint, t.last_action_by::text, (t.price_ttd * 100)::bigint, t.payment_status::text, t.payment_required, t.duration_minutes, t.student_notes::text, t.tutor_notes::text, t.cancellation_reason::text, (date_part('epoch', t.created_at) * 1000000)::bigint, (date_part('epoch', t.updated_at) * 1000000)::bigint)), '[]') into v_rows
    from public.bookings t where t.id = any (p_ids);
    v_columns := '["id","row_version","tutor_id","student_id","subject_id","session_type_id","status","requested_start_at","requested_end_at","confirmed_start_at","confirmed_end_at","last_action_by","price_cents","payment_status","payment_required","duration_minutes","student_notes","tutor_notes","cancellation_reason","created_at","updated_at"]';
  when 'booking_messages' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.booking_id, t.sender_id, t.message_type::text, t.body::text, (date_part('epoch', t.proposed_start_at) * 1000000)::bigint, (date_part('epoch', t.proposed_end_at) * 1000000)::bigint, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]') into v_rows
    from public.booking_messages t where t.id = any (p_ids);
    v_columns := '["id","row_version","booking_id","sender_id","message_type","body","proposed_start_at","proposed_end_at","created_at"]';
  when 'sessions' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.booking_id, t.tutor_id, t.student_id, t.provider::text, t.join_url::text, t.status::text, (date_part('epoch', t.scheduled_start_at) * 1000000)::bigint, (date_part('epoch', t.scheduled_end_at) * 1000000)::bigint, t.duration_minutes, t.no_show_wait_minutes, (date_part('epoch', t.charge_scheduled_at) * 1000000)::bigint, (date_part('epoch', t.charged_at) * 1000000)::bigint, (t.charge_amount_ttd * 100)::bigint, (t.payout_amount_ttd * 100)::bigint, t.payment_status::text, (date_part('epoch', t.tutor_marked_no_show_at) * 1000000)::bigint, (date_part('epoch', t.reschedule_proposed_start) * 1000000)::bigint, (date_part('epoch', t.reschedule_proposed_end) * 1000000)::bigint, (date_part('epoch', t.cancelled_at) * 1000000)::bigint, t.cancelled_by::text)), '[]') into v_rows
    from public.sessions t where t.id = any (p_ids);
    v_columns := '["id","row_version","booking_id","tutor_id","student_id","provider","join_url","status","scheduled_start_at","scheduled_end_at","duration_minutes","no_show_wait_minutes","charge_scheduled_at","charged_at","charge_amount_cents","payout_amount_cents","payment_status","tutor_marked_no_show_at","reschedule_proposed_start","reschedule_proposed_end","cancelled_at","cancelled_by"]';
  when 'noshow_claims' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.session_id, t.claimant_id, t.claimant_role::text, t.defendant_id, t.written_explanation::text, (date_part('epoch', t.response_deadline) * 1000000)::bigint, t.status::text, t.admin_verdict::text, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]') into v_rows
    from public.noshow_claims t where t.id = any (p_ids);
    v_columns := '["id","row_version","session_id","claimant_id","claimant_role","defendant_id","written_explanation","response_deadline","status","admin_verdict","created_at"]';
  when 'notifications' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.user_id, t.type::text, t.title::text, t.message::text, t.link::text, t.related_booking_id, t.is_read, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]') into v_rows
    from public.notifications t where t.id = any (p_ids);
    v_columns := '["id","row_version","user_id","type","title","message","link","related_booking_id","is_read","created_at"]';
  when 'verification_settings' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.undo_seconds, t.claim_minutes, t.max_claims, t.bulk_limit, t.second_review_percent, t.resubmission_days, t.sla_due_hours, t.sla_late_hours, t.sla_breach_hours, t.phash_distance)), '[]') into v_rows
    from public.verification_settings t where t.id = any (p_ids);
    v_columns := '["id","row_version","undo_seconds","claim_minutes","max_claims","bulk_limit","second_review_percent","resubmission_days","sla_due_hours","sla_late_hours","sla_breach_hours","phash_distance"]';
  when 'verification_reasons' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.code::text, t.outcome::text, t.kind::text, t.number, t.label::text, t.public_text::text, t.is_active)), '[]') into v_rows
    from public.verification_reasons t where t.id = any (p_ids);
    v_columns := '["id","row_version","code","outcome","kind","number","label","public_text","is_active"]';
  when 'verification_cases' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.kind::text, t.tutor_id, t.status::text, t.priority, t.attempt, (date_part('epoch', t.submitted_at) * 1000000)::bigint, (date_part('epoch', t.sla_due_at) * 1000000)::bigint, (date_part('epoch', t.sla_late_at) * 1000000)::bigint, (date_part('epoch', t.sla_breach_at) * 1000000)::bigint, t.recommendation::text, t.recommendation_reason::text, t.confidence, t.file_state::text, (date_part('epoch', t.escalated_at) * 1000000)::bigint, t.escalated_by, t.decision_id, t.decided_by, (date_part('epoch', t.decided_at) * 1000000)::bigint, (date_part('epoch', t.undo_until) * 1000000)::bigint, t.is_disputed, t.last_actor_id)), '[]') into v_rows
    from public.verification_cases t where t.id = any (p_ids);
    v_columns := '["id","row_version","kind","tutor_id","status","priority","attempt","submitted_at","sla_due_at","sla_late_at","sla_breach_at","recommendation","recommendation_reason","confidence","file_state","escalated_at","escalated_by","decision_id","decided_by","decided_at","undo_until","is_disputed","last_actor_id"]';
  when 'verification_claims' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.holder_id, (date_part('epoch', t.claimed_at) * 1000000)::bigint, (date_part('epoch', t.expires_at) * 1000000)::bigint)), '[]') into v_rows
    from public.verification_claims t where t.id = any (p_ids);
    v_columns := '["id","row_version","holder_id","claimed_at","expires_at"]';
  when 'verification_documents' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.tutor_id, t.kind::text, t.attempt, t.position, t.is_current, t.bucket::text, t.path::text, t.filename::text, t.content_type::text, t.size_bytes, t.state::text, t.sha256::text, t.phash::text, t.candidate_number::text, t.page_count, (date_part('epoch', t.seen_at) * 1000000)::bigint, (date_part('epoch', t.changed_at) * 1000000)::bigint, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]') into v_rows
    from public.verification_documents t where t.id = any (p_ids);
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","position","is_current","bucket","path","filename","content_type","size_bytes","state","sha256","phash","candidate_number","page_count","seen_at","changed_at","created_at"]';
  when 'verification_findings' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.claimed::text, t.extracted::text, left(t.extracted_text, 8000)::text, (date_part('epoch', t.updated_at) * 1000000)::bigint)), '[]') into v_rows
    from public.verification_findings t where t.id = any (p_ids);
    v_columns := '["id","row_version","tutor_id","claimed","extracted","extracted_text","updated_at"]';
  when 'verification_grades' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.subject_id, t.exam_type::text, t.grade, t.year, t.session::text, t.entered_by, (date_part('epoch', t.entered_at) * 1000000)::bigint)), '[]') into v_rows
    from public.verification_grades t where t.id = any (p_ids);
    v_columns := '["id","row_version","case_id","subject_id","exam_type","grade","year","session","entered_by","entered_at"]';
  when 'verification_evidence' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.reviewer_id, t.attempt, t.opened::text, t.checklist::text, (date_part('epoch', t.updated_at) * 1000000)::bigint)), '[]') into v_rows
    from public.verification_evidence t where t.id = any (p_ids);
    v_columns := '["id","row_version","case_id","reviewer_id","attempt","opened","checklist","updated_at"]';
  when 'verification_notes' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.author_id, t.kind::text, t.body::text, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]') into v_rows
    from public.verification_notes t where t.id = any (p_ids);
    v_columns := '["id","row_version","case_id","author_id","kind","body","created_at"]';
  when 'verification_decisions' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.tutor_id, t.kind::text, t.attempt, t.reviewer_id, t.outcome::text, array_to_string(t.reason_codes, ',')::text, t.public_text::text, t.recommendation::text, t.override_reason::text, (date_part('epoch', t.claimed_at) * 1000000)::bigint, (date_part('epoch', t.decided_at) * 1000000)::bigint, (date_part('epoch', t.undo_until) * 1000000)::bigint, (date_part('epoch', t.reversed_at) * 1000000)::bigint, (date_part('epoch', t.overturned_at) * 1000000)::bigint, t.overturned_by, t.batch_key)), '[]') into v_rows
    from public.verification_decisions t where t.id = any (p_ids);
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","reviewer_id","outcome","reason_codes","public_text","recommendation","override_reason","claimed_at","decided_at","undo_until","reversed_at","overturned_at","overturned_by","batch_key"]';
  when 'verification_resubmissions' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.decision_id, t.tutor_id, t.kind::text, t.requested_by, t.public_text::text, (date_part('epoch', t.requested_at) * 1000000)::bigint, (date_part('epoch', t.due_at) * 1000000)::bigint, (date_part('epoch', t.answered_at) * 1000000)::bigint, t.answered_case_id, (date_part('epoch', t.withdrawn_at) * 1000000)::bigint)), '[]') into v_rows
    from public.verification_resubmissions t where t.id = any (p_ids);
    v_columns := '["id","row_version","case_id","decision_id","tutor_id","kind","requested_by","public_text","requested_at","due_at","answered_at","answered_case_id","withdrawn_at"]';
  when 'verification_second_reviews' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.tutor_id, t.kind::text, t.attempt, t.recommendation::text, (date_part('epoch', t.submitted_at) * 1000000)::bigint, (date_part('epoch', t.opens_at) * 1000000)::bigint, t.status::text, t.holder_id, (date_part('epoch', t.expires_at) * 1000000)::bigint, t.second_reviewer_id, t.second_outcome::text, t.second_note::text, t.first_outcome::text, t.agrees, (date_part('epoch', t.done_at) * 1000000)::bigint)), '[]') into v_rows
    from public.verification_second_reviews t where t.id = any (p_ids);
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","recommendation","submitted_at","opens_at","status","holder_id","expires_at","second_reviewer_id","second_outcome","second_note","first_outcome","agrees","done_at"]';
  when 'tutor_verification_events' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.event_type::text, t.actor_id, t.payload::text, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]') into v_rows
    from public.tutor_verification_events t where t.id = any (p_ids);
    v_columns := '["id","row_version","case_id","event_type","actor_id","payload","created_at"]';
  end case;
  return json_build_object('columns', v_columns, 'rows', v_rows);
end $$;
revoke all on function sync.recheck(text, uuid[]) from public, anon;
grant execute on function sync.recheck(text, uuid[]) to authenticated;

-- One row in wire form, or null when there is none that the caller can see; null too for an unknown table.
create or replace function sync.row(p_table text, p_id uuid) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare v_row jsonb;
begin
  case p_table
  when 'subjects' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'name', t.name::text, 'curriculum', t.curriculum::text, 'level', t.level::text, 'code', t.code::text, 'label', t.label::text) into v_row
    from public.subjects t where t.id = p_id;
  when 'booking_rules' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'actor', t.actor::text, 'action', t.action::text, 'state', t.state::text, 'hours', t.hours::text, 'effective_from', (date_part('epoch', t.effective_from) * 1000000)::bigint) into v_row
    from public.booking_rules t where t.id = p_id;
  when 'people' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'display_name', t.display_name::text, 'avatar_url', t.avatar_url::text, 'timezone', t.timezone::text) into v_row
    from public.people t where t.id = p_id;
  when 'tutor_subjects' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'tutor_id', t.tutor_id, 'subject_id', t.subject_id, 'price_per_hour_cents', (t.price_per_hour_ttd * 100)::bigint, 'mode', t.mode::text) into v_row
    from public.tutor_subjects t where t.id = p_id;
  when 'session_types' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'tutor_id', t.tutor_id, 'subject_id', t.subject_id, 'name', t.name::text, 'duration_minutes', t.duration_minutes, 'price_cents', (t.price_ttd * 100)::bigint, 'is_active', t.is_active) into v_row
    from public.session_types t where t.id = p_id;
  when 'tutor_schedules' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'tutor_id', t.tutor_id, 'timezone', t.timezone::text, 'slot_minutes', t.slot_minutes, 'buffer_minutes', t.buffer_minutes, 'minimum_notice_hours', t.minimum_notice_hours, 'horizon_days', t.horizon_days) into v_row
    from public.tutor_schedules t where t.id = p_id;
  when 'tutor_availability_rules' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'tutor_id', t.tutor_id, 'day_of_week', t.day_of_week, 'start_time', left(t.start_time::text, 5), 'end_time', left(t.end_time::text, 5), 'slot_minutes', t.slot_minutes, 'buffer_minutes', t.buffer_minutes, 'is_active', t.is_active) into v_row
    from public.tutor_availability_rules t where t.id = p_id;
  when 'tutor_unavailability_blocks' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'tutor_id', t.tutor_id, 'start_at', (date_part('epoch', t.start_at) * 1000000)::bigint, 'end_at', (date_part('epoch', t.end_at) * 1000000)::bigint, 'is_recurring', t.is_recurring, 'rrule', t.rrule::text, 'reason_private', t.reason_private::text) into v_row
    from public.tutor_unavailability_blocks t where t.id = p_id;
  when 'bookings' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'tutor_id', t.tutor_id, 'student_id', t.student_id, 'subject_id', t.subject_id, 'session_type_id', t.session_type_id, 'status', t.status::text, 'requested_start_at', (date_part('epoch', t.requested_start_at) * 1000000)::bigint, 'requested_end_at', (date_part('epoch', t.requested_end_at) * 1000000)::bigint, 'confirmed_start_at', (date_part('epoch', t.confirmed_start_at) * 1000000)::bigint, 'confirmed_end_at', (date_part('epoch', t.confirmed_end_at) * 1000000)::bigint, 'last_action_by', t.last_action_by::text, 'price_cents', (t.price_ttd * 100)::bigint, 'payment_status', t.payment_status::text, 'payment_required', t.payment_required, 'duration_minutes', t.duration_minutes, 'student_notes', t.student_notes::text, 'tutor_notes', t.tutor_notes::text, 'cancellation_reason', t.cancellation_reason::text, 'created_at', (date_part('epoch', t.created_at) * 1000000)::bigint, 'updated_at', (date_part('epoch', t.updated_at) * 1000000)::bigint) into v_row
    from public.bookings t where t.id = p_id;
  when 'booking_messages' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'booking_id', t.booking_id, 'sender_id', t.sender_id, 'message_type', t.message_type::text, 'body', t.body::text, 'proposed_start_at', (date_part('epoch', t.proposed_start_at) * 1000000)::bigint, 'proposed_end_at', (date_part('epoch', t.proposed_end_at) * 1000000)::bigint, 'created_at', (date_part('epoch', t.created_at) * 1000000)::bigint) into v_row
    from public.booking_messages t where t.id = p_id;
  when 'sessions' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'booking_id', t.booking_id, 'tutor_id', t.tutor_id, 'student_id', t.student_id, 'provider', t.provider::text, 'join_url', t.join_url::text, 'status', t.status::text, 'scheduled_start_at', (date_part('epoch', t.scheduled_start_at) * 1000000)::bigint, 'scheduled_end_at', (date_part('epoch', t.scheduled_end_at) * 1000000)::bigint, 'duration_minutes', t.duration_minutes, 'no_show_wait_minutes', t.no_show_wait_minutes, 'charge_scheduled_at', (date_part('epoch', t.charge_scheduled_at) * 1000000)::bigint, 'charged_at', (date_part('epoch', t.charged_at) * 1000000)::bigint, 'charge_amount_cents', (t.charge_amount_ttd * 100)::bigint, 'payout_amount_cents', (t.payout_amount_ttd * 100)::bigint, 'payment_status', t.payment_status::text, 'tutor_marked_no_show_at', (date_part('epoch', t.tutor_marked_no_show_at) * 1000000)::bigint, 'reschedule_proposed_start', (date_part('epoch', t.reschedule_proposed_start) * 1000000)::bigint, 'reschedule_proposed_end', (date_part('epoch', t.reschedule_proposed_end) * 1000000)::bigint, 'cancelled_at', (date_part('epoch', t.cancelled_at) * 1000000)::bigint, 'cancelled_by', t.cancelled_by::text) into v_row
    from public.sessions t where t.id = p_id;
  when 'noshow_claims' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'session_id', t.session_id, 'claimant_id', t.claimant_id, 'claimant_role', t.claimant_role::text, 'defendant_id', t.defendant_id, 'written_explanation', t.written_explanation::text, 'response_deadline', (date_part('epoch', t.response_deadline) * 1000000)::bigint, 'status', t.status::text, 'admin_verdict', t.admin_verdict::text, 'created_at', (date_part('epoch', t.created_at) * 1000000)::bigint) into v_row
    from public.noshow_claims t where t.id = p_id;
  when 'notifications' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'user_id', t.user_id, 'type', t.type::text, 'title', t.title::text, 'message', t.message::text, 'link', t.link::text, 'related_booking_id', t.related_booking_id, 'is_read', t.is_read, 'created_at', (date_part('epoch', t.created_at) * 1000000)::bigint) into v_row
    from public.notifications t where t.id = p_id;
  when 'verification_settings' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'undo_seconds', t.undo_seconds, 'claim_minutes', t.claim_minutes, 'max_claims', t.max_claims, 'bulk_limit', t.bulk_limit, 'second_review_percent', t.second_review_percent, 'resubmission_days', t.resubmission_days, 'sla_due_hours', t.sla_due_hours, 'sla_late_hours', t.sla_late_hours, 'sla_breach_hours', t.sla_breach_hours, 'phash_distance', t.phash_distance) into v_row
    from public.verification_settings t where t.id = p_id;
  when 'verification_reasons' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'code', t.code::text, 'outcome', t.outcome::text, 'kind', t.kind::text, 'number', t.number, 'label', t.label::text, 'public_text', t.public_text::text, 'is_active', t.is_active) into v_row
    from public.verification_reasons t where t.id = p_id;
  when 'verification_cases' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'kind', t.kind::text, 'tutor_id', t.tutor_id, 'status', t.status::text, 'priority', t.priority, 'attempt', t.attempt, 'submitted_at', (date_part('epoch', t.submitted_at) * 1000000)::bigint, 'sla_due_at', (date_part('epoch', t.sla_due_at) * 1000000)::bigint, 'sla_late_at', (date_part('epoch', t.sla_late_at) * 1000000)::bigint, 'sla_breach_at', (date_part('epoch', t.sla_breach_at) * 1000000)::bigint, 'recommendation', t.recommendation::text, 'recommendation_reason', t.recommendation_reason::text, 'confidence', t.confidence, 'file_state', t.file_state::text, 'escalated_at', (date_part('epoch', t.escalated_at) * 1000000)::bigint, 'escalated_by', t.escalated_by, 'decision_id', t.decision_id, 'decided_by', t.decided_by, 'decided_at', (date_part('epoch', t.decided_at) * 1000000)::bigint, 'undo_until', (date_part('epoch', t.undo_until) * 1000000)::bigint, 'is_disputed', t.is_disputed, 'last_actor_id', t.last_actor_id) into v_row
    from public.verification_cases t where t.id = p_id;
  when 'verification_claims' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'holder_id', t.holder_id, 'claimed_at', (date_part('epoch', t.claimed_at) * 1000000)::bigint, 'expires_at', (date_part('epoch', t.expires_at) * 1000000)::bigint) into v_row
    from public.verification_claims t where t.id = p_id;
  when 'verification_documents' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'case_id', t.case_id, 'tutor_id', t.tutor_id, 'kind', t.kind::text, 'attempt', t.attempt, 'position', t.position, 'is_current', t.is_current, 'bucket', t.bucket::text, 'path', t.path::text, 'filename', t.filename::text, 'content_type', t.content_type::text, 'size_bytes', t.size_bytes, 'state', t.state::text, 'sha256', t.sha256::text, 'phash', t.phash::text, 'candidate_number', t.candidate_number::text, 'page_count', t.page_count, 'seen_at', (date_part('epoch', t.seen_at) * 1000000)::bigint, 'changed_at', (date_part('epoch', t.changed_at) * 1000000)::bigint, 'created_at', (date_part('epoch', t.created_at) * 1000000)::bigint) into v_row
    from public.verification_documents t where t.id = p_id;
  when 'verification_findings' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'tutor_id', t.tutor_id, 'claimed', t.claimed::text, 'extracted', t.extracted::text, 'extracted_text', left(t.extracted_text, 8000)::text, 'updated_at', (date_part('epoch', t.updated_at) * 1000000)::bigint) into v_row
    from public.verification_findings t where t.id = p_id;
  when 'verification_grades' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'case_id', t.case_id, 'subject_id', t.subject_id, 'exam_type', t.exam_type::text, 'grade', t.grade, 'year', t.year, 'session', t.session::text, 'entered_by', t.entered_by, 'entered_at', (date_part('epoch', t.entered_at) * 1000000)::bigint) into v_row
    from public.verification_grades t where t.id = p_id;
  when 'verification_evidence' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'case_id', t.case_id, 'reviewer_id', t.reviewer_id, 'attempt', t.attempt, 'opened', t.opened::text, 'checklist', t.checklist::text, 'updated_at', (date_part('epoch', t.updated_at) * 1000000)::bigint) into v_row
    from public.verification_evidence t where t.id = p_id;
  when 'verification_notes' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'case_id', t.case_id, 'author_id', t.author_id, 'kind', t.kind::text, 'body', t.body::text, 'created_at', (date_part('epoch', t.created_at) * 1000000)::bigint) into v_row
    from public.verification_notes t where t.id = p_id;
  when 'verification_decisions' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'case_id', t.case_id, 'tutor_id', t.tutor_id, 'kind', t.kind::text, 'attempt', t.attempt, 'reviewer_id', t.reviewer_id, 'outcome', t.outcome::text, 'reason_codes', array_to_string(t.reason_codes, ',')::text, 'public_text', t.public_text::text, 'recommendation', t.recommendation::text, 'override_reason', t.override_reason::text, 'claimed_at', (date_part('epoch', t.claimed_at) * 1000000)::bigint, 'decided_at', (date_part('epoch', t.decided_at) * 1000000)::bigint, 'undo_until', (date_part('epoch', t.undo_until) * 1000000)::bigint, 'reversed_at', (date_part('epoch', t.reversed_at) * 1000000)::bigint, 'overturned_at', (date_part('epoch', t.overturned_at) * 1000000)::bigint, 'overturned_by', t.overturned_by, 'batch_key', t.batch_key) into v_row
    from public.verification_decisions t where t.id = p_id;
  when 'verification_resubmissions' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'case_id', t.case_id, 'decision_id', t.decision_id, 'tutor_id', t.tutor_id, 'kind', t.kind::text, 'requested_by', t.requested_by, 'public_text', t.public_text::text, 'requested_at', (date_part('epoch', t.requested_at) * 1000000)::bigint, 'due_at', (date_part('epoch', t.due_at) * 1000000)::bigint, 'answered_at', (date_part('epoch', t.answered_at) * 1000000)::bigint, 'answered_case_id', t.answered_case_id, 'withdrawn_at', (date_part('epoch', t.withdrawn_at) * 1000000)::bigint) into v_row
    from public.verification_resubmissions t where t.id = p_id;
  when 'verification_second_reviews' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'case_id', t.case_id, 'tutor_id', t.tutor_id, 'kind', t.kind::text, 'attempt', t.attempt, 'recommendation', t.recommendation::text, 'submitted_at', (date_part('epoch', t.submitted_at) * 1000000)::bigint, 'opens_at', (date_part('epoch', t.opens_at) * 1000000)::bigint, 'status', t.status::text, 'holder_id', t.holder_id, 'expires_at', (date_part('epoch', t.expires_at) * 1000000)::bigint, 'second_reviewer_id', t.second_reviewer_id, 'second_outcome', t.second_outcome::text, 'second_note', t.second_note::text, 'first_outcome', t.first_outcome::text, 'agrees', t.agrees, 'done_at', (date_part('epoch', t.done_at) * 1000000)::bigint) into v_row
    from public.verification_second_reviews t where t.id = p_id;
  when 'tutor_verification_events' then
    select jsonb_build_object('id', t.id, 'row_version', t.row_version, 'case_id', t.case_id, 'event_type', t.event_type::text, 'actor_id', t.actor_id, 'payload', t.payload::text, 'created_at', (date_part('epoch', t.created_at) * 1000000)::bigint) into v_row
    from public.tutor_verification_events t where t.id = p_id;
  else null;
  end case;
  return v_row;
end $$;
revoke all on function sync.row(text, uuid) from public, anon;
grant execute on function sync.row(text, uuid) to authenticated;

-- Locks a row, so that what an edit expects of it stays true until the edit is done. Callers see nothing of it.
create or replace function sync.lock_row(p_table text, p_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  case p_table
  when 'subjects' then perform 1 from public.subjects t where t.id = p_id for update;
  when 'booking_rules' then perform 1 from public.booking_rules t where t.id = p_id for update;
  when 'people' then perform 1 from public.people t where t.id = p_id for update;
  when 'tutor_subjects' then perform private.lock_tutor(t.tutor_id) from public.tutor_subjects t where t.id = p_id; perform 1 from public.tutor_subjects t where t.id = p_id for update;
  when 'session_types' then perform private.lock_tutor(t.tutor_id) from public.session_types t where t.id = p_id; perform 1 from public.session_types t where t.id = p_id for update;
  when 'tutor_schedules' then perform private.lock_tutor(t.tutor_id) from public.tutor_schedules t where t.id = p_id; perform 1 from public.tutor_schedules t where t.id = p_id for update;
  when 'tutor_availability_rules' then perform private.lock_tutor(t.tutor_id) from public.tutor_availability_rules t where t.id = p_id; perform 1 from public.tutor_availability_rules t where t.id = p_id for update;
  when 'tutor_unavailability_blocks' then perform private.lock_tutor(t.tutor_id) from public.tutor_unavailability_blocks t where t.id = p_id; perform 1 from public.tutor_unavailability_blocks t where t.id = p_id for update;
  when 'bookings' then perform private.lock_tutor(t.tutor_id) from public.bookings t where t.id = p_id; perform 1 from public.bookings t where t.id = p_id for update;
  when 'booking_messages' then perform 1 from public.booking_messages t where t.id = p_id for update;
  when 'sessions' then perform private.lock_tutor(t.tutor_id) from public.sessions t where t.id = p_id; perform 1 from public.sessions t where t.id = p_id for update;
  when 'noshow_claims' then perform 1 from public.noshow_claims t where t.id = p_id for update;
  when 'notifications' then perform 1 from public.notifications t where t.id = p_id for update;
  when 'verification_settings' then perform 1 from public.verification_settings t where t.id = p_id for update;
  when 'verification_reasons' then perform 1 from public.verification_reasons t where t.id = p_id for update;
  when 'verification_cases' then perform private.lock_tutor(t.tutor_id) from public.verification_cases t where t.id = p_id; perform 1 from public.verification_cases t where t.id = p_id for update;
  when 'verification_claims' then perform 1 from public.verification_claims t where t.id = p_id for update;
  when 'verification_documents' then perform private.lock_tutor(t.tutor_id) from public.verification_documents t where t.id = p_id; perform 1 from public.verification_documents t where t.id = p_id for update;
  when 'verification_findings' then perform private.lock_tutor(t.tutor_id) from public.verification_findings t where t.id = p_id; perform 1 from public.verification_findings t where t.id = p_id for update;
  when 'verification_grades' then perform 1 from public.verification_grades t where t.id = p_id for update;
  when 'verification_evidence' then perform 1 from public.verification_evidence t where t.id = p_id for update;
  when 'verification_notes' then perform 1 from public.verification_notes t where t.id = p_id for update;
  when 'verification_decisions' then perform private.lock_tutor(t.tutor_id) from public.verification_decisions t where t.id = p_id; perform 1 from public.verification_decisions t where t.id = p_id for update;
  when 'verification_resubmissions' then perform private.lock_tutor(t.tutor_id) from public.verification_resubmissions t where t.id = p_id; perform 1 from public.verification_resubmissions t where t.id = p_id for update;
  when 'verification_second_reviews' then perform private.lock_tutor(t.tutor_id) from public.verification_second_reviews t where t.id = p_id; perform 1 from public.verification_second_reviews t where t.id = p_id for update;
  when 'tutor_verification_events' then perform 1 from public.tutor_verification_events t where t.id = p_id for update;
  else null;
  end case;
end $$;
revoke all on function sync.lock_row(text, uuid) from public, anon;
grant execute on function sync.lock_row(text, uuid) to authenticated;

create or replace function sync.count_rows(p_table text) returns bigint
language plpgsql stable security invoker set search_path = '' as $$
begin
  case p_table
  when 'subjects' then return (select count(*) from public.subjects);
  when 'booking_rules' then return (select count(*) from public.booking_rules);
  when 'people' then return (select count(*) from public.people);
  when 'tutor_subjects' then return (select count(*) from public.tutor_subjects);
  when 'session_types' then return (select count(*) from public.session_types);
  when 'tutor_schedules' then return (select count(*) from public.tutor_schedules);
  when 'tutor_availability_rules' then return (select count(*) from public.tutor_availability_rules);
  when 'tutor_unavailability_blocks' then return (select count(*) from public.tutor_unavailability_blocks);
  when 'bookings' then return (select count(*) from public.bookings);
  when 'booking_messages' then return (select count(*) from public.booking_messages);
  when 'sessions' then return (select count(*) from public.sessions);
  when 'noshow_claims' then return (select count(*) from public.noshow_claims);
  when 'notifications' then return (select count(*) from public.notifications);
  when 'verification_settings' then return (select count(*) from public.verification_settings);
  when 'verification_reasons' then return (select count(*) from public.verification_reasons);
  when 'verification_cases' then return (select count(*) from public.verification_cases);
  when 'verification_claims' then return (select count(*) from public.verification_claims);
  when 'verification_documents' then return (select count(*) from public.verification_documents);
  when 'verification_findings' then return (select count(*) from public.verification_findings);
  when 'verification_grades' then return (select count(*) from public.verification_grades);
  when 'verification_evidence' then return (select count(*) from public.verification_evidence);
  when 'verification_notes' then return (select count(*) from public.verification_notes);
  when 'verification_decisions' then return (select count(*) from public.verification_decisions);
  when 'verification_resubmissions' then return (select count(*) from public.verification_resubmissions);
  when 'verification_second_reviews' then return (select count(*) from public.verification_second_reviews);
  when 'tutor_verification_events' then return (select count(*) from public.tutor_verification_events);
  end case;
end $$;
revoke all on function sync.count_rows(text) from public, anon;
grant execute on function sync.count_rows(text) to authenticated;

-- What changed for the caller since its cursors. One STABLE function called by one statement: rows, log and the new
-- cursor come from one snapshot. A VOLATILE function would take a new snapshot for each statement in it
-- and lose rows. RLS is the only filter. Shape of request and answer: shared/domain/sync/wire.ts.
-- Errors: SY001 a cursor from the future (a restored database), SY002 a cursor older than the purged log.
-- Generic plans, for all that it calls too: planning every page for its very cursor costs three times the reading when
-- there is nothing new, and the plan is the same, a scan of the index over (sync_xid, id).
create or replace function public.sync_pull(p_request jsonb) returns json
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_scope text[] := sync.scope();
  v_limit integer := least(greatest((p_request ->> 'limit')::integer, 1), 5000);
  v_now pg_catalog.pg_snapshot := pg_current_snapshot();
  v_asked text[] := array(select k from jsonb_object_keys(p_request -> 'tables') k where k = any (v_scope));
  v_log jsonb := nullif(p_request -> 'log', 'null');
  v_pages json;
  v_total bigint;
  v_answer json;
begin
  if p_request ->> 'version' is distinct from '1' then
    raise exception using errcode = '22023', message = 'sync_pull: this version of the request is not known';
  end if;
  if exists (
    select 1 from (
      select c.value ->> 'snap' as snap from jsonb_each(p_request -> 'tables') c
      union all select v_log ->> 'snap'
    ) s
    where pg_snapshot_xmax(v_now) < pg_snapshot_xmin(s.snap::pg_catalog.pg_snapshot)
  ) then
    raise exception using errcode = 'SY001', message = 'The cursor is from the future: pull everything again';
  end if;

  select json_object_agg(k, sync.page(k, (c ->> 'snap')::pg_catalog.pg_snapshot, (c ->> 'xid')::pg_catalog.xid8,
    (c ->> 'id')::uuid, v_limit))
  into v_pages
  from (select k, p_request -> 'tables' -> k as c from unnest(v_asked) k) a;

  if coalesce((p_request ->> 'wantsTotal')::boolean, false) then
    v_total := (select sum(sync.count_rows(k)) from unnest(v_asked) k);
  end if;

  if v_log is not null then
    v_answer := sync.log_page((v_log ->> 'snap')::pg_catalog.pg_snapshot, (v_log ->> 'xid')::pg_catalog.xid8,
      (v_log ->> 'seq')::bigint, v_limit, v_scope);
  end if;

  return json_build_object(
    'epoch', sync.epoch(),
    'snapshot', v_now::text,
    'now', (date_part('epoch', private.clock_now()) * 1000000)::bigint,
    'accessEpoch', sync.access_epoch(),
    'total', v_total,
    'scope', array_to_json(v_scope),
    'tables', coalesce(v_pages, '{}'),
    'log', v_answer
  );
end $$;
revoke all on function public.sync_pull(jsonb) from public, anon;
grant execute on function public.sync_pull(jsonb) to authenticated;
