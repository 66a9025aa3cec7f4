import { cents } from '#shared/domain/money';
import { microsPerDay, microsPerHour } from '#shared/domain/instant';
import { feeOf } from '#shared/domain/reconciliation/fees';
import { replayWindowSeconds, type ReconciliationInput } from '#shared/domain/reconciliation/model';
import { reconcile } from '#shared/domain/reconciliation/reconcile';
import { randomOf } from '#seed/random';
import { figureOver, percentile, timed, type Bench } from './support/figure.ts';

const rounds = 5;

/**
 * Classifies 10,000, 100,000 and 1,000,000 payments with a statement row and an event each; one in fifty is in trouble.
 * The floor joins the same rows by hash: what any reconciler has to do before its first rule.
 */
export const bench: Bench = async function* ({ scales = [10_000, 100_000, 1_000_000] }) {
  for (const payments of scales) {
    const input = inputOf(payments);
    const times = { classify: [] as number[], join: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.join.push((await timed(() => hashJoin(input))).milliseconds);
      times.classify.push((await timed(() => reconcile(input).verdicts.length)).milliseconds);
    }
    const [classify, floor] = [percentile(times.classify, 0.5), percentile(times.join, 0.5)];
    yield figureOver(`reconcile.${payments}`, 'ms', classify, floor);
    yield { name: `reconcile.${payments}.perPayment`, value: (classify * 1000) / payments, unit: 'µs' };
  }
};

const fees = { percentE4: 35_000, flatCents: cents(170), usdRateE4: 68_000 };
const now = Date.UTC(2026, 6, 15, 12) * 1000;

function inputOf(count: number): ReconciliationInput {
  const rng = randomOf('bench/reconcile');
  const input = {
    bookings: [] as ReconciliationInput['bookings'][number][],
    payments: [] as ReconciliationInput['payments'][number][],
    rows: [] as ReconciliationInput['rows'][number][],
    events: [] as ReconciliationInput['events'][number][],
  };
  for (let index = 0; index < count; index += 1) {
    const trouble = rng.between(0, 49) === 0;
    const amount = cents(rng.between(20, 80) * 500);
    const orderRef = `IT${index.toString(36).toUpperCase()}`;
    const transactionId = `41-55179-${orderRef}-20260714060005`;
    const createdAt = now - rng.between(1, 30) * microsPerDay;
    input.bookings.push({
      id: `b${index}`,
      priceCents: amount,
      currency: 'TTD',
      paymentStatus: trouble ? 'unpaid' : 'paid',
      status: 'CONFIRMED',
    });
    input.payments.push({
      id: `p${index}`,
      bookingId: `b${index}`,
      orderRef,
      transactionId: trouble ? null : transactionId,
      amountCents: amount,
      currency: 'TTD',
      feeStructure: 'customer_pay',
      status: trouble ? 'requires_action' : 'succeeded',
      createdAt,
    });
    input.rows.push({
      file: 'bench',
      line: index + 1,
      transactionId,
      orderRef,
      innerOrderRef: orderRef,
      status: 'success',
      description: 'Normal',
      currency: 'TTD',
      totalCents: cents(amount + feeOf(amount, 'TTD', fees)),
      creditedCurrency: 'TTD',
      creditedCents: amount,
      at: createdAt + microsPerHour,
    });
    input.events.push({
      id: `e${index}`,
      name: 'payment.success',
      transactionId,
      orderRef,
      at: createdAt + microsPerHour,
      hasGoodSignature: true,
      skewSeconds: trouble ? replayWindowSeconds + 1 : 2,
    });
  }
  return {
    ...input,
    quarantined: [],
    redirects: [],
    withdrawals: [],
    settings: {
      now,
      environment: 'live',
      account: '55179',
      fees,
      coverage: { from: now - 40 * microsPerDay, to: now - microsPerDay },
      inFlightMinutes: 15,
      eventGraceHours: 24,
    },
  };
}

/** Bookings with their payments, statement rows and events, by key and without any rule. */
function hashJoin(input: ReconciliationInput): number {
  const byBooking = new Map(input.payments.map((payment) => [payment.bookingId, payment]));
  const rows = new Map(input.rows.map((row) => [row.orderRef, row]));
  const events = new Map(input.events.map((event) => [event.transactionId, event]));
  let joined = 0;
  for (const booking of input.bookings) {
    const payment = byBooking.get(booking.id);
    const row =
      payment?.orderRef === undefined || payment.orderRef === null ? undefined : rows.get(payment.orderRef);
    if (row !== undefined && events.has(row.transactionId)) joined += row.creditedCents ?? 0;
  }
  return joined;
}
