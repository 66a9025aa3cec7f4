import { describe, expect, test } from 'vitest';
import { isDisjoint, sideOf, type ConflictField } from '#shared/domain/conflict';
import { hoursOn, mergeHours, type HoursRule } from '#shared/domain/weekly-hours';

const field = (base: string | null, theirs: string | null, mine: string | null): ConflictField => ({
  field: 'any',
  base,
  theirs,
  mine,
});

describe('a conflict', () => {
  test('says of each field who changed it', () => {
    expect(sideOf(field('a', 'b', 'a'))).toBe('theirs');
    expect(sideOf(field('a', 'a', 'b'))).toBe('mine');
    expect(sideOf(field('a', 'b', 'c'))).toBe('both');
    expect(sideOf(field('a', 'b', 'b'))).toBe('same');
    expect(sideOf(field(null, null, null))).toBe('none');
  });

  test('lets both stand only where no field was changed to two values', () => {
    expect(isDisjoint([field('a', 'b', 'a'), field('a', 'a', 'c')])).toBe(true);
    expect(isDisjoint([field('a', 'b', 'a'), field('a', 'a', 'c'), field('x', 'y', 'y')])).toBe(true);
    expect(isDisjoint([field('a', 'b', 'a'), field('a', 'b', 'c')])).toBe(false);
    expect(isDisjoint([field('a', 'b', 'a')])).toBe(false);
    expect(isDisjoint([])).toBe(false);
  });
});

describe('weekly hours', () => {
  const rule = (day: number, start: string, end: string): HoursRule => ({
    id: `${day}${start}`,
    day_of_week: day,
    start_time: start,
    end_time: end,
  });

  test('read as one line a day', () => {
    const rules = [rule(1, '14:00', '16:00'), rule(1, '09:00', '12:00')];
    expect(hoursOn(rules, 1)).toBe('09:00–12:00, 14:00–16:00');
    expect(hoursOn(rules, 2)).toBeNull();
  });

  test('merge by day: mine where I changed the day, theirs elsewhere, a day that I emptied stays empty', () => {
    const base = [rule(1, '09:00', '12:00'), rule(2, '09:00', '12:00'), rule(3, '09:00', '12:00')];
    const theirs = [rule(1, '09:00', '13:00'), rule(2, '09:00', '18:00'), rule(3, '09:00', '12:00')];
    const mine = [rule(1, '09:00', '15:00'), rule(2, '09:00', '12:00')];
    const merged = mergeHours(base, theirs, mine);
    expect([1, 2, 3].map((day) => hoursOn(merged, day))).toEqual(['09:00–15:00', '09:00–18:00', null]);
  });
});
