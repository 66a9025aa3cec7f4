import { sumCents } from '../money.ts';
import type { ReconciliationClass } from './classes.ts';
import type { Transaction } from './fold-rows.ts';
import type { Withdrawal } from './model.ts';

export interface WalletFinding {
  class: ReconciliationClass;
  /** Credits minus withdrawals and their fees, per currency, in cents. */
  balances: ReadonlyMap<string, number>;
  because: string;
}

/**
 * The running balance of the wallet. A withdrawal is never attributed to the transactions in it: sums that happen to fit
 * prove nothing. `credits` are the successes that were not refunded.
 */
export function classifyWallet(
  credits: readonly Transaction[],
  withdrawals: readonly Withdrawal[],
): WalletFinding {
  const latest = latestStates(withdrawals);
  const amounts = new Map<string, number[]>();
  const book = (currency: string, amount: number) => {
    const list = amounts.get(currency);
    if (list === undefined) amounts.set(currency, [amount]);
    else list.push(amount);
  };
  for (const { row } of credits) {
    if (row.creditedCurrency !== null && row.creditedCents !== null)
      book(row.creditedCurrency, row.creditedCents);
  }
  for (const withdrawal of latest) {
    if (withdrawal.status !== returned)
      book(withdrawal.currency, -(withdrawal.amountCents + withdrawal.feeCents));
  }
  const balances = new Map([...amounts].map(([currency, list]) => [currency, sumCents(list)]));
  const find = (of: ReconciliationClass, because: string): WalletFinding => ({
    class: of,
    balances,
    because,
  });

  if (latest.some(({ status }) => held.has(status)))
    return find('WITHDRAWAL_HELD', 'A withdrawal is held at WiPay.');
  if (latest.some(({ status }) => taken.has(status))) {
    return find('WITHDRAWAL_TAKEN', 'WiPay took a withdrawal for a refund or a chargeback.');
  }
  const values = [...balances.values()];
  if (values.some((value) => value < 0))
    return find('WALLET_NEGATIVE', 'More was withdrawn than was credited.');
  return values.some((value) => value > 0)
    ? find('WALLET_OPEN', 'The wallet holds credits that were not withdrawn.')
    : find('WALLET_BALANCED', 'Credits and withdrawals come to zero.');
}

/** WiPay's withdrawal states: 5 refunded to the account; 3, 8, 9 held; 6, 7 taken. */
const returned = 5;
const held: ReadonlySet<number> = new Set([3, 8, 9]);
const taken: ReadonlySet<number> = new Set([6, 7]);

/** One withdrawal is told about several times as it goes on; the latest word counts. */
function latestStates(withdrawals: readonly Withdrawal[]): Withdrawal[] {
  const latest = new Map<string, Withdrawal>();
  for (const withdrawal of withdrawals) {
    const present = latest.get(withdrawal.transactionId);
    if (present === undefined || isLater(withdrawal, present))
      latest.set(withdrawal.transactionId, withdrawal);
  }
  return [...latest.values()];
}

function isLater(a: Withdrawal, b: Withdrawal): boolean {
  return a.at === b.at ? a.status > b.status : a.at > b.at;
}
