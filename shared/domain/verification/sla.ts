import type { Micros } from '../instant.ts';

/** How long a case has waited: before its due instant, after 24, 48 or 72 hours (verification_settings). */
export type SlaBand = 'fresh' | 'due' | 'late' | 'breach';

export type SlaInstants = {
  readonly sla_due_at: Micros;
  readonly sla_late_at: Micros;
  readonly sla_breach_at: Micros;
};

/** The band of a case at `now`, the server's time. Each instant belongs to the band that it begins. */
export function slaBand(at: SlaInstants, now: Micros): SlaBand {
  if (now >= at.sla_breach_at) return 'breach';
  if (now >= at.sla_late_at) return 'late';
  return now >= at.sla_due_at ? 'due' : 'fresh';
}

/** The next instant at which the band changes, null in the last one: when to look again. */
export function nextBandAt(at: SlaInstants, now: Micros): Micros | null {
  return [at.sla_due_at, at.sla_late_at, at.sla_breach_at].find((instant) => instant > now) ?? null;
}
