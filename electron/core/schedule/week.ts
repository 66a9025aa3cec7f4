import type { Database } from 'better-sqlite3';
import { bandsOf, occurrencesOf } from '#shared/domain/availability';
import { microsPerDay, microsPerHour, type Micros } from '#shared/domain/instant';
import type { Interval } from '#shared/domain/overlap';
import { zoneOr } from '#shared/domain/zone';
import type { ScheduleWeek } from '#shared/rpc/contract';
import { defineQuery, statement } from '../cache/query.ts';
import { readRules } from './rules.ts';
import { countRequests } from './totals.ts';
import { selectBookings, toScheduleItem, type BookingRow } from './rows.ts';

export type WeekInput = {
  readonly tutorId: string;
  readonly from: Micros;
  readonly to: Micros;
  /** The server's time. */
  readonly now: Micros;
};

/** One week of one tutor as the cache has it, with the effect of edits that wait but without saying which. */
export const weekQuery = defineQuery('schedule.week', (db, input: WeekInput): ScheduleWeek => {
  const { tutorId, from, to, now } = input;
  const zone = readZone(db, tutorId);
  const bounds: Interval = { startAt: from, endAt: to };
  const name = statement<[string], { display_name: string }>(
    db,
    'SELECT display_name FROM people WHERE id = ?',
  );
  return {
    zone,
    tutorId,
    tutorName: name.get(tutorId)?.display_name ?? '',
    from,
    to,
    items: readItems(db, input),
    blocks: readBlocks(db, tutorId, zone, bounds),
    bands: bandsOf(readAvailability(db, tutorId), zone, bounds),
    waitingRequests: countRequests(db, tutorId),
    rules: readRules(db, now),
  };
});

/** No lesson is longer: the platform's limit is 5 hours. Rows that began this much earlier may run into the week. */
const longestMicros = 6 * microsPerHour;
/** How far from its requested or scheduled time a proposal is looked for. */
const proposalReach = 60 * microsPerDay;

/** Each branch is a range of one index, so that the cost follows the week and not the history. */
const itemsSql = `${selectBookings}
  WHERE b.id IN (
    SELECT id FROM bookings
    WHERE tutor_id = @tutorId AND confirmed_start_at >= @low AND confirmed_start_at < @to
      AND status IN ('CONFIRMED', 'COMPLETED', 'NO_SHOW') AND confirmed_end_at > @from
    UNION ALL
    SELECT id FROM bookings
    WHERE tutor_id = @tutorId AND status IN ('PENDING', 'PENDING_PARENT_APPROVAL', 'PARENT_APPROVED', 'COUNTER_PROPOSED')
      AND requested_start_at >= @low AND requested_start_at < @to AND requested_end_at > @from
    UNION ALL
    SELECT o.id FROM bookings o
    WHERE o.tutor_id = @tutorId AND o.status = 'COUNTER_PROPOSED'
      AND o.requested_start_at >= @from - @reach AND o.requested_start_at < @to + @reach
      AND EXISTS (SELECT 1 FROM booking_messages m WHERE m.booking_id = o.id AND m.message_type = 'time_proposal'
        AND m.proposed_start_at < @to AND m.proposed_end_at > @from)
    UNION ALL
    SELECT booking_id FROM sessions
    WHERE tutor_id = @tutorId AND scheduled_start_at >= @from - @reach AND scheduled_start_at < @to + @reach
      AND reschedule_proposed_start < @to AND reschedule_proposed_end > @from)
  ORDER BY b.id`;

type ItemsInput = { tutorId: string; from: number; to: number; low: number; reach: number };

function readItems(db: Database, { tutorId, from, to }: WeekInput): ScheduleWeek['items'] {
  return statement<[ItemsInput], BookingRow>(db, itemsSql)
    .all({ tutorId, from, to, low: from - longestMicros, reach: proposalReach })
    .map(toScheduleItem)
    .filter(
      (item) => isInside(item.startAt, item.endAt) || isInside(item.proposedStartAt, item.proposedEndAt),
    )
    .toSorted((a, b) => a.startAt - b.startAt || a.endAt - b.endAt);

  function isInside(startAt: Micros | null, endAt: Micros | null): boolean {
    return startAt !== null && endAt !== null && startAt < to && endAt > from;
  }
}

type BlockRow = {
  readonly id: string;
  readonly start_at: number;
  readonly end_at: number;
  readonly is_recurring: number;
  readonly rrule: string | null;
  readonly reason_private: string | null;
};

function readBlocks(db: Database, tutorId: string, zone: string, bounds: Interval): ScheduleWeek['blocks'] {
  const blocks = statement<[string, number, number], BlockRow>(
    db,
    `SELECT id, start_at, end_at, is_recurring, rrule, reason_private FROM tutor_unavailability_blocks
     WHERE tutor_id = ? AND start_at < ? AND (is_recurring = 1 OR end_at > ?)`,
  )
    .all(tutorId, bounds.endAt, bounds.startAt)
    .map((row) => ({
      id: row.id,
      startAt: row.start_at,
      endAt: row.end_at,
      isRecurring: row.is_recurring !== 0,
      rrule: row.rrule,
      reason: row.reason_private,
    }));
  return occurrencesOf(blocks, zone, bounds).map(({ startAt, endAt, block }) => ({
    id: block.id,
    startAt,
    endAt,
    reason: block.reason,
    isRecurring: block.isRecurring,
    pending: null,
  }));
}

type AvailabilityRow = {
  readonly day_of_week: number;
  readonly start_time: string;
  readonly end_time: string;
  readonly is_active: number;
};

function readAvailability(db: Database, tutorId: string) {
  return statement<[string], AvailabilityRow>(
    db,
    'SELECT day_of_week, start_time, end_time, is_active FROM tutor_availability_rules WHERE tutor_id = ?',
  )
    .all(tutorId)
    .map((row) => ({
      dayOfWeek: row.day_of_week,
      startTime: row.start_time,
      endTime: row.end_time,
      isActive: row.is_active !== 0,
    }));
}

/** The zone of the tutor's rules, else the one where the tutor lives, else the platform's. */
function readZone(db: Database, tutorId: string): string {
  const schedule = statement<[string], { timezone: string }>(
    db,
    'SELECT timezone FROM tutor_schedules WHERE tutor_id = ? LIMIT 1',
  ).get(tutorId);
  const person = statement<[string], { timezone: string | null }>(
    db,
    'SELECT timezone FROM people WHERE id = ?',
  );
  return zoneOr(schedule?.timezone ?? person.get(tutorId)?.timezone);
}
