import { bookingRows } from './booking-rows.ts';
import { instantAt, windowAround, type SeedWindow } from './calendar.ts';
import { planTutor } from './crowd.ts';
import { subjectSeeds } from './data/subjects.ts';
import { demoPeople, type DemoCast } from './demo-people.ts';
import { planDemoTutor, planDenseTutor } from './demo-weeks.ts';
import { inventStudent, type Student } from './people.ts';
import { takenBy, type Plan } from './plan.ts';
import { idOf, randomOf } from './random.ts';
import type { SeedBatch, SeedRow, SeedTableName } from './tables.ts';
import { inventTutor, type Tutor } from './tutors.ts';
import type { PlannedCase } from './verification/cases.ts';
import { demonstrationCases, planVerification, type VerificationPlan } from './verification/plan.ts';
import { verificationRows } from './verification/rows.ts';

export type SeedScope = {
  /** 1 is about 60 tutors, 400 students and 5,000 bookings. */
  readonly scale: number;
  /** The day around which the twelve weeks lie, YYYY-MM-DD in Trinidad and Tobago. */
  readonly anchor: string;
  /** Cases of verification; 240 at scale 1 when left out. */
  readonly cases?: number | undefined;
};

/**
 * Every row of the seed, people first, in batches that fit into memory. The same scope gives the same rows, byte for
 * byte; ids do not even depend on the scope. Throws RangeError on a scale or an anchor that makes no sense.
 */
export function* generate(scope: SeedScope): Generator<SeedBatch> {
  if (!(scope.scale > 0 && scope.scale <= 200))
    throw new RangeError(`a scale lies between 0 and 200, not ${scope.scale}`);
  const window = windowAround(scope.anchor);
  const name = `${scope.anchor}/${scope.scale}`;
  const people = populate(scope, window, name);
  yield people.batch;
  const verification = casesOf(scope, people, window);
  yield joined([...verification.applicants, verificationRows(verification.cases, window)]);

  const told = [
    ...planDemoTutor(people.cast, people.blocks, window),
    ...planDenseTutor(people.cast, people.blocks, window),
  ];
  yield written(told, window, name);

  const wanted = Math.max(Math.round(5000 * scope.scale) - told.length, people.tutors.length * 6);
  const shares = sharesOf(people.tutors.length, wanted, name);
  let waiting: Plan[] = [];
  for (const [index, tutor] of people.tutors.entries()) {
    waiting.push(
      ...planTutor(
        tutor,
        shares[index] ?? 0,
        people.students,
        takenOf(tutor, people.blocks, window),
        window,
        randomOf(`${name}/lessons/${index}`),
      ),
    );
    if (waiting.length >= 2_000) {
      yield written(waiting, window, name);
      waiting = [];
    }
  }
  yield written(waiting, window, name);
}

/** What the demonstration's tutors and applicants handed in, with the makers of their files. Throws as `generate`. */
export function verificationCases(scope: SeedScope): readonly PlannedCase[] {
  const window = windowAround(scope.anchor);
  return casesOf(scope, populate(scope, window, `${scope.anchor}/${scope.scale}`), window).cases;
}

type Population = {
  readonly cast: DemoCast;
  readonly tutors: readonly Tutor[];
  readonly students: readonly Student[];
  readonly blocks: readonly SeedRow<'tutor_unavailability_blocks'>[];
  readonly batch: SeedBatch;
};

function populate(scope: SeedScope, window: SeedWindow, name: string): Population {
  const demo = demoPeople(window);
  const batches: SeedBatch[] = [
    { subjects: subjectSeeds.map((subject) => ({ id: idOf('subject', subject.label), ...subject })) },
    ...demo.batches,
  ];
  const students: Student[] = [];
  for (let index = 0; index < Math.max(24, Math.round(400 * scope.scale)); index += 1) {
    const made = inventStudent(index, window, randomOf(`${name}/student/${index}`));
    students.push(made.student);
    batches.push(made.batch);
  }
  const tutors: Tutor[] = [demo.cast.suspended];
  for (let index = 0; index < Math.max(6, Math.round(60 * scope.scale) - 4); index += 1) {
    const made = inventTutor(index, window, randomOf(`${name}/tutor/${index}`));
    tutors.push(made.tutor);
    batches.push(made.batch);
  }
  const batch = joined(batches);
  return { cast: demo.cast, tutors, students, blocks: batch.tutor_unavailability_blocks ?? [], batch };
}

function casesOf(scope: SeedScope, people: Population, window: SeedWindow): VerificationPlan {
  const status = new Map((people.batch.profiles ?? []).map((row) => [row.id, row.tutor_verification_status]));
  const known = [people.cast.anisa, people.cast.kwame, ...people.tutors].map((tutor) => ({
    key: tutor.key,
    id: tutor.id,
    name: tutor.name,
    subjects: tutor.offers.map((offer) => offer.subject).filter((subject) => subject.curriculum !== 'SEA'),
    status: status.get(tutor.id) ?? null,
  }));
  const examined = known.filter((tutor) => tutor.subjects.length > 0);
  return planVerification(examined, scope.cases ?? Math.round(demonstrationCases * scope.scale), window);
}

function takenOf(tutor: Tutor, blocks: Population['blocks'], window: SeedWindow) {
  const own = blocks.filter((block) => block.tutor_id === tutor.id);
  return takenBy(own, instantAt(window.firstDay + window.weeks * 7, 0));
}

/** How many bookings each tutor has: a few have many. The shares add up to `total`. */
function sharesOf(tutors: number, total: number, name: string): number[] {
  const rng = randomOf(`${name}/shares`);
  const weights = Array.from({ length: tutors }, () => 0.35 + 1.3 * rng.unit() ** 1.6);
  const sum = weights.reduce((left, right) => left + right, 0);
  let reached = 0;
  let given = 0;
  return weights.map((weight) => {
    reached += weight;
    const share = Math.round((total * reached) / sum) - given;
    given += share;
    return share;
  });
}

function written(plans: readonly Plan[], window: SeedWindow, name: string): SeedBatch {
  return joined(plans.map((plan) => bookingRows(plan, window, name)));
}

function joined(batches: readonly SeedBatch[]): SeedBatch {
  const all = <T extends SeedTableName>(table: T) => batches.flatMap((batch) => batch[table] ?? []);
  return {
    profiles: all('profiles'),
    users: all('users'),
    identities: all('identities'),
    staff_members: all('staff_members'),
    demo_accounts: all('demo_accounts'),
    parent_child_links: all('parent_child_links'),
    subjects: all('subjects'),
    tutor_subjects: all('tutor_subjects'),
    session_types: all('session_types'),
    tutor_schedules: all('tutor_schedules'),
    tutor_availability_rules: all('tutor_availability_rules'),
    tutor_unavailability_blocks: all('tutor_unavailability_blocks'),
    tutor_verification_requests: all('tutor_verification_requests'),
    tutor_verification_events: all('tutor_verification_events'),
    tutor_verified_subjects: all('tutor_verified_subjects'),
    degrees: all('degrees'),
    degree_documents: all('degree_documents'),
    verification_decisions: all('verification_decisions'),
    verification_resubmissions: all('verification_resubmissions'),
    verification_second_reviews: all('verification_second_reviews'),
    bookings: all('bookings'),
    booking_messages: all('booking_messages'),
    sessions: all('sessions'),
    noshow_claims: all('noshow_claims'),
    notifications: all('notifications'),
  };
}
