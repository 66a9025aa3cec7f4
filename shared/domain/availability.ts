import { RRuleTemporal } from 'rrule-temporal';
import { toMillis, type Micros } from './instant.ts';
import { clip, overlaps, subtract, union, type Interval } from './overlap.ts';
import {
  addDays,
  dayOfWeekOf,
  instantAt,
  instantAtMinutes,
  minutesOf,
  minutesToMicros,
  wallClockAt,
} from './zone.ts';

/** A row of tutor_availability_rules. Wall clock in the tutor's zone. */
export type AvailabilityRule = {
  /** 0 is Sunday. */
  readonly dayOfWeek: number;
  readonly startTime: string;
  /** '24:00' and, as the platform's calendar reads it, '00:00' mean the end of the day. */
  readonly endTime: string;
  readonly isActive: boolean;
};

/** A row of tutor_unavailability_blocks. */
export type UnavailabilityBlock = Interval & {
  readonly id: string;
  readonly isRecurring: boolean;
  readonly rrule: string | null;
};

/** When the rules let a tutor be booked inside `bounds`: disjoint intervals in order. */
export function bandsOf(rules: readonly AvailabilityRule[], zone: string, bounds: Interval): Interval[] {
  const bands: Interval[] = [];
  for (const date of datesOf(bounds, zone)) {
    const day = dayOfWeekOf(date);
    for (const rule of rules) {
      if (!rule.isActive || rule.dayOfWeek !== day) continue;
      const end = minutesOf(rule.endTime) === 0 ? 1440 : minutesOf(rule.endTime);
      const startAt = instantAt(date, rule.startTime, zone);
      const endAt = instantAtMinutes(date, end, zone);
      const band = clip({ startAt, endAt }, bounds);
      if (band !== null) bands.push(band);
    }
  }
  return union(bands);
}

/**
 * Every time inside `bounds` at which a block holds, unclipped and in order. A recurring block keeps its wall-clock
 * time in `zone`. A rule that cannot be read counts once, at the block's own time: better than hiding it.
 */
export function occurrencesOf<B extends UnavailabilityBlock>(
  blocks: readonly B[],
  zone: string,
  bounds: Interval,
): (Interval & { readonly block: B })[] {
  return blocks
    .flatMap((block) => startsOf(block, zone, bounds).map((startAt) => occurrence(block, startAt)))
    .filter((one) => overlaps(one, bounds))
    .toSorted((a, b) => a.startAt - b.startAt || a.endAt - b.endAt);
}

/**
 * The time in which a lesson may be placed: the bands without what is taken, kept `bufferMinutes` away from it. A
 * buffer lies around what is taken and not at the edges of a band.
 */
export function freeOf(
  bands: readonly Interval[],
  taken: readonly Interval[],
  bufferMinutes: number,
): Interval[] {
  const buffer = minutesToMicros(bufferMinutes);
  return subtract(
    bands,
    taken.map(({ startAt, endAt }) => ({ startAt: startAt - buffer, endAt: endAt + buffer })),
  );
}

/** Whether `slot` lies wholly inside one of `free`. */
export function fits(slot: Interval, free: readonly Interval[]): boolean {
  return free.some(({ startAt, endAt }) => startAt <= slot.startAt && slot.endAt <= endAt);
}

/** Starts at which a lesson of `minutes` fits, every `slotMinutes` from the beginning of each free interval. */
export function slotsOf(free: readonly Interval[], minutes: number, slotMinutes: number): Micros[] {
  const starts: Micros[] = [];
  for (const { startAt, endAt } of free) {
    for (let at = startAt; at + minutesToMicros(minutes) <= endAt; at += minutesToMicros(slotMinutes)) {
      starts.push(at);
    }
  }
  return starts;
}

function occurrence<B extends UnavailabilityBlock>(
  block: B,
  startAt: Micros,
): Interval & { readonly block: B } {
  return { startAt, endAt: startAt + (block.endAt - block.startAt), block };
}

/** Nothing shorter than a day recurs here; a rule by the second would only be a way to stall the console. */
const recurrence = /^(?:RRULE:)?(FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;[A-Z]+=[A-Z0-9,+-]+)*)$/m;
const exceptions = /^EXDATE[^\n\r]*$/gm;

function startsOf(block: UnavailabilityBlock, zone: string, bounds: Interval): Micros[] {
  const rule = block.isRecurring ? recurrence.exec(block.rrule ?? '')?.[1] : undefined;
  if (rule === undefined) return [block.startAt];
  const { date, time } = wallClockAt(block.startAt, zone);
  const lines = [
    `DTSTART;TZID=${zone}:${date.replaceAll('-', '')}T${time.replace(':', '')}00`,
    `RRULE:${rule}`,
    ...((block.rrule ?? '').match(exceptions) ?? []),
  ];
  try {
    const from = new Date(toMillis(bounds.startAt - (block.endAt - block.startAt)));
    return new RRuleTemporal({ rruleString: lines.join('\n') })
      .between(from, new Date(toMillis(bounds.endAt)), true)
      .map((start) => start.epochMilliseconds * 1000);
  } catch {
    return [block.startAt];
  }
}

/** The dates that `bounds` touches in `zone`. */
function datesOf(bounds: Interval, zone: string): string[] {
  const dates: string[] = [];
  const last = wallClockAt(bounds.endAt - 1, zone).date;
  for (let date = wallClockAt(bounds.startAt, zone).date; date <= last; date = addDays(date, 1)) {
    dates.push(date);
  }
  return dates;
}
