import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCompletable, reconciliationClasses } from '#shared/domain/reconciliation/classes';
import type { ReconciliationInput } from '#shared/domain/reconciliation/model';
import { reconcile } from '#shared/domain/reconciliation/reconcile';
import { event, redirect, scenario } from './scenarios.ts';

/** Classes by key, with what they rest on; the order of the list is no promise. */
function outcome(input: ReconciliationInput) {
  const byKey = reconcile(input).verdicts.map((verdict) => [verdict.key, verdict] as const);
  return Object.fromEntries(byKey.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function classes(input: ReconciliationInput): Record<string, string> {
  return Object.fromEntries(reconcile(input).verdicts.map((verdict) => [verdict.key, verdict.class]));
}

const hour = 3_600_000_000;

test('I1: neither the order of rows nor of arrival changes anything', () => {
  fc.assert(
    fc.property(scenario, fc.infiniteStream(fc.nat()), (input, random) => {
      const shuffled = <T>(items: readonly T[]) => {
        const keyed = items.map((item) => ({ item, key: random.next().value ?? 0 }));
        return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
      };
      const other = {
        ...input,
        bookings: shuffled(input.bookings),
        payments: shuffled(input.payments),
        rows: shuffled(input.rows),
        quarantined: shuffled(input.quarantined),
        events: shuffled(input.events),
        redirects: shuffled(input.redirects),
        withdrawals: shuffled(input.withdrawals),
      };
      expect(outcome(other)).toEqual(outcome(input));
    }),
    { numRuns: 500 },
  );
});

test('I2: a file that is imported twice, and an event that is delivered twice, change nothing', () => {
  fc.assert(
    fc.property(scenario, (input) => {
      const twice = {
        ...input,
        rows: [...input.rows, ...input.rows.map((row) => ({ ...row, file: 'copy' }))],
        events: [...input.events, ...input.events],
        withdrawals: [...input.withdrawals, ...input.withdrawals],
      };
      expect(classes(twice)).toEqual(classes(input));
    }),
    { numRuns: 300 },
  );
});

test('I3: every row of the statement is accounted for once, and every booking has exactly one class', () => {
  fc.assert(
    fc.property(scenario, (input) => {
      const { verdicts, rows } = reconcile(input);
      const sum = rows.linked + rows.orphaned + rows.withoutMoney + rows.repeated + rows.quarantined;
      expect(sum).toBe(input.rows.length + input.quarantined.length);
      const bookings = verdicts.filter((verdict) => verdict.kind === 'booking').map((verdict) => verdict.key);
      expect(bookings.toSorted()).toEqual(input.bookings.map((booking) => booking.id).toSorted());
      expect(new Set(verdicts.map((verdict) => verdict.key)).size).toBe(verdicts.length);
    }),
    { numRuns: 300 },
  );
});

test('I4: an event without a good signature or outside the window, and a redirect without a good hash, change nothing', () => {
  const unverified = fc.oneof(
    event.map((one) => ({ ...one, hasGoodSignature: false })),
    event.map((one) => ({ ...one, hasGoodSignature: true, skewSeconds: 301 })),
  );
  fc.assert(
    fc.property(
      scenario,
      fc.array(unverified, { minLength: 1, maxLength: 4 }),
      fc.array(redirect.map((one) => ({ ...one, hasGoodHash: false }))),
      (input, events, redirects) => {
        const more = {
          ...input,
          events: [...input.events, ...events],
          redirects: [...input.redirects, ...redirects],
        };
        expect(outcome(more)).toEqual(outcome(input));
      },
    ),
    { numRuns: 300 },
  );
});

test('I5: a completion is offered for money that WiPay has and that we still miss, and for nothing else', () => {
  const completable = Object.keys(reconciliationClasses).filter((name) =>
    isCompletable(name as keyof typeof reconciliationClasses),
  );
  expect(completable).toEqual(['STUCK_PENDING', 'LATE_SUCCESS']);
  fc.assert(
    fc.property(scenario, (input) => {
      for (const verdict of reconcile(input).verdicts) {
        if (!isCompletable(verdict.class)) continue;
        const payment = input.payments.find((one) => one.id === verdict.paymentId);
        expect(['initiated', 'requires_action', 'failed', 'cancelled']).toContain(payment?.status);
        const credits = input.rows.filter(
          (row) => row.status === 'success' && verdict.transactionIds.includes(row.transactionId),
        );
        expect(credits.length).toBeGreaterThan(0);
        expect(payment?.amountCents).toBe(input.bookings.find((one) => one.id === verdict.key)?.priceCents);
      }
    }),
    { numRuns: 1000 },
  );
});

test('I7: time and wider coverage alone never move what was abandoned or paid without evidence', () => {
  fc.assert(
    fc.property(scenario, fc.integer({ min: 0, max: 500 }), (input, hours) => {
      const { settings } = input;
      const later = {
        ...input,
        settings: {
          ...settings,
          now: settings.now + hours * hour,
          coverage: settings.coverage && { ...settings.coverage, to: settings.coverage.to + hours * hour },
        },
      };
      const after = classes(later);
      const settled = Object.entries(classes(input)).filter(
        ([, of]) => of === 'ABANDONED' || of === 'PAID_NO_EVIDENCE',
      );
      expect(after).toMatchObject(Object.fromEntries(settled));
    }),
    { numRuns: 500 },
  );
});

test('an orphan holds exactly the open payments that it might be, however many share a price', () => {
  fc.assert(
    fc.property(scenario, (input) => {
      const found = classes(input);
      for (const [key, of] of Object.entries(found)) {
        if (of !== 'REVIEW_HOLD') continue;
        const open = input.payments.filter(
          (payment) => payment.bookingId === key && ['initiated', 'requires_action'].includes(payment.status),
        );
        const orphans = input.rows.filter(
          (row) =>
            found[row.transactionId]?.startsWith('ORPHAN') === true ||
            found[row.transactionId] === 'CONFLICTING_ROWS',
        );
        const names = (text: string, key2: string | null) => key2 !== null && text.includes(key2);
        const reasons = open.flatMap((payment) => [
          ...orphans.filter(
            (row) =>
              [row.orderRef, row.innerOrderRef].some(
                (order) => order.toLowerCase() === payment.orderRef?.toLowerCase(),
              ) ||
              (row.creditedCents === payment.amountCents && Math.abs(row.at - payment.createdAt) <= 2 * hour),
          ),
          ...input.quarantined.filter((row) =>
            row.texts.some((text) => names(text, payment.orderRef) || names(text, payment.transactionId)),
          ),
        ]);
        expect(reasons.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
});
