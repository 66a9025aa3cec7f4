import type { Database } from 'better-sqlite3';
import type { ScheduleMonth } from '#shared/rpc/contract';
import { rollupSource } from '../cache/rollups.ts';
import { defineQuery, statement } from '../cache/query.ts';

/** Requests that wait for the tutor's decision. */
export function countRequests(db: Database, tutorId: string): number {
  const found = statement<[string], { requests: number }>(
    db,
    `SELECT rows AS requests FROM ${rollupSource(db, 'bookings', 'status')}
     WHERE tutor_id = ? AND status = 'PENDING'`,
  ).get(tutorId);
  return found?.requests ?? 0;
}

export const waitingQuery = defineQuery(
  'schedule.waiting',
  (db, { tutorId }: { readonly tutorId: string }): { requests: number } => ({
    requests: countRequests(db, tutorId),
  }),
);

/** Lessons of a month, `YYYY-MM` by the platform's days. */
export const monthQuery = defineQuery(
  'schedule.month',
  (db, { tutorId, month }: { readonly tutorId: string; readonly month: string }): ScheduleMonth => {
    const [year = 0, place = 1] = month.split('-').map(Number);
    const day = (months: number) => Date.UTC(year, place - 1 + months, 1) / 86_400_000;
    const range = [tutorId, day(0), day(1)] as const;
    const agreed = statement<[string, number, number], { lessons: number; cents: number }>(
      db,
      `SELECT coalesce(sum(rows), 0) AS lessons, coalesce(sum(price_cents), 0) AS cents
       FROM ${rollupSource(db, 'bookings', 'day')}
       WHERE tutor_id = ? AND day >= ? AND day < ? AND status IN ('CONFIRMED', 'COMPLETED')`,
    ).get(...range);
    // The lesson knows more than the booking once it has begun.
    const given = statement<[string, number, number], { given: number }>(
      db,
      `SELECT coalesce(sum(rows), 0) AS given FROM ${rollupSource(db, 'sessions', 'day')}
       WHERE tutor_id = ? AND day >= ? AND day < ? AND status IN ('COMPLETED_ASSUMED', 'EARLY_END_SHORT')`,
    ).get(...range);
    return { lessons: agreed?.lessons ?? 0, cents: agreed?.cents ?? 0, given: given?.given ?? 0 };
  },
);
