import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cents, formatMoney, parseMoney, sumCents } from '#shared/domain/money';

describe('money', () => {
  test.each([
    [123450, 'TT$1,234.50'],
    [0, 'TT$0.00'],
    [5, 'TT$0.05'],
    [99, 'TT$0.99'],
    [100, 'TT$1.00'],
    [-123450, '-TT$1,234.50'],
    [100000000, 'TT$1,000,000.00'],
  ])('%i cents print as %s', (amount, text) => {
    expect(formatMoney(amount)).toBe(text);
  });

  test('prints another currency with its own prefix', () => {
    expect(formatMoney(1000, 'USD')).toBe('US$10.00');
  });

  test('is never a fraction of a cent', () => {
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => cents(bad)).toThrow(RangeError);
      expect(() => formatMoney(bad)).toThrow(RangeError);
    }
    expect(() => sumCents([Number.MAX_SAFE_INTEGER, 1])).toThrow(RangeError);
  });

  test.each(['1.005', '1,23.00', '12,34', 'TT$', '', '1.', '.5', '1e3', '--1', 'TTD 5', '1,000,00'])(
    'does not read %j',
    (text) => {
      expect(parseMoney(text)).toBeNull();
    },
  );

  test('reads what PostgreSQL’s numeric(10,2) writes without a float’s error', () => {
    expect(parseMoney('1234.56')).toBe(123456);
    expect(parseMoney('8.2')).toBe(820);
    expect(parseMoney(' 19.99 ')).toBe(1999);
    expect(parseMoney('-0')).toBe(0);
  });

  test('reads back whatever it prints', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (amount) => {
        expect(parseMoney(formatMoney(amount))).toBe(cents(amount));
      }),
    );
  });

  test('adds exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 }), { maxLength: 50 }), (amounts) => {
        expect(BigInt(sumCents(amounts))).toBe(amounts.reduce((sum, amount) => sum + BigInt(amount), 0n));
      }),
    );
  });
});
