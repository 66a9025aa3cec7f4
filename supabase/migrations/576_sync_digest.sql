-- layer: additive
-- Sync, part 6: what a cache is compared with.
-- GENERATED from shared/domain/sync/tables.ts by scripts/generate-digest-migration.ts: do not edit.
--
-- A row's hash is the first 40 bits of the md5 of its wire values as text, joined by U+001F, U+001E for null; booleans
-- are 0 or 1. A bucket is the last two digits of the id; its hash is the sum of its rows', modulo 2^40, so that their
-- order does not matter. electron/core/sync/digest.ts does the same over the cache.

-- [bucket, rows, hash] of each bucket that has rows which the caller can see.
create or replace function sync.digest(p_table text) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_buckets json;
  v_columns json;
begin
  case p_table
  when 'subjects' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.name::text)::text, coalesce((t.curriculum::text)::text, E'\x1e'), coalesce((t.level::text)::text, E'\x1e'), coalesce((t.code::text)::text, E'\x1e'), coalesce((t.label::text)::text, E'\x1e'))), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.subjects t group by 1
    ) b;
    v_columns := '["id","row_version","name","curriculum","level","code","label"]';
  when 'booking_rules' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.actor::text)::text, (t.action::text)::text, (t.state::text)::text, (t.hours::text)::text, ((date_part('epoch', t.effective_from) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.booking_rules t group by 1
    ) b;
    v_columns := '["id","row_version","actor","action","state","hours","effective_from"]';
  when 'people' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.display_name::text)::text, coalesce((t.avatar_url::text)::text, E'\x1e'), coalesce((t.timezone::text)::text, E'\x1e'))), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.people t group by 1
    ) b;
    v_columns := '["id","row_version","display_name","avatar_url","timezone"]';
  when 'tutor_subjects' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.tutor_id)::text, (t.subject_id)::text, ((t.price_per_hour_ttd * 100)::bigint)::text, (t.mode::text)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.tutor_subjects t group by 1
    ) b;
    v_columns := '["id","row_version","tutor_id","subject_id","price_per_hour_cents","mode"]';
  when 'session_types' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.tutor_id)::text, coalesce((t.subject_id)::text, E'\x1e'), (t.name::text)::text, (t.duration_minutes)::text, ((t.price_ttd * 100)::bigint)::text, (t.is_active)::integer::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.session_types t group by 1
    ) b;
    v_columns := '["id","row_version","tutor_id","subject_id","name","duration_minutes","price_cents","is_active"]';
  when 'tutor_schedules' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.tutor_id)::text, (t.timezone::text)::text, (t.slot_minutes)::text, (t.buffer_minutes)::text, (t.minimum_notice_hours)::text, (t.horizon_days)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.tutor_schedules t group by 1
    ) b;
    v_columns := '["id","row_version","tutor_id","timezone","slot_minutes","buffer_minutes","minimum_notice_hours","horizon_days"]';
  when 'tutor_availability_rules' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.tutor_id)::text, (t.day_of_week)::text, (left(t.start_time::text, 5))::text, (left(t.end_time::text, 5))::text, (t.slot_minutes)::text, (t.buffer_minutes)::text, (t.is_active)::integer::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.tutor_availability_rules t group by 1
    ) b;
    v_columns := '["id","row_version","tutor_id","day_of_week","start_time","end_time","slot_minutes","buffer_minutes","is_active"]';
  when 'tutor_unavailability_blocks' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.tutor_id)::text, ((date_part('epoch', t.start_at) * 1000000)::bigint)::text, ((date_part('epoch', t.end_at) * 1000000)::bigint)::text, (t.is_recurring)::integer::text, coalesce((t.rrule::text)::text, E'\x1e'), coalesce((t.reason_private::text)::text, E'\x1e'))), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.tutor_unavailability_blocks t group by 1
    ) b;
    v_columns := '["id","row_version","tutor_id","start_at","end_at","is_recurring","rrule","reason_private"]';
  when 'bookings' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.tutor_id)::text, (t.student_id)::text, (t.subject_id)::text, coalesce((t.session_type_id)::text, E'\x1e'), (t.status::text)::text, ((date_part('epoch', t.requested_start_at) * 1000000)::bigint)::text, ((date_part('epoch', t.requested_end_at) * 1000000)::bigint)::text, coalesce(((date_part('epoch', t.confirmed_start_at) * 1000000)::bigint)::text, E'\x1e'), coalesce(((date_part('epoch', t.confirmed_end_at) * 1000000)::bigint)::text, E'\x1e'), coalesce((t.last_action_by::text)::text, E'\x1e'), ((t.price_ttd * 100)::bigint)::text, (t.payment_status::text)::text, (t.payment_required)::integer::text, (t.duration_minutes)::text, coalesce((t.student_notes::text)::text, E'\x1e'), coalesce((t.tutor_notes::text)::text, E'\x1e'), coalesce((t.cancellation_reason::text)::text, E'\x1e'), ((date_part('epoch', t.created_at) * 1000000)::bigint)::text, ((date_part('epoch', t.updated_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.bookings t group by 1
    ) b;
    v_columns := '["id","row_version","tutor_id","student_id","subject_id","session_type_id","status","requested_start_at","requested_end_at","confirmed_start_at","confirmed_end_at","last_action_by","price_cents","payment_status","payment_required","duration_minutes","student_notes","tutor_notes","cancellation_reason","created_at","updated_at"]';
  when 'booking_messages' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.booking_id)::text, (t.sender_id)::text, (t.message_type::text)::text, coalesce((t.body::text)::text, E'\x1e'), coalesce(((date_part('epoch', t.proposed_start_at) * 1000000)::bigint)::text, E'\x1e'), coalesce(((date_part('epoch', t.proposed_end_at) * 1000000)::bigint)::text, E'\x1e'), ((date_part('epoch', t.created_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.booking_messages t group by 1
    ) b;
    v_columns := '["id","row_version","booking_id","sender_id","message_type","body","proposed_start_at","proposed_end_at","created_at"]';
  when 'sessions' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.booking_id)::text, (t.tutor_id)::text, (t.student_id)::text, coalesce((t.provider::text)::text, E'\x1e'), coalesce((t.join_url::text)::text, E'\x1e'), (t.status::text)::text, ((date_part('epoch', t.scheduled_start_at) * 1000000)::bigint)::text, ((date_part('epoch', t.scheduled_end_at) * 1000000)::bigint)::text, (t.duration_minutes)::text, coalesce((t.no_show_wait_minutes)::text, E'\x1e'), ((date_part('epoch', t.charge_scheduled_at) * 1000000)::bigint)::text, coalesce(((date_part('epoch', t.charged_at) * 1000000)::bigint)::text, E'\x1e'), coalesce(((t.charge_amount_ttd * 100)::bigint)::text, E'\x1e'), coalesce(((t.payout_amount_ttd * 100)::bigint)::text, E'\x1e'), (t.payment_status::text)::text, coalesce(((date_part('epoch', t.tutor_marked_no_show_at) * 1000000)::bigint)::text, E'\x1e'), coalesce(((date_part('epoch', t.reschedule_proposed_start) * 1000000)::bigint)::text, E'\x1e'), coalesce(((date_part('epoch', t.reschedule_proposed_end) * 1000000)::bigint)::text, E'\x1e'), coalesce(((date_part('epoch', t.cancelled_at) * 1000000)::bigint)::text, E'\x1e'), coalesce((t.cancelled_by::text)::text, E'\x1e'))), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.sessions t group by 1
    ) b;
    v_columns := '["id","row_version","booking_id","tutor_id","student_id","provider","join_url","status","scheduled_start_at","scheduled_end_at","duration_minutes","no_show_wait_minutes","charge_scheduled_at","charged_at","charge_amount_cents","payout_amount_cents","payment_status","tutor_marked_no_show_at","reschedule_proposed_start","reschedule_proposed_end","cancelled_at","cancelled_by"]';
  when 'noshow_claims' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.session_id)::text, (t.claimant_id)::text, (t.claimant_role::text)::text, (t.defendant_id)::text, (t.written_explanation::text)::text, ((date_part('epoch', t.response_deadline) * 1000000)::bigint)::text, (t.status::text)::text, coalesce((t.admin_verdict::text)::text, E'\x1e'), ((date_part('epoch', t.created_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.noshow_claims t group by 1
    ) b;
    v_columns := '["id","row_version","session_id","claimant_id","claimant_role","defendant_id","written_explanation","response_deadline","status","admin_verdict","created_at"]';
  when 'notifications' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.user_id)::text, (t.type::text)::text, (t.title::text)::text, (t.message::text)::text, coalesce((t.link::text)::text, E'\x1e'), coalesce((t.related_booking_id)::text, E'\x1e'), (t.is_read)::integer::text, ((date_part('epoch', t.created_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.notifications t group by 1
    ) b;
    v_columns := '["id","row_version","user_id","type","title","message","link","related_booking_id","is_read","created_at"]';
  when 'verification_settings' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.undo_seconds)::text, (t.claim_minutes)::text, (t.max_claims)::text, (t.bulk_limit)::text, (t.second_review_percent)::text, (t.resubmission_days)::text, (t.sla_due_hours)::text, (t.sla_late_hours)::text, (t.sla_breach_hours)::text, (t.phash_distance)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_settings t group by 1
    ) b;
    v_columns := '["id","row_version","undo_seconds","claim_minutes","max_claims","bulk_limit","second_review_percent","resubmission_days","sla_due_hours","sla_late_hours","sla_breach_hours","phash_distance"]';
  when 'verification_reasons' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.code::text)::text, (t.outcome::text)::text, coalesce((t.kind::text)::text, E'\x1e'), (t.number)::text, (t.label::text)::text, (t.public_text::text)::text, (t.is_active)::integer::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_reasons t group by 1
    ) b;
    v_columns := '["id","row_version","code","outcome","kind","number","label","public_text","is_active"]';
  when 'verification_cases' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.kind::text)::text, (t.tutor_id)::text, (t.status::text)::text, (t.priority)::text, (t.attempt)::text, ((date_part('epoch', t.submitted_at) * 1000000)::bigint)::text, ((date_part('epoch', t.sla_due_at) * 1000000)::bigint)::text, ((date_part('epoch', t.sla_late_at) * 1000000)::bigint)::text, ((date_part('epoch', t.sla_breach_at) * 1000000)::bigint)::text, coalesce((t.recommendation::text)::text, E'\x1e'), coalesce((t.recommendation_reason::text)::text, E'\x1e'), coalesce((t.confidence)::text, E'\x1e'), (t.file_state::text)::text, coalesce(((date_part('epoch', t.escalated_at) * 1000000)::bigint)::text, E'\x1e'), coalesce((t.escalated_by)::text, E'\x1e'), coalesce((t.decision_id)::text, E'\x1e'), coalesce((t.decided_by)::text, E'\x1e'), coalesce(((date_part('epoch', t.decided_at) * 1000000)::bigint)::text, E'\x1e'), coalesce(((date_part('epoch', t.undo_until) * 1000000)::bigint)::text, E'\x1e'), (t.is_disputed)::integer::text, coalesce((t.last_actor_id)::text, E'\x1e'))), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_cases t group by 1
    ) b;
    v_columns := '["id","row_version","kind","tutor_id","status","priority","attempt","submitted_at","sla_due_at","sla_late_at","sla_breach_at","recommendation","recommendation_reason","confidence","file_state","escalated_at","escalated_by","decision_id","decided_by","decided_at","undo_until","is_disputed","last_actor_id"]';
  when 'verification_claims' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, coalesce((t.holder_id)::text, E'\x1e'), coalesce(((date_part('epoch', t.claimed_at) * 1000000)::bigint)::text, E'\x1e'), coalesce(((date_part('epoch', t.expires_at) * 1000000)::bigint)::text, E'\x1e'))), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_claims t group by 1
    ) b;
    v_columns := '["id","row_version","holder_id","claimed_at","expires_at"]';
  when 'verification_documents' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, coalesce((t.case_id)::text, E'\x1e'), coalesce((t.tutor_id)::text, E'\x1e'), (t.kind::text)::text, (t.attempt)::text, (t.position)::text, (t.is_current)::integer::text, coalesce((t.bucket::text)::text, E'\x1e'), (t.path::text)::text, coalesce((t.filename::text)::text, E'\x1e'), coalesce((t.content_type::text)::text, E'\x1e'), coalesce((t.size_bytes)::text, E'\x1e'), (t.state::text)::text, coalesce((t.sha256::text)::text, E'\x1e'), coalesce((t.phash::text)::text, E'\x1e'), coalesce((t.candidate_number::text)::text, E'\x1e'), coalesce((t.page_count)::text, E'\x1e'), coalesce(((date_part('epoch', t.seen_at) * 1000000)::bigint)::text, E'\x1e'), coalesce(((date_part('epoch', t.changed_at) * 1000000)::bigint)::text, E'\x1e'), ((date_part('epoch', t.created_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_documents t group by 1
    ) b;
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","position","is_current","bucket","path","filename","content_type","size_bytes","state","sha256","phash","candidate_number","page_count","seen_at","changed_at","created_at"]';
  when 'verification_findings' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.tutor_id)::text, (t.claimed::text)::text, coalesce((t.extracted::text)::text, E'\x1e'), coalesce((left(t.extracted_text, 8000)::text)::text, E'\x1e'), ((date_part('epoch', t.updated_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_findings t group by 1
    ) b;
    v_columns := '["id","row_version","tutor_id","claimed","extracted","extracted_text","updated_at"]';
  when 'verification_grades' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.case_id)::text, (t.subject_id)::text, (t.exam_type::text)::text, (t.grade)::text, coalesce((t.year)::text, E'\x1e'), coalesce((t.session::text)::text, E'\x1e'), coalesce((t.entered_by)::text, E'\x1e'), ((date_part('epoch', t.entered_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_grades t group by 1
    ) b;
    v_columns := '["id","row_version","case_id","subject_id","exam_type","grade","year","session","entered_by","entered_at"]';
  when 'verification_evidence' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.case_id)::text, (t.reviewer_id)::text, (t.attempt)::text, (t.opened::text)::text, (t.checklist::text)::text, ((date_part('epoch', t.updated_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_evidence t group by 1
    ) b;
    v_columns := '["id","row_version","case_id","reviewer_id","attempt","opened","checklist","updated_at"]';
  when 'verification_notes' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.case_id)::text, coalesce((t.author_id)::text, E'\x1e'), (t.kind::text)::text, (t.body::text)::text, ((date_part('epoch', t.created_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_notes t group by 1
    ) b;
    v_columns := '["id","row_version","case_id","author_id","kind","body","created_at"]';
  when 'verification_decisions' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.case_id)::text, (t.tutor_id)::text, (t.kind::text)::text, (t.attempt)::text, coalesce((t.reviewer_id)::text, E'\x1e'), (t.outcome::text)::text, (array_to_string(t.reason_codes, ',')::text)::text, coalesce((t.public_text::text)::text, E'\x1e'), coalesce((t.recommendation::text)::text, E'\x1e'), coalesce((t.override_reason::text)::text, E'\x1e'), coalesce(((date_part('epoch', t.claimed_at) * 1000000)::bigint)::text, E'\x1e'), ((date_part('epoch', t.decided_at) * 1000000)::bigint)::text, ((date_part('epoch', t.undo_until) * 1000000)::bigint)::text, coalesce(((date_part('epoch', t.reversed_at) * 1000000)::bigint)::text, E'\x1e'), coalesce(((date_part('epoch', t.overturned_at) * 1000000)::bigint)::text, E'\x1e'), coalesce((t.overturned_by)::text, E'\x1e'), coalesce((t.batch_key)::text, E'\x1e'))), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_decisions t group by 1
    ) b;
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","reviewer_id","outcome","reason_codes","public_text","recommendation","override_reason","claimed_at","decided_at","undo_until","reversed_at","overturned_at","overturned_by","batch_key"]';
  when 'verification_resubmissions' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.case_id)::text, (t.decision_id)::text, (t.tutor_id)::text, (t.kind::text)::text, coalesce((t.requested_by)::text, E'\x1e'), (t.public_text::text)::text, ((date_part('epoch', t.requested_at) * 1000000)::bigint)::text, ((date_part('epoch', t.due_at) * 1000000)::bigint)::text, coalesce(((date_part('epoch', t.answered_at) * 1000000)::bigint)::text, E'\x1e'), coalesce((t.answered_case_id)::text, E'\x1e'), coalesce(((date_part('epoch', t.withdrawn_at) * 1000000)::bigint)::text, E'\x1e'))), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_resubmissions t group by 1
    ) b;
    v_columns := '["id","row_version","case_id","decision_id","tutor_id","kind","requested_by","public_text","requested_at","due_at","answered_at","answered_case_id","withdrawn_at"]';
  when 'verification_second_reviews' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, (t.case_id)::text, (t.tutor_id)::text, (t.kind::text)::text, (t.attempt)::text, coalesce((t.recommendation::text)::text, E'\x1e'), ((date_part('epoch', t.submitted_at) * 1000000)::bigint)::text, ((date_part('epoch', t.opens_at) * 1000000)::bigint)::text, (t.status::text)::text, coalesce((t.holder_id)::text, E'\x1e'), coalesce(((date_part('epoch', t.expires_at) * 1000000)::bigint)::text, E'\x1e'), coalesce((t.second_reviewer_id)::text, E'\x1e'), coalesce((t.second_outcome::text)::text, E'\x1e'), coalesce((t.second_note::text)::text, E'\x1e'), coalesce((t.first_outcome::text)::text, E'\x1e'), coalesce((t.agrees)::integer::text, E'\x1e'), coalesce(((date_part('epoch', t.done_at) * 1000000)::bigint)::text, E'\x1e'))), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.verification_second_reviews t group by 1
    ) b;
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","recommendation","submitted_at","opens_at","status","holder_id","expires_at","second_reviewer_id","second_outcome","second_note","first_outcome","agrees","done_at"]';
  when 'tutor_verification_events' then
    select coalesce(json_agg(json_build_array(b.bucket, b.rows, b.hash)), '[]') into v_buckets
    from (
      select ('x' || right(t.id::text, 2))::bit(8)::integer as bucket, count(*) as rows,
        (sum(('x' || left(md5(concat_ws(E'\x1f', t.id, t.row_version, coalesce((t.case_id)::text, E'\x1e'), (t.event_type::text)::text, coalesce((t.actor_id)::text, E'\x1e'), (t.payload::text)::text, ((date_part('epoch', t.created_at) * 1000000)::bigint)::text)), 10))::bit(40)::bigint) % 1099511627776)::bigint as hash
      from public.tutor_verification_events t group by 1
    ) b;
    v_columns := '["id","row_version","case_id","event_type","actor_id","payload","created_at"]';
  end case;
  return json_build_object('columns', v_columns, 'buckets', v_buckets);
end $$;
revoke all on function sync.digest(text) from public, anon;
grant execute on function sync.digest(text) to authenticated;

-- The rows of these buckets that the caller can see, and the ids of which p_snap did not see the newest change.
create or replace function sync.list_bucket(p_table text, p_buckets integer[], p_snap pg_snapshot) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_rows json;
  v_columns json;
  v_newer uuid[];
begin
  case p_table
  when 'subjects' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.name::text, t.curriculum::text, t.level::text, t.code::text, t.label::text)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.subjects t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","name","curriculum","level","code","label"]';
  when 'booking_rules' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.actor::text, t.action::text, t.state::text, t.hours::text, (date_part('epoch', t.effective_from) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.booking_rules t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","actor","action","state","hours","effective_from"]';
  when 'people' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.display_name::text, t.avatar_url::text, t.timezone::text)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.people t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","display_name","avatar_url","timezone"]';
  when 'tutor_subjects' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.subject_id, (t.price_per_hour_ttd * 100)::bigint, t.mode::text)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.tutor_subjects t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","tutor_id","subject_id","price_per_hour_cents","mode"]';
  when 'session_types' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.subject_id, t.name::text, t.duration_minutes, (t.price_ttd * 100)::bigint, t.is_active)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.session_types t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","tutor_id","subject_id","name","duration_minutes","price_cents","is_active"]';
  when 'tutor_schedules' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.timezone::text, t.slot_minutes, t.buffer_minutes, t.minimum_notice_hours, t.horizon_days)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.tutor_schedules t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","tutor_id","timezone","slot_minutes","buffer_minutes","minimum_notice_hours","horizon_days"]';
  when 'tutor_availability_rules' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.day_of_week, left(t.start_time::text, 5), left(t.end_time::text, 5), t.slot_minutes, t.buffer_minutes, t.is_active)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.tutor_availability_rules t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","tutor_id","day_of_week","start_time","end_time","slot_minutes","buffer_minutes","is_active"]';
  when 'tutor_unavailability_blocks' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, (date_part('epoch', t.start_at) * 1000000)::bigint, (date_part('epoch', t.end_at) * 1000000)::bigint, t.is_recurring, t.rrule::text, t.reason_private::text)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.tutor_unavailability_blocks t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","tutor_id","start_at","end_at","is_recurring","rrule","reason_private"]';
  when 'bookings' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.student_id, t.subject_id, t.session_type_id, t.status::text, (date_part('epoch', t.requested_start_at) * 1000000)::bigint, (date_part('epoch', t.requested_end_at) * 1000000)::bigint, (date_part('epoch', t.confirmed_start_at) * 1000000)::bigint, (date_part('epoch', t.confirmed_end_at) * 1000000)::bigint, t.last_action_by::text, (t.price_ttd * 100)::bigint, t.payment_status::text, t.payment_required, t.duration_minutes, t.student_notes::text, t.tutor_notes::text, t.cancellation_reason::text, (date_part('epoch', t.created_at) * 1000000)::bigint, (date_part('epoch', t.updated_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.bookings t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","tutor_id","student_id","subject_id","session_type_id","status","requested_start_at","requested_end_at","confirmed_start_at","confirmed_end_at","last_action_by","price_cents","payment_status","payment_required","duration_minutes","student_notes","tutor_notes","cancellation_reason","created_at","updated_at"]';
  when 'booking_messages' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.booking_id, t.sender_id, t.message_type::text, t.body::text, (date_part('epoch', t.proposed_start_at) * 1000000)::bigint, (date_part('epoch', t.proposed_end_at) * 1000000)::bigint, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.booking_messages t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","booking_id","sender_id","message_type","body","proposed_start_at","proposed_end_at","created_at"]';
  when 'sessions' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.booking_id, t.tutor_id, t.student_id, t.provider::text, t.join_url::text, t.status::text, (date_part('epoch', t.scheduled_start_at) * 1000000)::bigint, (date_part('epoch', t.scheduled_end_at) * 1000000)::bigint, t.duration_minutes, t.no_show_wait_minutes, (date_part('epoch', t.charge_scheduled_at) * 1000000)::bigint, (date_part('epoch', t.charged_at) * 1000000)::bigint, (t.charge_amount_ttd * 100)::bigint, (t.payout_amount_ttd * 100)::bigint, t.payment_status::text, (date_part('epoch', t.tutor_marked_no_show_at) * 1000000)::bigint, (date_part('epoch', t.reschedule_proposed_start) * 1000000)::bigint, (date_part('epoch', t.reschedule_proposed_end) * 1000000)::bigint, (date_part('epoch', t.cancelled_at) * 1000000)::bigint, t.cancelled_by::text)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.sessions t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","booking_id","tutor_id","student_id","provider","join_url","status","scheduled_start_at","scheduled_end_at","duration_minutes","no_show_wait_minutes","charge_scheduled_at","charged_at","charge_amount_cents","payout_amount_cents","payment_status","tutor_marked_no_show_at","reschedule_proposed_start","reschedule_proposed_end","cancelled_at","cancelled_by"]';
  when 'noshow_claims' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.session_id, t.claimant_id, t.claimant_role::text, t.defendant_id, t.written_explanation::text, (date_part('epoch', t.response_deadline) * 1000000)::bigint, t.status::text, t.admin_verdict::text, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.noshow_claims t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","session_id","claimant_id","claimant_role","defendant_id","written_explanation","response_deadline","status","admin_verdict","created_at"]';
  when 'notifications' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.user_id, t.type::text, t.title::text, t.message::text, t.link::text, t.related_booking_id, t.is_read, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.notifications t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","user_id","type","title","message","link","related_booking_id","is_read","created_at"]';
  when 'verification_settings' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.undo_seconds, t.claim_minutes, t.max_claims, t.bulk_limit, t.second_review_percent, t.resubmission_days, t.sla_due_hours, t.sla_late_hours, t.sla_breach_hours, t.phash_distance)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_settings t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","undo_seconds","claim_minutes","max_claims","bulk_limit","second_review_percent","resubmission_days","sla_due_hours","sla_late_hours","sla_breach_hours","phash_distance"]';
  when 'verification_reasons' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.code::text, t.outcome::text, t.kind::text, t.number, t.label::text, t.public_text::text, t.is_active)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_reasons t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","code","outcome","kind","number","label","public_text","is_active"]';
  when 'verification_cases' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.kind::text, t.tutor_id, t.status::text, t.priority, t.attempt, (date_part('epoch', t.submitted_at) * 1000000)::bigint, (date_part('epoch', t.sla_due_at) * 1000000)::bigint, (date_part('epoch', t.sla_late_at) * 1000000)::bigint, (date_part('epoch', t.sla_breach_at) * 1000000)::bigint, t.recommendation::text, t.recommendation_reason::text, t.confidence, t.file_state::text, (date_part('epoch', t.escalated_at) * 1000000)::bigint, t.escalated_by, t.decision_id, t.decided_by, (date_part('epoch', t.decided_at) * 1000000)::bigint, (date_part('epoch', t.undo_until) * 1000000)::bigint, t.is_disputed, t.last_actor_id)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_cases t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","kind","tutor_id","status","priority","attempt","submitted_at","sla_due_at","sla_late_at","sla_breach_at","recommendation","recommendation_reason","confidence","file_state","escalated_at","escalated_by","decision_id","decided_by","decided_at","undo_until","is_disputed","last_actor_id"]';
  when 'verification_claims' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.holder_id, (date_part('epoch', t.claimed_at) * 1000000)::bigint, (date_part('epoch', t.expires_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_claims t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","holder_id","claimed_at","expires_at"]';
  when 'verification_documents' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.tutor_id, t.kind::text, t.attempt, t.position, t.is_current, t.bucket::text, t.path::text, t.filename::text, t.content_type::text, t.size_bytes, t.state::text, t.sha256::text, t.phash::text, t.candidate_number::text, t.page_count, (date_part('epoch', t.seen_at) * 1000000)::bigint, (date_part('epoch', t.changed_at) * 1000000)::bigint, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_documents t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","position","is_current","bucket","path","filename","content_type","size_bytes","state","sha256","phash","candidate_number","page_count","seen_at","changed_at","created_at"]';
  when 'verification_findings' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.tutor_id, t.claimed::text, t.extracted::text, left(t.extracted_text, 8000)::text, (date_part('epoch', t.updated_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_findings t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","tutor_id","claimed","extracted","extracted_text","updated_at"]';
  when 'verification_grades' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.subject_id, t.exam_type::text, t.grade, t.year, t.session::text, t.entered_by, (date_part('epoch', t.entered_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_grades t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","case_id","subject_id","exam_type","grade","year","session","entered_by","entered_at"]';
  when 'verification_evidence' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.reviewer_id, t.attempt, t.opened::text, t.checklist::text, (date_part('epoch', t.updated_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_evidence t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","case_id","reviewer_id","attempt","opened","checklist","updated_at"]';
  when 'verification_notes' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.author_id, t.kind::text, t.body::text, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_notes t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","case_id","author_id","kind","body","created_at"]';
  when 'verification_decisions' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.tutor_id, t.kind::text, t.attempt, t.reviewer_id, t.outcome::text, array_to_string(t.reason_codes, ',')::text, t.public_text::text, t.recommendation::text, t.override_reason::text, (date_part('epoch', t.claimed_at) * 1000000)::bigint, (date_part('epoch', t.decided_at) * 1000000)::bigint, (date_part('epoch', t.undo_until) * 1000000)::bigint, (date_part('epoch', t.reversed_at) * 1000000)::bigint, (date_part('epoch', t.overturned_at) * 1000000)::bigint, t.overturned_by, t.batch_key)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_decisions t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","reviewer_id","outcome","reason_codes","public_text","recommendation","override_reason","claimed_at","decided_at","undo_until","reversed_at","overturned_at","overturned_by","batch_key"]';
  when 'verification_resubmissions' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.decision_id, t.tutor_id, t.kind::text, t.requested_by, t.public_text::text, (date_part('epoch', t.requested_at) * 1000000)::bigint, (date_part('epoch', t.due_at) * 1000000)::bigint, (date_part('epoch', t.answered_at) * 1000000)::bigint, t.answered_case_id, (date_part('epoch', t.withdrawn_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_resubmissions t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","case_id","decision_id","tutor_id","kind","requested_by","public_text","requested_at","due_at","answered_at","answered_case_id","withdrawn_at"]';
  when 'verification_second_reviews' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.tutor_id, t.kind::text, t.attempt, t.recommendation::text, (date_part('epoch', t.submitted_at) * 1000000)::bigint, (date_part('epoch', t.opens_at) * 1000000)::bigint, t.status::text, t.holder_id, (date_part('epoch', t.expires_at) * 1000000)::bigint, t.second_reviewer_id, t.second_outcome::text, t.second_note::text, t.first_outcome::text, t.agrees, (date_part('epoch', t.done_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.verification_second_reviews t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","case_id","tutor_id","kind","attempt","recommendation","submitted_at","opens_at","status","holder_id","expires_at","second_reviewer_id","second_outcome","second_note","first_outcome","agrees","done_at"]';
  when 'tutor_verification_events' then
    select coalesce(json_agg(json_build_array(t.id, t.row_version, t.case_id, t.event_type::text, t.actor_id, t.payload::text, (date_part('epoch', t.created_at) * 1000000)::bigint)), '[]'),
      array_agg(t.id) filter (where not pg_visible_in_snapshot(t.sync_xid, p_snap))
    into v_rows, v_newer
    from public.tutor_verification_events t where ('x' || right(t.id::text, 2))::bit(8)::integer = any (p_buckets);
    v_columns := '["id","row_version","case_id","event_type","actor_id","payload","created_at"]';
  end case;
  v_newer := coalesce(v_newer, '{}') || array(
    select distinct l.row_id from sync.visibility_log l
    where l.tbl = p_table and l.sync_xid >= pg_snapshot_xmin(p_snap) and not pg_visible_in_snapshot(l.sync_xid, p_snap));
  return json_build_object('columns', v_columns, 'rows', v_rows, 'newer', array_to_json(v_newer));
end $$;
revoke all on function sync.list_bucket(text, integer[], pg_snapshot) from public, anon;
grant execute on function sync.list_bucket(text, integer[], pg_snapshot) to authenticated;

-- Digests of the named tables (a json array) as the caller sees them, with the snapshot they hold for. Tables outside
-- the caller's scope are left out. Shape of both answers: shared/domain/sync/wire.ts.
create or replace function public.sync_digest(p_tables jsonb) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_scope text[] := sync.scope();
  v_tables json;
begin
  select json_object_agg(k, sync.digest(k)) into v_tables
  from jsonb_array_elements_text(p_tables) k where k = any (v_scope);
  return json_build_object(
    'epoch', sync.epoch(),
    'snapshot', pg_current_snapshot()::text,
    'accessEpoch', sync.access_epoch(),
    'scope', array_to_json(v_scope),
    'tables', coalesce(v_tables, '{}')
  );
end $$;
revoke all on function public.sync_digest(jsonb) from public, anon;
grant execute on function public.sync_digest(jsonb) to authenticated;

-- {table, buckets, snap}: all rows of these buckets that the caller can see, and which of them, or of those that are
-- gone, changed after snap. Without rows when the table is not in the caller's scope.
create or replace function public.sync_list_bucket(p_request jsonb) returns json
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_scope text[] := sync.scope();
  v_list json;
begin
  if (p_request ->> 'table') = any (v_scope) then
    v_list := sync.list_bucket(p_request ->> 'table',
      array(select b::integer from jsonb_array_elements_text(p_request -> 'buckets') b),
      (p_request ->> 'snap')::pg_catalog.pg_snapshot);
  end if;
  return json_build_object(
    'epoch', sync.epoch(),
    'snapshot', pg_current_snapshot()::text,
    'accessEpoch', sync.access_epoch(),
    'scope', array_to_json(v_scope),
    'list', v_list
  );
end $$;
revoke all on function public.sync_list_bucket(jsonb) from public, anon;
grant execute on function public.sync_list_bucket(jsonb) to authenticated;
