import { describe, expect, test } from 'vitest';
import { parseAddress, parseKey } from '#core/connection/address';
import { AppError } from '#shared/rpc/errors';

function failure(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

const jwt = (payload: object) =>
  `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2lnbmF0dXJl`;

describe('an address', () => {
  test.each([
    ['https://abc.supabase.co', 'https://abc.supabase.co'],
    [' abc.supabase.co/ ', 'https://abc.supabase.co'],
    ['https://abc.supabase.co/rest/v1/', 'https://abc.supabase.co'],
    ['http://127.0.0.1:54321', 'http://127.0.0.1:54321'],
    ['http://localhost:54321/', 'http://localhost:54321'],
  ])('%j is taken as %s', (text, url) => {
    expect(parseAddress(text)).toBe(url);
  });

  test.each([
    ['', 'no address'],
    ['not an address', 'no address'],
    ['ftp://abc.supabase.co', 'https://'],
    ['http://abc.supabase.co', 'in the clear'],
    ['https://user:pw@abc.supabase.co', 'password'],
    ['https://supabase.com/dashboard/project/abcdef/settings', 'https://abcdef.supabase.co'],
  ])('%j is refused in words that help', (text, words) => {
    const error = failure(() => parseAddress(text));
    expect(error.code).toBe('BACKEND_INVALID');
    expect(error.message).toContain(words);
  });
});

describe('a key', () => {
  test('is taken when it is publishable or the legacy anon key', () => {
    expect(parseKey(' sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH ')).toMatch(/^sb_publishable_/);
    expect(parseKey(jwt({ role: 'anon' }))).toContain('.');
  });

  test.each([
    'sb_secret_not-a-real-key-but-long-enough',
    jwt({ role: 'service_role' }),
    jwt({ role: 'supabase_admin' }),
  ])('that may do anything is refused, explained and not repeated', (key) => {
    const error = failure(() => parseKey(key));
    expect(error.code).toBe('SECRET_KEY_REFUSED');
    expect(error.message).toContain('publishable');
    expect(JSON.stringify(error.toShape())).not.toContain(key);
  });

  test.each(['', 'hello', 'sb_publishable_', 'a.b.c', jwt({ sub: 'nobody' })])('%j is no key', (key) => {
    expect(failure(() => parseKey(key))).toMatchObject({ code: 'BACKEND_INVALID', data: { reason: 'key' } });
  });
});
