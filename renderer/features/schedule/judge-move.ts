import { canDo } from '#shared/domain/booking-status';
import { microsPerHour, microsPerMinute, type Micros } from '#shared/domain/instant';
import {
  decideMove,
  type BookingFacts,
  type MoveVerdict,
  type Refusal,
  type Taken,
} from '#shared/domain/move-rules';
import { overlaps, subtract, type Interval } from '#shared/domain/overlap';
import type { ScheduleItem, ScheduleWeek } from '#shared/rpc/contract';
import { clockLabel } from '#renderer/ui/time-labels.ts';
import { isFirm } from './look.ts';

/** What moving a booking there would mean. */
export type Verdict = {
  /** move: it takes effect; propose: the student has to accept; counter-offer: another time for a request. */
  kind: 'move' | 'propose' | 'counter-offer';
  /** Why it cannot be put there, in words; null when it can. */
  problem: string | null;
  /** What is unusual about it, without forbidding it. */
  warnings: readonly string[];
  /** What happens when it is dropped, in words. */
  effect: string;
};

export type Known = Pick<ScheduleWeek, 'zone' | 'items' | 'blocks' | 'bands' | 'rules'>;
type Actor = 'tutor' | 'admin';

/** Whether a booking can be moved at all, by its state. */
export function canMove(item: ScheduleItem): boolean {
  return canDo('reschedule', item.status) || canDo('counter_offer', item.status);
}

/** Judges a new time by the rules the server applies; `week` has to cover it, and the server has the last word. */
export function judgeMove(
  item: ScheduleItem,
  to: Interval,
  week: Known,
  now: Micros,
  actor: Actor = 'tutor',
): Verdict {
  const verdict = decideMove(factsOf(item), to, takenIn(week), { now, rules: week.rules, actor });
  const kind = kindOf(verdict, item);
  return {
    kind,
    problem: verdict.may === 'not' ? explain(verdict, week) : null,
    warnings: verdict.may === 'not' ? [] : warningsOf(item, to, week),
    effect: effects[kind](item.studentName.split(' ')[0] ?? item.studentName),
  };
}

/** Free starts for something as long as `item`, the nearest to its present time first, in order of time. */
export function freeStarts(item: ScheduleItem, week: Known, now: Micros, most: number): readonly Interval[] {
  const taken = [...week.items.filter((other) => other.bookingId !== item.bookingId), ...week.blocks];
  const soonest = now + week.rules.minimumNoticeHours * microsPerHour;
  const length = item.endAt - item.startAt;
  const step = 30 * microsPerMinute;
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

/** A booking as the rules want it. */
export function factsOf(item: ScheduleItem): BookingFacts {
  const { bookingId: id, status, sessionStatus, startAt, endAt } = item;
  return { id, status, sessionStatus, startAt, endAt };
}

/** What takes the tutor's time for sure. */
export function takenIn(week: Known): readonly Taken[] {
  return [
    ...week.items
      .filter(isFirm)
      .map(({ bookingId: id, startAt, endAt }): Taken => ({ id, kind: 'booking', startAt, endAt })),
    ...week.blocks.map(({ id, startAt, endAt }): Taken => ({ id, kind: 'unavailability', startAt, endAt })),
  ];
}

/** The rule's words, with what stands in the way called by its name. */
export function explain(refusal: Refusal, week: Known): string {
  const first = refusal.conflicts?.[0];
  if (first === undefined) return refusal.message;
  if (first.kind === 'unavailability') {
    const reason = week.blocks.find((block) => block.id === first.id)?.reason ?? null;
    return reason === null ? 'You are unavailable then.' : `You are unavailable then: ${reason}.`;
  }
  const lesson = week.items.find((other) => other.bookingId === first.id);
  if (lesson === undefined) return refusal.message;
  return `Overlaps ${lesson.subject} with ${lesson.studentName} at ${clockLabel(lesson.startAt, week.zone)}.`;
}

function kindOf(verdict: MoveVerdict, item: ScheduleItem): Verdict['kind'] {
  if (verdict.may !== 'not') return verdict.may;
  return canDo('reschedule', item.status) ? 'move' : 'counter-offer';
}

function warningsOf(item: ScheduleItem, to: Interval, week: Known): readonly string[] {
  const warnings: string[] = [];
  if (subtract([to], week.bands).length > 0) warnings.push('Outside your hours.');
  const open = week.items.find(
    (other) =>
      other.bookingId !== item.bookingId && canDo('counter_offer', other.status) && overlaps(other, to),
  );
  if (open !== undefined) warnings.push(`${open.studentName} asks for the same time.`);
  return warnings;
}

const effects: Readonly<Record<Verdict['kind'], (student: string) => string>> = {
  move: (student) => `Moves the lesson; ${student} is told.`,
  propose: (student) => `So near its start this is a proposal: ${student} has to accept.`,
  'counter-offer': (student) => `Offers ${student} this time instead.`,
};
