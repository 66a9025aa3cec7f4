import { describe, expect, test } from 'vitest';
import { labelled, pathOf, ticksOf } from '#renderer/ui/plot/scale.ts';

describe('an axis', () => {
  test('has few round marks that reach the highest figure', () => {
    expect(ticksOf(29, 4, true)).toEqual([0, 10, 20, 30]);
    expect(ticksOf(92, 4, false)).toEqual([0, 25, 50, 75, 100]);
    expect(ticksOf(0.7, 4, false)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    expect(ticksOf(100, 4, true)).toEqual([0, 25, 50, 75, 100]);
  });

  test('counts whole things in whole steps, and is there when nothing was counted', () => {
    expect(ticksOf(2, 4, true)).toEqual([0, 1, 2]);
    expect(ticksOf(9, 4, true)).toEqual([0, 3, 6, 9]);
    expect(ticksOf(0, 4, true)).toEqual([0, 1]);
  });

  test('writes as many days as fit, always the last one', () => {
    expect(labelled(7, 700, 64)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(labelled(30, 480, 64)).toEqual([1, 5, 9, 13, 17, 21, 25, 29]);
    expect(labelled(0, 480, 64)).toEqual([]);
    expect(labelled(5, 0, 64)).toEqual([4]);
  });
});

test('a line is interrupted where nothing was measured', () => {
  const at = (x: number) => ({ x, y: 2 * x });
  expect(pathOf([at(1), at(2), null, at(4), at(5)])).toBe('M1.0 2.0L2.0 4.0M4.0 8.0L5.0 10.0');
  expect(pathOf([null, null])).toBe('');
});
