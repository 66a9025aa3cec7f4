import type { RecordedOutcome, VerificationKind } from './status.ts';

export type Notice = { readonly type: string; readonly title: string; readonly message: string };

const types: Readonly<Record<RecordedOutcome, string>> = {
  APPROVE: 'verification_approved',
  REJECT: 'verification_rejected',
  RESUBMIT: 'verification_resubmission',
  REVOKE: 'verification_revoked',
};

/**
 * What the tutor will receive, for the preview; the server writes the same words (private.verification_notice).
 * `publicText` is what the reviewer wrote, or `publicTextOf` his reasons; `days` the time to hand in again.
 */
export function noticeOf(
  kind: VerificationKind,
  outcome: RecordedOutcome,
  publicText: string,
  days: number,
): Notice {
  return {
    type: types[outcome],
    title: titleOf(kind, outcome),
    message: messageOf(kind, outcome, publicText, days).trim(),
  };
}

function titleOf(kind: VerificationKind, outcome: RecordedOutcome): string {
  switch (outcome) {
    case 'APPROVE':
      return `Your ${kind} was verified`;
    case 'REJECT':
      return `Your ${kind} was not accepted`;
    case 'RESUBMIT':
      return `Please send your ${kind} again`;
    case 'REVOKE':
      return `The verification of your ${kind} was withdrawn`;
  }
}

function messageOf(
  kind: VerificationKind,
  outcome: RecordedOutcome,
  publicText: string,
  days: number,
): string {
  switch (outcome) {
    case 'APPROVE':
      return `Thank you. We have checked your ${kind} and verified it. ${publicText}`;
    case 'RESUBMIT':
      return `${publicText} You have ${days} days to send it.`;
    case 'REJECT':
    case 'REVOKE':
      return publicText;
  }
}
