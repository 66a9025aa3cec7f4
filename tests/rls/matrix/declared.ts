import type { Role } from './roles.ts';

/**
 * Who may do what, on every table and with every function that PostgREST exposes. This is the decision; the probe in
 * this folder tries each cell on a real database, and whatever differs is a fault of one or the other.
 * What is not listed must be refused. A table or function that is not listed at all is a difference.
 */

/** `own`: rows of the caller's own story; `other`: rows of somebody else's; `related`: the other side of the own story. */
export type Relation = 'own' | 'related' | 'other';

export type TableRule = {
  readonly select: Partial<Record<Relation, readonly Role[]>>;
  /** Who may update the row, and only these columns of it. */
  readonly update?: Partial<Record<Relation, readonly Role[]>>;
  readonly updateColumns?: readonly string[];
  /** Columns that must stay private; each is read on its own, row by row. */
  readonly sensitive?: readonly string[];
  /** Columns that nobody who is signed in may read, whatever rows he sees. */
  readonly hidden?: readonly string[];
};

export type RpcRule = {
  /** On a target of the caller's own story, of another, or (own) without a target. */
  readonly allowed: Partial<Record<'own' | 'other', readonly Role[]>>;
};

const signedIn: readonly Role[] = [
  'student',
  'parent',
  'tutor',
  'otherTutor',
  'reviewer',
  'support',
  'admin',
  'suspended',
];
const active: readonly Role[] = signedIn.filter((role) => role !== 'suspended');
const tutors: readonly Role[] = ['tutor', 'otherTutor'];
const parties: readonly Role[] = [...tutors, 'student', 'parent'];
const desk: readonly Role[] = ['support', 'admin'];
const staff: readonly Role[] = ['reviewer', 'support', 'admin'];
const admin: readonly Role[] = ['admin'];
const reviewers: readonly Role[] = ['reviewer', 'admin'];

/** A lesson and what hangs on it: its parties, the desk, nobody else. Written through RPCs only. */
const lesson = { select: { own: parties, other: desk } };
/** A tutor's own times. */
const schedule = { select: { own: tutors, other: desk } };
/** What a tutor offers, at what price. */
const offer = { select: { own: tutors, other: admin } };
/** What reviewers work with: cases of others, nothing of it for who is judged. */
const review = { select: { other: reviewers } };
/** The same for everyone who may use the console. */
const reference = { select: { other: active } };

export const declaredTables: Readonly<Record<string, TableRule>> = {
  profiles: {
    // The one table that a suspended user reads, and nothing but the own row. Staff: console_profile_contact_read.
    select: { own: signedIn },
    update: { own: active },
    updateColumns: [
      'allow_same_day_bookings',
      'avatar_url',
      'bio',
      'country',
      'display_name',
      'dob',
      'form_level',
      'full_name',
      'gender',
      'institution_id',
      'pause_1on1',
      'phone_number',
      'profile_banner_url',
      'region',
      'school',
      'subjects_of_study',
      'teaching_levels',
      'teaching_mode',
      'terms_accepted',
      'terms_accepted_at',
      'timezone',
      'updated_at',
      'username',
    ],
    sensitive: ['email', 'phone_number', 'dob', 'suspension_reason', 'role', 'is_reviewer'],
  },
  people: { select: { own: active, related: [...parties, ...staff], other: staff } },
  staff_members: { select: { own: staff, other: admin } },
  parent_child_links: { select: { own: ['student', 'parent'], other: desk } },
  subjects: reference,
  booking_rules: reference,
  notification_types: reference,
  tutor_subjects: { ...offer, sensitive: ['price_per_hour_ttd'] },
  session_types: { ...offer, sensitive: ['price_ttd'] },
  tutor_schedules: schedule,
  tutor_availability_rules: schedule,
  tutor_unavailability_blocks: { ...schedule, sensitive: ['reason_private'] },
  bookings: { ...lesson, sensitive: ['price_ttd', 'parent_notes', 'payer_id', 'payment_status'] },
  booking_messages: { ...lesson, sensitive: ['body'] },
  sessions: { ...lesson, sensitive: ['join_url', 'meeting_external_id', 'payout_amount_ttd'] },
  noshow_claims: {
    // A parent is no party of a claim.
    select: { own: [...tutors, 'student'], other: desk },
    sensitive: ['written_explanation', 'evidence_files'],
  },
  notifications: { select: { own: active }, sensitive: ['message'] },
  notification_outbox: { select: { other: admin }, sensitive: ['payload'] },
  audit_log: { select: { other: admin }, sensitive: ['details', 'reason'] },
  cron_runs: { select: { other: admin } },
  tutor_verification_requests: {
    select: { own: tutors, other: reviewers },
    hidden: [
      'extracted_text',
      'extracted_json',
      'notes',
      'confidence_score',
      'system_recommendation',
      'system_reason',
      'reviewed_by',
    ],
  },
  tutor_verified_subjects: {
    select: { own: tutors, other: reviewers },
    hidden: ['grade', 'verified_by_admin_id'],
  },
  degrees: { select: { own: tutors, other: reviewers }, hidden: ['reviewed_by'] },
  degree_documents: review,
  tutor_verification_events: { ...review, sensitive: ['actor_id', 'payload'] },
  verification_settings: review,
  verification_reasons: review,
  verification_cases: { ...review, sensitive: ['recommendation_reason', 'decided_by'] },
  verification_claims: review,
  verification_documents: { ...review, sensitive: ['sha256', 'phash', 'candidate_number'] },
  verification_findings: { ...review, sensitive: ['extracted', 'extracted_text'] },
  verification_grades: { ...review, sensitive: ['grade'] },
  // Ticks of another reviewer are an admin's to see.
  verification_evidence: { select: { own: ['reviewer'], other: admin }, sensitive: ['checklist'] },
  verification_notes: { ...review, sensitive: ['body'] },
  verification_decisions: { ...review, sensitive: ['override_reason', 'public_text'] },
  verification_resubmissions: review,
  verification_second_reviews: { ...review, sensitive: ['second_note'] },
};

/** Deciding on a request: the tutor whose request it is, or an admin. */
const decide = { allowed: { own: tutors, other: admin } };
/** A case of a tutor's that is held by whoever tries. */
const judge = { allowed: { other: reviewers } };
/** The student's side: himself and his parent. */
const answer = { allowed: { own: ['student', 'parent'] as const } };

export const declaredRpcs: Readonly<Record<string, RpcRule>> = {
  console_me: { allowed: { own: signedIn } },
  console_profile_contact_read: { allowed: { own: staff, other: staff } },
  console_audit_verify: { allowed: { own: admin } },
  console_staff_grant: { allowed: { other: admin } },
  console_staff_revoke: { allowed: { other: admin } },
  console_profile_suspend: { allowed: { other: admin } },
  console_profile_unsuspend: { allowed: { other: admin } },
  console_booking_confirm: decide,
  console_booking_decline: decide,
  console_booking_reschedule: decide,
  console_booking_counter_offer: { allowed: { own: tutors } },
  console_booking_accept_counter: answer,
  console_booking_accept_move: answer,
  console_booking_decline_move: answer,
  console_booking_cancel: { allowed: { own: parties, other: admin } },
  console_session_mark_no_show: { allowed: { own: tutors } },
  console_availability_replace: { allowed: { own: tutors, other: admin } },
  console_unavailability_add: { allowed: { own: tutors } },
  console_unavailability_remove: { allowed: { own: tutors } },
  console_notification_mark_read: { allowed: { own: active } },
  // For the function deliver-notifications, which holds the secret key.
  console_notifications_claim: { allowed: {} },
  console_notifications_settle: { allowed: {} },
  // For the function sync-purge.
  console_sync_purge: { allowed: {} },
  // Of others' documents; on the own there is nothing for anybody, staff or not.
  console_verification_claim_next: { allowed: { own: reviewers } },
  console_verification_claim: judge,
  console_verification_renew: judge,
  console_verification_release: judge,
  console_verification_priority_set: judge,
  console_verification_evidence_record: judge,
  console_verification_grades_set: judge,
  console_verification_note_add: judge,
  console_verification_decide: judge,
  console_verification_decide_many: judge,
  console_verification_escalate: judge,
  console_verification_revoke: judge,
  console_verification_reverse: judge,
  console_verification_second_claim_next: { allowed: { own: reviewers } },
  console_verification_second_release: judge,
  console_verification_second_submit: judge,
  console_verification_dispute_settle: { allowed: { other: admin } },
  console_verification_duplicates: judge,
  console_verification_reviewer_stats: { allowed: { own: reviewers } },
  console_verification_queue_stats: { allowed: { own: reviewers } },
  // For the function verification-intake.
  console_verification_intake: { allowed: {} },
  // Everyone signed in may ask; what comes is the table below. A suspended user gets an empty scope.
  sync_pull: { allowed: { own: signedIn } },
  // The self-check sees what sync_pull sees, and nothing outside the caller's scope.
  sync_digest: { allowed: { own: signedIn } },
  sync_list_bucket: { allowed: { own: signedIn } },
  // What became of one's own decision. A key is nobody's row: who does not know it cannot ask.
  console_once_settle: { allowed: { own: active } },
  // Numbers about the server, nothing of anyone.
  console_sync_health: { allowed: { own: active } },
  // The envelope is open to the signed-in; allowed is where the edit in it, here a confirmation, was applied.
  sync_push: decide,
};

/** Which rows sync_pull sends to whose cache: design 5, "who caches what". */
export const declaredSync: Readonly<Record<string, TableRule['select']>> = {
  subjects: { other: [...tutors, ...staff] },
  booking_rules: { other: [...tutors, ...staff] },
  people: { own: [...tutors, ...staff], related: [...tutors, ...staff], other: staff },
  tutor_subjects: offer.select,
  session_types: offer.select,
  tutor_schedules: schedule.select,
  tutor_availability_rules: schedule.select,
  tutor_unavailability_blocks: schedule.select,
  bookings: { own: tutors, other: desk },
  booking_messages: { own: tutors, other: desk },
  sessions: { own: tutors, other: desk },
  noshow_claims: { own: tutors, other: desk },
  notifications: { own: [...tutors, ...staff] },
  verification_settings: review.select,
  verification_reasons: review.select,
  verification_cases: review.select,
  verification_claims: review.select,
  verification_documents: review.select,
  verification_findings: review.select,
  verification_grades: review.select,
  verification_evidence: { own: ['reviewer'], other: admin },
  verification_notes: review.select,
  verification_decisions: review.select,
  verification_resubmissions: review.select,
  verification_second_reviews: review.select,
  tutor_verification_events: review.select,
};

/** Functions of our schemas that anon may execute. None: the console has nothing to say to who is not signed in. */
export const declaredForAnon: readonly string[] = [];
