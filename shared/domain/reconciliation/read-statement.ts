import { cents, type Cents } from '../money.ts';
import { fromMillis, microsPerMinute, type Micros } from '../instant.ts';
import type { QuarantinedRow, StatementRow, StatementStatus } from './model.ts';
import { parseTransactionId, isOrderRef } from './transaction-id.ts';

/** A row of WiPay's history as it stood in the file: every value verbatim text, or null where the file had nothing. */
export interface RawStatementRow {
  file: string;
  line: number;
  transactionId: string | null;
  orderRef: string | null;
  status: string | null;
  description: string | null;
  currency: string | null;
  total: string | null;
  creditedCurrency: string | null;
  credited: string | null;
  date: string | null;
}

export interface StatementSource {
  environment: 'live' | 'sandbox';
  account: string;
  /** Minutes east of UTC of dates without an offset: -240 for the platform. */
  offsetMinutes: number;
}

/**
 * Reads one row strictly. What cannot be read is quarantined with its column and the reason, never guessed and never
 * zero. Rules: fixtures' "Reading a row".
 */
export function readStatementRow(
  raw: RawStatementRow,
  source: StatementSource,
): StatementRow | QuarantinedRow {
  const text = {
    transactionId: clean(raw.transactionId),
    orderRef: clean(raw.orderRef),
    status: clean(raw.status),
    description: clean(raw.description),
    currency: clean(raw.currency),
    total: clean(raw.total),
    creditedCurrency: clean(raw.creditedCurrency),
    credited: clean(raw.credited),
    date: clean(raw.date),
  };
  const quarantine = (
    of: QuarantinedRow['class'],
    column: string,
    message: string,
    transactionId: string | null = null,
  ): QuarantinedRow => ({
    file: raw.file,
    line: raw.line,
    class: of,
    transactionId,
    column,
    message,
    texts: Object.values(text).filter((value) => value !== ''),
  });
  const malformed = (column: string, message: string) => quarantine('MALFORMED_ROW', column, message);

  const transaction = parseTransactionId(text.transactionId);
  if (transaction === null) {
    return malformed('transaction_id', `"${text.transactionId}" is not a WiPay transaction id.`);
  }
  if (!isOrderRef(text.orderRef))
    return malformed('order_id', `"${text.orderRef}" is not an order reference.`);
  if (!isStatus(text.status))
    return malformed('status', `"${text.status}" is none of ${statuses.join(', ')}.`);
  const isSuccess = text.status === 'success';
  const at = readInstant(text.date, source.offsetMinutes);
  if (at === null) return malformed('date', `"${text.date}" is neither RFC 3339 nor YYYY-MM-DD hh:mm:ss.`);
  const total = readOptional(text.total, isSuccess);
  if (total === undefined) return malformed('total', unreadable(text.total));
  const credited = readOptional(text.credited, isSuccess);
  if (credited === undefined) return malformed('total_credited', unreadable(text.credited));
  for (const [column, value] of [
    ['currency', text.currency],
    ['currency_credited', text.creditedCurrency],
  ] as const) {
    if (value === '' ? isSuccess : !/^[A-Z]{3}$/.test(value)) {
      return malformed(column, `"${value}" is not a currency.`);
    }
  }
  if (transaction.isSandbox !== (source.environment === 'sandbox')) {
    return quarantine(
      'ENVIRONMENT_MISMATCH',
      'transaction_id',
      `A row of ${transaction.isSandbox ? 'the sandbox' : 'live'}; the platform runs on ${source.environment}.`,
      text.transactionId,
    );
  }
  if (transaction.account !== source.account) {
    return quarantine(
      'FOREIGN_ACCOUNT',
      'transaction_id',
      `A row of account ${transaction.account}; ours is ${source.account}.`,
      text.transactionId,
    );
  }
  return {
    file: raw.file,
    line: raw.line,
    transactionId: text.transactionId,
    orderRef: text.orderRef,
    innerOrderRef: transaction.orderRef,
    status: text.status,
    description: text.description,
    currency: text.currency === '' ? null : text.currency,
    totalCents: total,
    creditedCurrency: text.creditedCurrency === '' ? null : text.creditedCurrency,
    creditedCents: credited,
    at,
  };
}

/** Digits with at most two decimals, optionally with correct thousands commas. Null for anything else, among it nothing. */
export function readAmount(text: string): Cents | null {
  const match = /^(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?$/.exec(text);
  if (match === null) return null;
  const amount = Number((match[1] ?? '').replaceAll(',', '') + (match[2] ?? '').padEnd(2, '0'));
  return Number.isSafeInteger(amount) ? cents(amount) : null;
}

/**
 * RFC 3339 with an offset, or `YYYY-MM-DD hh:mm:ss` in the given offset (minutes east of UTC). Null for anything else,
 * and for days and hours that do not exist.
 */
export function readInstant(text: string, offsetMinutes: number): Micros | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)([Tt ])(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:\d\d)?$/.exec(
    text,
  );
  if (match === null) return null;
  const [, year, month, day, separator, hour, minute, second, fraction, offset] = match;
  // A date without an offset is only understood in the one form that WiPay's dashboard writes.
  if (offset === undefined && (separator !== ' ' || fraction !== undefined)) return null;
  const [y, mo, d, h, mi, s] = [
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  ];
  const millis = Date.UTC(y, mo - 1, d, h, mi, s);
  const back = new Date(millis);
  if (h > 23 || mi > 59 || s > 59 || back.getUTCMonth() !== mo - 1 || back.getUTCDate() !== d) return null;
  const minutes = offset === undefined ? offsetMinutes : readOffset(offset);
  if (minutes === null) return null;
  const micros = fraction === undefined ? 0 : Number(fraction.padEnd(6, '0').slice(0, 6));
  return fromMillis(millis) + micros - minutes * microsPerMinute;
}

/** `Z`, `+hh:mm` or `-hh:mm` as minutes east of UTC; null when there is no such offset. */
export function readOffset(text: string): number | null {
  if (text === 'Z' || text === 'z') return 0;
  const match = /^([+-])(\d\d):(\d\d)$/.exec(text);
  if (match === null) return null;
  const [hours, minutes] = [Number(match[2]), Number(match[3])];
  if (hours > 23 || minutes > 59) return null;
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

const statuses: readonly StatementStatus[] = ['success', 'failed', 'error', 'incomplete'];

function isStatus(text: string): text is StatementStatus {
  return statuses.some((status) => status === text);
}

/** Undefined when it cannot be read, or is missing where there has to be one. */
function readOptional(text: string, isRequired: boolean): Cents | null | undefined {
  if (text === '') return isRequired ? undefined : null;
  return readAmount(text) ?? undefined;
}

function unreadable(text: string): string {
  return text === '' ? 'The amount is missing.' : `"${text}" is not an amount such as 1,500.00.`;
}

/** NFKC, without format characters (zero width, byte order mark), trimmed. */
function clean(text: string | null): string {
  return text === null
    ? ''
    : text
        .normalize('NFKC')
        .replace(/\p{Cf}/gu, '')
        .trim();
}
