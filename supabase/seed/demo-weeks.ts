import {
  clockChangeAfter,
  dayMillis,
  holidayOn,
  hourMillis,
  instantAt,
  instantIn,
  minuteMillis,
  weekday,
  type Day,
  type Millis,
  type SeedWindow,
} from './calendar.ts';
import { createdBefore, offerFor } from './crowd.ts';
import { topics } from './data/phrases.ts';
import type { DemoCast, DemoStudent } from './demo-people.ts';
import { isConfirmed, takenBy, type Outcome, type Plan, type Taken } from './plan.ts';
import { at, randomOf, type Random } from './random.ts';
import type { SeedRow } from './tables.ts';
import type { Tutor } from './tutors.ts';

/** Weekly lessons of the demo tutor: student, day after Monday, start on the student's own clock, which offer. */
const regulars: readonly (readonly [DemoStudent, number, number, number])[] = [
  ['aaliyah', 0, 15.5, 0],
  ['kiran', 0, 17, 2],
  ['jabari', 1, 15.5, 0],
  ['safiya', 1, 16.75, 1],
  ['newYork', 1, 18, 0],
  ['joshua', 2, 15, 2],
  ['shania', 2, 17, 0],
  ['makeda', 3, 15.5, 0],
  ['toronto', 3, 17.25, 3],
  ['ethan', 4, 15.5, 3],
  ['rishi', 5, 8, 0],
  ['aaliyah', 5, 9, 1],
  ['london', 5, 15, 0],
  ['zara', 5, 12.5, 2],
];

type Draft = {
  readonly student: DemoStudent;
  readonly offer: number;
  readonly start: Millis;
  readonly outcome: Outcome;
  readonly proposedStart?: Millis;
  readonly note?: string;
};

/** The weeks of the first demo tutor: full but calm, with something of everything in this week and the next. */
export function planDemoTutor(
  cast: DemoCast,
  blocks: readonly SeedRow<'tutor_unavailability_blocks'>[],
  window: SeedWindow,
): Plan[] {
  const tutor = cast.anisa;
  const rng = randomOf('demo/anisa');
  const plans: Plan[] = [];
  const taken = takenOf(tutor, blocks, window);
  const add = (draft: Draft) => {
    const offer = at(tutor.offers, draft.offer);
    const { student, ...rest } = { ...draft, offer };
    const createdAt = createdBefore(draft.start, window.now, rng, draft.outcome);
    plans.push({
      key: `${tutor.key}/${plans.length}`,
      tutor,
      ...rest,
      student: cast.students[student],
      minutes: offer.minutes,
      createdAt,
    });
    if (isConfirmed(draft.outcome)) taken.take(draft.start, offer.minutes);
  };

  for (let week = 0; week < window.weeks; week += 1) {
    for (const [name, day, hour, offer] of regulars) {
      const start = instantIn(cast.students[name].zone, window.firstDay + week * 7 + day, hour * 60);
      if (!taken.isFree(start, at(tutor.offers, offer).minutes)) continue;
      const isNear = Math.abs(start - window.now) < 8 * dayMillis;
      add({
        student: name,
        offer,
        start,
        outcome: start < window.now ? regularOutcome(isNear, rng) : 'scheduled',
      });
    }
  }
  acrossClockChange(cast, window, taken, add);
  markLatestNoShow(plans, window);
  waitingRequests(tutor, window, taken, add);
  proposeLateMove(plans, window, taken);
  return plans;
}

/** A week so full that requests lie three and four deep; the other weeks are merely busy. */
export function planDenseTutor(
  cast: DemoCast,
  blocks: readonly SeedRow<'tutor_unavailability_blocks'>[],
  window: SeedWindow,
): Plan[] {
  const tutor = cast.kwame;
  const rng = randomOf('demo/kwame');
  const taken = takenOf(tutor, blocks, window);
  const students = Object.values(cast.students);
  const plans: Plan[] = [];
  const add = (start: Millis, outcome: Outcome, proposedStart?: Millis) => {
    const student = rng.pick(students);
    const offer = offerFor(tutor, student, rng);
    if (isConfirmed(outcome)) {
      if (!taken.isFree(start, offer.minutes)) return false;
      taken.take(start, offer.minutes);
    }
    plans.push({
      key: `${tutor.key}/${plans.length}`,
      tutor,
      student,
      offer,
      start,
      minutes: offer.minutes,
      outcome,
      createdAt: createdBefore(start, window.now, rng, outcome),
      ...(proposedStart === undefined ? {} : { proposedStart }),
      ...(rng.chance(0.4) ? { note: rng.pick(topics[offer.subject.curriculum]) } : {}),
    });
    return true;
  };
  for (let day = window.firstDay; day < window.firstDay + window.weeks * 7; day += 1) {
    const ahead = Math.floor((day - window.thisMonday) / 7);
    const fullness = ahead === 0 || ahead === 1 ? 0.92 : 0.3;
    for (const hours of tutor.hours.filter((each) => each.weekday === weekday(day))) {
      for (let minute = hours.from; minute + 90 <= hours.to; minute += 75) {
        const start = instantAt(day, minute);
        if (rng.chance(fullness)) add(start, start < window.now ? regularOutcome(false, rng) : 'scheduled');
      }
    }
  }
  for (const day of teachingDays(tutor, window, 5)) {
    const open = tutor.hours.find((each) => each.weekday === weekday(day))?.from ?? 15 * 60;
    for (let depth = 0; depth < 4; depth += 1) {
      const start = instantAt(day, open + 90 + depth * 15);
      if (depth === 3) add(start, 'countered', start + 24 * hourMillis);
      else add(start, 'pending');
    }
  }
  return plans;
}

function takenOf(
  tutor: Tutor,
  blocks: readonly SeedRow<'tutor_unavailability_blocks'>[],
  window: SeedWindow,
): Taken {
  const own = blocks.filter((block) => block.tutor_id === tutor.id);
  return takenBy(own, instantAt(window.firstDay + window.weeks * 7, 0));
}

/** Requests at all of the next days of work: in free time, outside of hours, over a lesson, and two at one time. */
function waitingRequests(tutor: Tutor, window: SeedWindow, taken: Taken, add: (draft: Draft) => void): void {
  const days = teachingDays(tutor, window, 7);
  const free = (index: number, minutes: number) => freeStart(tutor, at(days, index), minutes, taken);
  add({ student: 'makeda', offer: 0, start: free(0, 60), outcome: 'pending', note: topics.CSEC[0] ?? '' });
  add({ student: 'joshua', offer: 3, start: free(1, 90), outcome: 'pending', note: topics.CAPE[3] ?? '' });
  add({
    student: 'shania',
    offer: 0,
    start: overLesson(tutor, days, taken),
    outcome: 'pending',
    note: topics.CSEC[7] ?? '',
  });
  const shared = free(3, 60);
  add({ student: 'rishi', offer: 0, start: shared, outcome: 'pending', note: topics.CSEC[3] ?? '' });
  add({
    student: 'london',
    offer: 0,
    start: shared + 30 * minuteMillis,
    outcome: 'pending',
    note: topics.CSEC[6] ?? '',
  });
  add({ student: 'safiya', offer: 1, start: instantAt(at(days, 4), 20 * 60), outcome: 'pending' });
  const asked = free(2, 90);
  add({
    student: 'zara',
    offer: 2,
    start: asked,
    outcome: 'countered',
    proposedStart: free(4, 90),
    note: topics.CAPE[0] ?? '',
  });
  add({
    student: 'aaliyah',
    offer: 0,
    start: free(5, 60),
    outcome: 'parent_pending',
    note: topics.CSEC[1] ?? '',
  });
  add({ student: 'ethan', offer: 3, start: free(6, 90), outcome: 'declined' });
  add({ student: 'jabari', offer: 0, start: free(5, 60), outcome: 'withdrawn' });
}

/** The first free time within the tutor's hours of a day; the evening after them when there is none. */
function freeStart(tutor: Tutor, day: Day, minutes: number, taken: Taken): Millis {
  for (const hours of tutor.hours.filter((each) => each.weekday === weekday(day))) {
    for (let minute = hours.from; minute + minutes <= hours.to; minute += 15) {
      if (taken.isFree(instantAt(day, minute), minutes)) return instantAt(day, minute);
    }
  }
  return instantAt(day, 20 * 60);
}

/** Half an hour into the first confirmed lesson of the coming days. */
function overLesson(tutor: Tutor, days: readonly Day[], taken: Taken): Millis {
  for (const day of days.slice(1)) {
    for (const hours of tutor.hours.filter((each) => each.weekday === weekday(day))) {
      for (let minute = hours.from; minute < hours.to; minute += 15) {
        if (!taken.isFree(instantAt(day, minute), 15)) return instantAt(day, minute + 30);
      }
    }
  }
  return instantAt(at(days, 1), 16 * 60);
}

/** The tutor's next working days after the anchor, holidays left out. */
function teachingDays(tutor: Tutor, window: SeedWindow, count: number): Day[] {
  const days: Day[] = [];
  for (let day = window.anchor + 1; days.length < count; day += 1) {
    if (holidayOn(day) === undefined && tutor.hours.some((each) => each.weekday === weekday(day)))
      days.push(day);
  }
  return days;
}

/** Lessons on both sides of the next change of clocks, for those who are abroad, wherever in the year it falls. */
function acrossClockChange(
  cast: DemoCast,
  window: SeedWindow,
  taken: Taken,
  add: (draft: Draft) => void,
): void {
  for (const [name, day, hour, offer] of regulars.filter(
    ([each]) => cast.students[each].zone !== 'America/Port_of_Spain',
  )) {
    const change = clockChangeAfter(cast.students[name].zone, window.firstDay);
    const lastDay = window.firstDay + window.weeks * 7;
    if (change === null || change < lastDay) continue;
    const monday = change - ((weekday(change) + 6) % 7);
    for (const week of [monday - 7, monday + 7]) {
      const start = instantIn(cast.students[name].zone, week + day, hour * 60);
      if (week >= lastDay && taken.isFree(start, 90))
        add({ student: name, offer, start, outcome: 'scheduled' });
    }
  }
}

/** The next lesson is too near to be moved without the student's consent, so another time for it is proposed. */
function proposeLateMove(plans: Plan[], window: SeedWindow, taken: Taken): void {
  const next = plans
    .filter((plan) => plan.outcome === 'scheduled' && plan.start >= window.now)
    .toSorted((left, right) => left.start - right.start)[0];
  if (next === undefined) return;
  const day = at(teachingDays(next.tutor, window, 4), 3);
  const moveProposedStart = freeStart(next.tutor, day, next.minutes, taken);
  plans[plans.indexOf(next)] = { ...next, moveProposedStart };
}

/** The last lesson that should have taken place is the one to which nobody came. */
function markLatestNoShow(plans: Plan[], window: SeedWindow): void {
  const index = plans.findLastIndex((plan) => plan.outcome === 'completed' && plan.start < window.now);
  const plan = plans[index];
  if (plan !== undefined) plans[index] = { ...plan, outcome: 'no_show_student' };
}

function regularOutcome(isNear: boolean, rng: Random): Outcome {
  if (isNear) return 'completed';
  return rng.weighted<Outcome>({
    completed: 90,
    no_show_student: 2,
    early_end: 1,
    cancelled_by_student: 5,
    cancelled_by_tutor: 2,
  });
}
