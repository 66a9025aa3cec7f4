import type { ScheduleLink } from './search.ts';

/** Notes where somebody is in the schedule, so that coming back from another screen shows the same week. */
export function notePlace(userId: string, place: ScheduleLink): void {
  left = { userId, place };
}

/** Where this user left the schedule; null when they have not been there, whoever else has. */
export function placeLeftBy(userId: string): ScheduleLink | null {
  return left?.userId === userId ? left.place : null;
}

/** A link that names no day, booking, tutor or view says "the schedule", not "this week". */
export function isPlain(place: ScheduleLink): boolean {
  const names = [place.on, place.booking, place.tutor];
  return names.every((name) => name === undefined) && (place.view ?? 'week') === 'week';
}

let left: { readonly userId: string; readonly place: ScheduleLink } | null = null;
