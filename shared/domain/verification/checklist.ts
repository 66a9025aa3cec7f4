import * as z from 'zod';
import type { VerificationKind } from './status.ts';

/** What a reviewer answers to an item: `na` where it cannot apply, such as a candidate number on a degree. */
export const checkResult = z.enum(['pass', 'fail', 'na']);
export type CheckResult = z.infer<typeof checkResult>;

export type CheckItem = { readonly id: string; readonly label: string; readonly hint: string };

const certificate: readonly CheckItem[] = [
  { id: 'legible', label: 'Can be read', hint: 'Every page, every grade, no edge cut off.' },
  { id: 'name_matches', label: 'Name matches', hint: 'The candidate is the holder of the account.' },
  { id: 'exam_body', label: 'Issued by CXC', hint: 'CSEC or CAPE, with the marks of the council.' },
  { id: 'candidate_number', label: 'Candidate number', hint: 'Ten digits, the same on every page.' },
  { id: 'subjects_match', label: 'Subjects and grades entered', hint: 'Each one as printed, with its year.' },
  { id: 'unaltered', label: 'Not altered', hint: 'Fonts, alignment and background agree.' },
];

const degree: readonly CheckItem[] = [
  { id: 'legible', label: 'Can be read', hint: 'Every page, no edge cut off.' },
  { id: 'name_matches', label: 'Name matches', hint: 'The graduate is the holder of the account.' },
  { id: 'institution', label: 'Institution recognised', hint: 'It exists and awards this degree.' },
  { id: 'award_matches', label: 'Degree, field and year match', hint: 'As the tutor stated them.' },
  { id: 'unaltered', label: 'Not altered', hint: 'Seal, signatures and fonts agree.' },
];

/** The items of a kind, in the order in which they are asked. The server has the same ids. */
export function checklistOf(kind: VerificationKind): readonly CheckItem[] {
  return kind === 'certificate' ? certificate : degree;
}

/** Whether every item is answered. */
export function isComplete(kind: VerificationKind, results: Readonly<Record<string, CheckResult>>): boolean {
  return checklistOf(kind).every(({ id }) => results[id] !== undefined);
}

/** The items that failed, in order. An approval needs none. */
export function failedItems(
  kind: VerificationKind,
  results: Readonly<Record<string, CheckResult>>,
): readonly CheckItem[] {
  return checklistOf(kind).filter(({ id }) => results[id] === 'fail');
}
