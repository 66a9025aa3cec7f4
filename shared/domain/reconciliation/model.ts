import type { Cents } from '../money.ts';
import type { Micros } from '../instant.ts';

/** What the reconciler reads: the legs of a payment as they were stored, imported and received. Nothing here is a decision. */

export type PaymentStatus =
  | 'initiated'
  | 'requires_action'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'refunded'
  | 'partially_refunded';

export type FeeStructure = 'customer_pay' | 'merchant_absorb' | 'split';

export interface BookingLeg {
  id: string;
  priceCents: Cents;
  currency: string;
  /** bookings.payment_status: unpaid, pending, paid, refunded, failed. */
  paymentStatus: string;
  /** bookings.status: PENDING, CONFIRMED, CANCELLED, … */
  status: string;
}

export interface PaymentLeg {
  id: string;
  /** Null for an orphan payment, which belongs to no booking. */
  bookingId: string | null;
  /** The short order reference that WiPay got. Case-sensitive. */
  orderRef: string | null;
  /** WiPay's transaction id, as far as it was stored. */
  transactionId: string | null;
  amountCents: Cents;
  currency: string;
  feeStructure: FeeStructure;
  status: PaymentStatus;
  createdAt: Micros;
}

export type StatementStatus = 'success' | 'failed' | 'error' | 'incomplete';

/** A row of WiPay's history that could be read in full. See read-statement.ts. */
export interface StatementRow {
  file: string;
  line: number;
  transactionId: string;
  orderRef: string;
  /** The order inside the transaction id; equal to `orderRef` in a sound row. */
  innerOrderRef: string;
  status: StatementStatus;
  description: string;
  /** What the customer was debited in, and how much; null on rows without money. */
  currency: string | null;
  totalCents: Cents | null;
  creditedCurrency: string | null;
  creditedCents: Cents | null;
  at: Micros;
}

/** A row that must never be evidence, with what would have to change. */
export interface QuarantinedRow {
  file: string;
  line: number;
  class: 'MALFORMED_ROW' | 'ENVIRONMENT_MISMATCH' | 'FOREIGN_ACCOUNT';
  /** Known when the transaction id itself could be read. */
  transactionId: string | null;
  column: string;
  message: string;
  /** Every text of the row, because it may name the payment it belongs to. */
  texts: readonly string[];
}

export interface ProviderEvent {
  id: string;
  /** Such as `payment.success`. */
  name: string;
  transactionId: string | null;
  orderRef: string | null;
  at: Micros;
  hasGoodSignature: boolean;
  /** Seconds between the signed time and the receipt, either way. */
  skewSeconds: number;
}

export interface ProviderRedirect {
  status: string;
  transactionId: string | null;
  orderRef: string | null;
  at: Micros;
  hasGoodHash: boolean;
}

export interface Withdrawal {
  transactionId: string;
  amountCents: Cents;
  feeCents: Cents;
  currency: string;
  /** WiPay's withdrawal status, 0 to 9. */
  status: number;
  at: Micros;
}

/** [from, to): inside it the absence of a row means something. Null while no complete import proves anything. */
export interface Coverage {
  from: Micros;
  to: Micros;
}

export interface ReconciliationSettings {
  now: Micros;
  environment: 'live' | 'sandbox';
  account: string;
  fees: FeePlan;
  coverage: Coverage | null;
  inFlightMinutes: number;
  eventGraceHours: number;
}

/** A fee is `percent` of the amount plus `flatCents`, rounded half-up to cents. */
export interface FeePlan {
  /** Percent times 10,000: 3.50 % is 35,000. */
  percentE4: number;
  /** In TTD. */
  flatCents: Cents;
  /** TTD for one USD, times 10,000. WiPay's static rate. */
  usdRateE4: number;
}

export interface ReconciliationInput {
  bookings: readonly BookingLeg[];
  payments: readonly PaymentLeg[];
  rows: readonly StatementRow[];
  quarantined: readonly QuarantinedRow[];
  events: readonly ProviderEvent[];
  redirects: readonly ProviderRedirect[];
  withdrawals: readonly Withdrawal[];
  settings: ReconciliationSettings;
}

/** A verified event older than this at its receipt may be a replay and is no evidence. Seconds. */
export const replayWindowSeconds = 300;

export function isOpen(payment: PaymentLeg): boolean {
  return payment.status === 'initiated' || payment.status === 'requires_action';
}

export function isInside(coverage: Coverage | null, at: Micros): boolean {
  return coverage !== null && at >= coverage.from && at < coverage.to;
}
