import type { Micros } from '#shared/domain/instant';
import { addDays, instantAt, platformZone, wallClockAt } from '#shared/domain/zone';

/** How far back the figures go, in days, today among them. */
export const ranges = [7, 30, 90] as const;
export type Range = (typeof ranges)[number];

/** Midnight in Port of Spain at the beginning of the first of `range` days, of which `now` is in the last. */
export function firstInstant(now: Micros, range: Range): Micros {
  const today = wallClockAt(now, platformZone).date;
  return instantAt(addDays(today, 1 - range), '00:00', platformZone);
}
