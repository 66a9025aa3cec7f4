import { expect, test } from 'vitest';
import { checklistOf, type CheckResult } from '#shared/domain/verification/checklist';
import type { BulkCandidate, BulkReport, QueueItem } from '#shared/rpc/verification-contract';
import { reportText, sumText, undoable } from '#renderer/features/verification/bulk/bulk-words.ts';
import { judgeSelection } from '#renderer/features/verification/bulk/judge.ts';
import { ageOf, conditionsOf, holderOf } from '#renderer/features/verification/queue/queue-words.ts';
import { extended, toggled } from '#renderer/features/verification/queue/selecting.ts';

const hour = 3_600_000_000;
const now = 1_000 * hour;
const me = 'me';
const who = { userId: me, isAdmin: false, now };
const complete = Object.fromEntries(
  checklistOf('certificate').map((item): [string, CheckResult] => [item.id, 'pass']),
);

const item: QueueItem = {
  caseId: 'a',
  kind: 'certificate',
  status: 'READY_FOR_REVIEW',
  priority: 0,
  attempt: 1,
  tutorId: 't',
  tutorName: 'Tara',
  submittedAt: now - 10 * hour,
  dueAt: now + 14 * hour,
  lateAt: now + 38 * hour,
  breachAt: now + 62 * hour,
  recommendation: 'APPROVE',
  confidence: 90,
  fileState: 'present',
  isEscalated: false,
  isDisputed: false,
  holderId: me,
  holderName: 'Me',
  claimedUntil: now + hour,
  decisionId: null,
  decidedById: null,
  decidedByName: null,
  decidedAt: null,
  undoUntil: null,
  rowVersion: 1,
};
const ready: BulkCandidate = { item, isOpened: true, checklist: complete, gradeCount: 1 };
const candidate = (caseId: string, parts: Partial<QueueItem> = {}, rest: Partial<BulkCandidate> = {}) => ({
  ...ready,
  ...rest,
  item: { ...item, caseId, ...parts },
});

test('a selection of one kind and recommendation that was looked at stands nothing in its way', () => {
  const judged = judgeSelection([candidate('a'), candidate('b')], 'APPROVE', 25, who);
  expect(judged).toMatchObject({ refusal: null, failures: [] });
});

test('a mixed selection is taken apart, the largest part first', () => {
  const judged = judgeSelection(
    [candidate('a', { recommendation: 'REJECT' }), candidate('b'), candidate('c')],
    'APPROVE',
    25,
    who,
  );
  expect(judged.refusal?.rule).toBe('mixed');
  expect(judged.parts.map(({ ids }) => ids)).toEqual([['b', 'c'], ['a']]);
});

test('more than the limit is too many', () => {
  const many = Array.from({ length: 3 }, (_, index) => candidate(String(index)));
  expect(judgeSelection(many, 'APPROVE', 2, who).refusal?.rule).toBe('too_many');
});

test('each rule names the cases that fail it, and each case fails one rule', () => {
  const { failures } = judgeSelection(
    [
      candidate('lapsed', { claimedUntil: now }),
      candidate('other', { holderId: 'other' }),
      candidate('unopened', {}, { isOpened: false }),
      candidate('unticked', {}, { checklist: {} }),
      candidate('ungraded', {}, { gradeCount: 0 }),
      candidate('ready'),
    ],
    'APPROVE',
    25,
    who,
  );
  expect(failures.map(({ rule, ids }) => [rule, ids])).toEqual([
    ['not_claimed', ['lapsed', 'other']],
    ['not_opened', ['unopened']],
    ['checklist', ['unticked']],
    ['grades', ['ungraded']],
  ]);
  expect(judgeSelection([candidate('x', {}, { gradeCount: 0 })], 'REJECT', 25, who).failures).toEqual([]);
});

const row = {
  caseId: 'a',
  kind: 'certificate',
  tutorName: 'Tara',
  state: 'decided',
  decisionId: 'd',
  undoUntil: now + 30,
  rule: null,
  message: null,
  by: null,
} as const;
const report: BulkReport = {
  id: 'k',
  outcome: 'APPROVE',
  state: 'done',
  madeAt: now,
  problem: null,
  rows: [
    row,
    { ...row, caseId: 'b', state: 'refused', decisionId: null, message: 'This case was decided.', by: 'Rob' },
    { ...row, caseId: 'c', state: 'reversed' },
  ],
};

test('a report says what became of every case and who was quicker', () => {
  expect(sumText(report)).toBe('1 approved, 1 taken back, 1 refused');
  expect(reportText(report).split('\n')).toEqual([
    'Approve: 1 approved, 1 taken back, 1 refused',
    'Tara (a): Approved',
    'Tara (b): This case was decided. (Rob)',
    'Tara (c): Taken back',
  ]);
});

test('what can be taken back is what was decided and whose window is open', () => {
  expect(undoable(report, now).ids).toEqual(['d']);
  expect(undoable(report, now + 30).ids).toEqual([]);
});

test('a claim that has run out is nobody’s, and a decided case has stopped ageing', () => {
  expect(holderOf(item, me, now)).toEqual({ isMine: true, text: 'Yours' });
  expect(holderOf(item, me, now + hour)).toBeNull();
  expect(ageOf(item, now)).toEqual({ band: 'fresh', text: '10 h' });
  expect(ageOf(item, now + 38 * hour)).toEqual({ band: 'late', text: '48 h late' });
  expect(ageOf({ ...item, decidedAt: now }, now + 90 * hour).text).toBe('10 h');
});

test('every condition of a filter is said in words', () => {
  expect(
    conditionsOf({ status: ['SUBMITTED'], kind: 'degree', isWithoutFile: true, search: ' ram ' }).map(
      ({ text }) => text,
    ),
  ).toEqual(['Submitted', 'Degree', 'Without file', '“ram”']);
  expect(conditionsOf({ status: 'open', search: '' })).toEqual([]);
});

test('Shift selects from the anchor to the cursor, both ways, and keeps what was selected before', () => {
  const idAt = (index: number) => ['a', 'b', undefined, 'd', 'e'][index];
  expect(extended(['z'], idAt, 1, 4)).toEqual(['z', 'b', 'd', 'e']);
  expect(extended([], idAt, 3, 0)).toEqual(['d', 'b', 'a']);
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
});
