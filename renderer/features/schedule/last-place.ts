import { createPlaces } from '#renderer/state/places.ts';
import type { ScheduleLink } from './search.ts';

/** Where somebody is in the schedule, so that coming back from another screen shows the same week. */
export const schedulePlaces = createPlaces<ScheduleLink>();

/** A link that names no day, booking, tutor or view says "the schedule", not "this week". */
export function isPlain(place: ScheduleLink): boolean {
  const names = [place.on, place.booking, place.tutor];
  return names.every((name) => name === undefined) && (place.view ?? 'week') === 'week';
}
