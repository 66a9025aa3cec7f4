import type { Interval, Placement } from '#shared/domain/overlap';
import { clip, pack } from '#shared/domain/overlap';
import type { Micros } from '#shared/domain/instant';
import { addDays, instantAtMinutes, wallClockAt, type LocalDate } from '#shared/domain/zone';

export const minutesInDay = 24 * 60;
/** Everything moves in quarters of an hour. */
export const snapMinutes = 15;
/** How many stand side by side on a day; more would be unreadably narrow, so the rest is behind a "+n" chip. */
export const mostColumns = { week: 4, day: 10 } as const;

export type GridDay = Interval & { readonly date: LocalDate };

/** A rectangle on one day, in minutes by the clock on the wall and fractions of the day's width. */
export type Box = {
  readonly top: number;
  readonly height: number;
  readonly left: number;
  readonly width: number;
};

export type PlacedBlock<T> = Box & { readonly item: T; readonly isNarrow: boolean };
export type MoreChip<T> = Box & { readonly items: readonly T[] };
export type DayLayout<T> = {
  readonly day: GridDay;
  readonly blocks: readonly PlacedBlock<T>[];
  readonly more: readonly MoreChip<T>[];
};

/** Puts items on days. One that runs over midnight appears on both. */
export function layOut<T extends Interval>(
  items: readonly T[],
  days: readonly GridDay[],
  zone: string,
  most: number = mostColumns.week,
): readonly DayLayout<T>[] {
  return days.map((day) => {
    const parts = items.flatMap((item) => {
      const part = clip(item, day);
      return part === null ? [] : [{ ...part, item }];
    });
    const { placements, overflows } = pack(parts, most);
    return {
      day,
      blocks: placements.map((placement) => ({
        item: placement.item.item,
        isNarrow: placement.span / placement.columns <= 0.5,
        ...boxOf(placement, day, zone),
      })),
      more: overflows.map((chip) => ({
        items: chip.items.map((part) => part.item),
        ...boxOf({ item: chip, column: chip.column, columns: chip.columns, span: 1 }, day, zone),
      })),
    };
  });
}

/** Where an interval stands on a day; null when it does not touch it. */
export function bandOf(
  interval: Interval,
  day: GridDay,
  zone: string,
): { top: number; height: number } | null {
  const part = clip(interval, day);
  if (part === null) return null;
  const top = minuteOf(part.startAt, day, zone);
  return { top, height: Math.max(minuteOf(part.endAt, day, zone) - top, 0) };
}

/** Minutes after the day's midnight by the wall clock; 1440 at its end. */
export function minuteOf(instant: Micros, day: GridDay, zone: string): number {
  if (instant >= day.endAt) return minutesInDay;
  return instant <= day.startAt ? 0 : wallClockAt(instant, zone).minutes;
}

/** The nearest quarter of an hour that keeps something of `duration` minutes startable inside the day. */
export function snapStart(minutes: number, duration: number): number {
  const snapped = Math.round(minutes / snapMinutes) * snapMinutes;
  return Math.min(Math.max(snapped, 0), minutesInDay - Math.min(duration, minutesInDay));
}

export type Pointer = { readonly x: number; readonly y: number };
/** The days' area on the screen, in CSS pixels, scroll included. */
export type Area = {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly pixelsPerMinute: number;
};

/** The day and start that a dragged block is over. `grip` is how far below its top it was picked up, in pixels. */
export function slotUnder(
  pointer: Pointer,
  grip: number,
  area: Area,
  dayCount: number,
  duration: number,
): { dayIndex: number; minutes: number } {
  const raw = Math.floor(((pointer.x - area.left) / area.width) * dayCount);
  const minutes = (pointer.y - grip - area.top) / area.pixelsPerMinute;
  return { dayIndex: Math.min(Math.max(raw, 0), dayCount - 1), minutes: snapStart(minutes, duration) };
}

/** The interval that begins on `date` at `minutes` of the wall clock and lasts as long as `like`. */
export function intervalAt(date: LocalDate, minutes: number, like: Interval, zone: string): Interval {
  const startAt = instantAtMinutes(date, minutes, zone);
  return { startAt, endAt: startAt + (like.endAt - like.startAt) };
}

/** The same wall-clock time some days and minutes away. */
export function shifted(interval: Interval, days: number, minutes: number, zone: string): Interval {
  const wall = wallClockAt(interval.startAt, zone);
  return intervalAt(addDays(wall.date, days), wall.minutes + minutes, interval, zone);
}

export type Direction = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/** Where the arrow keys lead from one block: along the day, or to the nearest time on the next day that has any. */
export function neighbour<T extends Interval & { readonly id: string }>(
  layouts: readonly DayLayout<T>[],
  fromId: string,
  direction: Direction,
): T | null {
  const days = layouts.map(({ blocks }) => blocks.toSorted((a, b) => a.top - b.top || a.left - b.left));
  const dayIndex = days.findIndex((blocks) => blocks.some(({ item }) => item.id === fromId));
  const day = days[dayIndex] ?? [];
  const index = day.findIndex(({ item }) => item.id === fromId);
  const from = day[index];
  if (from === undefined) return null;
  if (direction === 'first') return day[0]?.item ?? null;
  if (direction === 'last') return day.at(-1)?.item ?? null;
  if (direction === 'up' || direction === 'down') {
    return day[index + (direction === 'up' ? -1 : 1)]?.item ?? null;
  }
  const others = direction === 'left' ? days.slice(0, dayIndex).toReversed() : days.slice(dayIndex + 1);
  const next = others.find((blocks) => blocks.length > 0) ?? [];
  const nearest = next.toSorted((a, b) => Math.abs(a.top - from.top) - Math.abs(b.top - from.top))[0];
  return nearest?.item ?? null;
}

function boxOf(placement: Placement<Interval>, day: GridDay, zone: string): Box {
  const band = bandOf(placement.item, day, zone) ?? { top: 0, height: 0 };
  return {
    ...band,
    left: placement.column / placement.columns,
    width: placement.span / placement.columns,
  };
}
