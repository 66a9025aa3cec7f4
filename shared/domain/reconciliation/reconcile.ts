import { reconciliationClasses, type AllowedAction, type ReconciliationClass } from './classes.ts';
import { classifyBooking } from './classify.ts';
import {
  compare,
  isEvidence,
  orderEvents,
  settledTransactions,
  type BookingEvidence,
  type PaymentEvidence,
} from './evidence.ts';
import { foldRows, type Transaction } from './fold-rows.ts';
import { findHolds } from './holds.ts';
import { createLinker } from './link.ts';
import type { ReconciliationInput } from './model.ts';
import { classifyWallet } from './wallet.ts';

export interface Verdict {
  /** A booking's id; a transaction id for rows that belong to no booking; `file:line` for a row that cannot be read; `wallet`. */
  key: string;
  kind: 'booking' | 'transaction' | 'row' | 'wallet';
  class: ReconciliationClass;
  action: AllowedAction;
  because: string;
  paymentId: string | null;
  /** What it rests on: transaction ids of the statement and ids of verified events. */
  transactionIds: readonly string[];
  eventIds: readonly string[];
}

export interface Reconciliation {
  verdicts: Verdict[];
  /** Where each row of the statement went; together they are all rows (invariant I3). */
  rows: { linked: number; orphaned: number; withoutMoney: number; repeated: number; quarantined: number };
}

/**
 * Classifies every booking, every row that belongs to none, and the wallet. Pure, deterministic, independent of the order
 * of its input, linear but for sorting. Keys link, amounts never do; only verified events and redirects count.
 */
export function reconcile(input: ReconciliationInput): Reconciliation {
  const { settings } = input;
  const bookings = new Map<string, BookingEvidence>();
  for (const booking of input.bookings) {
    bookings.set(booking.id, { booking, payments: [], hasLinkConflict: false });
  }
  const payments = new Map<string, PaymentEvidence>();
  for (const payment of input.payments) {
    if (payments.has(payment.id)) continue;
    const owner = payment.bookingId === null ? undefined : bookings.get(payment.bookingId);
    const evidence: PaymentEvidence = {
      payment,
      owner: owner ?? null,
      transactions: [],
      events: [],
      hasValidRedirect: false,
      isHeld: false,
    };
    payments.set(payment.id, evidence);
    owner?.payments.push(evidence);
  }
  const link = createLinker(payments.values());

  const transactions = foldRows(input.rows);
  const unlinked: Transaction[] = [];
  const rows = {
    linked: 0,
    orphaned: 0,
    withoutMoney: 0,
    repeated: 0,
    quarantined: input.quarantined.length,
  };
  for (const transaction of transactions.values()) {
    rows.repeated += transaction.repeated;
    if (isLinked(transaction)) rows.linked += transaction.rows.length;
    else if (hasMoney(transaction)) {
      unlinked.push(transaction);
      rows.orphaned += transaction.rows.length;
    } else rows.withoutMoney += transaction.rows.length;
  }
  for (const event of input.events) {
    if (!isEvidence(event)) continue;
    const found = link(event);
    if (isConflict(found)) for (const one of found) noteConflict(one);
    else found?.events.push(event);
  }
  for (const one of payments.values()) {
    if (one.transactions.length > 1) one.transactions.sort((a, b) => compare(a.id, b.id));
    if (one.events.length > 1) one.events = orderEvents(one.events);
  }
  for (const redirect of input.redirects) {
    if (!redirect.hasGoodHash || redirect.status !== 'success') continue;
    // The hash does not cover the order, so a redirect whose keys disagree proves nothing about either payment.
    const found = link(redirect);
    if (found !== null && !isConflict(found)) found.hasValidRedirect = true;
  }
  const holds = findHolds(
    [...payments.values()].filter((one) => one.owner !== null).map((one) => one.payment),
    unlinked,
    input.quarantined,
  );
  for (const id of holds.held) {
    const evidence = payments.get(id);
    if (evidence !== undefined) evidence.isHeld = true;
  }

  const verdicts: Verdict[] = [];
  for (const [key, evidence] of bookings) {
    const finding = classifyBooking(evidence, settings);
    const speaking = finding.paymentId === null ? undefined : payments.get(finding.paymentId);
    verdicts.push({
      key,
      kind: 'booking',
      class: finding.class,
      action: reconciliationClasses[finding.class].action,
      because: finding.because,
      paymentId: finding.paymentId,
      transactionIds: sorted(evidence.payments.flatMap((one) => one.transactions.map(({ id }) => id))),
      eventIds: speaking === undefined ? [] : speaking.events.map((event) => event.id),
    });
  }
  for (const transaction of unlinked) verdicts.push(orphanVerdict(transaction));
  for (const row of input.quarantined) {
    const key = row.transactionId ?? `${row.file}:${row.line}`;
    const kind = row.transactionId === null ? 'row' : 'transaction';
    verdicts.push(unlinkedVerdict(key, kind, row.class, row.message, row.transactionId));
  }
  if (input.withdrawals.length > 0) {
    const wallet = classifyWallet([...credits()], input.withdrawals);
    verdicts.push(unlinkedVerdict('wallet', 'wallet', wallet.class, wallet.because, null));
  }
  return { verdicts, rows };

  /** True when a key leads to a payment of a booking; notes the transaction, or the conflict, with it. */
  function isLinked(transaction: Transaction): boolean {
    let isAnywhere = false;
    for (const row of transaction.rows) {
      const found = link(row);
      if (found === null) continue;
      if (isConflict(found)) {
        for (const one of found) isAnywhere = noteConflict(one) || isAnywhere;
      } else if (found.owner !== null) {
        if (!found.transactions.includes(transaction)) found.transactions.push(transaction);
        isAnywhere = true;
      }
    }
    return isAnywhere;
  }

  function orphanVerdict(transaction: Transaction): Verdict {
    if (transaction.isConflicting) {
      const because = 'The rows of this transaction contradict each other, and no payment is linked to it.';
      return unlinkedVerdict(transaction.id, 'transaction', 'CONFLICTING_ROWS', because, transaction.id);
    }
    const candidates = holds.candidates.get(transaction.id);
    return candidates?.count === 1
      ? {
          ...unlinkedVerdict(
            transaction.id,
            'transaction',
            'ORPHAN_CREDIT_SUGGESTED',
            'No payment is linked to this credit; exactly one open payment might be meant.',
            transaction.id,
          ),
          paymentId: candidates.only,
        }
      : unlinkedVerdict(
          transaction.id,
          'transaction',
          'ORPHAN_CREDIT',
          'No payment is linked to this credit.',
          transaction.id,
        );
  }

  function* credits(): Generator<Transaction> {
    for (const transaction of unlinked) if (!transaction.isConflicting) yield transaction;
    const seen = new Set<Transaction>();
    for (const evidence of payments.values()) {
      for (const transaction of settledTransactions(evidence)) {
        if (!transaction.isConflicting && !seen.has(transaction)) yield transaction;
        seen.add(transaction);
      }
    }
  }
}

function hasMoney(transaction: Transaction): boolean {
  return transaction.rows.some((row) => row.status === 'success');
}

function isConflict<T>(found: T | readonly T[] | null): found is readonly T[] {
  return Array.isArray(found);
}

function noteConflict({ owner }: PaymentEvidence): boolean {
  if (owner !== null) owner.hasLinkConflict = true;
  return owner !== null;
}

function sorted(ids: string[]): string[] {
  return ids.length > 1 ? ids.sort(compare) : ids;
}

function unlinkedVerdict(
  key: string,
  kind: Verdict['kind'],
  of: ReconciliationClass,
  because: string,
  transactionId: string | null,
): Verdict {
  return {
    key,
    kind,
    class: of,
    action: reconciliationClasses[of].action,
    because,
    paymentId: null,
    transactionIds: transactionId === null ? [] : [transactionId],
    eventIds: [],
  };
}
