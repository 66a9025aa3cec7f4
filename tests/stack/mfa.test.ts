import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeAt, matchingStep, newSecret, stepOf } from '#stack/gateway/auth/totp';
import { startBackend, type Backend } from '../support/backend.ts';

let backend: Backend;

beforeAll(async () => {
  backend = await startBackend({ migrated: false });
});
afterAll(() => backend.stop());

test('a factor is enrolled and verified, raises the session to aal2, and refreshing keeps it there', async () => {
  const user = await backend.createUser();
  const [client, other] = [await backend.signIn(user), await backend.signIn(user)];
  const factor = await enroll(client);
  expect(factor.uri).toContain(`secret=${factor.secret}`);
  expect(factor.qr).toMatch(/^data:image\/svg\+xml;utf-8,<svg/);
  expect((await level(client)).currentLevel).toBe('aal1');
  const verified = await client.auth.mfa.challengeAndVerify({
    factorId: factor.id,
    code: codeNow(factor.secret),
  });
  expect(verified.error).toBeNull();
  expect(await level(client)).toMatchObject({ currentLevel: 'aal2', nextLevel: 'aal2' });
  const methods = (await level(client)).currentAuthenticationMethods.map((entry) =>
    typeof entry === 'string' ? entry : entry.method,
  );
  expect(methods.toSorted()).toEqual(['password', 'totp']);
  await client.auth.refreshSession();
  expect((await level(client)).currentLevel).toBe('aal2');
  // A session from before the second factor existed ends.
  expect((await other.auth.getUser()).error).not.toBeNull();
  expect((await client.auth.mfa.listFactors()).data?.totp).toMatchObject([
    { id: factor.id, status: 'verified' },
  ]);
});

test('a new session starts at aal1 and is told that aal2 is within reach', async () => {
  const { user, factor } = await enrolled();
  const client = await backend.signIn(user);
  expect(await level(client)).toMatchObject({ currentLevel: 'aal1', nextLevel: 'aal2' });
  expect((await client.auth.mfa.unenroll({ factorId: factor.id })).error).toMatchObject({
    code: 'insufficient_aal',
  });
  expect((await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'second' })).error).toMatchObject({
    code: 'insufficient_aal',
  });
});

test('a wrong code, a code used twice and a foreign challenge are refused', async () => {
  const { user, factor, code } = await enrolled();
  const client = await backend.signIn(user);
  const verify = (wrong: string) => client.auth.mfa.challengeAndVerify({ factorId: factor.id, code: wrong });
  expect((await verify('000000')).error).toMatchObject({ status: 422, code: 'mfa_verification_failed' });
  expect((await verify(code)).error).toMatchObject({ code: 'mfa_verification_failed' });
  const stranger = await backend.signIn(await backend.createUser());
  expect((await stranger.auth.mfa.challenge({ factorId: factor.id })).error).toMatchObject({ status: 404 });
  const malformed = await client.auth.mfa.verify({ factorId: factor.id, challengeId: 'x', code });
  expect(malformed.error).toMatchObject({ status: 400 });
});

test('a removed factor lowers the session at its next refresh', async () => {
  const { client, factor } = await enrolled();
  expect((await client.auth.mfa.unenroll({ factorId: factor.id })).error).toBeNull();
  await client.auth.refreshSession();
  expect(await level(client)).toMatchObject({ currentLevel: 'aal1', nextLevel: 'aal1' });
});

test('codes are those of RFC 6238', () => {
  // Its test vectors (SHA-1, secret "12345678901234567890"), cut to six digits.
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  const vectors = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ] as const;
  for (const [seconds, code] of vectors) expect(codeAt(secret, stepOf(seconds * 1000))).toBe(code);
});

test('a code is good for its step and the neighbours, and never again', () => {
  const secret = newSecret();
  const now = 1_800_000_000_000;
  const step = stepOf(now);
  expect(matchingStep(secret, codeAt(secret, step - 1), now, undefined)).toBe(step - 1);
  expect(matchingStep(secret, codeAt(secret, step + 1), now, undefined)).toBe(step + 1);
  expect(matchingStep(secret, codeAt(secret, step - 2), now, undefined)).toBeUndefined();
  expect(matchingStep(secret, codeAt(secret, step), now, step)).toBeUndefined();
});

async function enrolled() {
  const user = await backend.createUser();
  const client = await backend.signIn(user);
  const factor = await enroll(client);
  const code = codeNow(factor.secret);
  const { error } = await client.auth.mfa.challengeAndVerify({ factorId: factor.id, code });
  if (error !== null) throw error;
  return { user, client, factor, code };
}

async function enroll(client: SupabaseClient) {
  const { data, error } = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'phone' });
  if (error !== null) throw error;
  return { id: data.id, secret: data.totp.secret, uri: data.totp.uri, qr: data.totp.qr_code };
}

function codeNow(secret: string): string {
  return codeAt(secret, stepOf(Date.now()));
}

async function level(client: SupabaseClient) {
  const { data, error } = await client.auth.mfa.getAuthenticatorAssuranceLevel();
  if (error !== null) throw error;
  return data;
}
