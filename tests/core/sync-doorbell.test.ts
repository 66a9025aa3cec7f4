import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDoorbell, type DoorbellOptions, type WorkspaceDoorbell } from '#core/sync/doorbell';
import { syncTables } from '#shared/domain/sync/tables';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { startConsoleApp } from '../support/console-app.ts';
import { manualClock, openConsole, plantBookings, type ManualClock } from '../support/sync-rig.ts';

let backend: Backend;
/** Where SQL cannot send a broadcast, and the tables are published instead. */
let mute: Backend;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  [backend, mute] = await Promise.all([startBackend(), startBackend()]);
  await mute.sql.query('drop function realtime.send(jsonb, text, text, boolean)');
  await mute.sql.query('select sync.publish_tables()');
});
afterAll(async () => await Promise.all([backend.stop(), mute.stop()]));
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Bell = {
  readonly bell: WorkspaceDoorbell;
  readonly clock: ManualClock;
  readonly states: string[];
  readonly client: SupabaseClient;
};

async function openBell(
  on: Backend,
  user: TestUser,
  options: Partial<Pick<DoorbellOptions, 'isStaff' | 'tables'>> = {},
): Promise<Bell> {
  const client = await on.signIn(user);
  await client.realtime.setAuth((await client.auth.getSession()).data.session?.access_token ?? null);
  const states: string[] = [];
  const clock = manualClock();
  const bell = createDoorbell({
    client,
    userId: user.id,
    isStaff: false,
    tables: () => syncTables.map((table) => table.name),
    clock,
    random: () => 0.5,
    log: (_level, event, fields) => states.push(String(fields?.['status'] ?? event)),
    ...options,
  });
  closing.push(() => bell.close());
  return { bell, clock, states, client };
}

/** How often the bell rang since it was last asked. */
function counted(bell: WorkspaceDoorbell): () => number {
  let count = 0;
  bell.onRing(() => void (count += 1));
  return () => {
    const seen = count;
    count = 0;
    return seen;
  };
}

test('a change by someone else reaches an open console without waiting for the poll', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const student = await backend.createUser({ role: 'student' });
  const { bell, clock, states } = await openBell(backend, tutor);
  await expect.poll(() => states).toContain('SUBSCRIBED');
  expect(bell.way).toBe('broadcast');
  const console = await openConsole(backend, tutor, { clock, doorbell: bell, pollMillis: 1e9 });
  closing.push(console.stop);
  console.engine.start();
  await console.engine.pull();
  const [id] = await plantBookings(backend.sql, tutor.id, student.id, 1);
  await expect.poll(() => console.rows('bookings').map((row) => row[0])).toEqual([id]);
  await backend.sql.query('delete from public.bookings where id = $1', [id]);
  await expect.poll(() => console.rows('bookings')).toEqual([]);
});

test('nobody hears the doorbell of another', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const eavesdropper = await backend.createUser({ role: 'tutor' });
  const client = await backend.signIn(eavesdropper);
  await client.realtime.setAuth((await client.auth.getSession()).data.session?.access_token ?? null);
  const refused = await new Promise<string>((resolve) => {
    client.channel(`sync:${tutor.id}`, { config: { private: true } }).subscribe((status) => resolve(status));
  });
  expect(refused).toBe('CHANNEL_ERROR');
  await client.removeAllChannels();
});

test('it rings on SUBSCRIBED, and once more three seconds later', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const { bell, clock } = await openBell(backend, tutor);
  const rings = counted(bell);
  await expect.poll(rings).toBe(1);
  clock.advance(2999);
  expect(rings()).toBe(0);
  clock.advance(1);
  expect(rings()).toBe(1);
});

test('where private topics are refused it listens to changes of the tables, under row level security', async () => {
  const [tutor, other] = await Promise.all([
    mute.createUser({ role: 'tutor' }),
    mute.createUser({ role: 'tutor' }),
  ]);
  const student = await mute.createUser({ role: 'student' });
  // Planted first, because that rings more than once.
  const [theirs] = await plantBookings(mute.sql, other.id, student.id, 1);
  const [mine] = await plantBookings(mute.sql, tutor.id, student.id, 1);
  const { bell, states } = await openBell(mute, tutor);
  const rings = counted(bell);
  await expect.poll(() => bell.way).toBe('changes');
  expect(states).toContain('doorbell.refused');
  rings();
  const note = (id: string | undefined) =>
    mute.sql.query('update public.bookings set student_notes = $2 where id = $1', [id, randomUUID()]);
  // Changes are told in order: when the second note has rung, the first would have.
  await note(theirs);
  await note(mine);
  let total = 0;
  await expect.poll(() => (total += rings())).toBe(1);
  // Of a deleted row only the id is told, and to everyone who listens.
  await mute.sql.query('delete from public.bookings where id = $1', [mine]);
  await expect.poll(() => (total += rings())).toBe(2);
});

test('the better way is tried again while the other one is used, and taken when it is there', async () => {
  const fallen = await startBackend();
  closing.push(() => fallen.stop());
  await fallen.sql.query('drop policy sync_doorbell on realtime.messages');
  await fallen.sql.query('select sync.publish_tables()');
  const tutor = await fallen.createUser({ role: 'tutor' });
  const { bell, clock, states } = await openBell(fallen, tutor);
  await expect.poll(() => bell.way).toBe('changes');
  const joined = states.length;
  clock.advance(400_000);
  await expect.poll(() => states.slice(joined)).toContain('doorbell.refused');
  expect(bell.way).toBe('changes');
  await fallen.sql.query(
    `create policy sync_doorbell on realtime.messages for select to authenticated using (realtime.topic() = 'sync:' || (select auth.uid()))`,
  );
  const rings = counted(bell);
  clock.advance(400_000);
  await expect.poll(() => bell.way).toBe('broadcast');
  await expect.poll(rings).toBeGreaterThan(0);
});

test('a topic that the server ended is joined again', async () => {
  const strict = await startBackend();
  closing.push(() => strict.stop());
  const tutor = await strict.createUser({ role: 'tutor' });
  const { bell, clock, states, client } = await openBell(strict, tutor);
  await expect.poll(() => bell.way).toBe('broadcast');
  // A new token has the server ask its policies again.
  await strict.sql.query('alter policy sync_doorbell on realtime.messages using (false)');
  const renewed = (await (await strict.signIn(tutor)).auth.getSession()).data.session?.access_token ?? null;
  await client.realtime.setAuth(renewed);
  await expect.poll(() => states).toContain('CLOSED');
  await strict.sql.query('alter policy sync_doorbell on realtime.messages using (true)');
  const before = states.length;
  clock.advance(5_000);
  await expect.poll(() => states.slice(before)).toContain('SUBSCRIBED');
});

test('where neither way is offered it says so, and the console goes by its polls', async () => {
  const bare = await startBackend();
  closing.push(() => bare.stop());
  await bare.sql.query('drop function realtime.send(jsonb, text, text, boolean)');
  const tutor = await bare.createUser({ role: 'tutor' });
  const { bell } = await openBell(bare, tutor);
  await expect.poll(() => bell.way).toBe('none');
});

test('a role that is gained or lost moves the console to other topics without a restart', async () => {
  const user = await backend.createUser({ role: 'tutor' });
  const [tutor, student] = await Promise.all([
    backend.createUser({ role: 'tutor' }),
    backend.createUser({ role: 'student' }),
  ]);
  const app = await startConsoleApp({ url: backend.url, key: backend.publishableKey });
  closing.push(async () => {
    await app.stop();
    app.remove();
  });
  await app.client['session.signIn']({ email: user.email, password: user.password });
  const diagnostics = async () => (await app.client['diagnostics.read']({})).text;
  await expect.poll(diagnostics).toMatch('Doorbell: private Broadcast');

  await backend.sql.query(`insert into public.staff_members (user_id, role) values ($1, 'support')`, [
    user.id,
  ]);
  // Its own bell rings for the new rights; the pull finds them, and the roles are asked for again.
  await expect.poll(async () => JSON.stringify(await app.session()), { timeout: 10_000 }).toMatch('support');
  const bookings = async () => (await diagnostics()).match(/bookings (\d+)/)?.[1];
  // The staff topic is joined on its own time: a change before that would be found by the next poll only.
  const [first] = await plantBookings(backend.sql, tutor.id, student.id, 1);
  await expect.poll(bookings, { timeout: 10_000 }).toBe('1');
  await backend.sql.query('delete from public.bookings where id = $1', [first]);
  await expect.poll(bookings, { timeout: 10_000 }).toBe('0');

  await backend.sql.query('delete from public.staff_members where user_id = $1', [user.id]);
  await expect
    .poll(async () => JSON.stringify(await app.session()), { timeout: 10_000 })
    .not.toMatch('support');
});
