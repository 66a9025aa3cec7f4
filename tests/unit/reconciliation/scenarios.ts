import fc from 'fast-check';
import { cents } from '#shared/domain/money';
import { feeOf } from '#shared/domain/reconciliation/fees';
import type { ReconciliationInput, StatementRow } from '#shared/domain/reconciliation/model';

const hour = 3_600_000_000;
const noon = 1_784_116_800_000_000;
const orders = ['A1', 'a1', 'B2', 'C3-x', 'D4'];
const transactions = orders.flatMap((order) => [1, 2].map((n) => `41-55179-${order}-2026071406000${n}`));
const fees = { percentE4: 35_000, flatCents: cents(170), usdRateE4: 68_000 };
const amounts = [cents(15_000), cents(20_000)];

const instant = fc.integer({ min: 0, max: 20 }).map((n) => noon - n * 2 * hour);
const transactionId = fc.constantFrom(...transactions);
const orderRef = fc.constantFrom(...orders);

const booking = fc.record({
  id: fc.constantFrom('b1', 'b2', 'b3', 'b4'),
  priceCents: fc.constantFrom(...amounts),
  currency: fc.constant('TTD'),
  paymentStatus: fc.constantFrom('unpaid', 'paid', 'refunded'),
  status: fc.constantFrom('PENDING', 'CONFIRMED', 'CANCELLED'),
});

const payment = fc.record({
  id: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5'),
  bookingId: fc.constantFrom('b1', 'b2', 'b3', 'b4', null),
  orderRef: fc.option(orderRef),
  transactionId: fc.option(transactionId),
  amountCents: fc.constantFrom(...amounts),
  currency: fc.constant('TTD'),
  feeStructure: fc.constantFrom('customer_pay' as const, 'merchant_absorb' as const, 'split' as const),
  status: fc.constantFrom(
    'initiated' as const,
    'requires_action' as const,
    'succeeded' as const,
    'failed' as const,
    'cancelled' as const,
    'refunded' as const,
    'partially_refunded' as const,
  ),
  createdAt: instant,
});

const row: fc.Arbitrary<StatementRow> = fc
  .record({
    transactionId,
    strayOrder: fc.option(orderRef, { freq: 8 }),
    status: fc.constantFrom(
      'success' as const,
      'success' as const,
      'failed' as const,
      'error' as const,
      'incomplete' as const,
    ),
    description: fc.constantFrom('Normal', 'Normal', 'Refunded', 'Chargeback Pending'),
    currency: fc.constantFrom('TTD', 'TTD', 'TTD', 'USD'),
    amount: fc.constantFrom(...amounts),
    structure: fc.constantFrom('customer_pay', 'merchant_absorb', 'odd'),
    at: instant,
  })
  .map((one) => {
    const inner = one.transactionId.split('-').slice(2, -1).join('-');
    const fee = feeOf(one.amount, 'TTD', fees);
    return {
      file: 'f1',
      line: 1,
      transactionId: one.transactionId,
      orderRef: one.strayOrder ?? inner,
      innerOrderRef: inner,
      status: one.status,
      description: one.description,
      currency: one.currency,
      totalCents: cents(one.amount + (one.structure === 'customer_pay' ? fee : 0)),
      creditedCurrency: 'TTD',
      creditedCents: cents(one.structure === 'merchant_absorb' ? one.amount - fee : one.amount),
      at: one.at,
    };
  });

export const event = fc.record({
  id: fc.uuid(),
  name: fc.constantFrom(
    'payment.success',
    'payment.failed',
    'payment.refunded',
    'payment.refund_requested',
    'payment.refund_rejected',
    'payment.chargeback_pending',
    'payment.chargeback_released',
  ),
  transactionId: fc.option(transactionId),
  orderRef: fc.option(orderRef),
  at: instant,
  hasGoodSignature: fc.boolean(),
  skewSeconds: fc.constantFrom(0, 2, 300, 301, 10_800),
});

export const redirect = fc.record({
  status: fc.constantFrom('success', 'failed'),
  transactionId: fc.option(transactionId),
  orderRef: fc.option(orderRef),
  at: instant,
  hasGoodHash: fc.boolean(),
});

const withdrawal = fc.record({
  transactionId: fc.constantFrom('w1', 'w2'),
  amountCents: fc.constantFrom(...amounts),
  feeCents: fc.constant(cents(0)),
  currency: fc.constant('TTD'),
  status: fc.integer({ min: 0, max: 9 }),
  at: instant,
});

const malformed = fc.record({
  file: fc.constant('f9'),
  line: fc.integer({ min: 1, max: 9 }),
  class: fc.constant('MALFORMED_ROW' as const),
  transactionId: fc.constant(null),
  column: fc.constant('date'),
  message: fc.constant('unreadable'),
  texts: fc.array(fc.oneof(orderRef, transactionId), { maxLength: 2 }),
});

/** Small worlds in which keys collide often: the rules are about collisions. */
export const scenario: fc.Arbitrary<ReconciliationInput> = fc.record({
  bookings: fc.uniqueArray(booking, { selector: (one) => one.id, maxLength: 4 }),
  payments: fc.uniqueArray(payment, { selector: (one) => one.id, maxLength: 5 }),
  rows: fc.array(row, { maxLength: 8 }),
  quarantined: fc.uniqueArray(malformed, { selector: (one) => one.line, maxLength: 2 }),
  events: fc.array(event, { maxLength: 5 }),
  redirects: fc.array(redirect, { maxLength: 2 }),
  withdrawals: fc.array(withdrawal, { maxLength: 2 }),
  settings: fc.record({
    now: fc.constant(noon),
    environment: fc.constant('live' as const),
    account: fc.constant('55179'),
    fees: fc.constant(fees),
    coverage: fc.constantFrom(null, { from: noon - 30 * hour, to: noon - 4 * hour }),
    inFlightMinutes: fc.constant(15),
    eventGraceHours: fc.constant(24),
  }),
});
