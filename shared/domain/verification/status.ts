import * as z from 'zod';

/** What is reviewed: a certificate request (tutor_verification_requests) or a degree (degrees). */
export const verificationKind = z.enum(['certificate', 'degree']);
export type VerificationKind = z.infer<typeof verificationKind>;

/** verification_cases.status: the platform's words, and two of ours for what it calls REJECTED or leaves APPROVED. */
export const caseStatus = z.enum([
  'SUBMITTED',
  'PROCESSING',
  'READY_FOR_REVIEW',
  'APPROVED',
  'REJECTED',
  'RESUBMIT',
  'REVOKED',
]);
export type CaseStatus = z.infer<typeof caseStatus>;

/** The statuses in which a case waits for a verdict, none of which may be missing from a queue. */
export const openStatuses: readonly CaseStatus[] = ['SUBMITTED', 'PROCESSING', 'READY_FOR_REVIEW'];

/** What a reviewer can decide on an open case; RESUBMIT asks the tutor to hand it in again. */
export const decisionOutcome = z.enum(['APPROVE', 'REJECT', 'RESUBMIT']);
export type DecisionOutcome = z.infer<typeof decisionOutcome>;

/** verification_decisions.outcome: an approval can be revoked later. */
export const recordedOutcome = z.enum(['APPROVE', 'REJECT', 'RESUBMIT', 'REVOKE']);
export type RecordedOutcome = z.infer<typeof recordedOutcome>;

export const recommendation = z.enum(['APPROVE', 'REJECT']);
export type Recommendation = z.infer<typeof recommendation>;

export const fileState = z.enum(['present', 'missing', 'empty']);
export type FileState = z.infer<typeof fileState>;

const allowedFrom: Readonly<Record<RecordedOutcome, readonly CaseStatus[]>> = {
  APPROVE: openStatuses,
  REJECT: openStatuses,
  RESUBMIT: openStatuses,
  REVOKE: ['APPROVED'],
};

const statusAfter: Readonly<Record<RecordedOutcome, CaseStatus>> = {
  APPROVE: 'APPROVED',
  REJECT: 'REJECTED',
  RESUBMIT: 'RESUBMIT',
  REVOKE: 'REVOKED',
};

/** Whether a case waits for a verdict. */
export function isOpen(status: CaseStatus): boolean {
  return openStatuses.includes(status);
}

/** Whether `outcome` may be decided on a case in `status`. The server checks the same table. */
export function canDecide(outcome: RecordedOutcome, status: CaseStatus): boolean {
  return allowedFrom[outcome].includes(status);
}

/** The status that a decision leads to. */
export function afterDecision(outcome: RecordedOutcome): CaseStatus {
  return statusAfter[outcome];
}

/** Whether a verdict contradicts the system, in either direction: then it needs a reason of its own. */
export function isAgainst(outcome: RecordedOutcome, system: Recommendation | null): boolean {
  return (outcome === 'APPROVE' && system === 'REJECT') || (outcome === 'REJECT' && system === 'APPROVE');
}
