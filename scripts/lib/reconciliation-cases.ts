import * as z from 'zod';
import { reconcile } from '#shared/domain/reconciliation/reconcile';
import {
  readAmount,
  readInstant,
  readOffset,
  readStatementRow,
} from '#shared/domain/reconciliation/read-statement';
import type {
  QuarantinedRow,
  ReconciliationInput,
  ReconciliationSettings,
  StatementRow,
} from '#shared/domain/reconciliation/model';

/** The format of tests/fixtures/recon/cases.json. */
export const casesFile = z.object({
  context: z.record(z.string(), z.unknown()),
  cases: z.array(
    z.object({
      id: z.string().min(1),
      rows: z.array(z.record(z.string(), z.unknown())),
      ctx: z.record(z.string(), z.unknown()).default({}),
      expect: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

export type CasesFile = z.infer<typeof casesFile>;
export type ReconciliationCase = CasesFile['cases'][number];

/** Classes by key of one case. Throws an Error that names the row and the field when the case cannot be read. */
export function classifyCase(file: CasesFile, one: ReconciliationCase): Record<string, string> {
  const { verdicts } = reconcile(readCase({ ...file.context, ...one.ctx }, one.rows));
  return Object.fromEntries(verdicts.map((verdict) => [verdict.key, verdict.class]));
}

/** A case's rows and context as the reconciler's input. Throws an Error that names the row and the field. */
export function readCase(
  rawContext: Record<string, unknown>,
  rows: readonly Record<string, unknown>[],
): ReconciliationInput {
  const context = parse(contextShape, rawContext, 'context');
  const settings = settingsOf(context);
  const source = {
    environment: context.env,
    account: context.wipay_user,
    offsetMinutes: offsetOf(context.zone),
  };
  const input = {
    bookings: [] as ReconciliationInput['bookings'][number][],
    payments: [] as ReconciliationInput['payments'][number][],
    rows: [] as StatementRow[],
    quarantined: [] as QuarantinedRow[],
    events: [] as ReconciliationInput['events'][number][],
    redirects: [] as ReconciliationInput['redirects'][number][],
    withdrawals: [] as ReconciliationInput['withdrawals'][number][],
    settings,
  };
  for (const [index, raw] of rows.entries()) {
    const row = parse(rowShape, raw, `row ${index + 1}`);
    const at = (field: string, text: string) => instantOf(text, `row ${index + 1}, ${field}`);
    const money = (field: string, text: string) => amountOf(text, `row ${index + 1}, ${field}`);
    switch (row.k) {
      case 'B':
        input.bookings.push({
          id: row.id,
          priceCents: money('price', row.price),
          currency: row.cur,
          paymentStatus: row.payment_status,
          status: row.status,
        });
        break;
      case 'P':
        input.payments.push({
          id: row.id,
          bookingId: row.booking ?? null,
          orderRef: row.order ?? null,
          transactionId: row.tx ?? null,
          amountCents: money('amount', row.amount),
          currency: row.cur,
          feeStructure: row.fee_structure,
          status: row.status,
          createdAt: at('created', row.created),
        });
        break;
      case 'S': {
        const read = readStatementRow(
          {
            file: row.file,
            line: row.row,
            transactionId: row.tx ?? null,
            orderRef: row.order ?? null,
            status: row.status ?? null,
            description: row.desc ?? null,
            currency: row.cur ?? null,
            total: row.total ?? null,
            creditedCurrency: row.ccur ?? null,
            credited: row.credited ?? null,
            date: row.date ?? null,
          },
          source,
        );
        if ('class' in read) input.quarantined.push(read);
        else input.rows.push(read);
        break;
      }
      case 'E':
        input.events.push({
          id: row.id,
          name: row.event,
          transactionId: row.tx ?? null,
          orderRef: row.order ?? null,
          at: at('at', row.at),
          hasGoodSignature: row.sig === 'ok',
          skewSeconds: row.skew_s,
        });
        break;
      case 'R':
        input.redirects.push({
          status: row.status,
          transactionId: row.tx ?? null,
          orderRef: row.order ?? null,
          at: at('at', row.at),
          hasGoodHash: row.hash === 'ok',
        });
        break;
      case 'W':
        input.withdrawals.push({
          transactionId: row.tx,
          amountCents: money('amount', row.amount),
          feeCents: money('fee', row.fee),
          currency: row.cur,
          status: row.status,
          at: at('at', row.at),
        });
        break;
    }
  }
  return input;
}

const text = z.string();
const decimal = z.union([z.string(), z.number()]).transform(String);

const contextShape = z.object({
  now: text,
  env: z.enum(['live', 'sandbox']),
  wipay_user: decimal,
  zone: text,
  pct: decimal,
  flat: decimal,
  usd_ttd: decimal,
  cov_from: text.nullish(),
  cov_to: text.nullish(),
  exported: text.nullish(),
  /** False when a page or a row of the import is missing: then it proves nothing. */
  complete: z.boolean().default(true),
  in_flight_min: z.number(),
  event_grace_h: z.number(),
});

const rowShape = z.discriminatedUnion('k', [
  z.object({ k: z.literal('B'), id: text, price: text, cur: text, payment_status: text, status: text }),
  z.object({
    k: z.literal('P'),
    id: text,
    booking: text.nullish(),
    order: text.nullish(),
    tx: text.nullish(),
    amount: text,
    cur: text,
    fee_structure: z.enum(['customer_pay', 'merchant_absorb', 'split']),
    status: z.enum([
      'initiated',
      'requires_action',
      'succeeded',
      'failed',
      'cancelled',
      'refunded',
      'partially_refunded',
    ]),
    created: text,
  }),
  z.object({
    k: z.literal('S'),
    file: text,
    row: z.number().int(),
    tx: text.nullish(),
    order: text.nullish(),
    status: text.nullish(),
    desc: text.nullish(),
    cur: text.nullish(),
    total: text.nullish(),
    ccur: text.nullish(),
    credited: text.nullish(),
    date: text.nullish(),
  }),
  z.object({
    k: z.literal('E'),
    id: text,
    event: text,
    tx: text.nullish(),
    order: text.nullish(),
    at: text,
    sig: text,
    skew_s: z.number().default(0),
  }),
  z.object({
    k: z.literal('R'),
    status: text,
    tx: text.nullish(),
    order: text.nullish(),
    hash: text.nullish(),
    at: text,
  }),
  z.object({
    k: z.literal('W'),
    tx: text,
    amount: text,
    fee: text.default('0.00'),
    cur: text,
    status: z.number().int().min(0).max(9),
    at: text,
  }),
]);

function settingsOf(context: z.infer<typeof contextShape>): ReconciliationSettings {
  return {
    now: instantOf(context.now, 'context, now'),
    environment: context.env,
    account: context.wipay_user,
    fees: {
      percentE4: scaledOf(context.pct, 'context, pct'),
      flatCents: amountOf(context.flat, 'context, flat'),
      usdRateE4: scaledOf(context.usd_ttd, 'context, usd_ttd'),
    },
    coverage: coverageOf(context),
    inFlightMinutes: context.in_flight_min,
    eventGraceHours: context.event_grace_h,
  };
}

/** Proven up to the moment of the export at most: an export cannot know what came after it. */
function coverageOf(context: z.infer<typeof contextShape>): ReconciliationSettings['coverage'] {
  if (!context.complete || typeof context.cov_from !== 'string' || typeof context.cov_to !== 'string')
    return null;
  const to = instantOf(context.cov_to, 'context, cov_to');
  const exported =
    typeof context.exported === 'string' ? instantOf(context.exported, 'context, exported') : to;
  return { from: instantOf(context.cov_from, 'context, cov_from'), to: Math.min(to, exported) };
}

function parse<T extends z.ZodType>(shape: T, value: unknown, where: string): z.infer<T> {
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`${where}, ${issue?.path.join('.') || 'value'}: ${issue?.message}`);
}

function instantOf(value: string, where: string): number {
  const at = readInstant(value, 0);
  if (at === null) throw new Error(`${where}: "${value}" is not an instant such as 2026-07-15T12:00:00Z`);
  return at;
}

function amountOf(value: string, where: string) {
  const amount = readAmount(value);
  if (amount === null) throw new Error(`${where}: "${value}" is not an amount such as 150.00`);
  return amount;
}

function offsetOf(zone: string): number {
  const offset = readOffset(zone);
  if (offset === null) throw new Error(`context, zone: "${zone}" is not an offset such as -04:00`);
  return offset;
}

/** A decimal with at most four places as an integer of ten-thousandths. */
function scaledOf(value: string, where: string): number {
  const match = /^(\d{1,6})(?:\.(\d{1,4}))?$/.exec(value);
  if (match === null) throw new Error(`${where}: "${value}" is not a decimal with at most four places`);
  return Number(match[1]) * 10_000 + Number((match[2] ?? '').padEnd(4, '0'));
}
