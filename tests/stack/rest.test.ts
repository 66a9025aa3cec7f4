import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';

let backend: Backend;
let ann: TestUser;
let client: SupabaseClient;

beforeAll(async () => {
  backend = await startBackend({ migrated: false });
  ann = await backend.createUser();
  client = await backend.signIn(ann);
  await backend.sql.query(`
    set role postgres;
    create table public.lessons (id int primary key, tutor uuid not null, title text not null, starts timestamptz);
    alter table public.lessons enable row level security;
    create policy own on public.lessons to authenticated using (tutor = auth.uid()) with check (tutor = auth.uid());
    insert into public.lessons select n, '${ann.id}', 'Lesson ' || n, '2026-09-14T12:00:00Z' from generate_series(1, 1500) n;
    insert into public.lessons values (9001, gen_random_uuid(), 'Foreign', null);
    create function public.whoami() returns jsonb language sql stable set search_path = '' as
      $$ select jsonb_build_object('uid', auth.uid(), 'role', auth.role(), 'jwt_role', auth.jwt() ->> 'role', 'user', current_user) $$;
    create function public.refuse() returns void language plpgsql set search_path = '' as
      $$ begin raise exception 'too late to move this lesson' using detail = '{"rule": "notice"}'; end $$;
    reset role;
    notify pgrst, 'reload schema';`);
  await vi.waitUntil(async () => (await client.rpc('whoami')).status === 200);
});
afterAll(() => backend.stop());

test('a token, a publishable key and a secret key each act in their own role', async () => {
  const withKey = async (key: string) =>
    (await createClient(backend.url, key, { auth: { persistSession: false, storageKey: key } }).rpc('whoami'))
      .data;
  expect((await client.rpc('whoami')).data).toMatchObject({
    uid: ann.id,
    role: 'authenticated',
    user: 'authenticated',
  });
  expect(await withKey(backend.publishableKey)).toMatchObject({ uid: null, role: 'anon', user: 'anon' });
  expect(await withKey(backend.secretKey)).toMatchObject({
    uid: null,
    role: 'service_role',
    user: 'service_role',
  });
});

test('row level security filters reads and refuses writes', async () => {
  expect((await client.from('lessons').select('id').eq('id', 9001)).data).toEqual([]);
  const insert = await client
    .from('lessons')
    .insert({ id: 2000, tutor: '11111111-1111-4111-8111-111111111111', title: 'x' });
  expect(insert).toMatchObject({ status: 403, error: { code: '42501' } });
  const anonymous = createClient(backend.url, backend.publishableKey, {
    auth: { persistSession: false, storageKey: 'anon' },
  });
  expect((await anonymous.from('lessons').select('id')).data).toEqual([]);
});

test('a response has at most 1,000 rows, and its range says how many there are', async () => {
  const page = await client.from('lessons').select('id', { count: 'exact' });
  expect([page.data?.length, page.count]).toEqual([1000, 1500]);
  expect((await client.from('lessons').select('id', { count: 'exact', head: true })).count).toBe(1500);
});

test('what a function raises reaches the client with code, message and details', async () => {
  const { error, status } = await client.rpc('refuse');
  expect(status).toBe(400);
  expect(error).toMatchObject({
    code: 'P0001',
    message: 'too late to move this lesson',
    details: '{"rule": "notice"}',
  });
});

test('60 requests at once are all answered', async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      client
        .from('lessons')
        .select('title')
        .eq('id', n + 1)
        .single(),
    ),
  );
  expect(answers.map(({ data }) => data?.title)).toEqual(
    Array.from({ length: 60 }, (_, n) => `Lesson ${n + 1}`),
  );
});

test('without a key, with a wrong one and with a forged token nothing is answered', async () => {
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${backend.url}/rest/v1/lessons`, { headers })).status;
  expect(await status({})).toBe(401);
  expect(await status({ apikey: 'sb_publishable_wrong' })).toBe(401);
  const { access_token: token = '' } = (await client.auth.getSession()).data.session ?? {};
  const [head, , signature] = token.split('.');
  const forged = [head, Buffer.from('{"role":"service_role"}').toString('base64url'), signature].join('.');
  expect(await status({ apikey: backend.publishableKey, authorization: `Bearer ${forged}` })).toBe(401);
});

test('a browser may call from any origin with the headers that it asks for', async () => {
  const preflight = await fetch(`${backend.url}/rest/v1/lessons`, {
    method: 'OPTIONS',
    headers: {
      origin: 'app://console',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'apikey,authorization,content-profile',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  expect(preflight.headers.get('access-control-allow-headers')).toBe('apikey,authorization,content-profile');
  const answer = await fetch(`${backend.url}/rest/v1/lessons?limit=1`, {
    headers: { apikey: backend.publishableKey },
  });
  expect(answer.headers.get('access-control-expose-headers')).toContain('Content-Range');
});

test('an unknown path is 404', async () => {
  expect((await fetch(`${backend.url}/graphql/v1`)).status).toBe(404);
});
