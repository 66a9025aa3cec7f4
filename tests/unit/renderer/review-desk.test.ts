import { describe, expect, test } from 'vitest';
import { gradeOf, gradeText, readGrade } from '#shared/domain/verification/grade-text';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { neighbourOf } from '#renderer/features/verification/desk/queue-order.ts';
import { timelineOf } from '#renderer/features/verification/desk/timeline.ts';

describe('the next case', () => {
  test('is the neighbour in the list, the first one from outside of it, and none at its end', () => {
    const ids = ['a', 'b', 'c'];
    expect(neighbourOf(ids, 'a', 1)).toBe('b');
    expect(neighbourOf(ids, 'b', -1)).toBe('a');
    expect(neighbourOf(ids, null, 1)).toBe('a');
    expect(neighbourOf(ids, 'gone', -1)).toBe('c');
    expect(neighbourOf(ids, 'c', 1)).toBeNull();
    expect(neighbourOf([], null, 1)).toBeNull();
  });
});

describe('a grade', () => {
  test('is typed as a number or as it is printed', () => {
    expect(['1', 'II', ' iii ', 'vii'].map(gradeOf)).toEqual([1, 2, 3, 7]);
    expect(['', '0', '8', 'IX', 'A'].map(gradeOf)).toEqual([null, null, null, null, null]);
    expect([1, 4, 7].map(gradeText)).toEqual(['I', 'IV', 'VII']);
  });

  test('that was read is found for the subject of that examination only', () => {
    const extracted = { exam_type: 'CSEC', subjects: [{ name: 'Physics', grade: 'II' }] };
    expect(readGrade(extracted, { name: 'Physics', curriculum: 'CSEC' })).toBe(2);
    expect(readGrade(extracted, { name: 'Physics', curriculum: 'CAPE' })).toBeNull();
    expect(readGrade(extracted, { name: 'Biology', curriculum: 'CSEC' })).toBeNull();
    expect(readGrade(null, { name: 'Physics', curriculum: 'CSEC' })).toBeNull();
  });
});

describe('the history of a case', () => {
  const told: Pick<VerificationCase, 'events' | 'decisions' | 'notes'> = {
    events: [
      { id: 'e1', type: 'OCR_STARTED', actor: null, createdAt: 10 },
      { id: 'e2', type: 'REVIEWER_DECISION', actor: 'Rita', createdAt: 30 },
    ],
    decisions: [
      {
        id: 'd1',
        reviewer: 'Rita',
        outcome: 'APPROVE',
        publicText: 'Well done.',
        overrideReason: 'The name is right.',
        decidedAt: 30,
        undoUntil: 90,
        reversedAt: 40,
        overturnedAt: null,
      },
    ],
    notes: [{ id: 'n1', author: 'Roy', kind: 'escalation', body: 'The seal looks wrong.', createdAt: 20 }],
  };

  test('is one story, newest first, in which a decision is told once', () => {
    const story = timelineOf(told);
    expect(story.map(({ title, by, at }) => [title, by, at])).toEqual([
      ['Taken back: approved', 'Rita', 40],
      ['Approved', 'Rita', 30],
      ['Why it was escalated', 'Roy', 20],
      ['OCR started', null, 10],
    ]);
    expect(story[1]?.text).toBe('Well done.\nAgainst the system: The name is right.');
  });
});
