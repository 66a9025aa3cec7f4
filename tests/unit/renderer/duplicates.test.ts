import { describe, expect, test } from 'vitest';
import { reasonsOf, twinsOf, type Match } from '#renderer/features/verification/duplicates/matches.ts';

const match = (parts: Partial<Match>): Match => ({
  ofDocumentId: 'own',
  documentId: 'other',
  caseId: 'case',
  kind: 'certificate',
  tutorId: 'tutor',
  tutor: 'Tara',
  isSameTutor: false,
  isSameFile: false,
  isSameCandidate: false,
  distance: null,
  status: 'APPROVED',
  seenAt: 0,
  ...parts,
});

describe('duplicates', () => {
  test('say the strongest reason first, and a picture only where the bytes are not the same', () => {
    expect(reasonsOf({ isSameFile: true, isSameCandidate: true, distance: 0 })).toEqual([
      'the same file',
      'the same candidate number',
    ]);
    expect(reasonsOf({ isSameFile: false, isSameCandidate: false, distance: 0 })).toEqual([
      'the same picture',
    ]);
    expect(reasonsOf({ isSameFile: false, isSameCandidate: false, distance: 3 })).toEqual([
      'nearly the same picture (3 of 64 bits differ)',
    ]);
  });

  test('of one case are one line, and those of other tutors come first', () => {
    const twins = twinsOf([
      match({ caseId: 'mine', isSameTutor: true, isSameFile: true }),
      match({ caseId: 'theirs', documentId: 'a', distance: 2 }),
      match({ caseId: 'theirs', documentId: 'b', isSameCandidate: true }),
      match({ caseId: null, documentId: 'c', isSameFile: true }),
    ]);
    expect(twins.map(({ key, reasons }) => [key, reasons])).toEqual([
      ['theirs', ['nearly the same picture (2 of 64 bits differ)', 'the same candidate number']],
      ['c', ['the same file']],
      ['mine', ['the same file']],
    ]);
  });
});
