import { randomUUID } from 'node:crypto';
import type { Relation } from './declared.ts';
import type { Role, StagedCase, Stage, Story } from './roles.ts';

/** A row: a condition over the table, with its values. Null when the role has none of that kind. */
export type Target = { readonly where: string; readonly values: readonly unknown[] } | null;

/** The row of a table that stands in this relation to the role. */
export function targetOf(stage: Stage, table: string, role: Role, relation: Relation): Target {
  const userId = role === 'anon' ? null : stage.users[role];
  const own = stage.storyOf(role);
  const other = stage.strangeTo(role);
  switch (table) {
    case 'profiles':
    case 'people':
      if (relation === 'own') return by('id', userId);
      if (relation === 'other') return by('id', other.student);
      return by('id', own === null ? stage.users.tutor : counterpart(role, own));
    case 'staff_members':
      return relation === 'own'
        ? by('user_id', ['reviewer', 'support', 'admin'].includes(role) ? userId : null)
        : relation === 'other'
          ? by('user_id', role === 'admin' ? stage.users.support : stage.users.admin)
          : null;
    case 'notifications':
      return by('user_id', relation === 'own' ? userId : other.student);
    case 'subjects':
    case 'booking_rules':
    case 'notification_types':
    case 'notification_outbox':
    case 'audit_log':
    case 'cron_runs':
    case 'verification_settings':
    case 'verification_reasons':
      return relation === 'other' ? { where: 'true', values: [] } : null;
    case 'verification_evidence':
      // The tutor's own: what was ticked about him. The reviewer's own: what he ticked.
      if (relation === 'related') return null;
      if (role === 'reviewer' && relation === 'own') return by('reviewer_id', userId);
      return relation === 'own' && own === null
        ? null
        : {
            where: 'case_id = $1 and reviewer_id is distinct from $2',
            values: [(relation === 'own' ? own : other)?.request, userId],
          };
    default:
      if (relation === 'related') return null;
      return byStory(table, relation === 'own' ? own : other);
  }
}

function byStory(table: string, story: Story | null): Target {
  switch (table) {
    case 'parent_child_links':
      return by('child_id', story?.student ?? null);
    case 'tutor_subjects':
    case 'session_types':
    case 'tutor_schedules':
    case 'tutor_availability_rules':
    case 'tutor_unavailability_blocks':
      return by('tutor_id', story?.tutor ?? null);
    case 'bookings':
      return by('id', story?.pending ?? null);
    case 'booking_messages':
      return by('id', story?.offer ?? null);
    case 'sessions':
      return by('id', story?.session ?? null);
    case 'noshow_claims':
      return by('id', story?.claim ?? null);
    case 'tutor_verification_requests':
    case 'verification_cases':
    case 'verification_claims':
    case 'verification_findings':
      return by('id', story?.request ?? null);
    case 'degrees':
      return by('id', story?.degree ?? null);
    case 'degree_documents':
      return by('degree_id', story?.degree ?? null);
    case 'tutor_verified_subjects':
      return by('tutor_id', story?.tutor ?? null);
    case 'tutor_verification_events':
    case 'verification_documents':
    case 'verification_grades':
    case 'verification_notes':
    case 'verification_decisions':
    case 'verification_resubmissions':
    case 'verification_second_reviews':
      return by('case_id', story?.request ?? null);
    default:
      throw new Error(`no row of ${table} is staged: say in targets.ts whose rows it has`);
  }
}

/** Arguments with which an RPC is allowed to whom it is meant for. Null when the role has no such target. */
export function argumentsOf(
  stage: Stage,
  rpc: string,
  role: Role,
  relation: 'own' | 'other',
): Record<string, unknown> | null {
  const other = stage.strangeTo(role);
  const story = relation === 'own' ? stage.storyOf(role) : other;
  const now = Date.now();
  const span = (days: number) => ({
    p_start_at: new Date(now + days * 86_400_000).toISOString(),
    p_end_at: new Date(now + days * 86_400_000 + 3_600_000).toISOString(),
  });
  switch (rpc) {
    case 'console_me':
    case 'console_audit_verify':
    case 'console_verification_claim_next':
    case 'console_verification_second_claim_next':
    case 'console_verification_queue_stats':
    case 'console_verification_intake':
    case 'console_sync_purge':
    case 'console_sync_health':
      return relation === 'own' ? {} : null;
    case 'console_verification_reviewer_stats':
      return relation === 'own' ? { p_from: '2020-01-01T00:00:00Z', p_to: '2040-01-01T00:00:00Z' } : null;
    case 'console_notifications_claim':
      return relation === 'own' ? { p_limit: 1 } : null;
    case 'console_notifications_settle':
      return relation === 'own' ? { p_results: '[]' } : null;
    case 'console_once_settle':
      return relation === 'own' ? { p_key: randomUUID(), p_kind: 'probe' } : null;
    case 'sync_pull':
      return relation === 'own' ? { p_request: JSON.stringify(pullRequest) } : null;
    case 'sync_digest':
      return relation === 'own' ? { p_tables: JSON.stringify(Object.keys(pullRequest.tables)) } : null;
    case 'sync_list_bucket': {
      const request = { table: 'bookings', buckets: [0], snap: '1:1:' };
      return relation === 'own' ? { p_request: JSON.stringify(request) } : null;
    }
    case 'sync_push':
      return story === null ? null : pushOf(story);
    case 'console_profile_contact_read':
      if (relation === 'other') return { p_user_id: other.student };
      return { p_user_id: role === 'anon' ? stage.users.tutor : stage.users[role] };
    case 'console_staff_grant':
      return relation === 'own' ? null : { p_user_id: other.student, p_role: 'support', p_reason: 'Probe' };
    case 'console_staff_revoke':
      // Support is taken from the one who has it, except by himself.
      return relation === 'own' || role === 'support'
        ? null
        : { p_user_id: stage.users.support, p_role: 'support', p_reason: 'Probe' };
    case 'console_profile_suspend':
      return relation === 'own' ? null : { p_user_id: other.student, p_reason: 'Probe' };
    case 'console_profile_unsuspend':
      // The suspended user tries it for himself.
      return (relation === 'own') === (role === 'suspended')
        ? { p_user_id: stage.users.suspended, p_reason: 'Probe' }
        : null;
    case 'console_notification_mark_read':
      return {
        p_id: { notificationOf: relation === 'own' ? userOf(stage, role) : other.student },
      };
    case 'console_unavailability_add':
      return relation === 'own' ? { p_id: randomUUID(), ...span(200), p_reason_private: null } : null;
    default:
      if (story === null) return null;
      return rpc.startsWith('console_verification_')
        ? caseArguments(rpc, role === 'admin' ? story.forAdmin : story.forReviewer)
        : storyArguments(rpc, story, span);
  }
}

/** A first pull of everything; the server decides by the caller's scope what comes. */
export const syncedTables = [
  'subjects',
  'booking_rules',
  'people',
  'tutor_subjects',
  'session_types',
  'tutor_schedules',
  'tutor_availability_rules',
  'tutor_unavailability_blocks',
  'bookings',
  'booking_messages',
  'sessions',
  'noshow_claims',
  'notifications',
  'verification_settings',
  'verification_reasons',
  'verification_cases',
  'verification_claims',
  'verification_documents',
  'verification_findings',
  'verification_grades',
  'verification_evidence',
  'verification_notes',
  'verification_decisions',
  'verification_resubmissions',
  'verification_second_reviews',
  'tutor_verification_events',
] as const;

const pullRequest = {
  version: 1,
  tables: Object.fromEntries(
    syncedTables.map((table) => [
      table,
      { snap: '1:1:', xid: '0', id: '00000000-0000-0000-0000-000000000000' },
    ]),
  ),
  log: null,
  limit: 5000,
};

/** One edit in an envelope: the confirmation of a request. */
function pushOf(story: Story): Record<string, unknown> {
  const edit = {
    id: randomUUID(),
    seq: 1,
    kind: 'booking.confirm',
    args: { booking_id: story.pending },
    expect: [],
  };
  return { p_client_id: randomUUID(), p_mutations: JSON.stringify([edit]) };
}

/** A case that waits for the role's verdict, and what the role decided before. */
function caseArguments(rpc: string, staged: StagedCase): Record<string, unknown> {
  const { held, heldVersion, approved, approvedVersion, decision, review } = staged;
  const verdict = {
    caseId: held,
    rowVersion: heldVersion,
    outcome: 'RESUBMIT',
    reasonCodes: ['file_missing'],
    grades: null,
  };
  const key = { p_key: randomUUID() };
  switch (rpc) {
    case 'console_verification_claim':
    case 'console_verification_renew':
    case 'console_verification_release':
      return { p_case_ids: [held] };
    case 'console_verification_priority_set':
      return { p_case_ids: [held], p_priority: 1 };
    case 'console_verification_evidence_record':
      return { p_case_id: held, p_evidence: JSON.stringify({ opened: [], checklist: { legible: 'pass' } }) };
    case 'console_verification_grades_set':
      return { p_case_id: held, p_grades: '[]' };
    case 'console_verification_note_add':
      return { p_id: randomUUID(), p_case_id: held, p_body: 'A note' };
    case 'console_verification_decide':
      return { ...key, p_decision: JSON.stringify(verdict) };
    case 'console_verification_decide_many':
      return { ...key, p_decisions: JSON.stringify([verdict]) };
    case 'console_verification_escalate':
      return { ...key, p_case_id: held, p_row_version: heldVersion, p_reason: 'Odd' };
    case 'console_verification_revoke':
      return {
        ...key,
        p_revocation: JSON.stringify({
          caseId: approved,
          rowVersion: approvedVersion,
          reasonCodes: ['other_revoke'],
        }),
      };
    case 'console_verification_reverse':
      return { ...key, p_decision_ids: [decision], p_reason: 'Slip' };
    case 'console_verification_second_release':
      return { p_review_id: review };
    case 'console_verification_second_submit':
      return { ...key, p_review_id: review, p_verdict: JSON.stringify({ outcome: 'REJECT', note: '' }) };
    case 'console_verification_dispute_settle':
      return {
        ...key,
        p_case_id: approved,
        p_row_version: approvedVersion,
        p_verdict: 'UPHOLD',
        p_reason: 'Fine',
      };
    case 'console_verification_duplicates':
      return { p_case_id: held };
    default:
      throw new Error(`no arguments are known for ${rpc}: add them to targets.ts`);
  }
}

function storyArguments(
  rpc: string,
  story: Story,
  span: (days: number) => Record<string, string>,
): Record<string, unknown> {
  switch (rpc) {
    case 'console_booking_confirm':
      return { p_booking_id: story.pending };
    case 'console_booking_decline':
      return { p_booking_id: story.pending, p_message: '' };
    case 'console_booking_counter_offer':
      return { p_booking_id: story.pending, ...span(50), p_message: '' };
    case 'console_booking_accept_counter':
      return { p_booking_id: story.countered, p_message_id: story.offer };
    case 'console_booking_cancel':
      return { p_booking_id: story.confirmed, p_reason: 'Ill' };
    case 'console_booking_reschedule':
      return { p_booking_id: story.confirmed, ...span(60), p_reason: 'Clash' };
    case 'console_booking_accept_move':
    case 'console_booking_decline_move':
      return { p_booking_id: story.moved };
    case 'console_session_mark_no_show':
      return { p_session_id: story.runningSession, p_explanation: 'Nobody came for half an hour.' };
    case 'console_availability_replace':
      return { p_schedule_id: story.schedule, p_rules: '[]' };
    case 'console_unavailability_remove':
      return { p_id: story.block };
    default:
      throw new Error(`no arguments are known for ${rpc}: add them to targets.ts`);
  }
}

function by(column: string, value: string | null): Target {
  return value === null ? null : { where: `${column} = $1`, values: [value] };
}

function counterpart(role: Role, story: Story): string {
  return role === 'student' || role === 'parent' ? story.tutor : story.student;
}

function userOf(stage: Stage, role: Role): string {
  return role === 'anon' ? stage.users.tutor : stage.users[role];
}
