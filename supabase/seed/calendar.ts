import { at } from './random.ts';

/** A day as the number of days since 1970-01-01; a time of day as minutes after midnight. */
export type Day = number;
export type Minute = number;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Millis = number;

export const minuteMillis = 60_000;
export const hourMillis = 60 * minuteMillis;
export const dayMillis = 24 * hourMillis;

/** What the seeded weeks are. `now` is the first instant of the anchor day, so that nothing later is called done. */
export type SeedWindow = {
  readonly anchor: Day;
  readonly now: Millis;
  /** The Monday on which the first of the twelve weeks begins, and of the week that holds the anchor. */
  readonly firstDay: Day;
  readonly thisMonday: Day;
  readonly weeks: number;
};

const pastWeeks = 8;
const weeks = 12;

/** Eight weeks before the week of the anchor, that week, and three after it. Throws on anything but YYYY-MM-DD. */
export function windowAround(anchorDate: string): SeedWindow {
  const anchor = dayOf(anchorDate);
  const thisMonday = anchor - ((weekday(anchor) + 6) % 7);
  return {
    anchor,
    now: instantAt(anchor, 0),
    firstDay: thisMonday - pastWeeks * 7,
    thisMonday,
    weeks,
  };
}

export function dayOf(date: string): Day {
  const millis = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(millis) || dateOf(millis / dayMillis) !== date) {
    throw new RangeError(`an anchor is a date such as 2026-03-02, not ${JSON.stringify(date)}`);
  }
  return millis / dayMillis;
}

export function dateOf(day: Day): string {
  return new Date(day * dayMillis).toISOString().slice(0, 10);
}

/** 0 is Sunday, as in tutor_availability_rules.day_of_week. */
export function weekday(day: Day): number {
  return (day + 4) % 7;
}

/** The instant of a wall clock time in Trinidad and Tobago, which is UTC-4 all year. */
export function instantAt(day: Day, minute: Minute): Millis {
  return day * dayMillis + (minute + 240) * minuteMillis;
}

/** The wall clock day and minute of an instant in Trinidad and Tobago. */
export function localOf(instant: Millis): { day: Day; minute: Minute } {
  const wall = instant - 4 * hourMillis;
  const day = Math.floor(wall / dayMillis);
  return { day, minute: Math.floor((wall - day * dayMillis) / minuteMillis) };
}

/** The wall clock day and minute of an instant in a zone. */
export function wallIn(zone: string, instant: Millis): { day: Day; minute: Minute } {
  const wall = instant + offsetAt(zone, instant);
  const day = Math.floor(wall / dayMillis);
  return { day, minute: Math.floor((wall - day * dayMillis) / minuteMillis) };
}

/**
 * The instant of a wall clock time in a zone that may have daylight saving time. A time that the clocks skip is
 * taken after the gap; one that they repeat is its first occurrence.
 */
export function instantIn(zone: string, day: Day, minute: Minute): Millis {
  const wall = day * dayMillis + minute * minuteMillis;
  const before = wall - offsetAt(zone, wall - dayMillis);
  const after = wall - offsetAt(zone, wall + dayMillis);
  for (const candidate of [before, after]) {
    if (candidate + offsetAt(zone, candidate) === wall) return candidate;
  }
  return before;
}

/** The first day, from `from` on, on which the zone's clocks are changed; null when they are not within a year. */
export function clockChangeAfter(zone: string, from: Day): Day | null {
  for (let day = from; day < from + 370; day += 1) {
    if (offsetAt(zone, day * dayMillis) !== offsetAt(zone, (day + 1) * dayMillis)) return day;
  }
  return null;
}

/** The public holiday or Carnival day on which nobody teaches, if the day is one. */
export function holidayOn(day: Day): string | undefined {
  const year = new Date(day * dayMillis).getUTCFullYear();
  let holidays = holidaysByYear.get(year);
  if (holidays === undefined) {
    holidays = holidaysOf(year);
    holidaysByYear.set(year, holidays);
  }
  return holidays.get(day);
}

const holidaysByYear = new Map<number, ReadonlyMap<Day, string>>();

const fixedHolidays = [
  ['01-01', "New Year's Day"],
  ['03-30', 'Spiritual Baptist Liberation Day'],
  ['05-30', 'Indian Arrival Day'],
  ['06-19', 'Labour Day'],
  ['08-01', 'Emancipation Day'],
  ['08-31', 'Independence Day'],
  ['09-24', 'Republic Day'],
  ['12-25', 'Christmas Day'],
  ['12-26', 'Boxing Day'],
] as const;

/** Proclaimed by the government each year; later years carry the astronomical date. */
const divali = [
  '2024-10-31',
  '2025-10-20',
  '2026-11-08',
  '2027-10-29',
  '2028-10-17',
  '2029-11-05',
  '2030-10-26',
];
const eid = [
  '2024-04-10',
  '2025-03-31',
  '2026-03-20',
  '2027-03-10',
  '2028-02-27',
  '2029-02-15',
  '2030-02-05',
];

function holidaysOf(year: number): ReadonlyMap<Day, string> {
  const easter = easterOf(year);
  const found = new Map<Day, string>([
    [easter - 48, 'Carnival Monday'],
    [easter - 47, 'Carnival Tuesday'],
    [easter - 2, 'Good Friday'],
    [easter + 1, 'Easter Monday'],
    [easter + 60, 'Corpus Christi'],
  ]);
  for (const [date, name] of fixedHolidays) found.set(dayOf(`${year}-${date}`), name);
  for (const date of divali) if (date.startsWith(`${year}-`)) found.set(dayOf(date), 'Divali');
  for (const date of eid) if (date.startsWith(`${year}-`)) found.set(dayOf(date), 'Eid-ul-Fitr');
  return found;
}

/** Gregorian Easter, by the anonymous algorithm of 1876. */
function easterOf(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  const date = ((h + l - 7 * m + 114) % 31) + 1;
  return Date.UTC(year, month - 1, date) / dayMillis;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Wall clock minus UTC, in milliseconds, of a zone at an instant. */
function offsetAt(zone: string, instant: Millis): Millis {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  const name = format.formatToParts(instant).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(name);
  if (match === null) throw new Error(`the offset ${JSON.stringify(name)} of ${zone} is not understood`);
  if (match[1] === undefined) return 0;
  const minutes = Number(at(match, 2)) * 60 + Number(at(match, 3));
  return (match[1] === '-' ? -minutes : minutes) * minuteMillis;
}
