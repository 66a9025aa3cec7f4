import {
  boolean,
  cents,
  centsOrNull,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  text,
  textOrNull,
  uuid,
  uuidOrNull,
  type SyncTable,
} from './columns.ts';
import { verificationTables } from './verification-tables.ts';

export type { ColumnKind, SyncColumn, SyncRollup, SyncTable } from './columns.ts';

/** The day of an instant in Trinidad and Tobago, which has no summer time, as days since 1970. */
function platformDay(column: string): string {
  return `(${column} - 14400000000) / 86400000000`;
}

/**
 * Every synced table of the console, in the order in which parents come before children. `id` and `row_version`
 * stand first in each row on the wire and are not repeated here. Who sees what: design 5.
 */
export const syncTables = [
  {
    name: 'subjects',
    columns: { name: text, curriculum: textOrNull, level: textOrNull, code: textOrNull, label: textOrNull },
    principals: [],
    staff: ['admin', 'reviewer', 'support'],
    reference: true,
    indexes: [],
  },
  {
    name: 'booking_rules',
    columns: { actor: text, action: text, state: text, hours: { kind: 'text' }, effective_from: instant },
    principals: [],
    staff: ['admin', 'reviewer', 'support'],
    reference: true,
    indexes: [],
  },
  {
    name: 'people',
    columns: { display_name: text, avatar_url: textOrNull, timezone: textOrNull },
    principals: ['id'],
    staff: ['admin', 'reviewer', 'support'],
    indexes: [],
    search: ['display_name'],
  },
  {
    name: 'tutor_subjects',
    columns: {
      tutor_id: uuid,
      subject_id: uuid,
      price_per_hour_cents: cents('price_per_hour_ttd'),
      mode: text,
    },
    principals: ['tutor_id'],
    staff: ['admin'],
    indexes: [['tutor_id']],
  },
  {
    name: 'session_types',
    columns: {
      tutor_id: uuid,
      subject_id: uuidOrNull,
      name: text,
      duration_minutes: integer,
      price_cents: cents('price_ttd'),
      is_active: boolean,
    },
    principals: ['tutor_id'],
    staff: ['admin'],
    indexes: [['tutor_id']],
  },
  {
    name: 'tutor_schedules',
    columns: {
      tutor_id: uuid,
      timezone: text,
      slot_minutes: integer,
      buffer_minutes: integer,
      minimum_notice_hours: integer,
      horizon_days: integer,
    },
    principals: ['tutor_id'],
    staff: ['admin', 'support'],
    indexes: [['tutor_id']],
  },
  {
    name: 'tutor_availability_rules',
    columns: {
      tutor_id: uuid,
      day_of_week: integer,
      start_time: { kind: 'time' },
      end_time: { kind: 'time' },
      slot_minutes: integer,
      buffer_minutes: integer,
      is_active: boolean,
    },
    principals: ['tutor_id'],
    staff: ['admin', 'support'],
    indexes: [['tutor_id', 'day_of_week']],
  },
  {
    name: 'tutor_unavailability_blocks',
    columns: {
      tutor_id: uuid,
      start_at: instant,
      end_at: instant,
      is_recurring: boolean,
      rrule: textOrNull,
      reason_private: textOrNull,
    },
    principals: ['tutor_id'],
    staff: ['admin', 'support'],
    indexes: [['tutor_id', 'start_at']],
  },
  {
    name: 'bookings',
    columns: {
      tutor_id: uuid,
      student_id: uuid,
      subject_id: uuid,
      session_type_id: uuidOrNull,
      status: text,
      requested_start_at: instant,
      requested_end_at: instant,
      confirmed_start_at: instantOrNull,
      confirmed_end_at: instantOrNull,
      last_action_by: textOrNull,
      price_cents: cents('price_ttd'),
      payment_status: text,
      payment_required: boolean,
      duration_minutes: integer,
      student_notes: textOrNull,
      tutor_notes: textOrNull,
      cancellation_reason: textOrNull,
      created_at: instant,
      updated_at: instant,
    },
    principals: ['tutor_id', 'student_id', 'payer_id'],
    staff: ['admin', 'support'],
    indexes: [
      ['tutor_id', 'confirmed_start_at'],
      ['tutor_id', 'status', 'requested_start_at'],
      ['status', 'requested_start_at'],
      // What search reads, newest first: of one person, or of everybody.
      ['student_id', 'requested_start_at'],
      ['tutor_id', 'requested_start_at'],
      ['requested_start_at'],
    ],
    rollups: [
      { name: 'status', keys: { tutor_id: 'row.tutor_id', status: 'row.status' } },
      {
        name: 'day',
        keys: {
          tutor_id: 'row.tutor_id',
          day: platformDay('row.confirmed_start_at'),
          status: 'row.status',
        },
        sums: { price_cents: 'row.price_cents' },
      },
    ],
  },
  {
    name: 'booking_messages',
    columns: {
      booking_id: uuid,
      sender_id: uuid,
      message_type: text,
      body: textOrNull,
      proposed_start_at: instantOrNull,
      proposed_end_at: instantOrNull,
      created_at: instant,
    },
    principals: [],
    through: { table: 'bookings', column: 'booking_id' },
    staff: ['admin', 'support'],
    indexes: [['booking_id', 'created_at']],
  },
  {
    name: 'sessions',
    columns: {
      booking_id: uuid,
      tutor_id: uuid,
      student_id: uuid,
      provider: textOrNull,
      join_url: textOrNull,
      status: text,
      scheduled_start_at: instant,
      scheduled_end_at: instant,
      duration_minutes: integer,
      no_show_wait_minutes: integerOrNull,
      charge_scheduled_at: instant,
      charged_at: instantOrNull,
      charge_amount_cents: centsOrNull('charge_amount_ttd'),
      payout_amount_cents: centsOrNull('payout_amount_ttd'),
      payment_status: text,
      tutor_marked_no_show_at: instantOrNull,
      /** A late move that the student has not answered yet. */
      reschedule_proposed_start: instantOrNull,
      reschedule_proposed_end: instantOrNull,
      cancelled_at: instantOrNull,
      cancelled_by: textOrNull,
    },
    principals: ['tutor_id', 'student_id', 'payer_id'],
    staff: ['admin', 'support'],
    indexes: [['booking_id'], ['tutor_id', 'scheduled_start_at']],
    rollups: [
      {
        name: 'day',
        keys: {
          tutor_id: 'row.tutor_id',
          day: platformDay('row.scheduled_start_at'),
          status: 'row.status',
        },
      },
    ],
  },
  {
    name: 'noshow_claims',
    columns: {
      session_id: uuid,
      claimant_id: uuid,
      claimant_role: text,
      defendant_id: uuid,
      written_explanation: text,
      response_deadline: instant,
      status: text,
      admin_verdict: textOrNull,
      created_at: instant,
    },
    principals: ['claimant_id', 'defendant_id'],
    staff: ['admin', 'support'],
    indexes: [['session_id']],
  },
  {
    name: 'notifications',
    columns: {
      user_id: uuid,
      type: text,
      title: text,
      message: text,
      link: textOrNull,
      related_booking_id: uuidOrNull,
      is_read: boolean,
      created_at: instant,
    },
    principals: ['user_id'],
    everyone: true,
    staff: [],
    indexes: [['user_id', 'is_read', 'created_at']],
  },
  ...verificationTables,
] as const satisfies readonly SyncTable[];

export type SyncTableName = (typeof syncTables)[number]['name'];

/** The declaration of one table. */
export function syncTable(name: SyncTableName): SyncTable {
  const found = syncTables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`no synced table is named ${name}`);
  return found;
}

/** The names a table's rows have on the wire, in order: id, row_version, then the declared columns. */
export function wireColumns(table: SyncTable): readonly string[] {
  return ['id', 'row_version', ...Object.keys(table.columns)];
}
