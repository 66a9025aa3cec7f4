import { dayMillis, hourMillis, minuteMillis, type Millis, type SeedWindow } from '../calendar.ts';
import type { Medium } from '../documents/media.ts';
import { at, idOf, randomOf, type Random } from '../random.ts';
import { commonMedium, fileOf, type Document, type Flaw, type StoredFile } from './flaws.ts';
import { inventDegree, inventExam, type Claimant } from './papers.ts';
import { read, type Reading, type Sight } from './reading.ts';

export type CaseStatus = 'SUBMITTED' | 'PROCESSING' | 'READY_FOR_REVIEW' | 'APPROVED' | 'REJECTED';

/** By which door a file came: the form of today, the form that also reads it, or the bucket of the first years. */
export type Door = 'form' | 'reader' | 'legacy';

export type Verdict = {
  readonly outcome: 'APPROVE' | 'REJECT';
  /** Address of the member of staff. */
  readonly by: string;
  readonly claimedAt: Millis;
  readonly at: Millis;
  readonly reasonCode: string | null;
};

/** One request, or one degree, as it stands on the anchor day, with what was handed in. */
export type PlannedCase = {
  readonly id: string;
  readonly key: string;
  readonly kind: 'certificate' | 'degree';
  readonly flaw: Flaw;
  readonly claimant: Claimant;
  readonly status: CaseStatus;
  readonly door: Door;
  readonly submittedAt: Millis;
  readonly document: Document;
  readonly reading: Reading | null;
  readonly verdict: Verdict | null;
  readonly files: readonly PlannedFile[];
};

export type PlannedFile = StoredFile & {
  readonly id: string;
  readonly bucket: string;
  /** Of the object in its bucket. */
  readonly path: string;
  readonly filename: string;
};

/** What of a case is told and not invented. */
export type Telling = {
  readonly key: string;
  readonly claimant: Claimant;
  readonly kind?: 'certificate' | 'degree';
  readonly flaw?: Flaw;
  readonly status?: CaseStatus;
  readonly door?: Door;
  readonly submittedAt?: Millis;
  /** Another case whose paper, or whose very file, this one hands in again. */
  readonly like?: PlannedCase;
  readonly medium?: Medium;
};

/** Plans one case; everything that is not told comes from its key. */
export function planCase(telling: Telling, window: SeedWindow): PlannedCase {
  const rng = randomOf(`verification/${telling.key}`);
  const { claimant, kind = 'certificate', flaw = 'none' } = telling;
  const status = telling.status ?? commonStatus(kind, rng);
  const door = telling.door ?? commonDoor(kind, status, rng);
  const submittedAt = telling.submittedAt ?? submittedBy(status, window, rng);
  const id = idOf('verification', telling.key);
  const document = documentOf(telling, kind, flaw, rng);
  const isRead =
    kind === 'certificate' && door === 'reader' && status !== 'SUBMITTED' && status !== 'PROCESSING';
  const reading =
    isRead && document.exam !== null
      ? read(document.exam, claimant.name, sightOf(flaw, document, rng), rng)
      : null;
  return {
    id,
    key: telling.key,
    kind,
    flaw,
    claimant,
    status,
    door,
    submittedAt,
    document,
    reading,
    verdict:
      status === 'APPROVED' || status === 'REJECTED'
        ? verdictOf(status, { kind, flaw, submittedAt }, window, rng)
        : null,
    files: filesOf({ id, kind, door, claimant, flaw, document, telling }, rng),
  };
}

function documentOf(telling: Telling, kind: 'certificate' | 'degree', flaw: Flaw, rng: Random): Document {
  const { claimant, like } = telling;
  const medium = telling.medium ?? mediumFor(flaw, rng);
  const making = {
    name: telling.key,
    medium,
    ...(flaw === 'rotated' ? { quarters: rng.pick([1, 2, 3] as const) } : {}),
    ...(flaw === 'poor' ? { isPoor: true } : {}),
    ...(flaw === 'huge picture' ? { density: 450 } : {}),
  };
  if (kind === 'degree') {
    const degree = inventDegree(claimant, rng);
    const printed = flaw === 'wrong person' ? { ...degree, name: someoneElse(claimant.name) } : degree;
    return { exam: null, degree: printed, style: 'diploma', making };
  }
  const style = rng.chance(0.7) ? 'slip' : 'certificate';
  if (like !== undefined) {
    const { exam } = like.document;
    if (flaw === 'same candidate' && exam !== null)
      return { ...like.document, exam: { ...exam, name: claimant.name }, making };
    // Grain and crookedness come from the name: the same name in another medium is the same scan, coded anew.
    return { ...like.document, making: { ...like.document.making, medium } };
  }
  const exam = inventExam(claimant, rng);
  if (flaw === 'wrong person')
    return { exam: { ...exam, name: someoneElse(claimant.name) }, degree: null, style, making };
  if (flaw !== 'edited') return { exam, degree: null, style, making };
  const edited = rng.between(0, exam.results.length - 1);
  const results = exam.results.map((result, index) =>
    index === edited ? { ...result, grade: 1, letters: ['C', 'D', 'D'] } : result,
  );
  return { exam: { ...exam, results }, degree: null, style: 'slip', making, edited };
}

function mediumFor(flaw: Flaw, rng: Random): Medium {
  if (flaw === 'many papers') return rng.pick(['pdf', 'pdf scan']);
  if (flaw === 'poor') return rng.pick(['jpeg photo', 'jpeg scan', 'pdf scan', 'pdf fax', 'png scan']);
  if (flaw === 'edited') return rng.pick(['jpeg photo', 'jpeg scan', 'png', 'pdf scan']);
  if (flaw === 'huge pages') return 'pdf';
  if (flaw === 'huge file') return 'pdf raw';
  if (flaw === 'huge picture') return 'jpeg scan';
  if (flaw === 'cut off') return rng.pick(['pdf', 'jpeg photo', 'png']);
  if (flaw === 'scrambled') return rng.pick(['pdf', 'png']);
  if (flaw === 'misnamed') return 'png';
  return commonMedium(rng);
}

function sightOf(flaw: Flaw, document: Document, rng: Random): Sight {
  if (flaw === 'poor' || flaw === 'not a paper' || flaw === 'empty' || flaw === 'heic') return 'blind';
  if (flaw === 'cut off' || flaw === 'scrambled' || flaw === 'missing' || flaw === 'lost') return 'blind';
  if (flaw === 'rotated') return rng.pick(['blind', 'soft']);
  const { medium } = document.making;
  if (medium === 'pdf' || medium === 'png') return rng.chance(0.92) ? 'sharp' : 'soft';
  return rng.chance(medium === 'jpeg photo' ? 0.5 : 0.75) ? 'sharp' : 'soft';
}

function commonStatus(kind: 'certificate' | 'degree', rng: Random): CaseStatus {
  if (kind === 'degree') return rng.weighted<CaseStatus>({ SUBMITTED: 55, APPROVED: 33, REJECTED: 12 });
  return rng.weighted<CaseStatus>({
    READY_FOR_REVIEW: 46,
    SUBMITTED: 20,
    PROCESSING: 2,
    APPROVED: 21,
    REJECTED: 11,
  });
}

function commonDoor(kind: 'certificate' | 'degree', status: CaseStatus, rng: Random): Door {
  if (kind === 'degree' || status === 'SUBMITTED') return 'form';
  if (status === 'READY_FOR_REVIEW' || status === 'PROCESSING') return 'reader';
  return rng.weighted<Door>({ reader: 60, form: 30, legacy: 10 });
}

/** Half of what waits is younger than a day; the rest has passed one, two or three of the bounds of the service level. */
function submittedBy(status: CaseStatus, window: SeedWindow, rng: Random): Millis {
  if (status === 'APPROVED' || status === 'REJECTED')
    return window.now - rng.between(5, 88) * dayMillis - rng.between(0, 1439) * minuteMillis;
  const [from, to] = {
    fresh: [0.3, 23],
    due: [24.5, 47],
    late: [48.5, 71],
    breach: [73, 290],
  }[rng.weighted({ fresh: 46, due: 22, late: 15, breach: 17 })] as [number, number];
  return window.now - Math.round((from + rng.unit() * (to - from)) * hourMillis);
}

function verdictOf(
  status: 'APPROVED' | 'REJECTED',
  { kind, flaw, submittedAt }: Pick<PlannedCase, 'kind' | 'flaw' | 'submittedAt'>,
  window: SeedWindow,
  rng: Random,
): Verdict {
  const waited = rng.weighted({ quick: 55, day: 30, days: 15 });
  const hours = { quick: rng.between(1, 20), day: rng.between(20, 46), days: rng.between(48, 100) }[waited];
  const decidedAt = Math.min(
    submittedAt + hours * hourMillis + rng.between(0, 3_599_999),
    window.now - hourMillis,
  );
  const codes: Readonly<Partial<Record<Flaw, string>>> = {
    'wrong person': 'wrong_person',
    edited: 'altered',
    'not a paper': 'not_a_qualification',
    none: 'no_passing_grade',
  };
  return {
    outcome: status === 'APPROVED' ? 'APPROVE' : 'REJECT',
    by: rng.weighted({
      'reviewer@demo.itutor.tt': 55,
      'reviewer2@demo.itutor.tt': 38,
      'admin@demo.itutor.tt': 7,
    }),
    claimedAt: decidedAt - rng.between(25, 420) * 1000,
    at: decidedAt,
    reasonCode:
      status === 'APPROVED' ? null : kind === 'degree' ? 'other_reject' : (codes[flaw] ?? 'other_reject'),
  };
}

type Placing = Pick<PlannedCase, 'id' | 'kind' | 'door' | 'claimant' | 'flaw'> & {
  readonly document: Document;
  readonly telling: Telling;
};

function filesOf(placing: Placing, rng: Random): PlannedFile[] {
  const { id, kind, door, claimant, flaw, document, telling } = placing;
  const stored = flaw === 'same file' || flaw === 'old file' ? sameAs(telling.like) : fileOf(document, flaw);
  const filename = filenameOf(claimant.name, flaw, stored.extension, document, rng);
  if (kind === 'degree') {
    const folder = `${claimant.id}/${id}`;
    const first = {
      ...stored,
      id: idOf('degree-document', telling.key),
      bucket: 'degree-documents',
      path: `${folder}/${filename}`,
      filename,
    };
    if (!rng.chance(0.3) || flaw !== 'none') return [first];
    const pages = fileOf(
      { ...document, style: 'transcript', making: { ...document.making, medium: 'pdf' } },
      'none',
    );
    return [
      first,
      {
        ...pages,
        id: idOf('degree-document', `${telling.key}/transcript`),
        bucket: 'degree-documents',
        path: `${folder}/transcript.pdf`,
        filename: 'transcript.pdf',
      },
    ];
  }
  const place = {
    form: {
      bucket: 'tutor-verifications',
      path: `${claimant.id}/requests/${id}.${stored.extension.toLowerCase()}`,
    },
    reader: { bucket: 'verification_uploads', path: `${claimant.id}/${id}/${filename}` },
    legacy: { bucket: 'verification_docs', path: `${claimant.id}/${filename}` },
  }[door];
  return [{ ...stored, ...place, id: idOf('verification-file', telling.key), filename }];
}

function sameAs(like: PlannedCase | undefined): StoredFile {
  return at(like?.files ?? [], 0);
}

/** As phones, scanners and people name files; characters that a bucket takes. */
function filenameOf(name: string, flaw: Flaw, extension: string, document: Document, rng: Random): string {
  const family = name
    .split(' ')
    .slice(1)
    .join('_')
    .replaceAll(/[^A-Za-z_]/g, '');
  const number = rng.between(1000, 9999);
  const year = document.exam?.year ?? document.degree?.year ?? 2020;
  if (flaw === 'heic' || document.making.medium.startsWith('jpeg photo')) return `IMG_${number}.${extension}`;
  if (document.making.medium.includes('scan') || document.making.medium === 'pdf fax')
    return rng.pick([
      `Scan_${number}.${extension}`,
      `CamScanner ${rng.between(1, 28)}-0${rng.between(1, 9)}.${extension}`,
    ]);
  if (document.degree !== null) return `${family}_degree_${year}.${extension}`;
  return rng.pick([
    `${family}_CXC_${year}.${extension}`,
    `results (${rng.between(1, 4)}).${extension}`,
    `${document.exam?.exam ?? ''} ${year}.${extension}`,
  ]);
}

/** A name with nothing in common with this one. */
function someoneElse(name: string): string {
  const others = [
    'Shivanand Dookeran',
    'Joylyn Quashie',
    'Rondell Pouchet',
    'Camille Sylvester',
    'Fazal Juman',
  ];
  return at(others, [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % others.length);
}
