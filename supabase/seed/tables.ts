/** How a column is written by COPY. A `?` allows null. Instants are epoch milliseconds, cents become numeric(10,2). */
type Plain = {
  uuid: string;
  text: string;
  texts: readonly string[];
  integer: number;
  boolean: boolean;
  cents: number;
  instant: number;
  date: string;
  time: string;
  json: object;
};
type Kind = keyof Plain;
export type ColumnType = Kind | `${Kind}?`;
type Value<T extends ColumnType> = T extends `${infer K extends Kind}?`
  ? Plain[K] | null
  : T extends Kind
    ? Plain[T]
    : never;

/**
 * The seeded tables in the order in which they are written (a profile before its user, or the platform's trigger
 * would make one), and, of each, the columns that the seed writes; all others keep their defaults.
 */
export const seedTables = {
  profiles: {
    id: 'uuid',
    role: 'text?',
    full_name: 'text',
    display_name: 'text',
    email: 'text',
    username: 'text',
    phone_number: 'text?',
    dob: 'date?',
    country: 'text',
    region: 'text?',
    school: 'text?',
    form_level: 'text?',
    subjects_of_study: 'texts?',
    billing_mode: 'text?',
    tutor_type: 'text?',
    teaching_mode: 'text?',
    teaching_levels: 'texts?',
    bio: 'text?',
    timezone: 'text',
    rating_average: 'cents?',
    rating_count: 'integer',
    tutor_verification_status: 'text?',
    is_suspended: 'boolean',
    suspension_reason: 'text?',
    suspended_at: 'instant?',
    terms_accepted: 'boolean',
    created_at: 'instant',
  },
  users: {
    id: 'uuid',
    email: 'text',
    encrypted_password: 'text?',
    email_confirmed_at: 'instant',
    raw_user_meta_data: 'json',
    created_at: 'instant',
  },
  identities: {
    id: 'uuid',
    provider_id: 'text',
    user_id: 'uuid',
    provider: 'text',
    identity_data: 'json',
    created_at: 'instant',
  },
  staff_members: { user_id: 'uuid', role: 'text' },
  demo_accounts: { email: 'text', role: 'text', label: 'text', position: 'integer' },
  parent_child_links: { id: 'uuid', parent_id: 'uuid', child_id: 'uuid' },
  subjects: {
    id: 'uuid',
    name: 'text',
    curriculum: 'text',
    level: 'text',
    code: 'text',
    label: 'text',
  },
  tutor_subjects: {
    id: 'uuid',
    tutor_id: 'uuid',
    subject_id: 'uuid',
    price_per_hour_ttd: 'cents',
    mode: 'text',
  },
  session_types: {
    id: 'uuid',
    tutor_id: 'uuid',
    subject_id: 'uuid',
    name: 'text',
    duration_minutes: 'integer',
    price_ttd: 'cents',
    is_active: 'boolean',
  },
  tutor_schedules: {
    id: 'uuid',
    tutor_id: 'uuid',
    timezone: 'text',
    slot_minutes: 'integer',
    buffer_minutes: 'integer',
    minimum_notice_hours: 'integer',
    horizon_days: 'integer',
  },
  tutor_availability_rules: {
    id: 'uuid',
    tutor_id: 'uuid',
    day_of_week: 'integer',
    start_time: 'time',
    end_time: 'time',
    slot_minutes: 'integer',
    buffer_minutes: 'integer',
    is_active: 'boolean',
  },
  tutor_unavailability_blocks: {
    id: 'uuid',
    tutor_id: 'uuid',
    start_at: 'instant',
    end_at: 'instant',
    is_recurring: 'boolean',
    rrule: 'text?',
    reason_private: 'text?',
  },
  bookings: {
    id: 'uuid',
    student_id: 'uuid',
    tutor_id: 'uuid',
    subject_id: 'uuid',
    session_type_id: 'uuid?',
    requested_start_at: 'instant',
    requested_end_at: 'instant',
    confirmed_start_at: 'instant?',
    confirmed_end_at: 'instant?',
    status: 'text',
    last_action_by: 'text',
    price_ttd: 'cents',
    student_notes: 'text?',
    tutor_notes: 'text?',
    payer_id: 'uuid?',
    payment_required: 'boolean',
    payment_status: 'text',
    currency: 'text',
    platform_fee_pct: 'integer',
    platform_fee_ttd: 'cents',
    tutor_payout_ttd: 'cents',
    duration_minutes: 'integer',
    parent_approved_at: 'instant?',
    parent_rejected_at: 'instant?',
    cancellation_reason: 'text?',
    created_at: 'instant',
    updated_at: 'instant',
  },
  booking_messages: {
    id: 'uuid',
    booking_id: 'uuid',
    sender_id: 'uuid',
    message_type: 'text',
    body: 'text?',
    proposed_start_at: 'instant?',
    proposed_end_at: 'instant?',
    created_at: 'instant',
  },
  sessions: {
    id: 'uuid',
    booking_id: 'uuid',
    tutor_id: 'uuid',
    student_id: 'uuid',
    provider: 'text',
    meeting_external_id: 'text?',
    join_url: 'text?',
    scheduled_start_at: 'instant',
    scheduled_end_at: 'instant',
    duration_minutes: 'integer',
    no_show_wait_minutes: 'integer',
    min_payable_minutes: 'integer',
    meeting_started_at: 'instant?',
    meeting_ended_at: 'instant?',
    tutor_marked_no_show_at: 'instant?',
    status: 'text',
    charge_scheduled_at: 'instant',
    charged_at: 'instant?',
    charge_amount_ttd: 'cents',
    payout_amount_ttd: 'cents',
    platform_fee_ttd: 'cents',
    payer_id: 'uuid?',
    payment_status: 'text',
    cancelled_by: 'text?',
    cancellation_reason: 'text?',
    cancelled_at: 'instant?',
    reschedule_proposed_start: 'instant?',
    reschedule_proposed_end: 'instant?',
  },
  noshow_claims: {
    id: 'uuid',
    session_id: 'uuid',
    claimant_id: 'uuid',
    claimant_role: 'text',
    defendant_id: 'uuid',
    written_explanation: 'text',
    response_deadline: 'instant',
    status: 'text',
    admin_verdict: 'text?',
    created_at: 'instant',
  },
  notifications: {
    id: 'uuid',
    user_id: 'uuid',
    type: 'text',
    title: 'text',
    message: 'text',
    link: 'text?',
    related_booking_id: 'uuid?',
    is_read: 'boolean',
    created_at: 'instant',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ColumnType>>>>;

export type SeedTableName = keyof typeof seedTables;
export type SeedRow<T extends SeedTableName> = {
  readonly [C in keyof (typeof seedTables)[T]]: (typeof seedTables)[T][C] extends ColumnType
    ? Value<(typeof seedTables)[T][C]>
    : never;
};

/** Rows that belong together: written in the order of `seedTables`, so that parents come first. */
export type SeedBatch = { readonly [T in SeedTableName]?: readonly SeedRow<T>[] };
