import { describe, expect, it, test } from 'vitest';
import { microsPerHour } from '#shared/domain/instant';
import { checklistOf } from '#shared/domain/verification/checklist';
import { bulkGate, decisionGate, type CaseFacts, type Intent } from '#shared/domain/verification/gate';
import { gradesFault } from '#shared/domain/verification/grades';
import { publicTextOf, reasonsFor, type Reason } from '#shared/domain/verification/reasons';
import { nextBandAt, slaBand } from '#shared/domain/verification/sla';
import { cohenKappa, hashDistance, kappaWords } from '#shared/domain/verification/statistics';

const ticked = Object.fromEntries(checklistOf('certificate').map(({ id }) => [id, 'pass'] as const));
const ready: CaseFacts = {
  id: 'a',
  kind: 'certificate',
  status: 'READY_FOR_REVIEW',
  recommendation: null,
  fileState: 'present',
  isEscalated: false,
  isMine: true,
  isOpened: true,
  checklist: ticked,
  gradeCount: 1,
};
const approve: Intent = {
  outcome: 'APPROVE',
  hasReason: false,
  overrideReason: '',
  isBulk: false,
  isAdmin: false,
};
const reject: Intent = { ...approve, outcome: 'REJECT', hasReason: true };
const rule = (facts: Partial<CaseFacts>, intent: Intent) =>
  decisionGate({ ...ready, ...facts }, intent)?.rule;

describe('the gate of a decision', () => {
  it('is open for a case that was looked at in full', () => {
    expect(rule({}, approve)).toBeUndefined();
    expect(rule({}, reject)).toBeUndefined();
    expect(rule({ kind: 'degree', gradeCount: 0, checklist: tickedDegree }, approve)).toBeUndefined();
  });

  it.each([
    ['decided', { status: 'APPROVED' }, approve],
    ['not_claimed', { isMine: false }, approve],
    ['escalated', { isEscalated: true }, approve],
    ['not_opened', { isOpened: false }, reject],
    ['checklist', { checklist: {} }, approve],
    ['checklist', { checklist: {} }, { ...reject, isBulk: true }],
    ['checklist_failed', { checklist: { ...ticked, unaltered: 'fail' } }, approve],
    ['file', { fileState: 'empty' }, approve],
    ['reason', {}, { ...reject, hasReason: false }],
    ['override', { recommendation: 'REJECT' }, approve],
    ['override', { recommendation: 'APPROVE' }, { ...reject, overrideReason: ' no ' }],
    ['grades', { gradeCount: 0 }, approve],
  ] as const)('closes by the rule %s', (expected, facts, intent) => {
    expect(rule(facts, intent)).toBe(expected);
  });

  it('asks for no ticks where one case alone is not approved', () => {
    expect(rule({ checklist: {} }, reject)).toBeUndefined();
  });

  it('lets an admin decide what was escalated', () => {
    expect(rule({ isEscalated: true }, { ...approve, isAdmin: true })).toBeUndefined();
  });
});

const tickedDegree = Object.fromEntries(checklistOf('degree').map(({ id }) => [id, 'pass'] as const));

describe('a selection', () => {
  const same = (count: number) => Array.from({ length: count }, () => ready);

  it('is decided together up to the limit', () => {
    expect(bulkGate(same(25), 25)).toBeNull();
    expect(bulkGate(same(26), 25)?.rule).toBe('too_many');
    expect(bulkGate([], 25)?.rule).toBe('empty');
  });

  it('is of one kind and one recommendation', () => {
    expect(bulkGate([ready, { ...ready, kind: 'degree' }], 25)?.rule).toBe('mixed');
    expect(bulkGate([ready, { ...ready, recommendation: 'APPROVE' }], 25)?.rule).toBe('mixed');
  });
});

test('a case ages through the bands at its own instants', () => {
  const at = {
    sla_due_at: 24 * microsPerHour,
    sla_late_at: 48 * microsPerHour,
    sla_breach_at: 72 * microsPerHour,
  };
  const bands = [0, 24, 47, 48, 72, 1000].map((hour) => slaBand(at, hour * microsPerHour));
  expect(bands).toEqual(['fresh', 'due', 'due', 'late', 'breach', 'breach']);
  expect(nextBandAt(at, 24 * microsPerHour)).toBe(at.sla_late_at);
  expect(nextBandAt(at, 72 * microsPerHour)).toBeNull();
});

describe('reasons', () => {
  const of = (code: string, number: number, parts: Partial<Reason> = {}): Reason => ({
    code,
    number,
    outcome: 'REJECT',
    kind: null,
    label: code,
    public_text: `${code}.`,
    is_active: true,
    ...parts,
  });
  const all = [
    of('second', 2),
    of('first', 1),
    of('degrees', 3, { kind: 'degree' }),
    of('old', 4, { is_active: false }),
    of('again', 1, { outcome: 'RESUBMIT' }),
  ];

  it('are those of the outcome and the kind, by number', () => {
    const codes = (outcome: 'REJECT' | 'RESUBMIT', kind: 'certificate' | 'degree') =>
      reasonsFor(all, outcome, kind).map(({ code }) => code);
    expect(codes('REJECT', 'certificate')).toEqual(['first', 'second']);
    expect(codes('REJECT', 'degree')).toEqual(['first', 'second', 'degrees']);
    expect(codes('RESUBMIT', 'degree')).toEqual(['again']);
  });

  it('speak to the tutor in the order of their numbers', () => {
    expect(publicTextOf(all.slice(0, 2))).toBe('first. second.');
  });
});

describe('grades', () => {
  const subjects = new Map([['m', { id: 'm', name: 'Mathematics', curriculum: 'CSEC' }]]);
  const entry = { subjectId: 'm', examType: 'CSEC', grade: 1, year: 2024, session: null } as const;
  const fault = (...entries: Parameters<typeof gradesFault>[0]) => gradesFault(entries, subjects, 2026);

  it('are of a subject of that examination, each once, within its scale and its years', () => {
    expect(fault(entry)).toBeNull();
    expect(fault({ ...entry, year: null })).toBeNull();
    expect(fault({ ...entry, examType: 'CAPE' })).toMatch(/no subject/);
    expect(fault(entry, entry)).toMatch(/twice/);
    expect(fault({ ...entry, grade: 7 })).toMatch(/1 to 6/);
    expect(fault({ ...entry, year: 2027 })).toMatch(/2027/);
    expect(fault({ ...entry, year: 1978 })).toMatch(/1978/);
  });
});

describe('kappa', () => {
  it('is the textbook value', () => {
    // Cohen's example as most textbooks print it: 20 both yes, 15 both no, 5 and 10 apart.
    expect(cohenKappa({ aa: 20, ar: 5, ra: 10, rr: 15 })).toBeCloseTo(0.4, 10);
  });

  it('is 1 for perfect agreement, below 0 for less than chance, and nothing where it says nothing', () => {
    expect(cohenKappa({ aa: 3, ar: 0, ra: 0, rr: 4 })).toBe(1);
    expect(cohenKappa({ aa: 0, ar: 3, ra: 3, rr: 0 })).toBe(-1);
    expect(cohenKappa({ aa: 0, ar: 0, ra: 0, rr: 0 })).toBeNull();
    expect(cohenKappa({ aa: 9, ar: 0, ra: 0, rr: 0 })).toBeNull();
  });

  it('has a word', () => {
    expect([-0.1, 0.1, 0.4, 0.5, 0.8, 0.9].map(kappaWords)).toEqual([
      'worse than chance',
      'slight',
      'fair',
      'moderate',
      'substantial',
      'almost perfect',
    ]);
  });
});

test('two hashes differ in as many bits as are set in one of them only', () => {
  expect(hashDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
  expect(hashDistance('00000000000000ff', '00000000000000fe')).toBe(1);
  expect(hashDistance('8000000000000000', '8000000000000000')).toBe(0);
});
