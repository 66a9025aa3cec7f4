import type { Micros } from '#shared/domain/instant';
import { microsPerHour } from '#shared/domain/instant';
import { slaBand, type SlaBand } from '#shared/domain/verification/sla';
import type { CaseStatus, RecordedOutcome, VerificationKind } from '#shared/domain/verification/status';
import type { QueueItem } from '#shared/rpc/verification-contract';

export const kindWords: Readonly<Record<VerificationKind, string>> = {
  certificate: 'CXC certificate',
  degree: 'Degree',
};

export const statusWords: Readonly<Record<CaseStatus, string>> = {
  SUBMITTED: 'Submitted',
  PROCESSING: 'Being read',
  READY_FOR_REVIEW: 'Ready for review',
  APPROVED: 'Approved',
  REJECTED: 'Rejected',
  RESUBMIT: 'Asked again',
  REVOKED: 'Revoked',
};

/** The verb of a decision, as on its button. */
export const outcomeVerbs: Readonly<Record<RecordedOutcome, string>> = {
  APPROVE: 'Approve',
  REJECT: 'Reject',
  RESUBMIT: 'Ask again',
  REVOKE: 'Revoke',
};

export const outcomeDone: Readonly<Record<RecordedOutcome, string>> = {
  APPROVE: 'Approved',
  REJECT: 'Rejected',
  RESUBMIT: 'Asked again',
  REVOKE: 'Revoked',
};

/** "52 h": how long a case waits, in the unit of its limits; "5 min" within the first hour, "12 d" after four days. */
export function ageLabel(submittedAt: Micros, now: Micros): string {
  const hours = Math.floor((now - submittedAt) / microsPerHour);
  if (hours < 1) return `${Math.max(1, Math.floor((now - submittedAt) / 60e6))} min`;
  return hours < 96 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** The band of a case and what it means, so that it is never told by colour alone. */
export function bandOf(item: QueueItem, now: Micros): { band: SlaBand; words: string } {
  const band = slaBand(
    { sla_due_at: item.dueAt, sla_late_at: item.lateAt, sla_breach_at: item.breachAt },
    now,
  );
  return { band, words: bandWords[band] };
}

/** Who holds a case now; null when nobody does. */
export function holderOf(item: QueueItem, now: Micros): { id: string; name: string; until: Micros } | null {
  if (item.holderId === null || item.claimedUntil === null || item.claimedUntil <= now) return null;
  return { id: item.holderId, name: item.holderName ?? 'Somebody else', until: item.claimedUntil };
}

const bandWords: Readonly<Record<SlaBand, string>> = {
  fresh: 'in time',
  due: 'due',
  late: 'late',
  breach: 'far too late',
};
