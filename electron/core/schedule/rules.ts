import type { Database } from 'better-sqlite3';
import type { Micros } from '#shared/domain/instant';
import type { BookingRules } from '#shared/domain/move-rules';
import { statement } from '../cache/query.ts';

/** What holds until the rules of the backend have come: those it is seeded with. */
export const seededRules: BookingRules = {
  minimumNoticeHours: 24,
  directMoveHours: 24,
  cancelHours: 2,
  noShowMinutes: 15,
};

/** The booking rules in force at `now`. */
export function readRules(db: Database, now: Micros): BookingRules {
  const rows = statement<[number], RuleRow>(
    db,
    'SELECT actor, action, state, hours FROM booking_rules WHERE effective_from <= ? ORDER BY effective_from',
  ).all(now);
  const hours = (actor: string, action: string, state: string): number | undefined => {
    const of = (who: string) =>
      rows.findLast((row) => row.actor === who && row.action === action && row.state === state);
    const found = of(actor) ?? of('any');
    return found === undefined ? undefined : Number(found.hours);
  };
  const noShow = hours('tutor', 'mark_no_show', 'CONFIRMED');
  return {
    minimumNoticeHours: hours('student', 'request', 'PENDING') ?? seededRules.minimumNoticeHours,
    directMoveHours: hours('tutor', 'reschedule', 'CONFIRMED') ?? seededRules.directMoveHours,
    cancelHours: hours('tutor', 'cancel', 'CONFIRMED') ?? seededRules.cancelHours,
    noShowMinutes: noShow === undefined ? seededRules.noShowMinutes : Math.round(noShow * 60),
  };
}

/** `hours` is a decimal as text, as PostgreSQL's numeric travels. */
type RuleRow = {
  readonly actor: string;
  readonly action: string;
  readonly state: string;
  readonly hours: string;
};
