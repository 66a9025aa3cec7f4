import { syncTables, type SyncTableName } from '#shared/domain/sync/tables';

type Source = SyncTableName | 'outbox' | 'drafts' | 'settings';

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

/** Which tables stand behind each answer that screens keep alive: a change to one of them asks again. */
export const tablesRead = {
  'schedule.week': week,
  'schedule.requests': ['bookings', 'booking_messages', 'outbox', ...people],
  'schedule.search': ['bookings', ...people],
  'schedule.waiting': ['bookings'],
  'schedule.month': ['bookings'],
  'schedule.booking': ['bookings', 'sessions', 'booking_messages', 'outbox', ...people],
  'schedule.messages': ['booking_messages', 'people', 'outbox'],
  'schedule.tutors': ['people', 'tutor_schedules'],
  'outbox.list': ['outbox', 'bookings', 'tutor_availability_rules', ...people],
  'drafts.list': ['drafts', ...syncTables.map((table) => table.name)],
} as const satisfies Readonly<Record<string, readonly Source[]>>;

export type LiveName = keyof typeof tablesRead;
