import { dayMillis, hourMillis, type SeedWindow } from '../calendar.ts';
import { clusters } from '../data/subjects.ts';
import { inventPerson } from '../people.ts';
import { idOf, randomOf } from '../random.ts';
import type { SeedBatch } from '../tables.ts';
import { subjectsOf, tutorRows } from '../tutors.ts';
import { planCase, type CaseStatus, type PlannedCase, type Telling } from './cases.ts';
import type { Flaw } from './flaws.ts';
import type { Claimant } from './papers.ts';

/** A tutor who is there already, with the status that the profile shows. */
export type KnownTutor = Claimant & { readonly status: string | null };

export type VerificationPlan = {
  /** Oldest first. */
  readonly cases: readonly PlannedCase[];
  /** The people who have applied and do not teach yet. */
  readonly applicants: readonly SeedBatch[];
};

/** Cases of the demonstration; what goes beyond them is there for the number only, with small files. */
export const demonstrationCases = 240;

/**
 * `wanted` cases, or more where fewer would not hold one of everything: what is planted, the papers behind the status of
 * every tutor, and the applications of people who do not teach yet.
 */
export function planVerification(
  known: readonly KnownTutor[],
  wanted: number,
  window: SeedWindow,
): VerificationPlan {
  const cases: PlannedCase[] = [];
  const add = (telling: Telling): PlannedCase => {
    const isBeyond = cases.length >= demonstrationCases;
    const planned = planCase({ ...(isBeyond ? { medium: 'pdf' } : {}), ...telling }, window);
    cases.push(planned);
    return planned;
  };
  const newcomers: Claimant[] = [];
  const newcomer = (key: string, name?: string): Claimant => {
    const claimant = inventClaimant(key, name);
    newcomers.push(claimant);
    return claimant;
  };

  for (const [flaw, count] of planted) {
    for (let index = 0; index < count; index += 1) plant(flaw, index, { add, newcomer, window });
  }
  for (const [index, flaw] of plantedDegrees.entries()) {
    const key = `planted-degree/${index}`;
    add({ key, claimant: newcomer(key), kind: 'degree', flaw, status: 'SUBMITTED' });
  }
  for (const tutor of known) {
    const key = `tutor/${tutor.key}`;
    if (tutor.status === 'VERIFIED') add({ key, claimant: tutor, status: 'APPROVED' });
    if (tutor.status === 'PENDING') add({ key, claimant: tutor, status: 'READY_FOR_REVIEW' });
  }
  for (let index = 0; cases.length < wanted; index += 1) {
    const key = `crowd/${index}`;
    add({ key, claimant: newcomer(key), kind: index % 4 === 3 ? 'degree' : 'certificate' });
  }

  cases.sort((left, right) => left.submittedAt - right.submittedAt);
  const byClaimant = Map.groupBy(cases, (planned) => planned.claimant.id);
  return {
    cases,
    applicants: newcomers.map((claimant) =>
      applicantRows(claimant, byClaimant.get(claimant.id) ?? [], window),
    ),
  };
}

/** How many of each are always there, whatever the scale. */
const planted: readonly (readonly [Flaw, number])[] = [
  ['rotated', 6],
  ['poor', 7],
  ['many papers', 5],
  ['wrong person', 6],
  ['edited', 5],
  ['not a paper', 2],
  ['empty', 2],
  ['missing', 2],
  ['lost', 2],
  ['cut off', 3],
  ['scrambled', 2],
  ['misnamed', 1],
  ['huge pages', 1],
  ['huge file', 1],
  ['huge picture', 1],
  ['heic', 3],
  ['same file', 2],
  ['same picture', 2],
  ['same candidate', 2],
  ['old file', 1],
  ['second try', 4],
  ['stuck', 2],
  ['unread', 3],
];

const plantedDegrees: readonly Flaw[] = [
  'none',
  'none',
  'wrong person',
  'poor',
  'missing',
  'rotated',
  'cut off',
];

type Planting = {
  readonly add: (telling: Telling) => PlannedCase;
  readonly newcomer: (key: string, name?: string) => Claimant;
  readonly window: SeedWindow;
};

function plant(flaw: Flaw, index: number, { add, newcomer, window }: Planting): void {
  const key = `planted/${flaw}/${index}`;
  const daysAgo = (days: number) => window.now - days * dayMillis - (index + 1) * 7 * hourMillis;
  switch (flaw) {
    case 'same file':
    case 'same candidate':
    case 'old file': {
      const isOld = flaw === 'old file';
      const first = add({
        key: `${key}/first`,
        claimant: newcomer(`${key}/first`),
        status: 'APPROVED',
        door: isOld ? 'legacy' : 'reader',
        submittedAt: daysAgo(isOld ? 210 : 40),
      });
      add({ key, claimant: newcomer(key), flaw, like: first, status: 'READY_FOR_REVIEW' });
      return;
    }
    case 'same picture': {
      // One person with two accounts: only the memory of pictures finds it.
      const claimant = newcomer(`${key}/first`);
      const first = add({
        key: `${key}/first`,
        claimant,
        status: 'APPROVED',
        door: 'reader',
        medium: 'png scan',
        submittedAt: daysAgo(33),
      });
      const again = newcomer(key, claimant.name);
      add({ key, claimant: again, flaw, like: first, medium: 'jpeg scan', status: 'READY_FOR_REVIEW' });
      return;
    }
    case 'second try': {
      const claimant = newcomer(key);
      const submittedAt = daysAgo(8);
      add({ key: `${key}/first`, claimant, flaw: 'poor', status: 'REJECTED', door: 'reader', submittedAt });
      add({ key, claimant, flaw, status: 'READY_FOR_REVIEW', submittedAt: daysAgo(1) });
      return;
    }
    case 'stuck':
      add({ key, claimant: newcomer(key), flaw, status: 'PROCESSING', submittedAt: daysAgo(5) });
      return;
    case 'unread':
      add({ key, claimant: newcomer(key), flaw, status: 'SUBMITTED', door: 'reader' });
      return;
    default:
      add({ key, claimant: newcomer(key), flaw, status: statusOf(flaw, index) });
  }
}

/** What never reached the reader waits as it came; of the rest some stand on either side, and one was refused before. */
function statusOf(flaw: Flaw, index: number): CaseStatus {
  if (flaw === 'empty' || flaw === 'missing' || flaw === 'lost') return 'SUBMITTED';
  if (index === 3) return 'REJECTED';
  return index % 3 === 2 ? 'SUBMITTED' : 'READY_FOR_REVIEW';
}

function inventClaimant(key: string, name?: string): Claimant {
  const rng = randomOf(`applicant/${key}`);
  const person = inventPerson('', rng);
  const examined = clusters.filter((cluster) => !cluster.every((label) => label.startsWith('SEA')));
  const subjects = subjectsOf(rng.pick(examined)).filter((subject) => subject.curriculum !== 'SEA');
  return {
    key: `applicant/${key}`,
    id: idOf('user', `applicant/${key}`),
    name: name ?? person.name,
    subjects: rng.shuffle(subjects).slice(0, rng.between(1, Math.min(4, subjects.length))),
  };
}

function applicantRows(claimant: Claimant, cases: readonly PlannedCase[], window: SeedWindow): SeedBatch {
  const rng = randomOf(`applicant-rows/${claimant.key}`);
  const first = Math.min(...cases.map((planned) => planned.submittedAt));
  const joinedAt = first - rng.between(1, 60) * hourMillis;
  const { batch } = tutorRows(
    {
      key: claimant.key,
      name: claimant.name,
      email: addressOf(claimant),
      subjects: claimant.subjects,
      pricePerHourCents: rng.between(8, 20) * 1000,
      hours: [],
      profile: { tutor_verification_status: statusAfter(cases), created_at: joinedAt },
    },
    window,
    rng,
  );
  return {
    ...batch,
    users: (batch.users ?? []).map((user) => ({
      ...user,
      created_at: joinedAt,
      email_confirmed_at: joinedAt,
    })),
    identities: (batch.identities ?? []).map((identity) => ({ ...identity, created_at: joinedAt })),
  };
}

/** As the platform leaves a profile after the last certificate; a degree alone does not change it. */
function statusAfter(cases: readonly PlannedCase[]): string {
  const last = cases.findLast((planned) => planned.kind === 'certificate');
  const words: Readonly<Record<CaseStatus, string>> = {
    SUBMITTED: 'PENDING',
    READY_FOR_REVIEW: 'PENDING',
    PROCESSING: 'PROCESSING',
    APPROVED: 'VERIFIED',
    REJECTED: 'REJECTED',
  };
  return last === undefined ? 'UNVERIFIED' : words[last.status];
}

/** Names repeat among applicants; the end of the id does not. */
function addressOf(claimant: Claimant): string {
  const words = claimant.name.toLowerCase().replaceAll(/[^a-z]+/g, '.');
  return `${words}.${claimant.id.slice(-8)}@mail.example`;
}
