import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { casesFile, classifyCase, readCase } from '#scripts/lib/reconciliation-cases';

const file = casesFile.parse(
  JSON.parse(readFileSync(new URL('../../fixtures/recon/cases.json', import.meta.url), 'utf8')),
);

describe('the sample cases', () => {
  test.each(file.cases)('$id is classified as its rules say', (one) => {
    expect(classifyCase(file, one)).toEqual(one.expect);
  });
});

describe('a case that cannot be read', () => {
  const context = file.context;

  test('names the row, the field and what it should have been', () => {
    const booking = { k: 'B', id: 'b1', cur: 'TTD', payment_status: 'paid', status: 'CONFIRMED' };
    expect(() => readCase(context, [{ ...booking, price: '150,00' }])).toThrow(
      'row 1, price: "150,00" is not an amount such as 150.00',
    );
    expect(() => readCase(context, [booking])).toThrow(/row 1, price: /);
    expect(() => readCase(context, [{ k: 'Q' }])).toThrow(/row 1, k: /);
  });

  test('names the setting', () => {
    expect(() => readCase({ ...context, pct: '3,5' }, [])).toThrow('context, pct: "3,5" is not a decimal');
    expect(() => readCase({ ...context, zone: 'Trinidad' }, [])).toThrow('context, zone: "Trinidad"');
  });
});

describe('coverage', () => {
  const open = [
    { k: 'B', id: 'b1', price: '150.00', cur: 'TTD', payment_status: 'unpaid', status: 'PENDING' },
    {
      k: 'P',
      id: 'p1',
      booking: 'b1',
      order: 'IT7F3K',
      amount: '150.00',
      cur: 'TTD',
      fee_structure: 'customer_pay',
      status: 'initiated',
      created: '2026-07-13T10:00:00Z',
    },
  ];

  test('of an incomplete import proves nothing', () => {
    expect(classifyCase(file, { id: 'x', rows: open, ctx: {} })).toEqual({ b1: 'ABANDONED' });
    expect(classifyCase(file, { id: 'x', rows: open, ctx: { complete: false } })).toEqual({
      b1: 'OUTCOME_UNKNOWN',
    });
    expect(classifyCase(file, { id: 'x', rows: open, ctx: { cov_from: null } })).toEqual({
      b1: 'OUTCOME_UNKNOWN',
    });
  });

  test('ends where the export was made, and does not hold its own end', () => {
    const until = (ctx: Record<string, unknown>) => classifyCase(file, { id: 'x', rows: open, ctx });
    expect(until({ exported: '2026-07-13T09:00:00Z' })).toEqual({ b1: 'OUTCOME_UNKNOWN' });
    expect(until({ cov_to: '2026-07-13T10:00:00Z' })).toEqual({ b1: 'OUTCOME_UNKNOWN' });
    expect(until({ cov_from: '2026-07-13T10:00:00Z' })).toEqual({ b1: 'ABANDONED' });
  });
});
