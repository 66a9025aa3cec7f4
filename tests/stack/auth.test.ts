import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';

let backend: Backend;
let user: TestUser;

beforeAll(async () => {
  backend = await startBackend();
  user = await backend.createUser({ displayName: 'Anjali Mohammed' });
});
afterAll(() => backend.stop());

test('a wrong password and an unknown address get the same refusal', async () => {
  const client = anonymous();
  const wrong = await client.auth.signInWithPassword({ email: user.email, password: 'wrong' });
  const unknown = await client.auth.signInWithPassword({ email: 'nobody@example.test', password: 'wrong' });
  expect(wrong.error).toMatchObject({ status: 400, code: 'invalid_credentials' });
  expect(unknown.error).toMatchObject({
    status: 400,
    code: 'invalid_credentials',
    message: wrong.error?.message,
  });
});

test('a signed-in user reads through PostgREST as itself', async () => {
  const client = await backend.signIn(user);
  const { data } = await client.from('profiles').select('id, display_name');
  expect(data).toEqual([{ id: user.id, display_name: 'Anjali Mohammed' }]);
});

test('the refresh token rotates', async () => {
  const client = await backend.signIn(user);
  const before = (await client.auth.getSession()).data.session;
  const { data, error } = await client.auth.refreshSession();
  expect(error).toBeNull();
  expect(data.session?.refresh_token).not.toBe(before?.refresh_token);
  expect(data.session?.access_token).not.toBe(before?.access_token);
});

test('the backend clock can be frozen for the rules and runs on from there', async () => {
  await backend.setClock('2026-09-14T12:00:00Z');
  const rows = await backend.sql.query<{ now: Date }>('select private.clock_now() as now');
  const seen = rows.rows[0]?.now.getTime() ?? 0;
  expect(Math.abs(seen - Date.parse('2026-09-14T12:00:00Z'))).toBeLessThan(60_000);
});

function anonymous() {
  return createClient(backend.url, backend.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, storageKey: 'anonymous' },
  });
}
