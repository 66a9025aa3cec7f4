import {
  dayMillis,
  hourMillis,
  instantAt,
  instantIn,
  wallIn,
  weekday,
  type Millis,
  type SeedWindow,
} from './calendar.ts';
import { topics } from './data/phrases.ts';
import { quartersOfWeek, type Student } from './people.ts';
import { isConfirmed, type Outcome, type Plan, type Taken } from './plan.ts';
import type { Random } from './random.ts';
import type { Offer, Tutor } from './tutors.ts';

type Standing = {
  readonly student: Student;
  readonly offer: Offer;
  /** Days after the Monday of a week, and minute, on the student's own clock. */
  readonly weekDay: number;
  readonly minute: number;
};

/**
 * `quota` bookings of one tutor of the crowd: regulars who come every week at the same time, and around them the
 * requests, refusals and one-off lessons of everybody else.
 */
export function planTutor(
  tutor: Tutor,
  quota: number,
  students: readonly Student[],
  taken: Taken,
  window: SeedWindow,
  rng: Random,
): Plan[] {
  const plans: Plan[] = [];
  const add = (draft: Omit<Plan, 'key' | 'tutor'>) => {
    plans.push({ key: `${tutor.key}/${plans.length}`, tutor, ...draft });
    if (isConfirmed(draft.outcome)) taken.take(draft.start, draft.minutes);
  };
  const fitting = students.filter((student) =>
    tutor.offers.some((offer) => offer.subject.curriculum === student.curriculum),
  );
  const pool = fitting.length > 0 ? fitting : students;

  const regulars = standingLessons(tutor, Math.round((quota * 0.75) / 10.8), pool, window, rng);
  for (let week = 0; week < window.weeks; week += 1) {
    for (const regular of regulars) {
      const monday = window.firstDay + week * 7;
      const start = instantIn(regular.student.zone, monday + regular.weekDay, regular.minute);
      const ahead = (monday - window.thisMonday) / 7;
      const books =
        { '-1': 0.96, '0': 0.95, '1': 0.85, '2': 0.6, '3': 0.4 }[String(Math.max(-1, ahead))] ?? 0;
      if (plans.length >= quota || !rng.chance(books) || !taken.isFree(start, regular.offer.minutes))
        continue;
      const outcome = start < window.now ? pastOutcome(rng) : bookedOutcome(rng);
      add({
        student: regular.student,
        offer: regular.offer,
        start,
        minutes: regular.offer.minutes,
        outcome,
        createdAt: createdBefore(start, window.now, rng, outcome),
      });
    }
  }

  for (let tries = 0; plans.length < quota; tries += 1) {
    const student = rng.pick(pool);
    const offer = offerFor(tutor, student, rng);
    const day = window.firstDay + rng.between(0, window.weeks * 7 - 1);
    const hours = tutor.hours.filter((each) => each.weekday === weekday(day));
    const open = hours.length > 0 ? rng.pick(hours) : { from: 15 * 60, to: 19 * 60 };
    const start = instantAt(
      day,
      open.from + 15 * rng.between(0, Math.max(0, (open.to - open.from - offer.minutes) / 15)),
    );
    const isPast = start < window.now;
    const outcome = isPast ? pastRequestOutcome(rng) : requestOutcome(student, rng);
    const isFree = taken.isFree(start, offer.minutes);
    if (isConfirmed(outcome) && !isFree && tries < quota * 20) continue;
    const settled = isConfirmed(outcome) && !isFree ? 'declined' : outcome;
    const moved = isConfirmed(settled) && rng.chance(0.15);
    add({
      student,
      offer,
      start,
      minutes: offer.minutes,
      outcome: settled,
      createdAt: createdBefore(start, window.now, rng, settled),
      ...(moved ? { askedStart: start + rng.pick([-2, -1, 1, 2, 24]) * hourMillis } : {}),
      ...(settled === 'countered' || settled === 'counter_refused'
        ? { proposedStart: start + rng.pick([-1, 1, 2, 24, 48]) * hourMillis }
        : {}),
      ...(rng.chance(0.5) ? { note: rng.pick(topics[offer.subject.curriculum]) } : {}),
    });
  }
  return plans;
}

/**
 * A creation time before `start`, at waking hours, and not after `now`. What still waits for an answer was asked in the
 * last days, as on a platform where people answer; everything else up to ten days earlier.
 */
export function createdBefore(start: Millis, now: Millis, rng: Random, outcome: Outcome): Millis {
  const latest = Math.min(start - 26 * hourMillis, now - rng.between(1, 40) * hourMillis);
  const isWaiting = outcome === 'pending' || outcome === 'parent_pending' || outcome === 'countered';
  const day = Math.floor((latest - 4 * hourMillis) / dayMillis) - rng.between(0, isWaiting ? 1 : 9);
  return instantAt(day, rng.between(6 * 60, 22 * 60)) + rng.between(0, 59_999);
}

/** An offer in the student's own curriculum where the tutor has one. */
export function offerFor(tutor: Tutor, student: Student, rng: Random): Offer {
  const own = tutor.offers.filter((offer) => offer.subject.curriculum === student.curriculum);
  return rng.pick(own.length > 0 ? own : tutor.offers);
}

/** Weekly lessons that collide neither with each other nor with what their students have elsewhere. */
function standingLessons(
  tutor: Tutor,
  count: number,
  pool: readonly Student[],
  window: SeedWindow,
  rng: Random,
): readonly Standing[] {
  const busy = new Set<number>();
  const found: Standing[] = [];
  for (let tries = 0; found.length < count && tries < count * 12; tries += 1) {
    const student = rng.pick(pool);
    const offer = offerFor(tutor, student, rng);
    const hours = rng.pick(tutor.hours);
    const steps = Math.floor((hours.to - hours.from - offer.minutes) / 30);
    if (steps < 0) continue;
    const minute = hours.from + 30 * rng.between(0, steps);
    const quarters = quartersOfWeek(hours.weekday, minute, offer.minutes);
    if (quarters.some((quarter) => busy.has(quarter) || student.busy.has(quarter))) continue;
    for (const quarter of quarters) {
      busy.add(quarter);
      student.busy.add(quarter);
    }
    const day = window.thisMonday + ((hours.weekday + 6) % 7);
    const there = wallIn(student.zone, instantAt(day, minute));
    found.push({ student, offer, weekDay: there.day - window.thisMonday, minute: there.minute });
  }
  return found;
}

function pastOutcome(rng: Random): Outcome {
  return rng.weighted<Outcome>({
    completed: 874,
    no_show_student: 24,
    no_show_tutor: 6,
    no_show_both: 2,
    early_end: 10,
    no_session: 4,
    cancelled_by_student: 48,
    cancelled_by_tutor: 22,
    declined: 10,
  });
}

function bookedOutcome(rng: Random): Outcome {
  if (rng.chance(0.9)) return 'scheduled';
  return rng.pick<Outcome>(['pending', 'pending', 'cancelled_by_student', 'countered']);
}

function pastRequestOutcome(rng: Random): Outcome {
  if (rng.chance(0.48)) return pastOutcome(rng);
  return rng.pick<Outcome>([
    'declined',
    'declined',
    'declined',
    'withdrawn',
    'withdrawn',
    'counter_refused',
    'parent_rejected',
    'pending',
  ]);
}

function requestOutcome(student: Student, rng: Random): Outcome {
  const asksParent = student.parentId !== null && rng.chance(0.4);
  if (asksParent)
    return rng.pick<Outcome>(['parent_pending', 'parent_approved', 'parent_rejected', 'pending']);
  return rng.pick<Outcome>([
    'scheduled',
    'scheduled',
    'scheduled',
    'scheduled',
    'pending',
    'pending',
    'pending',
    'pending',
    'countered',
    'declined',
    'withdrawn',
  ]);
}
