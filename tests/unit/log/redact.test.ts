import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLog } from '#core/log/log';
import { redact, redactEvent } from '#core/log/redact';
import { AppError } from '#shared/rpc/errors';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'itutor-log-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const everyKey = [
  'name',
  'table',
  'tables',
  'kind',
  'state',
  'status',
  'reason',
  'rule',
  'outcome',
  'phase',
  'source',
  'host',
  'level',
  'mode',
  'paths',
  'code',
  'sqlState',
  'logId',
  'id',
  'mutationId',
  'clientId',
  'count',
  'rows',
  'pages',
  'edits',
  'attempts',
  'ms',
  'bytes',
  'revision',
  'version',
  'error',
  'email',
  'password',
  'body',
  '__proto__',
];

const phone = fc
  .tuple(
    fc.constantFrom('+1868', '1868', '868', '1-868-', '(868) '),
    fc.integer({ min: 2_000_000, max: 7_999_999 }),
  )
  .map(([prefix, rest]) => `${prefix}${rest}`);
const base64url = (length: number) =>
  fc.string({
    unit: fc.constantFrom(...'ABCDEFGHabcdefgh0123456789-_'),
    minLength: length,
    maxLength: length,
  });
const token = fc.oneof(
  base64url(32).map((text) => `sb_secret_${text}`),
  fc.tuple(base64url(40), base64url(60), base64url(43)).map((parts) => `eyJ${parts.join('.')}`),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 64 }),
);
const secret = fc.oneof(fc.emailAddress(), phone, token);

describe('what is written to the log', () => {
  test('never holds an e-mail address, a phone number or a token, wherever they stand', () => {
    const { log } = openLog({ directory, now: () => 0 });
    const wrapped = fc.tuple(secret, fc.constantFrom('', 'for ', 'duplicate key (email)=('), fc.boolean());
    fc.assert(
      fc.property(fc.constantFrom(...everyKey), wrapped, (key, [text, prefix, isError]) => {
        const carried = isError
          ? Object.assign(new Error(prefix + text), { code: text, name: text })
          : prefix + text;
        log('warn', isError ? 'some.event' : text, { [key]: carried, list: [text] } as never);
        log('warn', 'some.event', { [key]: [text] } as never);
      }),
      { numRuns: 500 },
    );
    const written = readdirSync(directory)
      .map((name) => readFileSync(join(directory, name), 'utf8'))
      .join('');
    expect(written.length).toBeGreaterThan(10_000);
    for (const line of written.trim().split('\n')) {
      const { at, ...rest }: Record<string, unknown> = JSON.parse(line);
      expect(at).toBe('1970-01-01T00:00:00.000Z');
      expect(Object.values(rest).join(' ').replaceAll('[redacted]', '')).not.toMatch(
        /@|\d{7}|eyJ|sb_secret|[\w-]{30}/,
      );
    }
  });

  test.each([`sb_secret_${'A'.repeat(12)}_${'A'.repeat(19)}`, 'eyJ_abcdefgh-abcdefgh.abcdefgh_abcdefgh'])(
    'takes %s, which has the form of a word, for the secret that it is',
    (text) => {
      expect(redact({ name: text })).toEqual({ name: '[redacted]' });
      expect(redactEvent(text)).toBe('log.event.unnamed');
    },
  );

  test('holds no part of any generated secret in the redacted fields', () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyKey), secret, (key, text) => {
        expect(JSON.stringify(redact({ [key]: text }))).not.toContain(text);
        expect(redactEvent(text)).not.toContain(text);
      }),
      { numRuns: 500 },
    );
  });

  test('still says what happened', () => {
    expect(
      redact({
        name: 'outbox.add',
        rows: 12,
        ms: 3.5,
        code: 'SQLITE_FULL',
        sqlState: '23P01',
        secret: 'x',
        isFirst: true,
      }),
    ).toEqual({
      name: 'outbox.add',
      rows: 12,
      ms: 3.5,
      code: 'SQLITE_FULL',
      sqlState: '23P01',
      unlisted: '[redacted]',
    });
    expect(
      redact({ id: '0190a0b0-0000-7000-8000-000000000001', code: 'BAD_INPUT', state: 'needs-sign-in' }),
    ).toEqual({
      id: '0190a0b0-0000-7000-8000-000000000001',
      code: 'BAD_INPUT',
      state: 'needs-sign-in',
    });
  });

  test('takes numbers in words for numbers of people', () => {
    for (const text of ['pin 1234', 'room 12 floor 3 bed 4 5', 'x'.repeat(21)]) {
      expect(redact({ name: text })).toEqual({ name: '[redacted]' });
    }
  });

  test('names an error’s class, code and place, and nothing of its message', () => {
    const written = redact({ error: new AppError('CONFLICT', 'Aaliyah was faster') });
    expect(written).toMatchObject({ error: 'AppError', code: 'CONFLICT' });
    expect(written['where']).toMatch(/^redact\.test\.ts:\d+/);
    expect(JSON.stringify(written)).not.toContain('Aaliyah');
    expect(
      JSON.stringify(redact({ error: new Error(`first\n    at x (/home/aaliyah/mail.ts:1:1)`) })),
    ).not.toContain('mail.ts');
  });
});

describe('the log file', () => {
  test('is put aside when full, and the oldest goes', () => {
    const { log, recent } = openLog({ directory, now: () => 0, maxBytes: 1000, keep: 3 });
    for (let rows = 0; rows < 100; rows += 1) log('info', 'sync.pull.finished', { rows });
    expect(readdirSync(directory).toSorted()).toEqual(['core.1.ndjson', 'core.2.ndjson', 'core.ndjson']);
    for (const name of readdirSync(directory))
      expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(1000);
    expect(JSON.parse(recent(1)[0] ?? '')).toMatchObject({ rows: 99 });
  });

  test('goes on after a restart and does not throw when the disk refuses', () => {
    openLog({ directory, now: () => 0 }).log('info', 'core.started');
    const second = openLog({ directory, now: () => 0 });
    second.log('info', 'core.started');
    expect(readFileSync(join(directory, 'core.ndjson'), 'utf8').trim().split('\n')).toHaveLength(2);
    rmSync(directory, { recursive: true });
    second.log('info', 'core.stopped');
    expect(second.recent(1)[0]).toContain('core.stopped');
  });
});
