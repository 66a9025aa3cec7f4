/** Microseconds since 1970-01-01T00:00:00Z. The one form of an instant in the cache and on the wire. */
export type Micros = number;

export const microsPerSecond = 1_000_000;
export const microsPerMinute = 60 * microsPerSecond;
export const microsPerHour = 60 * microsPerMinute;
export const microsPerDay = 24 * microsPerHour;

/** Milliseconds (Date.now) to microseconds. */
export function fromMillis(millis: number): Micros {
  return Math.round(millis * 1000);
}

/** Microseconds to whole milliseconds, rounding down. */
export function toMillis(micros: Micros): number {
  return Math.floor(micros / 1000);
}
