import type { PaymentLeg } from './model.ts';

export interface Keys {
  transactionId: string | null;
  orderRef: string | null;
  /** The order inside the transaction id, where the transaction id could be read. */
  innerOrderRef?: string;
}

/** Where keys lead: one payment; several, when they disagree and no winner is picked; or none. */
export type Linker<T> = (keys: Keys) => T | readonly T[] | null;

/**
 * Links by key and by nothing else: the transaction id to the payment's stored reference, the order to its order
 * reference. Amounts and times never link. Ids are case-sensitive.
 */
export function createLinker<T extends { payment: PaymentLeg }>(payments: Iterable<T>): Linker<T> {
  const byTransaction = new Map<string, T | T[]>();
  const byOrder = new Map<string, T | T[]>();
  for (const one of payments) {
    if (one.payment.transactionId !== null) put(byTransaction, one.payment.transactionId, one);
    if (one.payment.orderRef !== null) put(byOrder, one.payment.orderRef, one);
  }

  return ({ transactionId, orderRef, innerOrderRef }) => {
    const found = transactionId === null ? undefined : byTransaction.get(transactionId);
    const ordered = orderRef === null ? undefined : byOrder.get(orderRef);
    if (found === undefined && ordered === undefined) return null;
    const isTorn = innerOrderRef !== undefined && orderRef !== null && innerOrderRef !== orderRef;
    if (!isTorn && !Array.isArray(found) && !Array.isArray(ordered)) {
      if (found === undefined || ordered === undefined || found === ordered) return found ?? ordered ?? null;
    }
    // The payment that the order inside the id names is concerned as well: the money may be meant for it.
    const inner = isTorn ? byOrder.get(innerOrderRef) : undefined;
    return [found, ordered, inner].flatMap((one) => one ?? []);
  };
}

function put<T>(map: Map<string, T | T[]>, key: string, one: T): void {
  const present = map.get(key);
  map.set(key, present === undefined ? one : ([present, one].flat() as T[]));
}
