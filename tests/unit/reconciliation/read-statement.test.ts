import { describe, expect, test } from 'vitest';
import {
  readAmount,
  readInstant,
  readStatementRow,
  type RawStatementRow,
} from '#shared/domain/reconciliation/read-statement';
import { parseTransactionId } from '#shared/domain/reconciliation/transaction-id';

const source = { environment: 'live', account: '55179', offsetMinutes: -240 } as const;
const raw: RawStatementRow = {
  file: 'july.json',
  line: 7,
  transactionId: '41-55179-IT7F3K-20260714060005',
  orderRef: 'IT7F3K',
  status: 'success',
  description: 'Normal',
  currency: 'TTD',
  total: '156.95',
  creditedCurrency: 'TTD',
  credited: '150.00',
  date: '2026-07-14T10:04:00Z',
};

describe('an amount', () => {
  test.each([
    ['150.00', 15_000],
    ['150', 15_000],
    ['150.5', 15_050],
    ['1,500.00', 150_000],
    ['1,234,567.89', 123_456_789],
    ['0', 0],
  ])('%s is read exactly', (text, amount) => {
    expect(readAmount(text)).toBe(amount);
  });

  test.each([
    '',
    '150,00',
    '1.500,00',
    '15,00.00',
    '1,5',
    '1.5E+3',
    '-1.00',
    '+1.00',
    '150.',
    '.50',
    '150.001',
    'TT$1',
  ])('"%s" is refused', (text) => {
    expect(readAmount(text)).toBeNull();
  });
});

describe('a date', () => {
  test.each([
    ['2026-07-14T10:04:00Z', Date.UTC(2026, 6, 14, 10, 4)],
    ['2026-07-14T06:04:00-04:00', Date.UTC(2026, 6, 14, 10, 4)],
    ['2026-07-14 06:04:00', Date.UTC(2026, 6, 14, 10, 4)],
    ['2026-07-14t10:04:00.5z', Date.UTC(2026, 6, 14, 10, 4, 0, 500)],
  ])('%s is read', (text, millis) => {
    expect(readInstant(text, -240)).toBe(millis * 1000);
  });

  test.each([
    '14/07/2026 10:04',
    '2026-07-14',
    '2026-07-14T10:04:00',
    '2026-02-30T10:04:00Z',
    '2026-07-14T24:00:00Z',
    '2026-07-14T10:60:00Z',
    '2026-13-14T10:00:00Z',
    '2026-07-14T10:04:00+25:00',
    '',
  ])('"%s" is refused', (text) => {
    expect(readInstant(text, -240)).toBeNull();
  });
});

describe('a transaction id', () => {
  test('is parsed from both ends, because an order may hold hyphens and underscores', () => {
    expect(parseTransactionId('SB-12-1-oid_123-aBc-20210616024001')).toEqual({
      isSandbox: true,
      account: '1',
      orderRef: 'oid_123-aBc',
    });
  });

  test.each([
    '4.15518E+25',
    '41-55179-20260714060005',
    '41-55179-IT7F3K-2026071406000',
    '41-55179-_A-20260714060005',
  ])('%s is none', (text) => {
    expect(parseTransactionId(text)).toBeNull();
  });
});

describe('a row', () => {
  test('is read with invisible characters and width variants removed', () => {
    const read = readStatementRow(
      { ...raw, orderRef: '\uFEFF IT7F3K\u200B', credited: '１５０.００' },
      source,
    );
    expect(read).toMatchObject({ orderRef: 'IT7F3K', creditedCents: 15_000, innerOrderRef: 'IT7F3K' });
  });

  test.each([
    ['transactionId', { transactionId: '4.15518E+25' }, 'transaction_id'],
    ['an empty order', { orderRef: '' }, 'order_id'],
    ['an unknown status', { status: 'approved' }, 'status'],
    ['a date of unclear order', { date: '14/07/2026 10:04' }, 'date'],
    ['a decimal comma', { credited: '150,00' }, 'total_credited'],
    ['a success without a credit', { credited: null }, 'total_credited'],
    ['a success without a currency', { creditedCurrency: null }, 'currency_credited'],
  ])('with %s is quarantined with its column', (_, change, column) => {
    expect(readStatementRow({ ...raw, ...change }, source)).toMatchObject({
      class: 'MALFORMED_ROW',
      column,
      file: 'july.json',
      line: 7,
    });
  });

  test('that failed needs no credit', () => {
    expect(
      readStatementRow({ ...raw, status: 'failed', credited: null, creditedCurrency: null }, source),
    ).toMatchObject({ status: 'failed', creditedCents: null });
  });

  test('of the sandbox or of another account is quarantined under its transaction', () => {
    expect(
      readStatementRow({ ...raw, transactionId: 'SB-41-55179-IT7F3K-20260714060005' }, source),
    ).toMatchObject({
      class: 'ENVIRONMENT_MISMATCH',
      transactionId: 'SB-41-55179-IT7F3K-20260714060005',
    });
    expect(
      readStatementRow({ ...raw, transactionId: '41-99999-IT7F3K-20260714060005' }, source),
    ).toMatchObject({
      class: 'FOREIGN_ACCOUNT',
    });
  });
});
