import { describe, expect, test } from 'vitest';
import { barredFrom, missingFor, standingOf } from '#renderer/features/verification/second/standing.ts';
import { firstInstant } from '#renderer/features/verification/statistics/range.ts';
import {
  agreementText,
  partText,
  secondsText,
  shareText,
} from '#renderer/features/verification/statistics/words.ts';
import { checklistOf, type CheckResult } from '#shared/domain/verification/checklist';
import type { SecondReview } from '#shared/rpc/verification-contract';

describe('figures of reviewers', () => {
  test('are told in units that one can compare at a glance', () => {
    expect([null, 0.4, 59.6, 130, 3600, 3900].map(secondsText)).toEqual([
      '–',
      '0 s',
      '1 min',
      '2 min 10 s',
      '1 h',
      '1 h 5 min',
    ]);
    expect([shareText(3, 8), shareText(0, 0), partText(0, 9), partText(3, 12)]).toEqual([
      '38%',
      '–',
      '0',
      '3 (25%)',
    ]);
  });

  test('of agreement say in words what a kappa is worth, and on how much it rests', () => {
    expect(agreementText({ aa: 18, ar: 1, ra: 2, rr: 9 }, 0.77)).toEqual({
      figure: 'κ 0.77',
      words: 'substantial, 30 pairs',
    });
    expect(agreementText({ aa: 2, ar: 0, ra: 0, rr: 1 }, 1).words).toBe('too few to tell, 3 pairs');
    expect(agreementText({ aa: 25, ar: 0, ra: 0, rr: 0 }, null)).toEqual({
      figure: '–',
      words: '25 pairs, all with the same verdict',
    });
    expect(agreementText({ aa: 0, ar: 0, ra: 0, rr: 0 }, null).words).toBe('no second reviews');
  });

  test('begin at midnight in Port of Spain, today being one of the days', () => {
    // 22 November, 02:30 UTC is still the 21st there.
    const now = Date.parse('2026-11-22T02:30:00Z') * 1000;
    expect(new Date(firstInstant(now, 7) / 1000).toISOString()).toBe('2026-11-15T04:00:00.000Z');
  });
});

describe('a second verdict', () => {
  const documents = [
    { id: 'a', state: 'present' },
    { id: 'b', state: 'missing' },
  ];
  const ticked = (result: CheckResult) =>
    Object.fromEntries(checklistOf('degree').map(({ id }) => [id, result]));

  test('is given once every document that is there was seen and every item answered', () => {
    const nothing = { kind: 'degree', documents, opened: {}, ticks: {} } as const;
    expect(missingFor(nothing, null)).toEqual([
      'Look at the document',
      'Answer 5 more of the checklist',
      'Choose a verdict',
    ]);
    const all = { ...nothing, opened: { a: {} }, ticks: ticked('pass') };
    expect(missingFor(all, 'APPROVE')).toEqual([]);
  });

  test('does not approve what was answered with no', () => {
    const judged = {
      kind: 'degree',
      documents,
      opened: { a: {} },
      ticks: { ...ticked('pass'), unaltered: 'fail' },
    } as const;
    expect(missingFor(judged, 'REJECT')).toEqual([]);
    expect(missingFor(judged, 'APPROVE')).toEqual([
      'No approval while this is answered with no: Not altered',
    ]);
  });

  test('that differs stands as disputed until an admin who gave neither settles it', () => {
    const done: NonNullable<SecondReview['done']> = {
      at: 0,
      firstReviewerId: 'rae',
      firstReviewer: 'Rae',
      secondReviewerId: 'rob',
      secondReviewer: 'Rob',
      note: null,
      isDisputed: true,
      status: 'REJECTED',
      rowVersion: 3,
    };
    expect(standingOf({ agrees: true, done: { ...done, isDisputed: false } })).toBe('agreed');
    expect(standingOf({ agrees: false, done })).toBe('disputed');
    expect(standingOf({ agrees: false, done: { ...done, isDisputed: false } })).toBe('settled');
    expect(barredFrom({ done }, 'ada', true)).toBeNull();
    expect(barredFrom({ done }, 'rob', true)).toContain('one of the two');
    expect(barredFrom({ done }, 'rita', false)).toBe('An admin settles it.');
  });
});
