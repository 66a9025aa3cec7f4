import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cents } from '#shared/domain/money';
import { compareMoney, feeOf, isCreditRight } from '#shared/domain/reconciliation/fees';
import type { FeeStructure, PaymentLeg } from '#shared/domain/reconciliation/model';

const plan = { percentE4: 35_000, flatCents: cents(170), usdRateE4: 68_000 };
const payment = (feeStructure: FeeStructure, amount = 15_000, currency = 'TTD'): PaymentLeg => ({
  id: 'p1',
  bookingId: 'b1',
  orderRef: null,
  transactionId: null,
  amountCents: cents(amount),
  currency,
  feeStructure,
  status: 'initiated',
  createdAt: 0,
});

test('a fee is rounded half-up to cents', () => {
  expect(feeOf(cents(15_000), 'TTD', plan)).toBe(695);
  expect(feeOf(cents(10_000), 'TTD', plan)).toBe(520);
  // 3.5 % of 7.00 is 24.5 cents.
  expect(feeOf(cents(700), 'TTD', plan)).toBe(25 + 170);
});

test('the flat part of a fee in USD is the static 25 cents', () => {
  expect(feeOf(cents(10_000), 'USD', plan)).toBe(350 + 25);
});

describe('the numbers of a row', () => {
  test.each([
    ['customer_pay', 15_695, 15_000, { kind: 'right' }],
    ['merchant_absorb', 15_000, 14_305, { kind: 'right' }],
    ['split', 15_348, 14_653, { kind: 'right' }],
    ['split', 15_347, 14_652, { kind: 'right' }],
    ['customer_pay', 15_694, 15_000, { kind: 'fee-variance' }],
    ['merchant_absorb', 15_000, 14_000, { kind: 'fee-variance' }],
    ['customer_pay', 15_000, 14_305, { kind: 'other-structure', structure: 'merchant_absorb' }],
    ['customer_pay', 15_348, 14_653, { kind: 'other-structure', structure: 'split' }],
    ['customer_pay', 15_695, 14_999, { kind: 'under', byCents: 1 }],
    ['customer_pay', 155_420, 150_000, { kind: 'over', byCents: 135_000 }],
  ] as const)('%s with total %i and credit %i', (structure, total, credited, verdict) => {
    expect(compareMoney(payment(structure), total, credited, plan)).toEqual(verdict);
  });

  test('have no tolerance outside a split', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 2_040_000 }), fc.constantFrom(-1, 1), (amount, off) => {
        const fee = feeOf(cents(amount), 'TTD', plan);
        expect(compareMoney(payment('customer_pay', amount), amount + fee, amount, plan).kind).toBe('right');
        expect(compareMoney(payment('customer_pay', amount), amount + fee, amount + off, plan).kind).not.toBe(
          'right',
        );
        expect(isCreditRight(payment('customer_pay', amount), amount + off, plan)).toBe(false);
      }),
    );
  });
});
