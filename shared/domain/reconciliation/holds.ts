import { microsPerHour } from '../instant.ts';
import { isOpen, type PaymentLeg, type QuarantinedRow } from './model.ts';
import type { Transaction } from './fold-rows.ts';

export interface Holds {
  /** Ids of open payments that an unresolved row might be. */
  held: ReadonlySet<string>;
  /** For each orphan, how many open payments it might be, and which one when it is exactly one. */
  candidates: ReadonlyMap<string, { count: number; only: string | null }>;
}

/**
 * Which open payments might be meant by a row that no key links: same order ignoring case, or the credited amount within
 * two hours of the payment's creation; and by a malformed row that holds the payment's order or reference. It only
 * suggests and holds; nothing is ever linked here. n log n in payments and rows, however many have the same price.
 */
export function findHolds(
  payments: readonly PaymentLeg[],
  orphans: readonly Transaction[],
  quarantined: readonly QuarantinedRow[],
): Holds {
  const held = new Set<string>();
  const candidates = new Map<string, { count: number; only: string | null }>();
  const malformed = quarantined.filter((row) => row.class === 'MALFORMED_ROW');
  if (orphans.length === 0 && malformed.length === 0) return { held, candidates };

  const open = payments.filter(isOpen);
  const byAmount = groupByAmount(open);
  const byOrder = groupBy(open, (payment) => payment.orderRef?.toLowerCase() ?? null);
  for (const orphan of orphans) {
    const inReach = reach(
      byAmount.get(amountKey(orphan.row.creditedCents, orphan.row.creditedCurrency)),
      orphan.row.at,
    );
    const sameOrder = new Set(
      [orphan.row.orderRef, orphan.row.innerOrderRef].flatMap(
        (order) => byOrder.get(order.toLowerCase()) ?? [],
      ),
    );
    const further = [...sameOrder].filter((payment) => !inReach.has(payment));
    const count = inReach.count + further.length;
    candidates.set(orphan.id, {
      count,
      only: count === 1 ? ((further[0] ?? inReach.first)?.id ?? null) : null,
    });
    for (const payment of further) held.add(payment.id);
    inReach.mark();
  }
  for (const group of byAmount.values()) for (const payment of group.marked()) held.add(payment.id);

  const byKey = new Map<string, string[]>();
  for (const payment of malformed.length === 0 ? [] : open) {
    for (const key of [payment.orderRef, payment.transactionId]) {
      if (key !== null) byKey.set(key, [...(byKey.get(key) ?? []), payment.id]);
    }
  }
  for (const row of malformed) {
    for (const part of partsOf(row.texts)) for (const id of byKey.get(part) ?? []) held.add(id);
  }
  return { held, candidates };
}

const reachMicros = 2 * microsPerHour;

/** Payments of one amount by time of creation; ranges of them are marked by their ends, so that marking costs nothing. */
interface AmountGroup {
  payments: readonly PaymentLeg[];
  starts: Int32Array;
  marked(): readonly PaymentLeg[];
}

function groupByAmount(open: readonly PaymentLeg[]): Map<string, AmountGroup> {
  const groups = new Map<string, AmountGroup>();
  const sorted = [...open].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  for (const [key, payments] of groupBy(sorted, (payment) =>
    amountKey(payment.amountCents, payment.currency),
  )) {
    const starts = new Int32Array(payments.length + 1);
    groups.set(key, {
      payments,
      starts,
      marked: () => {
        let depth = 0;
        return payments.filter((_, index) => (depth += starts[index] ?? 0) > 0);
      },
    });
  }
  return groups;
}

function reach(group: AmountGroup | undefined, at: number) {
  if (group === undefined) return { count: 0, first: undefined, has: () => false, mark: () => {} };
  const from = firstIndex(group.payments, (payment) => payment.createdAt >= at - reachMicros);
  const to = firstIndex(group.payments, (payment) => payment.createdAt > at + reachMicros);
  const amount = group.payments[0]?.amountCents;
  const currency = group.payments[0]?.currency;
  return {
    count: to - from,
    first: to > from ? group.payments[from] : undefined,
    has: (payment: PaymentLeg) =>
      payment.amountCents === amount &&
      payment.currency === currency &&
      Math.abs(payment.createdAt - at) <= reachMicros,
    mark: () => {
      if (to === from) return;
      group.starts[from] = (group.starts[from] ?? 0) + 1;
      group.starts[to] = (group.starts[to] ?? 0) - 1;
    },
  };
}

/** The first index from which on the condition holds; the payments are sorted by it. */
function firstIndex(payments: readonly PaymentLeg[], holds: (payment: PaymentLeg) => boolean): number {
  let [low, high] = [0, payments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const payment = payments[middle];
    if (payment !== undefined && holds(payment)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function amountKey(amountCents: number | null, currency: string | null): string {
  return `${amountCents} ${currency}`;
}

/**
 * Whatever in the row could be an order or a reference: each text, each piece of it, and each run of its parts between
 * hyphens, because an order inside a broken transaction id stands between hyphens and may hold some itself.
 */
function partsOf(texts: readonly string[]): Set<string> {
  const parts = new Set<string>();
  for (const text of texts) {
    for (const piece of text.split(/[^A-Za-z0-9_-]+/)) {
      // A reference has few hyphens. A longer text is no reference, and its runs would be many.
      const segments = piece.split('-').slice(0, 24);
      for (let from = 0; from < segments.length; from += 1) {
        for (let to = from + 1; to <= segments.length; to += 1) parts.add(segments.slice(from, to).join('-'));
      }
    }
  }
  return parts;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
