import type { GradeEntry } from './wire.ts';

export type ExamType = GradeEntry['examType'];

/** The lowest grade of an examination: CSEC ends at VI, CAPE at VII; the best is I in both. */
export function worstGrade(exam: ExamType): number {
  return exam === 'CSEC' ? 6 : 7;
}

/** The year of the first CXC examinations. */
export const firstExamYear = 1979;

/** A subject as the catalogue has it. */
export type CatalogueSubject = {
  readonly id: string;
  readonly name: string;
  readonly curriculum: string | null;
};

/**
 * What is wrong with entered grades, in words, null when nothing is. The server refuses the same (rule `grades`).
 * `thisYear` is the year on the server's clock.
 */
export function gradesFault(
  grades: readonly GradeEntry[],
  subjects: ReadonlyMap<string, CatalogueSubject>,
  thisYear: number,
): string | null {
  const seen = new Set<string>();
  for (const { subjectId, examType, grade, year } of grades) {
    const subject = subjects.get(subjectId);
    if (subject === undefined || subject.curriculum !== examType)
      return 'This is no subject of that examination.';
    if (seen.has(subjectId)) return `${subject.name} is entered twice.`;
    seen.add(subjectId);
    if (grade < 1 || grade > worstGrade(examType))
      return `${examType} grades of ${subject.name} go from 1 to ${worstGrade(examType)}.`;
    if (year !== null && (year < firstExamYear || year > thisYear))
      return `${subject.name}: there was no such examination in ${year}.`;
  }
  return null;
}
