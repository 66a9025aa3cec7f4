import type { VerificationKind } from './status.ts';

/** Words of the server about a case (verification_findings): text, numbers, lists. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * `same` in what counts; `similar`: some of the words agree, look closely; `different`; `absent`: stated and not read on this
 * document, which may be another one's business; `unread`: there is nothing to compare with; `extra`: on the document only.
 */
export type Likeness = 'same' | 'similar' | 'different' | 'absent' | 'unread' | 'extra';

export type ComparedField = {
  readonly id: string;
  readonly label: string;
  readonly claimed: string | null;
  readonly extracted: string | null;
  readonly likeness: Likeness;
};

/**
 * What the tutor states beside what was read from the documents, in the order in which one looks for it. Nothing is
 * hidden: a subject on one side only has its line as well. Differences of case, accents and order of names do not count.
 */
export function compareFields(
  kind: VerificationKind,
  claimed: Fields,
  extracted: Fields | null,
): readonly ComparedField[] {
  const isRead = extracted !== null && Object.values(extracted).some((value) => value !== null);
  const read = extracted ?? {};
  const line = (id: string, label: string, left: string | null, right: string | null): ComparedField => ({
    id,
    label,
    claimed: left,
    extracted: right,
    likeness: likeness(left, right, isRead),
  });
  if (kind === 'degree') {
    const account = textOf(claimed['account_name']);
    const name = textOf(claimed['candidate_name']);
    return [
      {
        ...line('candidate_name', 'Name on the degree', account, name),
        likeness: likeness(account, name, true),
      },
      ...degreeFields.map(([id, label]) => line(id, label, textOf(claimed[id]), textOf(read[id]))),
    ].filter(isSaid);
  }
  return [
    ...certificateFields.map(([id, label]) => line(id, label, textOf(claimed[id]), textOf(read[id]))),
    ...compareSubjects(
      subjectsOf(claimed['subjects']),
      subjectsOf(read['subjects'], textOf(read['exam_type'])),
      isRead,
    ),
  ].filter(isSaid);
}

/** How many lines call for a closer look. */
export function differences(lines: readonly ComparedField[]): number {
  return lines.filter(({ likeness: found }) => found === 'different' || found === 'similar').length;
}

/** Whether two names mean the same subject, with or without their examination and unit. */
export function isSameSubjectName(a: string, b: string): boolean {
  return wordsOf(bare(a)).join(' ') === wordsOf(bare(b)).join(' ');
}

const certificateFields = [
  ['candidate_name', 'Name'],
  ['candidate_number', 'Candidate number'],
  ['centre_number', 'Centre'],
  ['exam_type', 'Examination'],
  ['year', 'Year'],
  ['session', 'Sitting'],
] as const;

const degreeFields = [
  ['school_name', 'Institution'],
  ['degree', 'Degree'],
  ['field', 'Field'],
  ['graduation_year', 'Year'],
] as const;

type Subject = { readonly name: string; readonly exam: string | null; readonly grade: string | null };

function compareSubjects(
  claimed: readonly Subject[],
  extracted: readonly Subject[],
  isRead: boolean,
): readonly ComparedField[] {
  const left = new Set(extracted);
  const lines = claimed.map((subject): ComparedField => {
    const found = extracted.find((other) => left.has(other) && isSameSubject(subject, other));
    if (found !== undefined) left.delete(found);
    const text = subjectText(subject);
    // A claim seldom names the grade: then the subject alone is compared.
    const isGradeOther = subject.grade !== null && found !== undefined && found.grade !== subject.grade;
    const missing = isRead ? 'absent' : 'unread';
    return {
      id: `subject:${subject.name}:${subject.exam ?? ''}`,
      label: 'Subject',
      claimed: text,
      extracted: found === undefined ? null : subjectText(found),
      likeness: found === undefined ? missing : isGradeOther ? 'different' : 'same',
    };
  });
  const extra = [...left].map((subject): ComparedField => ({
    id: `subject:${subject.name}:read`,
    label: 'Subject',
    claimed: null,
    extracted: subjectText(subject),
    likeness: 'extra',
  }));
  return [...lines, ...extra];
}

function likeness(left: string | null, right: string | null, isRead: boolean): Likeness {
  if (left === null) return right === null ? 'unread' : 'extra';
  if (right === null) return isRead ? 'absent' : 'unread';
  const [a, b] = [wordsOf(left), wordsOf(right)];
  if (a.join(' ') === b.join(' ') || a.join('') === b.join('')) return 'same';
  return a.some((word) => word.length > 1 && b.includes(word)) ? 'similar' : 'different';
}

function isSameSubject(a: Subject, b: Subject): boolean {
  if (a.exam !== null && b.exam !== null && a.exam !== b.exam) return false;
  return isSameSubjectName(a.name, b.name);
}

/** Without the examination before it, which a certificate says once for all, and without the unit of CAPE. */
function bare(name: string): string {
  return name.replace(/^(CSEC|CAPE)\s+/i, '').replace(/\s+unit\s+\S+$/i, '');
}

function subjectText({ name, exam, grade }: Subject): string {
  const whole = exam === null || name.startsWith(exam) ? name : `${exam} ${name}`;
  return grade === null ? whole : `${whole} · ${grade}`;
}

/** Without case, accents, punctuation and order: surnames come first on one paper and last on another. */
function wordsOf(text: string): readonly string[] {
  const folded = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return folded
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .toSorted();
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** `exam` is that of the whole certificate, where a subject does not say its own. */
function subjectsOf(value: unknown, exam: string | null = null): readonly Subject[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry === 'string' && entry.trim() !== '') return [{ name: entry.trim(), exam, grade: null }];
    if (typeof entry !== 'object' || entry === null) return [];
    const fields = Object.fromEntries(Object.entries(entry));
    const name = textOf(fields['name']);
    return name === null
      ? []
      : [{ name, exam: textOf(fields['exam_type']) ?? exam, grade: textOf(fields['grade']) }];
  });
}

function isSaid({ claimed, extracted }: ComparedField): boolean {
  return claimed !== null || extracted !== null;
}
