import { createClient, type RealtimeChannel, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { createTokens } from '#stack/gateway/tokens';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';

let backend: Backend;
let ann: TestUser;
let ben: TestUser;
const clients: SupabaseClient[] = [];

beforeAll(async () => {
  backend = await startBackend({ migrated: false });
  ann = await backend.createUser();
  ben = await backend.createUser();
  await backend.sql.query(`
    create table public.notes (id int primary key, owner uuid not null, body text, price numeric(10,2), tags text[]);
    alter table public.notes owner to postgres;
    alter table public.notes enable row level security;
    grant all on public.notes to authenticated, anon;
    create policy own_notes on public.notes to authenticated using (owner = auth.uid());
    alter publication supabase_realtime add table public.notes;
    create policy members_read on realtime.messages for select to authenticated
      using (realtime.topic() = 'user:' || auth.uid() and extension in ('broadcast', 'presence'));
    create policy members_write on realtime.messages for insert to authenticated
      with check (realtime.topic() = 'user:' || auth.uid() and extension = 'broadcast');`);
});
afterAll(() => backend.stop());
afterEach(async () => {
  for (const client of clients.splice(0))
    await client.removeAllChannels().then(() => client.realtime.disconnect());
});

test('an insert, an update and a delete reach only whoever may see the row', async () => {
  const [mine, foreign] = [await changesOf(ann), await changesOf(ben)];
  await backend.sql.query(`insert into notes values (1, $1, 'first', 12.5, '{a,b}')`, [ann.id]);
  await expect.poll(() => mine.length).toBe(1);
  await backend.sql.query(`update notes set body = 'second' where id = 1`);
  await expect.poll(() => mine.length).toBe(2);
  await backend.sql.query('delete from notes where id = 1');
  await expect.poll(() => mine.length).toBe(3);
  expect(mine).toMatchObject([
    { eventType: 'INSERT', new: { id: 1, body: 'first', price: 12.5, tags: ['a', 'b'] }, old: {} },
    { eventType: 'UPDATE', new: { id: 1, body: 'second' }, old: { id: 1 } },
    { eventType: 'DELETE', new: {}, old: { id: 1 } },
  ]);
  expect(foreign.filter(({ eventType }) => eventType !== 'DELETE')).toEqual([]);
});

test('a filter lets only matching rows through', async () => {
  const seen = await changesOf(ann, 'price=gte.10');
  await backend.sql.query(`insert into notes values (10, $1, 'cheap', 9, null), (11, $1, 'dear', 10, null)`, [
    ann.id,
  ]);
  await expect.poll(() => seen.length).toBe(1);
  expect(seen).toMatchObject([{ new: { id: 11 } }]);
});

test('a table that leaves the publication is silent, and speaks again when it comes back', async () => {
  const seen = await changesOf(ann);
  await backend.sql.query('alter publication supabase_realtime drop table public.notes');
  await backend.sql.query(`insert into notes values (20, $1, 'unheard', 1, null)`, [ann.id]);
  await backend.sql.query('alter publication supabase_realtime add table public.notes');
  await backend.sql.query(`insert into notes values (21, $1, 'heard', 1, null)`, [ann.id]);
  await expect.poll(() => seen.length).toBe(1);
  expect(seen).toMatchObject([{ new: { id: 21 } }]);
});

test('a broadcast reaches the others, and the sender only when it asks for it', async () => {
  const [a, b] = [anonymous(), anonymous()];
  const [heardByA, heardByB]: [unknown[], unknown[]] = [[], []];
  const first = await join(
    a
      .channel('room', { config: { broadcast: { ack: true, self: true } } })
      .on('broadcast', { event: 'say' }, (m) => heardByA.push(m)),
  );
  const second = await join(b.channel('room').on('broadcast', { event: 'say' }, (m) => heardByB.push(m)));
  expect(await first.send({ type: 'broadcast', event: 'say', payload: { text: 'Güten Tag' } })).toBe('ok');
  await expect.poll(() => [heardByA.length, heardByB.length]).toEqual([1, 1]);
  expect(heardByB).toMatchObject([{ event: 'say', payload: { text: 'Güten Tag' } }]);
  await second.send({ type: 'broadcast', event: 'say', payload: { n: 2 } });
  await expect.poll(() => heardByA.length).toBe(2);
  expect(heardByB).toHaveLength(1);
});

test('bytes are passed on as they are', async () => {
  const [a, b] = [anonymous(), anonymous()];
  const heard: { payload: unknown }[] = [];
  const sender = await join(a.channel('bytes'));
  await join(
    b.channel('bytes').on('broadcast', { event: 'blob' }, (m) => heard.push({ payload: m['payload'] })),
  );
  await sender.send({ type: 'broadcast', event: 'blob', payload: new Uint8Array([0, 255, 7]).buffer });
  await expect.poll(() => heard.length).toBe(1);
  expect(heard[0]?.payload).toBeInstanceOf(ArrayBuffer);
  if (heard[0]?.payload instanceof ArrayBuffer)
    expect([...new Uint8Array(heard[0].payload)]).toEqual([0, 255, 7]);
});

test('a message over HTTP reaches the channel', async () => {
  const [a, b] = [anonymous(), anonymous()];
  const heard: unknown[] = [];
  await join(b.channel('by-http').on('broadcast', { event: '*' }, (m) => heard.push(m['payload'])));
  expect(await a.channel('by-http').httpSend('ping', { n: 1 })).toEqual({ success: true });
  await expect.poll(() => heard).toEqual([{ n: 1 }]);
});

test('realtime.send from SQL reaches the private channel of its topic, in order, and not the public one', async () => {
  const client = await signIn(ann);
  const topic = `user:${ann.id}`;
  const [heard, publicly]: [unknown[], unknown[]] = [[], []];
  await join(
    client
      .channel(topic, { config: { private: true } })
      .on('broadcast', { event: '*' }, (m) => heard.push(m)),
  );
  const other = anonymous();
  await join(other.channel(topic).on('broadcast', { event: '*' }, (m) => publicly.push(m)));
  await backend.sql.query(
    `select realtime.send(jsonb_build_object('n', n), 'changed', $1, true) from generate_series(1, 20) n`,
    [topic],
  );
  await expect.poll(() => heard.length).toBe(20);
  expect(heard).toMatchObject(
    Array.from({ length: 20 }, (_, n) => ({ event: 'changed', payload: { n: n + 1 } })),
  );
  expect(publicly).toEqual([]);
});

test('a private channel refuses whoever the policies of realtime.messages do not let read', async () => {
  const client = await signIn(ben);
  await expect(join(client.channel(`user:${ann.id}`, { config: { private: true } }))).rejects.toThrow(
    /Unauthorized/,
  );
  await expect(join(anonymous().channel(`user:${ann.id}`, { config: { private: true } }))).rejects.toThrow(
    /Unauthorized/,
  );
});

test('whoever may read a private channel but not write there cannot track presence', async () => {
  const client = await signIn(ann);
  const channel = await join(
    client
      .channel(`user:${ann.id}`, { config: { private: true } })
      .on('presence', { event: 'sync' }, () => undefined),
  );
  expect(await channel.track({ online: true })).toBe('error');
});

test('presence shows who is there, and who left', async () => {
  const [a, b] = [anonymous(), anonymous()];
  const config = (key: string) => ({ config: { presence: { key } } });
  const first = await join(
    a.channel('lobby', config('a')).on('presence', { event: 'sync' }, () => undefined),
  );
  const second = await join(
    b.channel('lobby', config('b')).on('presence', { event: 'sync' }, () => undefined),
  );
  expect(await first.track({ name: 'Anjali' })).toBe('ok');
  await second.track({ name: 'Brian' });
  await expect.poll(() => Object.keys(second.presenceState()).toSorted()).toEqual(['a', 'b']);
  expect(second.presenceState()).toMatchObject({ a: [{ name: 'Anjali' }] });
  await a.removeChannel(first);
  await expect.poll(() => Object.keys(second.presenceState())).toEqual(['b']);
});

test('a channel ends when its token expires, and lives on when the token is renewed', async () => {
  const tokens = await createTokens(inject('cluster').secrets.signingKey);
  const tokenFor = (seconds: number) => tokens.sign({ sub: ann.id, role: 'authenticated' }, seconds);
  const clientWith = (accessToken: () => Promise<string>) => {
    const client = createClient(backend.url, backend.publishableKey, { accessToken });
    clients.push(client);
    return client;
  };
  const short = await tokenFor(2);
  let renewable = short;
  const statuses: string[] = [];
  const lapsing = clientWith(() => Promise.resolve(short));
  // Before joining: the client fetches its token while it joins, and may join without one.
  await lapsing.realtime.setAuth();
  lapsing.channel('a').subscribe((status) => statuses.push(status));
  const renewed = clientWith(() => Promise.resolve(renewable));
  await renewed.realtime.setAuth();
  const kept = await join(renewed.channel('b'));
  renewable = await tokenFor(60);
  await renewed.realtime.setAuth();
  await expect.poll(() => statuses, { timeout: 5_000 }).toEqual(['SUBSCRIBED', 'CLOSED']);
  expect(kept.state).toBe('joined');
});

test('when the gateway loses its database connection, clients join again and go on hearing', async () => {
  const client = await signIn(ann);
  const [statuses, heard]: [string[], unknown[]] = [[], []];
  client
    .channel('survivor')
    .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'notes' }, ({ new: row }) =>
      heard.push(row),
    )
    .subscribe((status) => statuses.push(status));
  await expect.poll(() => statuses).toEqual(['SUBSCRIBED']);
  await backend.sql.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'gateway realtime' and datname = current_database()`,
  );
  await expect
    .poll(() => statuses.filter((status) => status === 'SUBSCRIBED').length, { timeout: 15_000 })
    .toBe(2);
  await backend.sql.query(`insert into notes values (90, $1, 'afterwards', 1, null)`, [ann.id]);
  await expect.poll(() => heard).toMatchObject([{ id: 90 }]);
});

test('the older protocol 1.0.0 is spoken too', async () => {
  const client = createClient(backend.url, backend.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, storageKey: 'old' },
    realtime: { vsn: '1.0.0' },
  });
  clients.push(client);
  const heard: unknown[] = [];
  const channel = client
    .channel('old', { config: { broadcast: { self: true } } })
    .on('broadcast', { event: 'say' }, ({ payload }) => heard.push(payload));
  await join(channel);
  await channel.send({ type: 'broadcast', event: 'say', payload: { n: 1 } });
  await expect.poll(() => heard).toEqual([{ n: 1 }]);
});

test('a socket without a key of the project is refused', async () => {
  const socket = new WebSocket(
    `${backend.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=wrong&vsn=2.0.0`,
  );
  const outcome = await new Promise((resolve) => {
    socket.addEventListener('open', () => resolve('open'));
    socket.addEventListener('error', () => resolve('refused'));
  });
  expect(outcome).toBe('refused');
});

test('a malformed frame does no harm', async () => {
  const socket = new WebSocket(
    `${backend.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${backend.publishableKey}&vsn=2.0.0`,
  );
  const answers: string[] = [];
  socket.addEventListener('message', ({ data }) => answers.push(String(data)));
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  for (const frame of ['{', '[]', '[1,2,3]', 'null', new Uint8Array([3, 255, 255, 1]), new Uint8Array([9])])
    socket.send(frame);
  socket.send(JSON.stringify([null, '7', 'phoenix', 'heartbeat', {}]));
  await expect
    .poll(() => answers)
    .toEqual([JSON.stringify([null, '7', 'phoenix', 'phx_reply', { status: 'ok', response: {} }])]);
  socket.close();
});

type Seen = { eventType: string; new: object; old: object };

async function changesOf(user: TestUser, filter?: string): Promise<Seen[]> {
  const client = await signIn(user);
  const seen: Seen[] = [];
  await join(
    client
      .channel(`changes-${user.id}`)
      .on(
        'postgres_changes',
        { event: '*', schema: 'public', table: 'notes', ...(filter === undefined ? {} : { filter }) },
        (change) => {
          seen.push(change);
        },
      ),
  );
  return seen;
}

async function signIn(user: TestUser): Promise<SupabaseClient> {
  const client = await backend.signIn(user);
  clients.push(client);
  return client;
}

function anonymous(): SupabaseClient {
  const client = createClient(backend.url, backend.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, storageKey: `anonymous-${clients.length}` },
  });
  clients.push(client);
  return client;
}

function join(channel: RealtimeChannel): Promise<RealtimeChannel> {
  return new Promise((resolve, reject) => {
    channel.subscribe((status, error) => {
      if (status === 'SUBSCRIBED') resolve(channel);
      if (status === 'CHANNEL_ERROR' || status === 'TIMED_OUT') reject(error ?? new Error(status));
    });
  });
}
