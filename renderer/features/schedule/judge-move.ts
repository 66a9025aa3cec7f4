import { canDo } from '#shared/domain/booking-status';
import { microsPerHour, type Micros } from '#shared/domain/instant';
import { overlaps, subtract, type Interval } from '#shared/domain/overlap';
import type { ScheduleItem, ScheduleWeek } from '#shared/rpc/contract';
import { clockLabel } from '#renderer/ui/time-labels.ts';
import { isFirm } from './look.ts';

/** What moving a booking there would mean. */
export type Verdict = {
  /** move: it takes effect; proposal: the student has to accept; counter: a counter-offer to a request. */
  kind: 'move' | 'proposal' | 'counter';
  /** Why it cannot be put there, in words; null when it can. */
  problem: string | null;
  /** What is unusual about it, without forbidding it. */
  warnings: readonly string[];
  /** What happens when it is dropped, in words. */
  effect: string;
};

type Known = Pick<ScheduleWeek, 'zone' | 'items' | 'blocks' | 'bands' | 'rules' | 'from' | 'to'>;

/** Whether a booking can be moved at all, by its state. */
export function canMove(item: ScheduleItem): boolean {
  return canDo('reschedule', item.status) || canDo('counter_offer', item.status);
}

/**
 * Judges a new time from what is known locally, with the rules the server applies; the server has the last word.
 * `week` has to cover the new time.
 */
export function judgeMove(item: ScheduleItem, to: Interval, week: Known, now: Micros): Verdict {
  const kind = kindOf(item, week, now);
  return {
    kind,
    problem: problemOf(item, to, week, now),
    warnings: warningsOf(item, to, week),
    effect: effects[kind](item.studentName.split(' ')[0] ?? item.studentName),
  };
}

/** Free starts for something as long as `item`, the nearest to its present time first. */
export function freeStarts(item: ScheduleItem, week: Known, now: Micros, most: number): readonly Interval[] {
  const taken = [...week.items.filter((other) => other.bookingId !== item.bookingId), ...week.blocks];
  const soonest = now + week.rules.minimumNoticeHours * microsPerHour;
  const length = item.endAt - item.startAt;
  const step = microsPerHour / 2;
  const starts: Interval[] = [];
  for (const free of subtract(week.bands, taken)) {
    const first = Math.ceil(Math.max(free.startAt, soonest) / step) * step;
    for (let startAt = first; startAt + length <= free.endAt; startAt += step) {
      if (startAt !== item.startAt) starts.push({ startAt, endAt: startAt + length });
    }
  }
  const nearest = starts.toSorted(
    (a, b) => Math.abs(a.startAt - item.startAt) - Math.abs(b.startAt - item.startAt),
  );
  // Three starts of the same afternoon are one offer: take each only when it stands clear of those taken.
  const chosen: Interval[] = [];
  for (const start of nearest) {
    if (chosen.length === most) break;
    if (!chosen.some((other) => overlaps(other, start))) chosen.push(start);
  }
  return chosen.toSorted((a, b) => a.startAt - b.startAt);
}

function kindOf(item: ScheduleItem, week: Known, now: Micros): Verdict['kind'] {
  if (!canDo('reschedule', item.status)) return 'counter';
  return item.startAt - now >= week.rules.directMoveHours * microsPerHour ? 'move' : 'proposal';
}

function problemOf(item: ScheduleItem, to: Interval, week: Known, now: Micros): string | null {
  if (to.startAt <= now) return 'That time has passed.';
  if (to.startAt < now + week.rules.minimumNoticeHours * microsPerHour) {
    return `The student needs ${week.rules.minimumNoticeHours} h notice.`;
  }
  const clash = week.items.find(
    (other) => other.bookingId !== item.bookingId && isFirm(other) && overlaps(other, to),
  );
  if (clash === undefined) return null;
  return `Overlaps ${clash.subject} with ${clash.studentName} at ${clockLabel(clash.startAt, week.zone)}.`;
}

function warningsOf(item: ScheduleItem, to: Interval, week: Known): readonly string[] {
  const warnings: string[] = [];
  const block = week.blocks.find((other) => overlaps(other, to));
  if (block !== undefined) {
    warnings.push(
      block.reason === null ? 'You are unavailable then.' : `You are unavailable then: ${block.reason}.`,
    );
  } else if (subtract([to], week.bands).length > 0) warnings.push('Outside your hours.');
  const open = week.items.find(
    (other) =>
      other.bookingId !== item.bookingId &&
      !isFirm(other) &&
      other.status !== 'COMPLETED' &&
      other.status !== 'NO_SHOW' &&
      overlaps(other, to),
  );
  if (open !== undefined) warnings.push(`${open.studentName} asks for the same time.`);
  return warnings;
}

const effects: Readonly<Record<Verdict['kind'], (student: string) => string>> = {
  move: (student) => `Moves the lesson; ${student} is told.`,
  proposal: (student) => `So near its start this is a proposal: ${student} has to accept.`,
  counter: (student) => `Offers ${student} this time instead.`,
};
