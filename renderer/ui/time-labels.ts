import { microsPerMinute, microsPerSecond, type Micros } from '#shared/domain/instant';
import { offsetMinutesAt, wallClockAt, type LocalDate } from '#shared/domain/zone';

/** A day in words: 'short' "Mon 16", 'medium' "Mon 16 Nov", 'long' "Monday 16 November 2026". */
export function dayLabel(date: LocalDate, style: 'short' | 'medium' | 'long'): string {
  return dayFormats[style].format(noonOf(date)).replaceAll(',', '');
}

/** "16–22 Nov 2026", with as much of month and year at both ends as they differ in. */
export function rangeLabel(from: LocalDate, to: LocalDate): string {
  if (from === to) return dayLabel(from, 'long');
  const date = Number(from.slice(8));
  const end = `${Number(to.slice(8))} ${monthOf(to)} ${to.slice(0, 4)}`;
  if (from.slice(0, 4) !== to.slice(0, 4)) return `${date} ${monthOf(from)} ${from.slice(0, 4)} – ${end}`;
  return from.slice(0, 7) === to.slice(0, 7) ? `${date}–${end}` : `${date} ${monthOf(from)} – ${end}`;
}

/** "November 2026": the month of a day. */
export function monthLabel(date: LocalDate): string {
  return dayLabel(date, 'long').split(' ').slice(2).join(' ');
}

/** "12:30" on the wall clock of `zone`. */
export function clockLabel(instant: Micros, zone: string): string {
  return wallClockAt(instant, zone).time;
}

/** "Thu 19 Nov, 12:30–13:30" on the wall clock of `zone`. */
export function spanLabel(from: Micros, to: Micros, zone: string): string {
  const start = wallClockAt(from, zone);
  return `${dayLabel(start.date, 'medium')}, ${start.time}–${clockLabel(to, zone)}`;
}

/** "UTC−4" or "UTC+5:30". */
export function offsetLabel(instant: Micros, zone: string): string {
  const minutes = offsetMinutesAt(instant, zone);
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest}`;
}

/** "Port of Spain", from "America/Port_of_Spain". */
export function cityOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** "just now", "4 min ago", "3 h ago", "yesterday", "5 days ago". */
export function agoLabel(instant: Micros, now: Micros): string {
  const minutes = Math.floor((now - instant) / microsPerMinute);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** "in 25 min", "in 3 h", "in 2 days"; for what lies ahead. */
export function untilLabel(instant: Micros, now: Micros): string {
  const minutes = Math.ceil((instant - now) / microsPerMinute);
  if (minutes < 60) return `in ${Math.max(minutes, 1)} min`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `in ${hours} h`;
  return `in ${Math.round(hours / 24)} days`;
}

/** "45 min", "1 h", "1 h 30". */
export function durationLabel(micros: Micros): string {
  const minutes = Math.round(micros / microsPerMinute);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest}`;
}

/** "4:32": what is left of a lease or a window. */
export function leftLabel(until: Micros, now: Micros): string {
  const seconds = Math.max(0, Math.ceil((until - now) / microsPerSecond));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** "1 edit", "2 edits". */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount.toLocaleString('en-US')} ${amount === 1 ? one : many}`;
}

function noonOf(date: LocalDate): Date {
  return new Date(`${date}T12:00:00Z`);
}

function monthOf(date: LocalDate): string {
  return monthFormat.format(noonOf(date));
}

const utc = { timeZone: 'UTC' } as const;
const monthFormat = new Intl.DateTimeFormat('en-GB', { month: 'short', ...utc });
const dayFormats = {
  short: new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', ...utc }),
  medium: new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', ...utc }),
  long: new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    ...utc,
  }),
};
