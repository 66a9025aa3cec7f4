import http from 'node:http';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
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
  const wrong = await anonymous().auth.signInWithPassword({ email: user.email, password: 'wrong' });
  const unknown = await anonymous().auth.signInWithPassword({
    email: 'nobody@example.test',
    password: 'wrong',
  });
  expect(wrong.error).toMatchObject({ status: 400, code: 'invalid_credentials' });
  expect(unknown.error).toMatchObject({
    status: 400,
    code: 'invalid_credentials',
    message: wrong.error?.message,
  });
});

test('a signed-in user reads through PostgREST as itself', async () => {
  const client = await backend.signIn({ ...user, email: user.email.toUpperCase() });
  const { data } = await client.from('profiles').select('id, display_name');
  expect(data).toEqual([{ id: user.id, display_name: 'Anjali Mohammed' }]);
});

test('the session has the shape and the claims of a hosted project', async () => {
  const client = await backend.signIn(user);
  const { session } = (await client.auth.getSession()).data;
  expect(session).toMatchObject({
    token_type: 'bearer',
    expires_in: 3600,
    user: { id: user.id, role: 'authenticated' },
  });
  const claims = (await client.auth.getClaims()).data;
  expect(claims?.header).toMatchObject({ alg: 'ES256' });
  expect(claims?.claims).toMatchObject({
    iss: `${backend.url}/auth/v1`,
    sub: user.id,
    aud: 'authenticated',
    email: user.email,
    aal: 'aal1',
    amr: [{ method: 'password' }],
    is_anonymous: false,
  });
  expect((await client.auth.getUser()).data.user).toMatchObject({
    id: user.id,
    identities: [{ provider: 'email' }],
  });
});

test('the refresh token rotates, and each access token differs', async () => {
  const client = await backend.signIn(user);
  const before = (await client.auth.getSession()).data.session;
  const after = (await client.auth.refreshSession()).data.session;
  expect(after?.refresh_token).not.toBe(before?.refresh_token);
  expect(after?.access_token).not.toBe(before?.access_token);
});

test('a lost answer signs nobody out: the same token gets the same new session, whenever it is asked again', async () => {
  const backendWithoutWindow = await startBackend({ reuseWindow: 0 });
  try {
    const other = await backendWithoutWindow.createUser();
    const token = await refreshTokenOf(await backendWithoutWindow.signIn(other));
    const lost = await refresh(backendWithoutWindow, token);
    const again = await refresh(backendWithoutWindow, token);
    expect(again.body).toMatchObject({ refresh_token: lost.body['refresh_token'] });
    const onward = await refresh(backendWithoutWindow, String(again.body['refresh_token']));
    expect(onward.status).toBe(200);
  } finally {
    await backendWithoutWindow.stop();
  }
});

test('many refreshes of one token at once all get the same session', async () => {
  const token = await refreshTokenOf(await backend.signIn(user));
  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(backend, token)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ body }) => body['refresh_token'])).size).toBe(1);
});

test('a token that is used again within the window gets the session as it is now', async () => {
  const token = await refreshTokenOf(await backend.signIn(user));
  const second = String((await refresh(backend, token)).body['refresh_token']);
  const third = (await refresh(backend, second)).body['refresh_token'];
  expect((await refresh(backend, token)).body).toMatchObject({ refresh_token: third });
});

test('a token that is used again later ends the whole family', async () => {
  const strict = await startBackend({ reuseWindow: 0 });
  try {
    const token = await refreshTokenOf(await strict.signIn(await strict.createUser()));
    const second = String((await refresh(strict, token)).body['refresh_token']);
    const third = String((await refresh(strict, second)).body['refresh_token']);
    expect(await refresh(strict, token)).toMatchObject({
      status: 400,
      body: { code: 'refresh_token_already_used' },
    });
    expect((await refresh(strict, third)).status).toBe(400);
  } finally {
    await strict.stop();
  }
});

test('an unknown refresh token is refused, and the client forgets its session', async () => {
  const { error } = await anonymous().auth.refreshSession({ refresh_token: 'never-issued' });
  expect(error).toMatchObject({ status: 400, code: 'refresh_token_not_found' });
});

test('an expired access token is refused everywhere', async () => {
  const short = await startBackend({ tokenLifetime: 1 });
  try {
    const client = await short.signIn(await short.createUser());
    const { access_token: token = '' } = (await client.auth.getSession()).data.session ?? {};
    const status = async (path: string) =>
      (
        await fetch(`${short.url}${path}`, {
          headers: { apikey: short.publishableKey, authorization: `Bearer ${token}` },
        })
      ).status;
    await expect.poll(() => status('/auth/v1/user'), { timeout: 4_000, interval: 100 }).toBe(403);
    // PostgREST lets clocks differ by 30 s; the gateway's own parts do not.
    expect(await status('/storage/v1/bucket')).toBe(400);
  } finally {
    await short.stop();
  }
});

test('the scopes of signing out end the sessions they name', async () => {
  const three = await backend.createUser();
  const clients = await Promise.all([backend.signIn(three), backend.signIn(three), backend.signIn(three)]);
  const [a, b, c] = clients;
  const isIn = async (client: SupabaseClient | undefined) => (await client?.auth.getUser())?.error === null;
  await a?.auth.signOut({ scope: 'others' });
  expect([await isIn(a), await isIn(b), await isIn(c)]).toEqual([true, false, false]);
  const d = await backend.signIn(three);
  const token = await refreshTokenOf(d);
  await d.auth.signOut({ scope: 'local' });
  expect(await isIn(a)).toBe(true);
  expect((await refresh(backend, token)).status).toBe(400);
  const e = await backend.signIn(three);
  await a?.auth.signOut();
  expect(await isIn(e)).toBe(false);
});

test('a user changes metadata and password; the other sessions end with the old password', async () => {
  const person = await backend.createUser();
  const [client, other] = [await backend.signIn(person), await backend.signIn(person)];
  const updated = await client.auth.updateUser({ data: { theme: 'dark' } });
  expect(updated.data.user?.user_metadata).toMatchObject({ theme: 'dark', role: 'tutor' });
  expect((await client.auth.updateUser({ password: 'short' })).error).toMatchObject({
    code: 'weak_password',
  });
  expect((await client.auth.updateUser({ password: person.password })).error).toMatchObject({
    code: 'same_password',
  });
  expect((await client.auth.updateUser({ password: 'a new long password' })).error).toBeNull();
  expect((await other.auth.getUser()).error).not.toBeNull();
  expect((await client.auth.getUser()).error).toBeNull();
  await expect(backend.signIn(person)).rejects.toMatchObject({ code: 'invalid_credentials' });
  await backend.signIn({ ...person, password: 'a new long password' });
});

test('a banned user and a deleted one are signed out at the next refresh', async () => {
  const person = await backend.createUser();
  const token = await refreshTokenOf(await backend.signIn(person));
  await backend.sql.query(`update auth.users set banned_until = now() + interval '1 day' where id = $1`, [
    person.id,
  ]);
  expect(await refresh(backend, token)).toMatchObject({ status: 400, body: { code: 'user_banned' } });
  await backend.sql.query('update auth.users set banned_until = null, deleted_at = now() where id = $1', [
    person.id,
  ]);
  expect((await refresh(backend, token)).status).toBe(400);
});

test('what the embedded backend does not offer is refused in plain words', async () => {
  const client = anonymous();
  expect(
    (await client.auth.signUp({ email: 'a@example.test', password: 'long enough' })).error,
  ).toMatchObject({ code: 'signup_disabled' });
  expect((await client.auth.signInWithOtp({ email: user.email })).error).toMatchObject({
    code: 'not_supported',
  });
  expect((await client.auth.resetPasswordForEmail(user.email)).error).toMatchObject({ status: 422 });
});

test('the secret key, and nothing else, administers users', async () => {
  const withKey = (key: string) =>
    createClient(backend.url, key, { auth: { persistSession: false, storageKey: key } }).auth.admin;
  const admin = withKey(backend.secretKey);
  const created = await admin.createUser({
    email: 'new@example.test',
    password: 'a password',
    email_confirm: true,
  });
  const id = created.data.user?.id ?? '';
  expect(created.error).toBeNull();
  const again = await admin.createUser({ email: 'NEW@example.test', password: 'x' });
  expect(again.error).toMatchObject({ code: 'email_exists' });
  const client = await backend.signIn({ email: 'new@example.test', password: 'a password' });
  await admin.updateUserById(id, { password: 'another one', ban_duration: '24h' });
  const banned = await anonymous().auth.signInWithPassword({
    email: 'new@example.test',
    password: 'another one',
  });
  expect(banned.error).toMatchObject({ code: 'user_banned' });
  expect((await admin.listUsers({ perPage: 1 })).data.users).toHaveLength(1);
  expect((await withKey(backend.publishableKey).listUsers()).error).toMatchObject({
    status: 403,
    code: 'not_admin',
  });
  expect((await client.auth.admin.deleteUser(id)).error).toMatchObject({ status: 403 });
  expect((await admin.deleteUser(id)).error).toBeNull();
  expect((await admin.getUserById(id)).error).toMatchObject({ status: 404 });
});

test('malformed bodies and tokens are refused, not stumbled over', async () => {
  const post = async (path: string, body: string) => {
    const response = await fetch(`${backend.url}/auth/v1${path}`, { method: 'POST', body });
    return response.status;
  };
  expect(await post('/token?grant_type=password', '{')).toBe(400);
  expect(await post('/token?grant_type=password', '[]')).toBe(400);
  expect(await post('/token?grant_type=password', '{"email":7,"password":{}}')).toBe(400);
  expect(await post('/token?grant_type=magic', '{}')).toBe(400);
  expect(await post('/token?grant_type=password', `{"email":"${'a'.repeat(2_000_000)}"}`)).toBe(413);
  const response = await fetch(`${backend.url}/auth/v1/user`, { headers: { authorization: 'Bearer a.b.c' } });
  expect([response.status, await response.json()]).toMatchObject([403, { error_code: 'bad_jwt' }]);
});

test('the demo accounts are offered with their password, and only when there are any', async () => {
  const settings = async (): Promise<object> =>
    (await fetch(`${backend.url}/auth/v1/settings`)).json() as Promise<object>;
  expect(await settings()).not.toHaveProperty('demo');
  await backend.sql.query(
    `insert into private.demo_accounts values ('b@demo.itutor.tt', 'admin', 'Admin', 2), ('a@demo.itutor.tt', 'tutor', 'Tutor', 1)`,
  );
  expect(await settings()).toMatchObject({
    demo: {
      password: expect.stringMatching(/^demo-/),
      accounts: [
        { email: 'a@demo.itutor.tt', role: 'tutor', label: 'Tutor' },
        { email: 'b@demo.itutor.tt', role: 'admin', label: 'Admin' },
      ],
    },
  });
});

test('a web page from elsewhere is not told the demo password, and cannot pass for this machine', async () => {
  const read = async (headers: Record<string, string>) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      http
        .get(`${backend.url}/auth/v1/settings`, { headers }, (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        })
        .once('error', reject);
    });
  expect((await read({})).body).toContain('"demo"');
  expect((await read({ origin: 'http://127.0.0.1:4173' })).body).toContain('"demo"');
  expect((await read({ origin: 'https://evil.example' })).body).not.toContain('"demo"');
  expect((await read({ origin: 'null' })).body).not.toContain('"demo"');
  expect((await read({ host: 'rebound.evil.example' })).status).toBe(403);
});

async function refreshTokenOf(client: SupabaseClient): Promise<string> {
  return (await client.auth.getSession()).data.session?.refresh_token ?? '';
}

async function refresh(
  target: Backend,
  token: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${target.url}/auth/v1/token?grant_type=refresh_token`, {
    method: 'POST',
    headers: { apikey: target.publishableKey, 'x-supabase-api-version': '2024-01-01' },
    body: JSON.stringify({ refresh_token: token }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function anonymous(): SupabaseClient {
  return createClient(backend.url, backend.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, storageKey: 'anonymous' },
  });
}
