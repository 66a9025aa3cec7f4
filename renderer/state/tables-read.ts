import { syncTables, type SyncTableName } from '#shared/domain/sync/tables';

type Source = SyncTableName | 'outbox' | 'drafts' | 'bulks' | 'settings';

const people = ['people', 'subjects'] as const;
const week = [
  'bookings',
  'sessions',
  'booking_messages',
  'tutor_schedules',
  'tutor_availability_rules',
  'tutor_unavailability_blocks',
  'outbox',
  ...people,
] as const;

const verification = [
  'verification_cases',
  'verification_claims',
  'verification_documents',
  'verification_findings',
  'verification_grades',
  'verification_evidence',
  'verification_notes',
  'verification_decisions',
  'verification_resubmissions',
  'tutor_verification_events',
  ...people,
] as const;

/** Which tables stand behind each answer that screens keep alive: a change to one of them asks again. */
export const tablesRead = {
  'schedule.week': week,
  'schedule.requests': ['bookings', 'booking_messages', 'outbox', ...people],
  'schedule.search': ['bookings', ...people],
  'schedule.waiting': ['bookings'],
  'schedule.month': ['bookings', 'sessions'],
  'schedule.booking': ['bookings', 'sessions', 'booking_messages', 'outbox', ...people],
  'schedule.messages': ['booking_messages', 'people', 'outbox'],
  'schedule.tutors': ['people', 'tutor_schedules'],
  'verification.queue': ['verification_cases', 'verification_claims', 'verification_documents', 'people'],
  'verification.counts': ['verification_cases', 'verification_claims', 'verification_second_reviews'],
  'verification.case': verification,
  'verification.candidates': verification,
  'verification.bulks': ['bulks', 'verification_decisions'],
  'verification.filters': ['settings'],
  'verification.catalogue': ['verification_settings', 'verification_reasons', 'subjects'],
  'verification.secondReviews': [
    'verification_second_reviews',
    'verification_cases',
    'verification_documents',
    'verification_decisions',
    'verification_evidence',
    'verification_findings',
    'people',
  ],
  // Asks the server; a hash that somebody's console found may make a match.
  'verification.duplicates': ['verification_documents'],
  'outbox.list': ['outbox', 'bookings', 'tutor_availability_rules', ...people],
  'drafts.list': ['drafts', ...syncTables.map((table) => table.name)],
} as const satisfies Readonly<Record<string, readonly Source[]>>;

export type LiveName = keyof typeof tablesRead;
