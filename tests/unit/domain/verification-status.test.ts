import { describe, expect, it, test } from 'vitest';
import { checklistOf, failedItems, isComplete } from '#shared/domain/verification/checklist';
import {
  afterDecision,
  canDecide,
  caseStatus,
  decisionOutcome,
  isAgainst,
  isOpen,
  recordedOutcome,
} from '#shared/domain/verification/status';

describe('a case', () => {
  it('can be decided in each status in which it waits, SUBMITTED included, and in no other', () => {
    for (const status of caseStatus.options) {
      for (const outcome of decisionOutcome.options) expect(canDecide(outcome, status)).toBe(isOpen(status));
    }
    expect(isOpen('SUBMITTED')).toBe(true);
  });

  it('can be revoked only while it stands approved', () => {
    expect(caseStatus.options.filter((status) => canDecide('REVOKE', status))).toEqual(['APPROVED']);
  });

  it('is closed by every decision', () => {
    for (const outcome of recordedOutcome.options) expect(isOpen(afterDecision(outcome))).toBe(false);
  });
});

test('a verdict against the system counts as one in both directions, and only then', () => {
  expect(isAgainst('APPROVE', 'REJECT')).toBe(true);
  expect(isAgainst('REJECT', 'APPROVE')).toBe(true);
  for (const same of ['APPROVE', 'REJECT'] as const) {
    expect(isAgainst(same, same)).toBe(false);
    expect(isAgainst(same, null)).toBe(false);
    expect(isAgainst('RESUBMIT', same)).toBe(false);
  }
});

describe('a checklist', () => {
  const passed = Object.fromEntries(checklistOf('certificate').map(({ id }) => [id, 'pass'] as const));

  it('is complete when each item of its kind is answered', () => {
    expect(isComplete('certificate', passed)).toBe(true);
    expect(isComplete('certificate', { ...passed, exam_body: 'na' })).toBe(true);
    const { legible: _, ...rest } = passed;
    expect(isComplete('certificate', rest)).toBe(false);
    expect(isComplete('degree', passed)).toBe(false);
  });

  it('names what failed, in order', () => {
    const failed = failedItems('certificate', { ...passed, unaltered: 'fail', legible: 'fail' });
    expect(failed.map(({ id }) => id)).toEqual(['legible', 'unaltered']);
  });
});
