import { microsPerHour, microsPerMinute } from '../instant.ts';
import { formatMoney } from '../money.ts';
import type { ReconciliationClass } from './classes.ts';
import {
  chargebackState,
  compare,
  hasSuccessEvent,
  refundState,
  settledTransactions,
  type BookingEvidence,
  type PaymentEvidence,
} from './evidence.ts';
import { compareMoney, isCreditRight } from './fees.ts';
import type { Transaction } from './fold-rows.ts';
import {
  isInside,
  isOpen,
  type BookingLeg,
  type PaymentLeg,
  type ReconciliationSettings,
  type StatementStatus,
} from './model.ts';

export interface Finding {
  class: ReconciliationClass;
  /** The payment that speaks for the booking, when there is one. */
  paymentId: string | null;
  /** Why, in words, with the numbers. */
  because: string;
}

/** The one class of a booking: the first rule that applies. Source: fixtures' "Per booking, first rule that applies". */
export function classifyBooking(evidence: BookingEvidence, settings: ReconciliationSettings): Finding {
  const { booking } = evidence;
  const payments = evidence.payments.length > 1 ? evidence.payments.toSorted(bySpeaking) : evidence.payments;
  const speaking = payments[0] ?? null;
  const early = classifyContradictions(evidence, payments);
  if (early !== null) return found(early, speaking);
  if (speaking === null) return found(classifyWithoutPayment(booking), null);

  const settled: Settled[] = [];
  for (const one of payments) {
    for (const transaction of settledTransactions(one)) settled.push({ one, transaction });
  }
  const [first] = settled;
  // A success speaks for the payment that it belongs to, unless another one is booked as paid: then that one has to be proved.
  const own =
    first !== undefined && (first.one === speaking || speaking.payment.status !== 'succeeded')
      ? first
      : undefined;
  const subject = own?.one ?? speaking;
  const difference =
    compareWithBooking(booking, subject.payment) ??
    settled.map(({ one }) => compareWithBooking(booking, one.payment)).find((text) => text !== null);
  if (typeof difference === 'string') {
    return found({ class: 'AMOUNT_INTERNAL', because: difference }, subject);
  }
  if (settled.length > 1) {
    const because = `${settled.length} charges of this booking succeeded and were not refunded.`;
    return found({ class: 'DUPLICATE_CHARGE', because }, speaking);
  }
  const refund = classifyRefund(subject);
  if (refund !== null) return found(refund, subject);
  if (own !== undefined) return found(classifySettled(booking, own.one, own.transaction, settings), own.one);
  if (payments.some((one) => one.isHeld)) {
    return found(
      { class: 'REVIEW_HOLD', because: 'A row that is not resolved might be this payment.' },
      speaking,
    );
  }
  return found(classifyUnsettled(booking, speaking, settings), speaking);
}

interface Settled {
  one: PaymentEvidence;
  transaction: Transaction;
}

interface Ruling {
  class: ReconciliationClass;
  because: string;
}

const cancelledBookings = new Set(['CANCELLED', 'DECLINED', 'EXPIRED']);

/** Of several payments the succeeded, then the open one speaks; then the one that was created last. */
function bySpeaking(a: PaymentEvidence, b: PaymentEvidence): number {
  return (
    rank(a) - rank(b) || b.payment.createdAt - a.payment.createdAt || compare(a.payment.id, b.payment.id)
  );
}

function rank({ payment }: PaymentEvidence): number {
  if (payment.status === 'succeeded') return 0;
  if (isOpen(payment)) return 1;
  return payment.status === 'failed' || payment.status === 'cancelled' ? 3 : 2;
}

function found({ class: of, because }: Ruling, by: PaymentEvidence | null): Finding {
  return { class: of, paymentId: by?.payment.id ?? null, because };
}

/** What has to be cleared up before any number counts: torn keys, rows that contradict each other, disputes. */
function classifyContradictions(
  evidence: BookingEvidence,
  payments: readonly PaymentEvidence[],
): Ruling | null {
  if (evidence.hasLinkConflict) {
    return { class: 'LINK_CONFLICT', because: 'The keys of a row or event lead to different payments.' };
  }
  for (const { transactions } of payments) {
    const torn = transactions.find((one) => one.isConflicting);
    if (torn !== undefined) {
      return { class: 'CONFLICTING_ROWS', because: `The rows of ${torn.id} contradict each other.` };
    }
  }
  const disputes = payments.map((one) => chargebackState(one));
  if (disputes.includes('lost')) return { class: 'CHARGEBACK_LOST', because: 'WiPay took the charge back.' };
  if (disputes.includes('open'))
    return { class: 'CHARGEBACK_OPEN', because: 'The charge is disputed at WiPay.' };
  return null;
}

function classifyWithoutPayment(booking: BookingLeg): Ruling {
  return booking.paymentStatus === 'paid'
    ? { class: 'PAID_NO_EVIDENCE', because: 'The booking says paid and has no payment.' }
    : { class: 'MATCHED', because: 'Nothing was asked for and nothing came.' };
}

function compareWithBooking(booking: BookingLeg, payment: PaymentLeg): string | null {
  if (payment.amountCents === booking.priceCents && payment.currency === booking.currency) return null;
  return (
    `The payment asks for ${amountOf(payment.amountCents, payment.currency)}, ` +
    `the booking costs ${amountOf(booking.priceCents, booking.currency)}.`
  );
}

function classifyRefund(subject: PaymentEvidence): Ruling | null {
  const state = refundState(subject);
  const { status } = subject.payment;
  if (status === 'partially_refunded' && state === 'refunded') {
    return { class: 'REFUND_AMOUNT_MISMATCH', because: 'WiPay refunded all of it, we recorded a part.' };
  }
  if (status === 'refunded') {
    if (state === 'refunded') return { class: 'REFUND_MATCHED', because: 'Refunded here and at WiPay.' };
    if (state === 'rejected')
      return { class: 'REFUND_REJECTED', because: 'WiPay rejected the refund that we booked.' };
    if (state === 'requested')
      return { class: 'REFUND_PENDING', because: 'WiPay has the request and has not refunded yet.' };
    return { class: 'REFUND_NOT_EXECUTED', because: 'Booked as refunded; WiPay knows of no refund.' };
  }
  if (status === 'succeeded' && state === 'refunded') {
    return { class: 'REFUND_NOT_RECORDED', because: 'WiPay refunded; here it still counts as paid.' };
  }
  if (status === 'succeeded' && state === 'requested') {
    return { class: 'REFUND_PENDING', because: 'A refund was requested at WiPay.' };
  }
  return null;
}

function classifySettled(
  booking: BookingLeg,
  evidence: PaymentEvidence,
  { row }: Transaction,
  settings: ReconciliationSettings,
): Ruling {
  const { payment } = evidence;
  // A success without both amounts cannot be read (read-statement.ts), so the fallbacks never stand for money.
  const credited = row.creditedCents ?? 0;
  const total = row.totalCents ?? 0;
  if (row.creditedCurrency !== payment.currency) {
    return {
      class: 'CURRENCY_MISMATCH',
      because: `Credited in ${row.creditedCurrency}, asked for in ${payment.currency}.`,
    };
  }
  const isForeign = row.currency !== payment.currency;
  if (isForeign && !isCreditRight(payment, credited, settings.fees)) {
    return {
      class: 'CURRENCY_MISMATCH',
      because: `Debited in ${row.currency}, and the credit does not come to what was asked for.`,
    };
  }
  if (!isForeign) {
    const money = compareMoney(payment, total, credited, settings.fees);
    if (money.kind === 'other-structure') {
      return {
        class: 'FEE_STRUCTURE_MISMATCH',
        because: `The numbers are those of ${money.structure}, the payment says ${payment.feeStructure}.`,
      };
    }
    if (money.kind === 'fee-variance')
      return { class: 'FEE_VARIANCE', because: 'Only the fee differs from the fee plan.' };
    if (money.kind === 'under') {
      return {
        class: 'AMOUNT_UNDER',
        because: `${amountOf(money.byCents, payment.currency)} less was credited than expected.`,
      };
    }
    if (money.kind === 'over') {
      return {
        class: 'AMOUNT_OVER',
        because: `${amountOf(money.byCents, payment.currency)} more was credited than expected.`,
      };
    }
  }
  if (isOpen(payment)) {
    if (cancelledBookings.has(booking.status)) {
      return {
        class: 'BOOKING_STATE_CONFLICT',
        because: `The booking is ${booking.status}; the money came all the same.`,
      };
    }
    return booking.paymentStatus === 'paid'
      ? { class: 'STATUS_DRIFT', because: 'The booking says paid, its payment is still open.' }
      : { class: 'STUCK_PENDING', because: 'WiPay has the money, the payment is still open.' };
  }
  if (payment.status === 'failed' || payment.status === 'cancelled') {
    return { class: 'LATE_SUCCESS', because: `The payment was ${payment.status} here; WiPay has the money.` };
  }
  if (payment.status === 'succeeded' && booking.paymentStatus !== 'paid') {
    return {
      class: 'STATUS_DRIFT',
      because: `The payment succeeded, the booking says ${booking.paymentStatus}.`,
    };
  }
  if (isForeign)
    return { class: 'MATCHED_FX', because: `Debited in ${row.currency}, credited as asked for.` };
  if (!hasSuccessEvent(evidence) && settings.now - row.at > settings.eventGraceHours * microsPerHour) {
    return { class: 'MATCHED_NO_EVENT', because: `No event came within ${settings.eventGraceHours} hours.` };
  }
  return { class: 'MATCHED', because: 'Payment and statement agree.' };
}

function classifyUnsettled(
  booking: BookingLeg,
  evidence: PaymentEvidence,
  settings: ReconciliationSettings,
): Ruling {
  const { payment } = evidence;
  const { transactions } = evidence;
  const has = (status: StatementStatus) => transactions.some((one) => one.row.status === status);
  const isCovered = isInside(settings.coverage, payment.createdAt);
  if (payment.status === 'failed' || payment.status === 'cancelled') {
    return {
      class: 'FAILED_CONFIRMED',
      because: `The payment is ${payment.status} and nothing says otherwise.`,
    };
  }
  if (!isOpen(payment)) {
    if (has('failed'))
      return { class: 'PAID_BUT_FAILED', because: 'The statement says that the charge failed.' };
    if (!isCovered)
      return {
        class: 'AWAITING_STATEMENT',
        because: 'No complete statement covers the day of this payment.',
      };
    return hasSuccessEvent(evidence)
      ? {
          class: 'PAID_NOT_ON_STATEMENT',
          because: 'A verified event came; the complete statement lacks the charge.',
        }
      : {
          class: 'PAID_NO_EVIDENCE',
          because: 'Neither the complete statement nor a verified event knows of it.',
        };
  }
  if (booking.paymentStatus === 'paid') {
    return {
      class: 'PAID_NO_EVIDENCE',
      because: 'The booking says paid; its payment is open and nothing was settled.',
    };
  }
  const hasSignal = hasSuccessEvent(evidence) || evidence.hasValidRedirect;
  if (has('failed')) {
    return hasSignal
      ? { class: 'EVIDENCE_CONFLICT', because: 'A verified signal says success, the statement says failed.' }
      : { class: 'FAILED_CONFIRMED', because: 'The statement says that the charge failed.' };
  }
  if (has('error')) return { class: 'OUTCOME_UNKNOWN', because: 'WiPay had an error, which is no outcome.' };
  if (hasSignal) {
    return isCovered
      ? {
          class: 'EVIDENCE_CONFLICT',
          because: 'A verified signal says success; the complete statement lacks it.',
        }
      : {
          class: 'PENDING_PAID_UNCONFIRMED',
          because: 'A verified signal says success; the statement does not reach that far.',
        };
  }
  if (settings.now - payment.createdAt < settings.inFlightMinutes * microsPerMinute) {
    return { class: 'IN_FLIGHT', because: `Begun less than ${settings.inFlightMinutes} minutes ago.` };
  }
  if (has('incomplete'))
    return { class: 'ABANDONED', because: 'WiPay says that the customer never finished.' };
  if (isCovered) return { class: 'ABANDONED', because: 'The complete statement has nothing of it.' };
  return { class: 'OUTCOME_UNKNOWN', because: 'No signal came, and no complete statement covers its day.' };
}

function amountOf(amountCents: number, currency: string): string {
  return currency === 'TTD' || currency === 'USD'
    ? formatMoney(amountCents, currency)
    : `${currency} ${amountCents / 100}`;
}
