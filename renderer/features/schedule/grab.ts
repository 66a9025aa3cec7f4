import type { Interval } from '#shared/domain/overlap';
import { snapMinutes, shifted } from './grid.ts';

/** A booking that was picked up with the keyboard: where it was and where it would be put. */
export type Grab = { readonly bookingId: string; readonly from: Interval; readonly at: Interval };

export type GrabOutcome =
  | { kind: 'moved'; grab: Grab }
  | { kind: 'dropped'; grab: Grab }
  | { kind: 'cancelled' }
  /** Not a key of the grab mode; leave it to others. */
  | { kind: 'ignored' };

export type GrabKey = { readonly key: string; readonly shiftKey: boolean };

/** Picks a booking up. */
export function pickUp(bookingId: string, interval: Interval): Grab {
  const from = { startAt: interval.startAt, endAt: interval.endAt };
  return { bookingId, from, at: from };
}

/**
 * One key press while something is picked up. Arrows move by a quarter of an hour or a day, with Shift by an hour or
 * a week; Enter, Space and M drop; Escape puts it back.
 */
export function pressInGrab(grab: Grab, press: GrabKey, zone: string): GrabOutcome {
  const minutes = press.shiftKey ? 60 : snapMinutes;
  const days = press.shiftKey ? 7 : 1;
  const move = (byDays: number, byMinutes: number): GrabOutcome => ({
    kind: 'moved',
    grab: { ...grab, at: shifted(grab.at, byDays, byMinutes, zone) },
  });
  switch (press.key) {
    case 'ArrowUp':
      return move(0, -minutes);
    case 'ArrowDown':
      return move(0, minutes);
    case 'ArrowLeft':
      return move(-days, 0);
    case 'ArrowRight':
      return move(days, 0);
    case 'Enter':
    case ' ':
    case 'm':
    case 'M':
      return grab.at.startAt === grab.from.startAt ? { kind: 'cancelled' } : { kind: 'dropped', grab };
    case 'Escape':
    case 'Tab':
      return { kind: 'cancelled' };
    default:
      return { kind: 'ignored' };
  }
}
