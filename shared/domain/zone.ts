import { Temporal } from 'temporal-polyfill';
import { fromMillis, microsPerMinute, toMillis, type Micros } from './instant.ts';

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
  try {
    Temporal.Now.zonedDateTimeISO(zone);
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
  return zonedAt(date, minutesOf(time), zone).epochMilliseconds * 1000;
}

/** The same with minutes since midnight; 1440 and more run into the following days. */
export function instantAtMinutes(date: LocalDate, minutes: number, zone: string): Micros {
  return zonedAt(date, minutes, zone).epochMilliseconds * 1000;
}

/** What the wall clock of `zone` shows at `instant`. */
export function wallClockAt(instant: Micros, zone: string): WallClock {
  const zoned = Temporal.Instant.fromEpochMilliseconds(toMillis(instant)).toZonedDateTimeISO(zone);
  const minutes = zoned.hour * 60 + zoned.minute;
  return {
    date: zoned.toPlainDate().toString(),
    time: timeOf(minutes),
    minutes,
    dayOfWeek: zoned.dayOfWeek % 7,
  };
}

/** Minutes that the wall clock of `zone` is ahead of UTC at `instant`. */
export function offsetMinutesAt(instant: Micros, zone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(toMillis(instant)).toZonedDateTimeISO(zone);
  return zoned.offsetNanoseconds / 60_000_000_000;
}

/** Midnight at which the day of `instant` began in `zone`. */
export function startOfDay(instant: Micros, zone: string): Micros {
  const zoned = Temporal.Instant.fromEpochMilliseconds(toMillis(instant)).toZonedDateTimeISO(zone);
  return fromMillis(zoned.startOfDay().epochMilliseconds);
}

/** `days` later by the calendar. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** 0 is Sunday. */
export function dayOfWeekOf(date: LocalDate): number {
  return Temporal.PlainDate.from(date).dayOfWeek % 7;
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

function zonedAt(date: LocalDate, minutes: number, zone: string): Temporal.ZonedDateTime {
  const day = Temporal.PlainDate.from(date);
  const wall = day.toPlainDateTime().add({ minutes });
  return wall.toZonedDateTime(zone, { disambiguation: 'compatible' });
}

/** Micros of a number of minutes. */
export function minutesToMicros(minutes: number): Micros {
  return minutes * microsPerMinute;
}
