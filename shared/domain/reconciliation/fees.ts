import { cents, type Cents } from '../money.ts';
import type { FeePlan, FeeStructure, PaymentLeg } from './model.ts';

/** How the numbers of a settled row compare with what the payment's fee structure promises. */
export type MoneyVerdict =
  | { kind: 'right' }
  | { kind: 'other-structure'; structure: FeeStructure }
  | { kind: 'fee-variance' }
  | { kind: 'under'; byCents: number }
  | { kind: 'over'; byCents: number };

/** WiPay's fee for an amount, rounded half-up to cents. The flat part is in TTD and converts at the static rate. */
export function feeOf(amountCents: Cents, currency: string, plan: FeePlan): Cents {
  const flat = currency === 'USD' ? divideHalfUp(plan.flatCents * 10_000, plan.usdRateE4) : plan.flatCents;
  return cents(divideHalfUp(amountCents * plan.percentE4, 1_000_000) + flat);
}

/** Compares debited total and credit in the payment's own currency with every fee structure. Source: fixtures' "Fees". */
export function compareMoney(
  payment: PaymentLeg,
  totalCents: number,
  creditedCents: number,
  plan: FeePlan,
): MoneyVerdict {
  const fee = feeOf(payment.amountCents, payment.currency, plan);
  const fit = (structure: FeeStructure) =>
    fits(structure, payment.amountCents, fee, totalCents, creditedCents);
  const own = fit(payment.feeStructure);
  if (own.isTotalRight && own.isCreditRight) return { kind: 'right' };
  for (const structure of structures) {
    if (structure === payment.feeStructure) continue;
    const other = fit(structure);
    if (other.isTotalRight && other.isCreditRight) return { kind: 'other-structure', structure };
  }
  if (own.isCreditRight) return { kind: 'fee-variance' };
  if (payment.feeStructure === 'merchant_absorb' && own.isTotalRight) return { kind: 'fee-variance' };
  return own.creditDifference < 0
    ? { kind: 'under', byCents: -own.creditDifference }
    : { kind: 'over', byCents: own.creditDifference };
}

/** True when what was credited is what the payment's structure promises, whatever the customer was debited in. */
export function isCreditRight(payment: PaymentLeg, creditedCents: number, plan: FeePlan): boolean {
  const fee = feeOf(payment.amountCents, payment.currency, plan);
  return fits(payment.feeStructure, payment.amountCents, fee, 0, creditedCents).isCreditRight;
}

const structures: readonly FeeStructure[] = ['customer_pay', 'merchant_absorb', 'split'];

function fits(structure: FeeStructure, amount: number, fee: number, total: number, credited: number) {
  // In half cents, because half a fee may be half a cent; how WiPay rounds it is not documented, so a split alone has
  // a cent of tolerance.
  const added = structure === 'customer_pay' ? 2 * fee : structure === 'split' ? fee : 0;
  const taken = structure === 'merchant_absorb' ? 2 * fee : structure === 'split' ? fee : 0;
  const tolerance = structure === 'split' ? 2 : 0;
  const totalDifference = 2 * total - (2 * amount + added);
  const creditDifference = 2 * credited - (2 * amount - taken);
  return {
    isTotalRight: Math.abs(totalDifference) <= tolerance,
    isCreditRight: Math.abs(creditDifference) <= tolerance,
    creditDifference: Math.trunc(creditDifference / 2),
  };
}

/** Integers only: the product of an amount and a rate stays far below 2^53. */
function divideHalfUp(dividend: number, divisor: number): number {
  return Math.floor((2 * dividend + divisor) / (2 * divisor));
}
