import { romanGrades, type ExamRecord } from '../documents/exams.ts';
import type { Random } from '../random.ts';

/** What the platform's reader makes of a certificate, in the platform's shape. */
export type Reading = {
  readonly json: ExtractedJson;
  readonly text: string;
  /** 0 to 100. */
  readonly confidence: number;
  readonly recommendation: 'APPROVE' | 'REJECT';
  readonly reason: string;
};

type ExtractedJson = {
  readonly candidate_name: string | null;
  readonly candidate_number: string | null;
  readonly centre_number: string | null;
  readonly exam_type: string | null;
  readonly year: number | null;
  readonly session: string | null;
  readonly subjects: readonly { readonly name: string; readonly grade: string }[];
};

/** How well the machine could see: `sharp` reads everything right, `soft` slips here and there, `blind` reads little. */
export type Sight = 'sharp' | 'soft' | 'blind';

/** Reads what is printed, with the mistakes that such machines make, and judges it as the platform does. */
export function read(printed: ExamRecord, accountName: string, sight: Sight, rng: Random): Reading {
  const json = sight === 'blind' ? blindly(printed, rng) : seen(printed, sight, rng);
  const confidence = { sharp: rng.between(84, 99), soft: rng.between(61, 83), blind: rng.between(12, 54) }[
    sight
  ];
  const text = textOf(printed, json);
  return { json, text, confidence, ...judged(json, text, confidence, accountName) };
}

/** Shared letter pairs over all letter pairs (Dice), case and order of names aside: 1 for the same name. */
export function similarity(left: string, right: string): number {
  const [a, b] = [pairsOf(left), pairsOf(right)];
  const common = a.filter((pair) => b.includes(pair)).length;
  return a.length + b.length === 0 ? 0 : (2 * common) / (a.length + b.length);
}

function seen(printed: ExamRecord, sight: Sight, rng: Random): ExtractedJson {
  const slips = sight === 'soft' ? rng.pick(['name', 'year', 'grade', 'subject', 'none']) : 'none';
  const subjects = printed.results.map((result) => ({
    name: result.subject.replace(/^(CSEC|CAPE) /, ''),
    grade: romanGrades[result.grade] ?? '',
  }));
  const wrong = rng.between(0, subjects.length - 1);
  return {
    candidate_name: (slips === 'name' ? misspelt(printed.name, rng) : printed.name).toUpperCase(),
    candidate_number: printed.candidateNumber,
    centre_number: printed.centreNumber,
    exam_type: printed.exam,
    year: slips === 'year' ? printed.year + rng.pick([-10, -3, 3]) : printed.year,
    session: printed.sitting,
    subjects: subjects
      .filter((_, index) => slips !== 'subject' || index !== wrong)
      .map((subject, index) =>
        slips === 'grade' && index === wrong ? { ...subject, grade: nextGrade(subject.grade) } : subject,
      ),
  };
}

function blindly(printed: ExamRecord, rng: Random): ExtractedJson {
  return {
    candidate_name: rng.chance(0.6) ? misspelt(misspelt(printed.name, rng), rng).toUpperCase() : null,
    candidate_number: null,
    centre_number: null,
    exam_type: rng.chance(0.5) ? printed.exam : null,
    year: null,
    session: null,
    subjects: [],
  };
}

function judged(
  json: ExtractedJson,
  text: string,
  confidence: number,
  accountName: string,
): Pick<Reading, 'recommendation' | 'reason'> {
  const alike = similarity(json.candidate_name ?? '', accountName);
  const faults = [
    ...(confidence < 60 ? [`confidence ${confidence} is below 60`] : []),
    ...(text.length < 50 ? ['hardly any text was found'] : []),
    ...(alike < 0.6 ? [`name similarity ${alike.toFixed(2)} is below 0.60`] : []),
    ...(json.subjects.length === 0 ? ['no subjects were found'] : []),
    ...(json.exam_type === null ? ['the examination is not known'] : []),
  ];
  if (faults.length > 0) return { recommendation: 'REJECT', reason: sentence(faults.join('; ')) };
  return {
    recommendation: 'APPROVE',
    reason: `Name similarity ${alike.toFixed(2)}, ${json.subjects.length} subjects of ${json.exam_type ?? ''} found.`,
  };
}

function textOf(printed: ExamRecord, json: ExtractedJson): string {
  if (json.subjects.length === 0)
    return ['CARIBBEAN EX M NATI NS', json.candidate_name ?? '', 'GRADE'].join('\n');
  return [
    'CARIBBEAN EXAMINATIONS COUNCIL',
    `CANDIDATE'S RESULT SLIP ${printed.sitting.toUpperCase()} ${json.year ?? ''}`,
    `CANDIDATE ${json.candidate_name ?? ''}`,
    `CANDIDATE NO. ${json.candidate_number ?? ''}`,
    `CENTRE ${printed.centreNumber} ${printed.centreName.toUpperCase()}`,
    ...json.subjects.map((subject) => `${subject.name.toUpperCase()} ${subject.grade}`),
  ].join('\n');
}

/** One letter taken for a similar one. */
function misspelt(name: string, rng: Random): string {
  const swaps: Readonly<Record<string, string>> = {
    a: 'o',
    e: 'c',
    i: 'l',
    n: 'm',
    m: 'rn',
    o: 'c',
    h: 'b',
    r: 'n',
  };
  const places = [...name.matchAll(/[aeinmohr]/g)].map((found) => found.index);
  if (places.length === 0) return name;
  const place = rng.pick(places);
  return name.slice(0, place) + (swaps[name.charAt(place)] ?? '') + name.slice(place + 1);
}

function nextGrade(grade: string): string {
  const index = romanGrades.findIndex((roman) => roman === grade);
  return romanGrades[index > 1 ? index - 1 : index + 1] ?? grade;
}

function pairsOf(name: string): string[] {
  const words = name.toLowerCase().split(/[^a-z]+/);
  return words.flatMap((word) =>
    Array.from({ length: Math.max(0, word.length - 1) }, (_, at) => word.slice(at, at + 2)),
  );
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
