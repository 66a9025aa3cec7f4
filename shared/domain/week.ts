import { addDays, dayOfWeekOf, instantAt, wallClockAt, type LocalDate } from './zone.ts';
import type { Interval } from './overlap.ts';
import type { Micros } from './instant.ts';

/** A week of a calendar on the wall of `zone`: Monday to Sunday. 167 to 169 hours where clocks change. */
export type Week = Interval & {
  readonly zone: string;
  /** The Monday. */
  readonly monday: LocalDate;
  /** Seven days in order, each from midnight to midnight. */
  readonly days: readonly (Interval & { readonly date: LocalDate })[];
};

/** The week in which `instant` falls in `zone`. */
export function weekAt(instant: Micros, zone: string): Week {
  return weekOf(wallClockAt(instant, zone).date, zone);
}

/** The week in which `date` falls. */
export function weekOf(date: LocalDate, zone: string): Week {
  const monday = addDays(date, -((dayOfWeekOf(date) + 6) % 7));
  const dates = [0, 1, 2, 3, 4, 5, 6].map((offset) => addDays(monday, offset));
  const days = dates.map((day) => ({
    date: day,
    startAt: instantAt(day, '00:00', zone),
    endAt: instantAt(day, '24:00', zone),
  }));
  const startAt = instantAt(monday, '00:00', zone);
  const endAt = instantAt(addDays(monday, 7), '00:00', zone);
  return { zone, monday, startAt, endAt, days };
}

/** The week that begins `weeks` after (before, when negative) the one that begins on `monday`. */
export function weekFrom(week: Week, weeks: number): Week {
  return weekOf(addDays(week.monday, weeks * 7), week.zone);
}
