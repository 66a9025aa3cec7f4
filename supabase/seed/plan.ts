import { minuteMillis, type Millis } from './calendar.ts';
import type { Student } from './people.ts';
import { quartersOf } from './people.ts';
import type { Offer, Tutor } from './tutors.ts';

/** How a booking ended, or where it stands on the anchor day. */
export type Outcome =
  | 'pending'
  | 'parent_pending'
  | 'parent_approved'
  | 'parent_rejected'
  | 'countered'
  | 'counter_refused'
  | 'declined'
  | 'withdrawn'
  | 'scheduled'
  | 'completed'
  | 'no_session'
  | 'early_end'
  | 'no_show_student'
  | 'no_show_tutor'
  | 'no_show_both'
  | 'cancelled_by_student'
  | 'cancelled_by_tutor';

/** One booking before it is written out as rows. */
export type Plan = {
  /** Unique over the seed; the ids of every row that follows from it are made of it. */
  readonly key: string;
  readonly tutor: Tutor;
  readonly student: Student;
  readonly offer: Offer;
  readonly start: Millis;
  readonly minutes: number;
  readonly outcome: Outcome;
  readonly createdAt: Millis;
  /** Where the request first asked for, when the lesson went to another time by a counter-offer. */
  readonly askedStart?: Millis;
  /** What the tutor's standing counter-offer proposes. */
  readonly proposedStart?: Millis;
  /** Where the tutor asks to move the confirmed lesson, too late to move it without consent. */
  readonly moveProposedStart?: Millis;
  readonly note?: string;
};

/** Times and amounts that all rows of one booking share. */
export type Facts = {
  readonly bookingId: string;
  readonly end: Millis;
  /** When the last decision was taken; never after the anchor day's start. */
  readonly decidedAt: Millis;
  readonly payerId: string;
  readonly isFree: boolean;
  readonly feeCents: number;
};

/** Outcomes whose booking is CONFIRMED, so that no two of them of one tutor may overlap. */
const holdsTime: ReadonlySet<Outcome> = new Set([
  'scheduled',
  'completed',
  'no_session',
  'early_end',
  'no_show_student',
  'no_show_tutor',
  'no_show_both',
]);

export function isConfirmed(outcome: Outcome): boolean {
  return holdsTime.has(outcome);
}

/** The quarter hours of one tutor that are taken, by confirmed lessons or by blocks. */
export type Taken = {
  isFree(start: Millis, minutes: number): boolean;
  take(start: Millis, minutes: number): void;
};

export function takenBy(
  blocks: readonly { start_at: Millis; end_at: Millis; is_recurring: boolean }[],
  until: Millis,
): Taken {
  const quarters = new Set<number>();
  const take = (start: Millis, minutes: number) => {
    for (const quarter of quartersOf(start, minutes)) quarters.add(quarter);
  };
  for (const block of blocks) {
    const minutes = (block.end_at - block.start_at) / minuteMillis;
    const step = block.is_recurring ? weekMillis : Number.POSITIVE_INFINITY;
    for (let start = block.start_at; start < until || start === block.start_at; start += step)
      take(start, minutes);
  }
  return {
    take,
    isFree: (start, minutes) => quartersOf(start, minutes).every((quarter) => !quarters.has(quarter)),
  };
}

const weekMillis = 7 * 24 * 60 * minuteMillis;
