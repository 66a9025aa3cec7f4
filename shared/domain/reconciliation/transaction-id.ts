/** What WiPay writes into a transaction id: `[SB-]<1-2 digits>-<account>-<order>-<14 digits>`. */
export interface TransactionId {
  isSandbox: boolean;
  account: string;
  orderRef: string;
}

/** Parsed from both ends, because the order may hold `-` and `_`. Null when it is no transaction id. */
export function parseTransactionId(text: string): TransactionId | null {
  const match = /^(SB-)?\d{1,2}-(\d+)-(.+)-\d{14}$/.exec(text);
  if (match === null) return null;
  const [, sandbox, account = '', orderRef = ''] = match;
  return isOrderRef(orderRef) ? { isSandbox: sandbox !== undefined, account, orderRef } : null;
}

/** 1 to 48 of `[A-Za-z0-9_-]`, not beginning or ending with `-` or `_`. */
export function isOrderRef(text: string): boolean {
  return /^(?![_-])[A-Za-z0-9_-]{1,48}(?<![_-])$/.test(text);
}
