import { randomUUID } from 'node:crypto';
import { createClient, type RealtimeChannel, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../support/backend.ts';

/**
 * Every kind of call that the console makes, by the real supabase-js, against a migrated project. It runs on the embedded
 * stack, and on any project that CONFORMANCE_URL, CONFORMANCE_KEY and CONFORMANCE_SECRET_KEY name:
 *   CONFORMANCE_URL=https://REF.supabase.co CONFORMANCE_KEY=… CONFORMANCE_SECRET_KEY=… npx vitest run --project stack conformance
 * What it makes there (two users, one bucket) it removes again.
 */
type Project = { url: string; key: string; secretKey: string; stop: () => Promise<void> };

let project: Project;
let admin: SupabaseClient;
let tutor: { id: string; email: string; password: string };
let other: typeof tutor;
const bucket = `conformance-${randomUUID().slice(0, 8)}`;

beforeAll(async () => {
  project = await openProject();
  admin = newClient(project.secretKey);
  tutor = await newUser();
  other = await newUser();
  const { error } = await admin.storage.createBucket(bucket, { public: false, fileSizeLimit: 1_000_000 });
  if (error !== null) throw error;
});
afterAll(async () => {
  await admin.storage.emptyBucket(bucket);
  await admin.storage.deleteBucket(bucket);
  for (const user of [tutor, other]) await admin.auth.admin.deleteUser(user.id);
  await project.stop();
});

describe('auth', () => {
  test('signs in, tells who it is, refreshes, and signs out', async () => {
    const client = await signIn(tutor);
    const session = (await client.auth.getSession()).data.session;
    expect(session).toMatchObject({ token_type: 'bearer', user: { id: tutor.id } });
    expect(session?.expires_at).toBeGreaterThan(Date.now() / 1000);
    expect((await client.auth.getUser()).data.user?.id).toBe(tutor.id);
    expect((await client.auth.getClaims()).data?.claims).toMatchObject({
      sub: tutor.id,
      role: 'authenticated',
      aal: 'aal1',
    });
    const refreshed = await client.auth.refreshSession();
    expect(refreshed.data.session?.access_token).not.toBe(session?.access_token);
    expect((await client.auth.signOut({ scope: 'local' })).error).toBeNull();
    expect(
      (await client.auth.refreshSession({ refresh_token: refreshed.data.session?.refresh_token ?? '' }))
        .error,
    ).not.toBeNull();
  });

  test('a refresh whose answer was lost can be asked again', async () => {
    const client = await signIn(tutor);
    const token = (await client.auth.getSession()).data.session?.refresh_token ?? '';
    const first = await newClient().auth.refreshSession({ refresh_token: token });
    const second = await newClient().auth.refreshSession({ refresh_token: token });
    expect([first.error, second.error]).toEqual([null, null]);
  });

  test('a wrong password and a forged refresh token are refused with their codes', async () => {
    const client = newClient();
    const wrong = await client.auth.signInWithPassword({ email: tutor.email, password: 'wrong password' });
    expect(wrong.error).toMatchObject({ status: 400, code: 'invalid_credentials' });
    const forged = await client.auth.refreshSession({ refresh_token: 'forged' });
    expect(forged.error).toMatchObject({ status: 400, code: 'refresh_token_not_found' });
  });

  test('a password changes', async () => {
    const client = await signIn(other);
    const password = `changed-${randomUUID()}`;
    expect((await client.auth.updateUser({ password })).error).toBeNull();
    other = { ...other, password };
    await signIn(other);
  });

  test('settings and keys are public', async () => {
    const read = async (path: string) => {
      const response = await fetch(`${project.url}/auth/v1${path}`, { headers: { apikey: project.key } });
      return [response.status, await response.json()] as const;
    };
    expect(await read('/settings')).toMatchObject([200, { external: { email: true } }]);
    expect(await read('/.well-known/jwks.json')).toMatchObject([200, { keys: expect.any(Array) }]);
    expect((await read('/health'))[0]).toBe(200);
  });
});

describe('rest', () => {
  test('reads under row level security, counts, filters, orders, pages and picks one', async () => {
    const client = await signIn(tutor);
    const own = await client
      .from('profiles')
      .select('id, role', { count: 'exact' })
      .in('id', [tutor.id, other.id]);
    expect([own.count, own.data?.map(({ id }) => id)]).toEqual([1, [tutor.id]]);
    expect((await client.from('profiles').select('id').eq('id', tutor.id).single()).data).toEqual({
      id: tutor.id,
    });
    expect((await client.from('profiles').select('id').eq('id', other.id).maybeSingle()).data).toBeNull();
    const paged = await client.from('subjects').select('id').order('id', { ascending: false }).range(0, 4);
    expect(paged.error).toBeNull();
  });

  test('calls functions, and passes their refusals on', async () => {
    const client = await signIn(tutor);
    expect((await client.rpc('console_me')).data).toMatchObject({
      userId: tutor.id,
      staffRoles: [],
      isSuspended: false,
    });
    const refused = await client.rpc('console_booking_confirm', { p_booking_id: randomUUID() });
    expect(refused.error).toMatchObject({ code: 'SY030' });
    expect((await client.rpc('no_such_function')).status).toBe(404);
  });

  test('nobody reads without a session, and nothing is answered without a key', async () => {
    expect((await newClient().from('bookings').select('id')).data ?? []).toEqual([]);
    expect((await newClient().rpc('console_me')).error).not.toBeNull();
    expect((await fetch(`${project.url}/rest/v1/bookings`)).status).toBe(401);
    const stranger = createClient(project.url, `${project.key.slice(0, -4)}xxxx`, quiet());
    expect((await stranger.from('bookings').select('id')).status).toBe(401);
  });

  test('60 calls at once are all answered', async () => {
    const client = await signIn(tutor);
    const answers = await Promise.all(Array.from({ length: 60 }, () => client.rpc('console_me')));
    expect(answers.filter(({ data }) => data?.userId === tutor.id)).toHaveLength(60);
  });
});

describe('storage', () => {
  const pdf = new Blob(['%PDF-1.7'], { type: 'application/pdf' });

  test('stores, describes, lists, signs, moves, copies and removes', async () => {
    const files = admin.storage.from(bucket);
    expect((await files.upload('in/a b.pdf', pdf, { metadata: { kind: 'slip' } })).error).toBeNull();
    expect((await files.upload('in/a b.pdf', pdf)).error).toMatchObject({ statusCode: '409' });
    expect((await files.upload('in/a b.pdf', pdf, { upsert: true })).error).toBeNull();
    expect((await files.info('in/a b.pdf')).data).toMatchObject({ size: 8, contentType: 'application/pdf' });
    expect((await files.list('in')).data?.map(({ name }) => name)).toEqual(['a b.pdf']);
    expect(await (await files.download('in/a b.pdf')).data?.text()).toBe('%PDF-1.7');
    const link = (await files.createSignedUrl('in/a b.pdf', 60)).data?.signedUrl ?? '';
    expect(await (await fetch(link)).text()).toBe('%PDF-1.7');
    expect(
      (await files.createSignedUrls(['in/a b.pdf', 'missing'], 60)).data?.map(({ error }) => error === null),
    ).toEqual([true, false]);
    expect((await files.copy('in/a b.pdf', 'in/copy.pdf')).error).toBeNull();
    expect((await files.move('in/a b.pdf', 'out/a.pdf')).error).toBeNull();
    expect((await files.exists('in/a b.pdf')).data).toBe(false);
    expect((await files.remove(['out/a.pdf', 'in/copy.pdf'])).data).toHaveLength(2);
  });

  test('whoever has no policy sees and stores nothing', async () => {
    await admin.storage.from(bucket).upload('closed.pdf', pdf);
    const files = (await signIn(tutor)).storage.from(bucket);
    expect((await files.download('closed.pdf')).error).not.toBeNull();
    expect((await files.upload('mine.pdf', pdf)).error).toMatchObject({ statusCode: '403' });
    expect((await files.list()).data).toEqual([]);
    expect((await fetch(`${project.url}/storage/v1/object/public/${bucket}/closed.pdf`)).status).toBe(400);
  });

  test('a file above the limit of its bucket is refused', async () => {
    const big = new Blob([new Uint8Array(1_000_001)], { type: 'application/pdf' });
    expect((await admin.storage.from(bucket).upload('big.pdf', big)).error).toMatchObject({
      statusCode: '413',
    });
  });
});

describe('realtime', () => {
  test('broadcasts to a public channel, and over HTTP', async () => {
    const [a, b] = [newClient(), newClient()];
    const heard: unknown[] = [];
    const topic = `conformance:${randomUUID()}`;
    await join(b.channel(topic).on('broadcast', { event: 'ping' }, ({ payload }) => heard.push(payload)));
    const sender = await join(a.channel(topic, { config: { broadcast: { ack: true } } }));
    expect(await sender.send({ type: 'broadcast', event: 'ping', payload: { n: 1 } })).toBe('ok');
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(1);
    await newClient().channel(topic).httpSend('ping', { n: 2 });
    await expect.poll(() => heard, { timeout: 10_000 }).toMatchObject([{ n: 1 }, { n: 2 }]);
    await Promise.all([a.removeAllChannels(), b.removeAllChannels()]);
  });

  test('a private channel lets in whom the policies name, and nobody else', async () => {
    const [own, foreign] = [await signIn(tutor), await signIn(other)];
    const config = { config: { private: true } };
    await join(own.channel(`sync:${tutor.id}`, config));
    await expect(join(foreign.channel(`sync:${tutor.id}`, config))).rejects.toThrow(/Unauthorized/);
    await Promise.all([own.removeAllChannels(), foreign.removeAllChannels()]);
  });

  test('presence shows who is there', async () => {
    const client = newClient();
    const channel = await join(
      client
        .channel(`presence:${randomUUID()}`, { config: { presence: { key: 'me' } } })
        .on('presence', { event: 'sync' }, () => undefined),
    );
    await channel.track({ screen: 'schedule' });
    await expect
      .poll(() => channel.presenceState(), { timeout: 10_000 })
      .toMatchObject({ me: [{ screen: 'schedule' }] });
    await client.removeAllChannels();
  });
});

async function openProject(): Promise<Project> {
  const { CONFORMANCE_URL: url, CONFORMANCE_KEY: key, CONFORMANCE_SECRET_KEY: secretKey } = process.env;
  if (url !== undefined) {
    if (key === undefined || secretKey === undefined)
      throw new Error('CONFORMANCE_KEY and CONFORMANCE_SECRET_KEY are needed');
    return { url, key, secretKey, stop: () => Promise.resolve() };
  }
  const backend = await startBackend();
  return { url: backend.url, key: backend.publishableKey, secretKey: backend.secretKey, stop: backend.stop };
}

async function newUser(): Promise<typeof tutor> {
  const [email, password] = [`conformance-${randomUUID()}@example.com`, `password-${randomUUID()}`];
  const { data, error } = await admin.auth.admin.createUser({
    email,
    password,
    email_confirm: true,
    user_metadata: { role: 'tutor', full_name: 'Conformance Tutor' },
  });
  if (error !== null) throw error;
  return { id: data.user.id, email, password };
}

function newClient(key = project.key): SupabaseClient {
  return createClient(project.url, key, quiet());
}

function quiet() {
  return {
    auth: { persistSession: false, autoRefreshToken: false, storageKey: randomUUID() },
    db: { retry: false },
  };
}

async function signIn({ email, password }: { email: string; password: string }): Promise<SupabaseClient> {
  const client = newClient();
  const { error } = await client.auth.signInWithPassword({ email, password });
  if (error !== null) throw error;
  return client;
}

async function join(channel: RealtimeChannel): Promise<RealtimeChannel> {
  return new Promise((resolve, reject) => {
    channel.subscribe((status, error) => {
      if (status === 'SUBSCRIBED') resolve(channel);
      if (status === 'CHANNEL_ERROR' || status === 'TIMED_OUT') reject(error ?? new Error(status));
    });
  });
}
