import { expect, test } from 'vitest';
import { isPlain, notePlace, placeLeftBy } from '#renderer/features/schedule/last-place.ts';

test('where somebody left the schedule is theirs alone', () => {
  notePlace('anisa', { on: '2026-11-23' });
  expect(placeLeftBy('anisa')).toEqual({ on: '2026-11-23' });
  expect(placeLeftBy('kwame')).toBeNull();
  notePlace('kwame', {});
  expect(placeLeftBy('anisa')).toBeNull();
});

test('a link that names anything is not plain', () => {
  expect(isPlain({})).toBe(true);
  expect(isPlain({ view: 'week' })).toBe(true);
  expect(isPlain({ view: 'list' })).toBe(false);
  expect(isPlain({ on: '2026-11-23' })).toBe(false);
});
