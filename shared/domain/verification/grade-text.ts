import { isSameSubjectName } from './comparison.ts';

/** "I" to "VII", as certificates print grades. */
export function gradeText(grade: number): string {
  return romans[grade - 1] ?? String(grade);
}

/** A grade as it is typed: "2", "II" or "ii"; null when it is none. */
export function gradeOf(words: string): number | null {
  const text = words.trim().toUpperCase();
  if (/^[1-7]$/.test(text)) return Number(text);
  const index = romans.indexOf(text);
  return index < 0 ? null : index + 1;
}

/** The grade that the system read for a subject, to be set beside the reviewer's; null when it read none. */
export function readGrade(
  extracted: Readonly<Record<string, unknown>> | null,
  subject: { readonly name: string; readonly curriculum: string | null } | null,
): number | null {
  const read = extracted?.['subjects'];
  const exam = extracted?.['exam_type'];
  if (subject === null || !Array.isArray(read)) return null;
  if (typeof exam === 'string' && subject.curriculum !== null && exam !== subject.curriculum) return null;
  for (const entry of read) {
    if (typeof entry !== 'object' || entry === null) continue;
    const { name, grade }: { name?: unknown; grade?: unknown } = entry;
    if (typeof name === 'string' && typeof grade === 'string' && isSameSubjectName(name, subject.name))
      return gradeOf(grade);
  }
  return null;
}

const romans = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII'];
