import { Temporal } from 'temporal-polyfill';
import { microsPerMinute, toMillis, type Micros } from './instant.ts';

/** Where the platform's wall-clock rules hold: UTC-4 all year. */
export const platformZone = 'America/Port_of_Spain';

/** 'YYYY-MM-DD'. */
export type LocalDate = string;
/** 'HH:MM', and '24:00' where the end of a day is meant. */
export type LocalTime = string;

/** What a clock and a calendar on the wall show. */
export type WallClock = {
  readonly date: LocalDate;
  readonly time: LocalTime;
  /** Minutes since midnight by the clock on the wall. */
  readonly minutes: number;
  /** 0 is Sunday, as in tutor_availability_rules. */
  readonly dayOfWeek: number;
};

/** Whether `zone` is an IANA name that this machine knows. */
export function isZone(zone: string): boolean {
  if (daysOf.has(zone)) return true;
  try {
    Temporal.Now.zonedDateTimeISO(zone);
    daysOf.set(zone, new Map());
    return true;
  } catch {
    return false;
  }
}

/** `zone` if it is usable, else the platform's. A profile may hold anything. */
export function zoneOr(zone: string | null | undefined): string {
  return zone !== null && zone !== undefined && isZone(zone) ? zone : platformZone;
}

/**
 * The instant at which the wall clock of `zone` shows `date` and `time`. '24:00' is the next day's midnight. A time
 * that is skipped in spring means the same distance after the change; one that comes twice in autumn means the first.
 */
export function instantAt(date: LocalDate, time: LocalTime, zone: string): Micros {
  return instantAtMinutes(date, minutesOf(time), zone);
}

/** The same with minutes since midnight; 1440 and more run into the following days. */
export function instantAtMinutes(date: LocalDate, minutes: number, zone: string): Micros {
  const wall = utcOf(date) + minutes * millisPerMinute;
  const offset = steadyOffset(wall, zone);
  if (offset !== null) return (wall - offset * millisPerMinute) * 1000;
  const plain = Temporal.PlainDate.from(date).toPlainDateTime().add({ minutes });
  return plain.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds * 1000;
}

/** What the wall clock of `zone` shows at `instant`. */
export function wallClockAt(instant: Micros, zone: string): WallClock {
  const wall = new Date(toMillis(instant) + offsetMinutesAt(instant, zone) * millisPerMinute);
  const minutes = wall.getUTCHours() * 60 + wall.getUTCMinutes();
  return { date: dateOf(wall), time: timeOf(minutes), minutes, dayOfWeek: wall.getUTCDay() };
}

/** Minutes that the wall clock of `zone` is ahead of UTC at `instant`. */
export function offsetMinutesAt(instant: Micros, zone: string): number {
  const millis = toMillis(instant);
  return steadyOffset(millis, zone) ?? offsetAt(millis, zone);
}

/** Midnight at which the day of `instant` began in `zone`. */
export function startOfDay(instant: Micros, zone: string): Micros {
  return instantAtMinutes(wallClockAt(instant, zone).date, 0, zone);
}

/** `days` later by the calendar. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOf(new Date(utcOf(date) + days * millisPerDay));
}

/** 0 is Sunday. */
export function dayOfWeekOf(date: LocalDate): number {
  return new Date(utcOf(date)).getUTCDay();
}

/** Minutes since midnight of 'HH:MM'; 1440 for '24:00'. Throws RangeError for anything else. */
export function minutesOf(time: LocalTime): number {
  const match = /^(\d\d):(\d\d)(?::00)?$/.exec(time);
  const minutes = match === null ? Number.NaN : Number(match[1]) * 60 + Number(match[2]);
  if (!(minutes <= 1440) || Number(match?.[2]) > 59) throw new RangeError(`not a time of day: ${time}`);
  return minutes;
}

/** 'HH:MM' of minutes since midnight; 1440 is '24:00'. */
export function timeOf(minutes: number): LocalTime {
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/**
 * By how many minutes the wall clock of `other` differs between two instants that show the same time in `home`:
 * a family abroad sees a weekly lesson shift when only their zone changes its clocks.
 */
export function shiftBetween(first: Micros, second: Micros, home: string, other: string): number {
  const distance = (instant: Micros) => offsetMinutesAt(instant, other) - offsetMinutesAt(instant, home);
  return distance(second) - distance(first);
}

/** Micros of a number of minutes. */
export function minutesToMicros(minutes: number): Micros {
  return minutes * microsPerMinute;
}

const millisPerMinute = 60_000;
const millisPerDay = 86_400_000;

/**
 * Per zone, the offset in minutes of each UTC day that lies at least a day away from any change of clocks, null for
 * the others. Asking the zone's rules costs a hundred times as much as the arithmetic, and a week asks hundreds of times.
 */
const daysOf = new Map<string, Map<number, number | null>>();
const mostDays = 5000;

function steadyOffset(millis: number, zone: string): number | null {
  let days = daysOf.get(zone);
  if (days === undefined || days.size > mostDays) {
    days = new Map();
    daysOf.set(zone, days);
  }
  const day = Math.floor(millis / millisPerDay);
  const known = days.get(day);
  if (known !== undefined) return known;
  const before = offsetAt((day - 1) * millisPerDay, zone);
  const after = offsetAt((day + 2) * millisPerDay, zone);
  const steady = before === after ? before : null;
  days.set(day, steady);
  return steady;
}

function offsetAt(millis: number, zone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(millis).toZonedDateTimeISO(zone);
  return zoned.offsetNanoseconds / 60_000_000_000;
}

/** Milliseconds of a date's midnight by UTC. Throws RangeError for what is no date. */
function utcOf(date: LocalDate): number {
  const millis = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(millis)) throw new RangeError(`not a date: ${date}`);
  return millis;
}

function dateOf(utc: Date): LocalDate {
  return utc.toISOString().slice(0, 10);
}
