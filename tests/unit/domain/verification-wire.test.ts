import { expect, test } from 'vitest';
import * as wire from '#shared/domain/verification/wire';

const caseId = '00000000-0000-4000-8000-000000000001';
const other = '00000000-0000-4000-8000-000000000002';

test('a row that was refused says why and who stands in the way, beside rows that were decided', () => {
  const answer = wire.decideManyAnswer.parse({
    now: 5,
    results: [
      {
        caseId,
        outcome: 'decided',
        decisionId: other,
        decision: 'APPROVE',
        undoUntil: 60_000_005,
        rowVersion: 4,
      },
      {
        caseId: other,
        outcome: 'refused',
        code: 'SY020',
        rule: 'claimed',
        message: 'Rae holds this case.',
        data: { holderId: caseId, holder: 'Rae', expiresAt: 9 },
      },
    ],
  });
  expect(answer.results.map(({ outcome }) => outcome)).toEqual(['decided', 'refused']);
});

test('a verdict without a rationale of its own still has the field, so that none is forgotten', () => {
  const verdict = {
    caseId,
    rowVersion: 3,
    outcome: 'APPROVE',
    reasonCodes: [],
    publicText: '',
    privateNote: '',
    overrideReason: '',
    grades: [{ subjectId: other, examType: 'CSEC', grade: 1, year: 2024, session: 'May/June' }],
  };
  expect(wire.decisionInput.parse(verdict)).toEqual(verdict);
  const { overrideReason: _, ...without } = verdict;
  expect(wire.decisionInput.safeParse(without).success).toBe(false);
  expect(wire.decisionInput.safeParse({ ...verdict, outcome: 'REVOKE' }).success).toBe(false);
});

test('a second opinion approves or rejects, and nothing else', () => {
  expect(wire.secondVerdict.safeParse({ outcome: 'REJECT', note: '' }).success).toBe(true);
  expect(wire.secondVerdict.safeParse({ outcome: 'RESUBMIT', note: '' }).success).toBe(false);
});

test('fingerprints are lower-case hex of their full length, or absent', () => {
  const opened = {
    documentId: other,
    sha256: 'a'.repeat(64),
    phash: 'f'.repeat(16),
    candidateNumber: null,
    pageCount: 2,
    pagesSeen: 2,
    sizeBytes: 100,
  };
  const of = (part: object) =>
    wire.evidenceInput.safeParse({ opened: [{ ...opened, ...part }], checklist: { legible: 'pass' } })
      .success;
  expect(of({})).toBe(true);
  expect(of({ phash: null })).toBe(true);
  expect(of({ sha256: 'A'.repeat(64) })).toBe(false);
  expect(of({ phash: 'f' })).toBe(false);
});

test('each function that works under a key has an answer to record', () => {
  for (const name of Object.keys(wire.keyedKinds))
    expect(Object.keys(wire.verificationAnswers)).toContain(name);
});
