import type { ScheduleItem } from '#shared/rpc/contract';
import { defineQuery, statement } from '../cache/query.ts';
import { searchQuery } from './search.ts';
import { selectBookings, toScheduleItem, type BookingRow } from './rows.ts';
import { monthQuery, waitingQuery } from './totals.ts';
import { weekQuery } from './week.ts';

/** Requests that wait for the tutor's decision, oldest first. */
export const requestsQuery = defineQuery(
  'schedule.requests',
  (db, { tutorId }: { readonly tutorId: string }): ScheduleItem[] =>
    statement<[string], BookingRow>(
      db,
      `${selectBookings} WHERE b.tutor_id = ? AND b.status = 'PENDING' ORDER BY b.created_at, b.id LIMIT 500`,
    )
      .all(tutorId)
      .map(toScheduleItem),
);

/** One booking and whose it is; null when it is not in the cache. */
export const bookingQuery = defineQuery(
  'schedule.booking',
  (db, { bookingId }: { readonly bookingId: string }): { item: ScheduleItem; tutorId: string } | null => {
    const row = statement<[string], BookingRow>(db, `${selectBookings} WHERE b.id = ?`).get(bookingId);
    const owner = statement<[string], { tutor_id: string }>(db, 'SELECT tutor_id FROM bookings WHERE id = ?');
    const tutorId = owner.get(bookingId)?.tutor_id;
    return row === undefined || tutorId === undefined ? null : { item: toScheduleItem(row), tutorId };
  },
);

export type MessageRow = {
  readonly id: string;
  readonly sender_id: string;
  readonly sender_name: string | null;
  readonly message_type: string;
  readonly body: string | null;
  readonly proposed_start_at: number | null;
  readonly proposed_end_at: number | null;
  readonly created_at: number;
};

/** What was said about a booking, oldest first; null when there is no such booking here. */
export const messagesQuery = defineQuery(
  'schedule.messages',
  (db, { bookingId }: { readonly bookingId: string }): MessageRow[] | null => {
    const isKnown = statement<[string], { id: string }>(db, 'SELECT id FROM bookings WHERE id = ?').get(
      bookingId,
    );
    if (isKnown === undefined) return null;
    return statement<[string], MessageRow>(
      db,
      `SELECT m.id, m.sender_id, p.display_name AS sender_name, m.message_type, m.body, m.proposed_start_at,
         m.proposed_end_at, m.created_at
       FROM booking_messages m LEFT JOIN people p ON p.id = m.sender_id
       WHERE m.booking_id = ? ORDER BY m.created_at, m.id`,
    ).all(bookingId);
  },
);

/** Tutors whose schedule the cache has and whose name contains `search`, by name. */
export const tutorsQuery = defineQuery(
  'schedule.tutors',
  (db, { search }: { readonly search: string }): { id: string; name: string }[] =>
    statement<[string], { id: string; name: string }>(
      db,
      `SELECT p.id, p.display_name AS name FROM people p
       WHERE p.id IN (SELECT tutor_id FROM tutor_schedules) AND p.display_name LIKE ? ESCAPE '\\'
       ORDER BY p.display_name COLLATE NOCASE, p.id LIMIT 100`,
    ).all(`%${search.replace(/[\\%_]/g, (character) => `\\${character}`)}%`),
);

/** What the reader worker has to know of this domain. */
export const scheduleQueries = [
  weekQuery,
  bookingQuery,
  requestsQuery,
  messagesQuery,
  tutorsQuery,
  waitingQuery,
  monthQuery,
  searchQuery,
];
