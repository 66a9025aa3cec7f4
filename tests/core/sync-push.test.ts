import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TransportError } from '#core/sync/transport';
import type { SyncTransport } from '#core/sync/types';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { differences, manualClock, openConsole, plantBookings } from '../support/sync-rig.ts';

let backend: Backend;
let tutor: TestUser;
let student: TestUser;

beforeAll(async () => {
  backend = await startBackend();
});
beforeEach(async () => {
  tutor = await backend.createUser({ role: 'tutor', displayName: 'Tara Tutor' });
  student = await backend.createUser({ role: 'student', displayName: 'Aaliyah Mohammed' });
});
afterAll(async () => await backend.stop());

const offline = () => Promise.reject(new TransportError('cut off', { status: 0 }));

async function plant(count: number): Promise<readonly string[]> {
  return await plantBookings(backend.sql, tutor.id, student.id, count);
}

async function effects(action: string, id: string): Promise<number> {
  const found = await backend.sql.query<{ count: number }>(
    'select count(*)::int as count from public.audit_log where action = $1 and target_id = $2',
    [action, id],
  );
  return found.rows[0]?.count ?? 0;
}

async function statusOf(id: string): Promise<string | undefined> {
  const found = await backend.sql.query<{ status: string }>(
    'select status from public.bookings where id = $1',
    [id],
  );
  return found.rows[0]?.status;
}

function localStatus(console: Awaited<ReturnType<typeof openConsole>>, id: string): unknown {
  return console.cache.db.prepare('SELECT status FROM bookings WHERE id = ?').pluck().get(id);
}

function first(ids: readonly string[], index = 0): string {
  const id = ids[index];
  if (id === undefined) throw new Error('no such booking was planted');
  return id;
}

test('an edit shows at once, is sent, and leaves the outbox when the server has brought it back', async () => {
  const id = first(await plant(1));
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  expect(localStatus(console, id)).toBe('CONFIRMED');
  expect(console.engine.outbox()).toMatchObject([
    { title: 'Accept CSEC Maths with Aaliyah Mohammed', state: 'queued', table: 'bookings', rowId: id },
  ]);
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  expect(await effects('booking.confirm', id)).toBe(1);
  await console.stop();
});

test('an edit waits five seconds, and can be taken back in that time', async () => {
  const [id, other] = await plant(2);
  const clock = manualClock();
  const console = await openConsole(backend, tutor, { clock, holdMillis: 5000, pollMillis: 1e9 });
  console.engine.start();
  await console.engine.pull();
  const taken = console.engine.add({ kind: 'booking.confirm', args: { booking_id: id ?? '' } });
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: other ?? '' } });
  expect(console.engine.outbox().map((item) => item.state)).toEqual(['held', 'held']);
  console.engine.undo(taken.mutationId);
  expect(localStatus(console, id ?? '')).toBe('PENDING');
  clock.advance(4999);
  expect(console.engine.outbox()).toMatchObject([{ state: 'held', attempts: 0 }]);
  clock.advance(1);
  await expect.poll(() => console.engine.outbox()).toEqual([]);
  expect(await statusOf(id ?? '')).toBe('PENDING');
  expect(await statusOf(other ?? '')).toBe('CONFIRMED');
  await console.stop();
});

test('what is shown is in the time of the server, what is waited for in that of this machine', async () => {
  const id = first(await plant(1));
  const ahead = 86_400_000_000;
  const clock = manualClock();
  const console = await openConsole(backend, tutor, {
    clock,
    holdMillis: 5000,
    wrap: (inner) => ({
      ...inner,
      pull: async (...args) => ({ ...(await inner.pull(...args)), now: clock.now() + ahead }),
    }),
  });
  await console.engine.pull();
  const now = clock.now();
  expect(console.engine.status()).toMatchObject({ serverOffset: ahead, lastSyncedAt: now + ahead });
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  expect(console.engine.outbox()).toMatchObject([
    { state: 'held', createdAt: now + ahead, sendAt: now + ahead + 5_000_000 },
  ]);
  await console.stop();
});

test('a lost answer is asked again and has one effect', async () => {
  const id = first(await plant(1));
  let losses = 2;
  const console = await openConsole(backend, tutor, {
    wrap: (inner) => ({
      ...inner,
      async push(...args) {
        const answer = await inner.push(...args);
        if (losses-- > 0) throw new TransportError('the answer was lost', { status: 0 });
        return answer;
      },
    }),
  });
  await console.engine.pull();
  const { mutationId } = console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await expect(console.engine.flush()).rejects.toMatchObject({ code: 'OFFLINE' });
  expect(() => console.engine.undo(mutationId)).toThrow(/on its way/);
  await expect(console.engine.flush()).rejects.toMatchObject({ code: 'OFFLINE' });
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await effects('booking.confirm', id)).toBe(1);
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('an edit that breaks a constraint is refused and leaves its neighbours alone', async () => {
  const ids = await plant(3);
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  const poisoned = first(ids, 1);
  // A second lesson at the same time: the database's exclusion constraint is what refuses it.
  const taken = await plantBookings(backend.sql, tutor.id, student.id, 1);
  await backend.sql.query(
    `update public.bookings b set status = 'CONFIRMED', confirmed_start_at = p.requested_start_at,
       confirmed_end_at = p.requested_end_at from public.bookings p where b.id = $1 and p.id = $2`,
    [first(taken), poisoned],
  );
  for (const id of ids) console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toMatchObject([
    { rowId: poisoned, state: 'rejected', problemCode: 'overlap', problem: expect.stringMatching(/lesson/) },
  ]);
  expect(localStatus(console, poisoned)).toBe('PENDING');
  expect(await statusOf(first(ids, 0))).toBe('CONFIRMED');
  expect(await statusOf(first(ids, 2))).toBe('CONFIRMED');
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  expect(console.engine.status()).toMatchObject({ needsAttention: 1, waitingEdits: 0 });
  console.engine.discard(console.engine.outbox()[0]?.id ?? '');
  expect(console.engine.outbox()).toEqual([]);
  await console.stop();
});

test('a field that somebody else changed is a conflict that shows base, theirs and mine; retrying keeps mine', async () => {
  const id = first(await plant(1));
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  const before = console.rows('bookings')[0];
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await backend.sql.query(
    `update public.bookings set requested_start_at = requested_start_at + interval '1 day',
       requested_end_at = requested_end_at + interval '1 day' where id = $1`,
    [id],
  );
  await console.engine.flush();
  const [item] = console.engine.outbox();
  expect(item).toMatchObject({ state: 'conflict', problemCode: 'changed' });
  const start = item?.fields.find((field) => field.field === 'requested_start_at');
  expect(start).toMatchObject({ base: before?.[7], theirs: Number(before?.[7]) + 86_400_000_000 });
  expect(localStatus(console, id)).toBe('PENDING');
  await console.engine.pull();
  console.engine.retry(item?.id ?? '');
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await statusOf(id)).toBe('CONFIRMED');
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('a change of other fields does not stand in the way', async () => {
  const id = first(await plant(1));
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await backend.sql.query(`update public.bookings set student_notes = 'Bring the calculator' where id = $1`, [
    id,
  ]);
  await console.engine.pull();
  expect(localStatus(console, id)).toBe('CONFIRMED');
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('the answer to an edit never brings its row back to an older state than a pull has brought', async () => {
  const id = first(await plant(1));
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await console.engine.flush();
  await backend.sql.query(`update public.bookings set status = 'CANCELLED' where id = $1`, [id]);
  await console.engine.pull();
  expect(localStatus(console, id)).toBe('CANCELLED');
  expect(console.engine.outbox()).toEqual([]);
  await console.stop();
});

test('edits made offline outlive a restart and are sent when the network is back', async () => {
  const ids = await plant(2);
  let isCut = false;
  const wrap = (inner: SyncTransport): SyncTransport => ({
    pull: (...args) => (isCut ? offline() : inner.pull(...args)),
    push: (...args) => (isCut ? offline() : inner.push(...args)),
  });
  const console = await openConsole(backend, tutor, { wrap });
  await console.engine.pull();
  isCut = true;
  await expect(console.engine.pull()).rejects.toMatchObject({ code: 'OFFLINE' });
  console.engine.start();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: first(ids, 0) } });
  console.engine.add({ kind: 'booking.decline', args: { booking_id: first(ids, 1), message: 'Away' } });
  await expect(console.engine.flush()).rejects.toMatchObject({ code: 'OFFLINE' });
  expect(console.engine.status()).toMatchObject({ state: 'offline', waitingEdits: 2 });
  expect(console.engine.outbox().map((item) => item.attempts)).toEqual([0, 0]);
  await console.engine.stop();
  await console.cache.close();

  isCut = false;
  const again = await openConsole(backend, tutor, { directory: console.directory, wrap });
  expect(localStatus(again, first(ids, 0))).toBe('CONFIRMED');
  expect(again.engine.outbox()).toHaveLength(2);
  await again.engine.flush();
  await again.engine.pull();
  expect(again.engine.outbox()).toEqual([]);
  expect(await statusOf(first(ids, 0))).toBe('CONFIRMED');
  expect(await statusOf(first(ids, 1))).toBe('DECLINED');
  expect(await differences(backend.sql, tutor.id, again)).toEqual([]);
  await again.stop();
});

test('eight deliveries of one edit at once have one effect and the same answer', async () => {
  const id = first(await plant(1));
  const client = await backend.signIn(tutor);
  const body = {
    p_client_id: randomUUID(),
    p_mutations: [
      { id: randomUUID(), seq: 1, kind: 'booking.confirm', args: { booking_id: id }, expect: [] },
    ],
  };
  const answers = await Promise.all(Array.from({ length: 8 }, () => client.rpc('sync_push', body)));
  expect(answers.map((answer) => answer.error)).toEqual(Array.from({ length: 8 }, () => null));
  const results = answers.map(
    (answer) => (answer.data as { results: { outcome: string; duplicate: boolean }[] }).results[0],
  );
  expect(new Set(results.map((result) => result?.outcome))).toEqual(new Set(['applied']));
  expect(results.filter((result) => result?.duplicate === false)).toHaveLength(1);
  expect(await effects('booking.confirm', id)).toBe(1);
});

test('a later edit of the same booking waits for the refused one, others do not', async () => {
  const ids = await plant(2);
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  const booking = first(ids, 0);
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: booking } });
  console.engine.add({ kind: 'booking.cancel', args: { booking_id: booking, reason: 'Changed my mind' } });
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: first(ids, 1) } });
  await backend.sql.query(`update public.bookings set status = 'DECLINED' where id = $1`, [booking]);
  await console.engine.flush();
  expect(console.engine.outbox().map((item) => [item.rowId === booking, item.state])).toEqual([
    [true, 'conflict'],
    [true, 'blocked'],
    [false, 'applied'],
  ]);
  expect(await statusOf(first(ids, 1))).toBe('CONFIRMED');
  await console.stop();
});

test('an edit made after a refusal was shown stands on what the server has, and waits for nothing', async () => {
  const id = first(await plant(1));
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await backend.sql.query(
    `update public.bookings set student_notes = 'x', status = 'COUNTER_PROPOSED' where id = $1`,
    [id],
  );
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toMatchObject([{ state: 'conflict' }]);
  console.engine.add({ kind: 'booking.decline', args: { booking_id: id, message: '' } });
  await console.engine.flush();
  expect(console.engine.outbox().map((item) => item.state)).toEqual(['conflict', 'applied']);
  expect(await statusOf(id)).toBe('DECLINED');
  await console.stop();
});

test('two edits of one booking made offline are both applied, in their order', async () => {
  const id = first(await plant(1));
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  console.engine.add({ kind: 'booking.cancel', args: { booking_id: id, reason: 'Changed my mind' } });
  expect(localStatus(console, id)).toBe('CANCELLED');
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await statusOf(id)).toBe('CANCELLED');
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('an edit of a booking that was handed away is kept as gone, and tells nothing of it', async () => {
  const id = first(await plant(1));
  const newcomer = await backend.createUser({ role: 'tutor' });
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await backend.sql.query('update public.bookings set tutor_id = $2 where id = $1', [id, newcomer.id]);
  await console.engine.flush();
  expect(console.engine.outbox()).toMatchObject([
    { state: 'rejected', problemCode: 'not_found', fields: [] },
  ]);
  expect(await statusOf(id)).toBe('PENDING');
  await console.stop();
});

test('a kind that the server does not know is kept until the console is updated', async () => {
  const client = await backend.signIn(tutor);
  const { data } = await client.rpc('sync_push', {
    p_client_id: randomUUID(),
    p_mutations: [{ id: randomUUID(), seq: 1, kind: 'booking.levitate', args: {}, expect: [] }],
  });
  expect(data).toMatchObject({ results: [{ outcome: 'unknown_kind' }] });
});

test('replacing the weekly hours twice offline sends one edit, and a change by others in between is a conflict', async () => {
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  const schedule = String(console.rows('tutor_schedules')[0]?.[0]);
  const hours = (end: string) => ({
    kind: 'availability.replace' as const,
    args: {
      schedule_id: schedule,
      rules: [{ id: randomUUID(), day_of_week: 1, start_time: '09:00', end_time: end }],
    },
  });
  console.engine.add(hours('12:00'));
  console.engine.add(hours('13:00'));
  expect(console.rows('tutor_availability_rules')).toHaveLength(1);
  expect(console.engine.outbox()).toHaveLength(1);
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  console.engine.add(hours('14:00'));
  await backend.sql.query('update public.tutor_schedules set slot_minutes = 60 where id = $1', [schedule]);
  await console.engine.flush();
  expect(console.engine.outbox()).toMatchObject([{ state: 'conflict' }]);
  await console.stop();
});

test('a refused session is renewed once for all, and asks for a password when it cannot be', async () => {
  const id = first(await plant(1));
  let isExpired = false;
  let renewals = 0;
  const expired = () => Promise.reject(new TransportError('JWT expired', { status: 401, code: 'PGRST301' }));
  const console = await openConsole(backend, tutor, {
    refreshSession: async () => {
      renewals += 1;
      await Promise.resolve();
      isExpired = renewals > 1;
      return renewals === 1;
    },
    wrap: (inner) => ({
      pull: (...args) => (isExpired ? expired() : inner.pull(...args)),
      push: (...args) => (isExpired ? expired() : inner.push(...args)),
    }),
  });
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  isExpired = true;
  await Promise.all([console.engine.pull(), console.engine.flush()]);
  expect(renewals).toBe(1);
  isExpired = true;
  await expect(console.engine.pull()).rejects.toMatchObject({ code: 'NEEDS_SIGN_IN' });
  await expect(console.engine.pull()).rejects.toMatchObject({ code: 'NEEDS_SIGN_IN' });
  expect(renewals).toBe(2);
  isExpired = false;
  console.engine.start();
  await console.engine.pull();
  await console.stop();
});
