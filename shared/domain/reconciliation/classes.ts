/** What may be offered for a case. Everything that moves money takes two people. */
export type AllowedAction =
  | 'none'
  | 'wait'
  | 'look-up'
  | 'propose-completion'
  | 'propose-completion-or-refund'
  | 'propose-refund'
  | 'propose-expiry'
  | 'propose-repair'
  | 'mark-failed'
  | 'accept-with-reason'
  | 'investigate'
  | 'resolve-row'
  | 'freeze-payout'
  | 'reverse-payout';

/** `settled`: nothing to do; `expected`: time or the next import will tell; `exception`: a person has to look; `critical`: at once. */
export type ClassKind = 'settled' | 'expected' | 'exception' | 'critical';

interface ClassMeaning {
  kind: ClassKind;
  action: AllowedAction;
  words: string;
}

/** Every class, in words, with the one action that it allows. */
export const reconciliationClasses = {
  MATCHED: { kind: 'settled', action: 'none', words: 'Payment, statement and event agree.' },
  MATCHED_FX: {
    kind: 'settled',
    action: 'none',
    words: 'All agree; the customer was debited in another currency.',
  },
  MATCHED_NO_EVENT: {
    kind: 'settled',
    action: 'none',
    words: 'Payment and statement agree; the event never came.',
  },
  STUCK_PENDING: {
    kind: 'exception',
    action: 'propose-completion',
    words: 'WiPay has the money; our payment is still open.',
  },
  PENDING_PAID_UNCONFIRMED: {
    kind: 'expected',
    action: 'look-up',
    words: 'A verified signal says paid; the statement does not reach that far.',
  },
  IN_FLIGHT: { kind: 'expected', action: 'wait', words: 'The payment has only just begun.' },
  OUTCOME_UNKNOWN: {
    kind: 'expected',
    action: 'look-up',
    words: 'Open, with nothing that says how it ended.',
  },
  ABANDONED: {
    kind: 'exception',
    action: 'propose-expiry',
    words: 'Open, and the complete statement has no success.',
  },
  FAILED_CONFIRMED: {
    kind: 'settled',
    action: 'mark-failed',
    words: 'The payment failed; nothing says otherwise.',
  },
  EVIDENCE_CONFLICT: {
    kind: 'exception',
    action: 'investigate',
    words: 'A verified signal says paid, the statement says otherwise.',
  },
  LATE_SUCCESS: {
    kind: 'exception',
    action: 'propose-completion-or-refund',
    words: 'We gave the payment up; WiPay has the money.',
  },
  AMOUNT_INTERNAL: {
    kind: 'critical',
    action: 'investigate',
    words: 'The payment asks for another amount than the booking costs.',
  },
  AMOUNT_UNDER: { kind: 'exception', action: 'investigate', words: 'Less was credited than expected.' },
  AMOUNT_OVER: { kind: 'exception', action: 'investigate', words: 'More was credited than expected.' },
  FEE_VARIANCE: { kind: 'exception', action: 'accept-with-reason', words: 'Only the fee differs.' },
  FEE_STRUCTURE_MISMATCH: {
    kind: 'exception',
    action: 'investigate',
    words: 'The numbers fit another fee structure exactly.',
  },
  CURRENCY_MISMATCH: {
    kind: 'exception',
    action: 'investigate',
    words: 'The money came in another currency.',
  },
  DUPLICATE_CHARGE: {
    kind: 'critical',
    action: 'propose-refund',
    words: 'The customer was charged more than once.',
  },
  CONFLICTING_ROWS: {
    kind: 'exception',
    action: 'investigate',
    words: 'Rows of the same transaction contradict each other.',
  },
  ORPHAN_CREDIT: { kind: 'exception', action: 'investigate', words: 'Money came that no payment asked for.' },
  ORPHAN_CREDIT_SUGGESTED: {
    kind: 'exception',
    action: 'investigate',
    words: 'Money came that no payment asked for; exactly one payment might be meant.',
  },
  REVIEW_HOLD: {
    kind: 'exception',
    action: 'resolve-row',
    words: 'A row that is not resolved might be this payment.',
  },
  PAID_NO_EVIDENCE: { kind: 'critical', action: 'investigate', words: 'We say paid; nothing else does.' },
  PAID_NOT_ON_STATEMENT: {
    kind: 'exception',
    action: 'look-up',
    words: 'We say paid and an event agrees; the statement lacks it.',
  },
  PAID_BUT_FAILED: {
    kind: 'critical',
    action: 'investigate',
    words: 'We say paid; the statement says failed.',
  },
  AWAITING_STATEMENT: {
    kind: 'expected',
    action: 'wait',
    words: 'We say paid; the statement does not reach that far.',
  },
  LINK_CONFLICT: {
    kind: 'exception',
    action: 'investigate',
    words: 'The keys of a row point to different payments.',
  },
  ENVIRONMENT_MISMATCH: {
    kind: 'exception',
    action: 'resolve-row',
    words: 'A row of the other environment.',
  },
  FOREIGN_ACCOUNT: { kind: 'exception', action: 'resolve-row', words: 'A row of another WiPay account.' },
  MALFORMED_ROW: { kind: 'exception', action: 'resolve-row', words: 'A row that cannot be read.' },
  STATUS_DRIFT: {
    kind: 'exception',
    action: 'propose-repair',
    words: 'The money is right; payment and booking disagree.',
  },
  BOOKING_STATE_CONFLICT: {
    kind: 'exception',
    action: 'propose-refund',
    words: 'Money came for a booking that is off.',
  },
  REFUND_MATCHED: { kind: 'settled', action: 'none', words: 'Refunded on both sides.' },
  REFUND_PENDING: { kind: 'expected', action: 'wait', words: 'WiPay has the request for the refund.' },
  REFUND_NOT_RECORDED: {
    kind: 'exception',
    action: 'propose-repair',
    words: 'WiPay refunded; we did not record it.',
  },
  REFUND_NOT_EXECUTED: {
    kind: 'exception',
    action: 'investigate',
    words: 'We say refunded; WiPay did not do it.',
  },
  REFUND_REJECTED: { kind: 'exception', action: 'investigate', words: 'We say refunded; WiPay rejected it.' },
  REFUND_AMOUNT_MISMATCH: {
    kind: 'exception',
    action: 'investigate',
    words: 'WiPay refunded in full, we recorded a part.',
  },
  CHARGEBACK_OPEN: { kind: 'critical', action: 'freeze-payout', words: 'The customer disputes the charge.' },
  CHARGEBACK_LOST: { kind: 'critical', action: 'reverse-payout', words: 'The charge was taken back.' },
  WALLET_BALANCED: { kind: 'settled', action: 'none', words: 'Credits and withdrawals come to zero.' },
  WALLET_OPEN: { kind: 'settled', action: 'none', words: 'The wallet holds money that was not withdrawn.' },
  WALLET_NEGATIVE: {
    kind: 'critical',
    action: 'investigate',
    words: 'More was withdrawn than ever came in.',
  },
  WITHDRAWAL_HELD: { kind: 'exception', action: 'investigate', words: 'WiPay holds a withdrawal back.' },
  WITHDRAWAL_TAKEN: {
    kind: 'exception',
    action: 'investigate',
    words: 'A withdrawal was taken for a refund or chargeback.',
  },
} as const satisfies Record<string, ClassMeaning>;

export type ReconciliationClass = keyof typeof reconciliationClasses;

/** The only classes for which completing a payment may ever be offered (invariant I5). */
export function isCompletable(of: ReconciliationClass): boolean {
  const { action }: ClassMeaning = reconciliationClasses[of];
  return action === 'propose-completion' || action === 'propose-completion-or-refund';
}
