import type { MutationArgs } from './mutations.ts';

/** One rule of the weekly hours, as the edit and the cached row have it. */
export type HoursRule = MutationArgs<'availability.replace'>['rules'][number];

export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

/** The hours of one weekday in words, null when there are none: "09:00–12:00, 14:00–16:00". */
export function hoursOn(rules: readonly HoursRule[], day: number): string | null {
  const spans = rules
    .filter((rule) => rule.day_of_week === day)
    .map((rule) => `${rule.start_time}–${rule.end_time}`);
  return spans.length === 0 ? null : spans.toSorted().join(', ');
}

/**
 * Both changes of the week where they concern different days: the days that I changed as I want them, every other as
 * they are now. A day that both changed is mine.
 */
export function mergeHours(
  base: readonly HoursRule[],
  theirs: readonly HoursRule[],
  mine: readonly HoursRule[],
): readonly HoursRule[] {
  const isMine = (day: number) => hoursOn(mine, day) !== hoursOn(base, day);
  return [
    ...mine.filter((rule) => isMine(rule.day_of_week)),
    ...theirs.filter((rule) => !isMine(rule.day_of_week)),
  ];
}
