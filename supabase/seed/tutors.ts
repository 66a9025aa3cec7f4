import { holidayOn, instantAt, type SeedWindow } from './calendar.ts';
import { homeZone, schools } from './data/places.ts';
import { blockReasons } from './data/phrases.ts';
import { clusters, subjectSeeds, type SubjectSeed } from './data/subjects.ts';
import { accountRows, inventPerson } from './people.ts';
import { at, idOf, type Random } from './random.ts';
import type { SeedBatch, SeedRow } from './tables.ts';

/** A stretch of the week in which a tutor takes lessons; minutes after midnight in Trinidad and Tobago. */
export type Hours = { readonly weekday: number; readonly from: number; readonly to: number };

/** A subject that a tutor offers, with the one kind of lesson in it that students book. */
export type Offer = {
  readonly subjectId: string;
  readonly subject: SubjectSeed;
  readonly sessionTypeId: string;
  readonly minutes: number;
  readonly priceCents: number;
};

export type Tutor = {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly offers: readonly Offer[];
  readonly hours: readonly Hours[];
};

export type TutorSpec = {
  readonly key: string;
  readonly name: string;
  readonly email: string;
  readonly profile?: Partial<SeedRow<'profiles'>>;
  readonly subjects: readonly SubjectSeed[];
  readonly pricePerHourCents: number;
  readonly hours: readonly Hours[];
  readonly bufferMinutes?: number;
};

/** A tutor as described, with account, offers, schedule and weekly hours. */
export function tutorRows(
  spec: TutorSpec,
  window: SeedWindow,
  rng: Random,
): { tutor: Tutor; batch: SeedBatch } {
  const id = idOf('user', spec.key);
  const offers = spec.subjects.map((subject) => offerOf(spec, subject));
  const levels = [...new Set(spec.subjects.map((subject) => subject.curriculum))];
  const account = accountRows(
    {
      key: spec.key,
      name: spec.name,
      email: spec.email,
      role: 'tutor',
      profile: {
        teaching_levels: levels,
        teaching_mode: 'online',
        tutor_verification_status: 'VERIFIED',
        ...spec.profile,
      },
    },
    window,
    rng,
  );
  const tutor: Tutor = { key: spec.key, id, name: spec.name, offers, hours: spec.hours };
  return {
    tutor,
    batch: {
      ...account,
      tutor_subjects: offers.map((offer) => ({
        id: idOf('tutor-subject', `${spec.key}/${offer.subject.label}`),
        tutor_id: id,
        subject_id: offer.subjectId,
        price_per_hour_ttd: spec.pricePerHourCents,
        mode: 'online',
      })),
      session_types: offers.map((offer) => ({
        id: offer.sessionTypeId,
        tutor_id: id,
        subject_id: offer.subjectId,
        name: `${offer.subject.label}, ${offer.minutes} minutes`,
        duration_minutes: offer.minutes,
        price_ttd: offer.priceCents,
        is_active: true,
      })),
      tutor_schedules: [
        {
          id: idOf('schedule', spec.key),
          tutor_id: id,
          timezone: homeZone,
          slot_minutes: 30,
          buffer_minutes: spec.bufferMinutes ?? 0,
          minimum_notice_hours: 24,
          horizon_days: 60,
        },
      ],
      tutor_availability_rules: spec.hours.map((hours) => ({
        id: idOf('rule', `${spec.key}/${hours.weekday}/${hours.from}`),
        tutor_id: id,
        day_of_week: hours.weekday,
        start_time: timeOf(hours.from),
        end_time: timeOf(hours.to),
        slot_minutes: 30,
        buffer_minutes: spec.bufferMinutes ?? 0,
        is_active: true,
      })),
    },
  };
}

/** A tutor of the crowd. */
export function inventTutor(
  index: number,
  window: SeedWindow,
  rng: Random,
): { tutor: Tutor; batch: SeedBatch } {
  const person = inventPerson(`t${index}`, rng);
  const cluster = subjectsOf(rng.pick(clusters));
  const kind = rng.weighted({ professional_teacher: 60, university_tutor: 22, graduate_tutor: 18 });
  const key = `tutor/${index}`;
  const school = rng.pick(schools);
  const habit = rng.weighted({ none: 50, church: 20, adventist: 8, prayers: 12, family: 10 });
  const made = tutorRows(
    {
      key,
      name: person.name,
      email: person.email,
      subjects: rng.shuffle(cluster).slice(0, rng.between(1, Math.min(4, cluster.length))),
      pricePerHourCents: rng.between(8, kind === 'professional_teacher' ? 30 : 20) * 1000,
      hours: hoursOf(kind, habit, rng),
      bufferMinutes: rng.pick([0, 0, 0, 10, 15]),
      profile: {
        tutor_type: kind,
        region: school.region,
        school: kind === 'professional_teacher' ? school.name : null,
        bio: `${person.name} teaches ${at(cluster, 0).name} from ${school.region}.`,
        tutor_verification_status: rng.weighted({ VERIFIED: 80, PENDING: 12, UNVERIFIED: 8 }),
        rating_average: rng.between(360, 500),
        rating_count: rng.between(0, 60),
      },
    },
    window,
    rng,
  );
  return {
    tutor: made.tutor,
    batch: { ...made.batch, tutor_unavailability_blocks: blocksOf(key, habit, window, rng) },
  };
}

/** A block of the tutor's calendar; recurring when a rule is given, which then repeats the block's own time. */
export function blockRow(
  tutorKey: string,
  times: { startAt: number; endAt: number },
  reason: string,
  rrule: string | null = null,
): SeedRow<'tutor_unavailability_blocks'> {
  return {
    id: idOf('block', `${tutorKey}/${times.startAt}/${reason}`),
    tutor_id: idOf('user', tutorKey),
    start_at: times.startAt,
    end_at: times.endAt,
    is_recurring: rrule !== null,
    rrule,
    reason_private: reason,
  };
}

/** Every holiday of the window as a day on which the tutor does not teach. */
export function holidayBlocks(
  tutorKey: string,
  window: SeedWindow,
): SeedRow<'tutor_unavailability_blocks'>[] {
  return daysOf(window).flatMap((day) => {
    const holiday = holidayOn(day);
    if (holiday === undefined) return [];
    return [blockRow(tutorKey, { startAt: instantAt(day, 0), endAt: instantAt(day + 1, 0) }, holiday)];
  });
}

/** Subjects whose labels begin with one of `labels`. Throws when one names nothing. */
export function subjectsOf(labels: readonly string[]): SubjectSeed[] {
  return labels.flatMap((label) => {
    const found = subjectSeeds.filter(
      (subject) => `${subject.curriculum} ${subject.name}` === label || subject.label === label,
    );
    if (found.length === 0) throw new Error(`no subject is called ${label}`);
    return found;
  });
}

function offerOf(spec: TutorSpec, subject: SubjectSeed): Offer {
  const minutes = { SEA: 45, CSEC: 60, CAPE: 90 }[subject.curriculum];
  return {
    subjectId: idOf('subject', subject.label),
    subject,
    sessionTypeId: idOf('session-type', `${spec.key}/${subject.label}`),
    minutes,
    priceCents: Math.round((spec.pricePerHourCents * minutes) / 60),
  };
}

/** After school and Saturdays for teachers, looser days for the others, and the gaps that a faith or family asks for. */
function hoursOf(kind: string, habit: string, rng: Random): Hours[] {
  const opens = rng.pick([15 * 60, 15 * 60 + 30, 16 * 60]);
  const closes = rng.pick([18 * 60 + 30, 19 * 60, 19 * 60 + 30, 20 * 60]);
  const hours: Hours[] = [];
  for (let weekday = 1; weekday <= 5; weekday += 1) {
    if (rng.chance(0.1)) continue;
    const shut = weekday === 5 && habit === 'adventist' ? 17 * 60 : closes;
    if (kind !== 'professional_teacher' && rng.chance(0.6))
      hours.push({ weekday, from: 9 * 60, to: 12 * 60 });
    hours.push({ weekday, from: opens, to: shut });
  }
  if (habit === 'adventist') hours.push({ weekday: 0, from: 8 * 60, to: 15 * 60 });
  else hours.push({ weekday: 6, from: rng.pick([7, 8, 9]) * 60, to: rng.pick([13, 14, 15, 16]) * 60 });
  if (habit === 'none' && rng.chance(0.3)) hours.push({ weekday: 0, from: 14 * 60, to: 18 * 60 });
  return hours;
}

function blocksOf(
  key: string,
  habit: string,
  window: SeedWindow,
  rng: Random,
): SeedRow<'tutor_unavailability_blocks'>[] {
  const blocks = holidayBlocks(key, window);
  const weekly = (weekdayFromMonday: number, from: number, to: number, reason: string, code: string) => {
    const day = window.firstDay + weekdayFromMonday;
    blocks.push(
      blockRow(
        key,
        { startAt: instantAt(day, from), endAt: instantAt(day, to) },
        reason,
        `FREQ=WEEKLY;BYDAY=${code}`,
      ),
    );
  };
  if (habit === 'prayers') weekly(4, 12 * 60, 14 * 60, "Jumu'ah", 'FR');
  if (habit === 'church') weekly(2, 18 * 60, 20 * 60, 'Midweek service', 'WE');
  if (habit === 'family') weekly(1, 17 * 60, 18 * 60, 'Collect the children', 'TU');
  for (let count = rng.between(1, 4); count > 0; count -= 1) {
    const day = window.firstDay + rng.between(0, window.weeks * 7 - 1);
    const from = rng.between(16, 34) * 30;
    const times = { startAt: instantAt(day, from), endAt: instantAt(day, from + rng.between(2, 6) * 30) };
    blocks.push(blockRow(key, times, rng.pick(blockReasons)));
  }
  return blocks;
}

function daysOf(window: SeedWindow): number[] {
  return Array.from({ length: window.weeks * 7 }, (_, index) => window.firstDay + index);
}

function timeOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
