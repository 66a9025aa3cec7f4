import { replayWindowSeconds, type BookingLeg, type PaymentLeg, type ProviderEvent } from './model.ts';
import type { Transaction } from './fold-rows.ts';

/** A booking with its payments and whether the keys of some row or event contradict each other about it. */
export interface BookingEvidence {
  booking: BookingLeg;
  payments: PaymentEvidence[];
  hasLinkConflict: boolean;
}

/** A payment with all that was linked to it by key. */
export interface PaymentEvidence {
  payment: PaymentLeg;
  /** Null when the payment belongs to no booking that is known here. */
  owner: BookingEvidence | null;
  /** By id. */
  transactions: Transaction[];
  /** Verified, inside the replay window, the same name on the same transaction once, by time of occurrence. */
  events: ProviderEvent[];
  hasValidRedirect: boolean;
  isHeld: boolean;
}

/** An event is evidence only with a good signature and inside the replay window. */
export function isEvidence(event: ProviderEvent): boolean {
  return event.hasGoodSignature && Math.abs(event.skewSeconds) <= replayWindowSeconds;
}

/**
 * Brings a payment's events into the order in which they happened, the same name on the same transaction once. What
 * happened at the same instant stands in the order of its names, so that the order of arrival never matters.
 */
export function orderEvents(events: readonly ProviderEvent[]): ProviderEvent[] {
  const seen = new Set<string>();
  return events
    .toSorted((a, b) => a.at - b.at || compare(a.name, b.name) || compare(a.id, b.id))
    .filter((event) => {
      const name = `${event.name} ${event.transactionId}`;
      if (seen.has(name)) return false;
      seen.add(name);
      return true;
    });
}

export function hasSuccessEvent(evidence: PaymentEvidence): boolean {
  return evidence.events.some((event) => event.name === 'payment.success');
}

/** The successes that still hold the customer's money. */
export function settledTransactions(evidence: PaymentEvidence): Transaction[] {
  return evidence.transactions.filter(
    (transaction) => transaction.row.status === 'success' && !isRefundedAtProvider(evidence, transaction),
  );
}

/** How far a refund at the provider has come: by the statement, else by the latest refund event. */
export function refundState(evidence: PaymentEvidence): RefundState | null {
  const isRefunded =
    evidence.transactions.some((transaction) => isRefundedRow(transaction)) &&
    settledTransactions(evidence).length === 0;
  return isRefunded ? 'refunded' : latestRefund(evidence.events, null);
}

/** What the disputes of a payment come to: the latest event of a transaction wins; without one its row's description. */
export function chargebackState(evidence: PaymentEvidence): 'open' | 'lost' | null {
  const isOrdinary =
    evidence.transactions.every((one) => one.row.description === ordinary) &&
    !evidence.events.some((event) => event.name in chargebackEvents);
  if (isOrdinary) return null;
  const states: (Dispute | null)[] = [];
  const told = new Map<string | null, string>();
  for (const event of evidence.events) {
    if (event.name in chargebackEvents) told.set(event.transactionId, event.name);
  }
  for (const name of told.values()) states.push(chargebackEvents[name] ?? null);
  for (const transaction of evidence.transactions) {
    if (!told.has(transaction.id) && !told.has(null)) states.push(chargebackOf(transaction.row.description));
  }
  return states.includes('lost') ? 'lost' : states.includes('open') ? 'open' : null;
}

/** For sorting by id or name: by code units, the same on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Dispute = 'open' | 'lost';
type RefundState = 'requested' | 'refunded' | 'rejected';

const chargebackEvents: Readonly<Record<string, Dispute | null>> = {
  'payment.chargeback_pending': 'open',
  'payment.chargeback_processed': 'lost',
  'payment.fraud_confirmed': 'lost',
  'payment.chargeback_released': null,
};

const refundEvents: Readonly<Record<string, RefundState>> = {
  'payment.refund_requested': 'requested',
  'payment.refunded': 'refunded',
  'payment.refund_rejected': 'rejected',
};

function isRefundedAtProvider(evidence: PaymentEvidence, transaction: Transaction): boolean {
  return isRefundedRow(transaction) || latestRefund(evidence.events, transaction.id) === 'refunded';
}

/** Of one transaction and of events that name none; of all with null. */
function latestRefund(events: readonly ProviderEvent[], transactionId: string | null): RefundState | null {
  let latest: RefundState | null = null;
  for (const event of events) {
    const isMeant =
      transactionId === null || event.transactionId === null || event.transactionId === transactionId;
    if (isMeant) latest = refundEvents[event.name] ?? latest;
  }
  return latest;
}

/** What WiPay writes on an ordinary row; of its other words few are known, so those are read by their sense. */
const ordinary = 'Normal';

function isRefundedRow(transaction: Transaction): boolean {
  const { description } = transaction.row;
  return description !== ordinary && /\brefunded\b/i.test(description);
}

function chargebackOf(description: string): Dispute | null {
  if (description === ordinary) return null;
  if (/\bfraud/i.test(description)) return 'lost';
  if (!/\bcharge-?\s?back\b/i.test(description) || /\breleased\b/i.test(description)) return null;
  return /\bprocessed\b/i.test(description) ? 'lost' : 'open';
}
