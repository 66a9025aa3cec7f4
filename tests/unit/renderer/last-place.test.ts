import { expect, test } from 'vitest';
import { isPlain } from '#renderer/features/schedule/last-place.ts';
import { createPlaces } from '#renderer/state/places.ts';

test('where somebody left a section is theirs alone', () => {
  const places = createPlaces<{ on?: string }>();
  places.note('anisa', { on: '2026-11-23' });
  expect(places.leftBy('anisa')).toEqual({ on: '2026-11-23' });
  expect(places.leftBy('kwame')).toBeNull();
  places.note('kwame', {});
  expect(places.leftBy('anisa')).toBeNull();
});

test('a link that names anything is not plain', () => {
  expect(isPlain({})).toBe(true);
  expect(isPlain({ view: 'week' })).toBe(true);
  expect(isPlain({ view: 'list' })).toBe(false);
  expect(isPlain({ on: '2026-11-23' })).toBe(false);
});
