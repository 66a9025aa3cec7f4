import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSyncEngine } from '#core/sync/engine';
import { createHttpTransport, TransportError } from '#core/sync/transport';
import type { SyncTransport } from '#core/sync/types';
import { differences, manualClock, openConsole } from '../support/sync-rig.ts';
import { createStage, localStatus, nth } from '../support/sync-stage.ts';

const stage = createStage();

const offline = () => Promise.reject(new TransportError('cut off', { status: 0 }));

test('an edit waits five seconds, and can be taken back in that time', async () => {
  const [id, other] = await stage.plant(2);
  const clock = manualClock();
  const console = await openConsole(stage.backend, stage.tutor, { clock, holdMillis: 5000, pollMillis: 1e9 });
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
  expect(await stage.statusOf(id ?? '')).toBe('PENDING');
  expect(await stage.statusOf(other ?? '')).toBe('CONFIRMED');
  await console.stop();
});

test('what is shown is in the time of the server, what is waited for in that of this machine', async () => {
  const id = nth(await stage.plant(1));
  const ahead = 86_400_000_000;
  const clock = manualClock();
  const console = await openConsole(stage.backend, stage.tutor, {
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

test('a start without network leaves waiting edits as they were, so that they can still be taken back', async () => {
  const id = nth(await stage.plant(1));
  const first = await openConsole(stage.backend, stage.tutor);
  await first.engine.pull();
  const { mutationId } = first.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await first.engine.stop();
  await first.cache.close();
  const wrap = (inner: SyncTransport): SyncTransport => ({ ...inner, pull: offline, push: offline });
  const console = await openConsole(stage.backend, stage.tutor, {
    directory: first.directory,
    wrap,
    pollMillis: 1e9,
  });
  console.engine.start();
  await expect.poll(() => console.engine.status().state).toBe('offline');
  expect(console.engine.outbox()).toMatchObject([{ state: 'queued', attempts: 0 }]);
  console.engine.undo(mutationId);
  expect(localStatus(console, id)).toBe('PENDING');
  await console.stop();
});

test('an edit that was tried in vain can be dropped, and its effect shows if it had one', async () => {
  const id = nth(await stage.plant(1));
  const console = await openConsole(stage.backend, stage.tutor, {
    wrap: (inner) => ({
      ...inner,
      async push(...args) {
        await inner.push(...args);
        return await offline();
      },
    }),
  });
  await console.engine.pull();
  const { mutationId } = console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await expect(console.engine.flush()).rejects.toMatchObject({ code: 'OFFLINE' });
  console.engine.discard(mutationId);
  expect(console.engine.outbox()).toEqual([]);
  expect(localStatus(console, id)).toBe('PENDING');
  await console.engine.pull();
  expect(localStatus(console, id)).toBe('CONFIRMED');
  expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
  await console.stop();
});

test('an edit that was on its way when the console was killed can be dropped after the restart', async () => {
  const id = nth(await stage.plant(1));
  const sent = Promise.withResolvers<void>();
  const first = await openConsole(stage.backend, stage.tutor, {
    wrap: (inner) => ({
      ...inner,
      push: () => {
        sent.resolve();
        return new Promise(() => undefined);
      },
    }),
  });
  await first.engine.pull();
  const { mutationId } = first.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  first.engine.start();
  await sent.promise;
  await first.cache.close();
  const again = await openConsole(stage.backend, stage.tutor, { directory: first.directory });
  expect(again.engine.outbox()).toMatchObject([{ state: 'queued', attempts: 1 }]);
  again.engine.discard(mutationId);
  expect(localStatus(again, id)).toBe('PENDING');
  await again.engine.pull();
  expect(await differences(stage.backend.sql, stage.tutor.id, again)).toEqual([]);
  await again.stop();
});

test('edits made offline outlive a restart and are sent when the network is back', async () => {
  const ids = await stage.plant(2);
  let isCut = false;
  const wrap = (inner: SyncTransport): SyncTransport => ({
    ...inner,
    pull: (...args) => (isCut ? offline() : inner.pull(...args)),
    push: (...args) => (isCut ? offline() : inner.push(...args)),
  });
  const console = await openConsole(stage.backend, stage.tutor, { wrap });
  await console.engine.pull();
  isCut = true;
  await expect(console.engine.pull()).rejects.toMatchObject({ code: 'OFFLINE' });
  console.engine.start();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: nth(ids, 0) } });
  console.engine.add({ kind: 'booking.decline', args: { booking_id: nth(ids, 1), message: 'Away' } });
  await expect(console.engine.flush()).rejects.toMatchObject({ code: 'OFFLINE' });
  expect(console.engine.status()).toMatchObject({ state: 'offline', waitingEdits: 2 });
  expect(console.engine.outbox().map((item) => item.attempts)).toEqual([0, 0]);
  await console.engine.stop();
  await console.cache.close();

  isCut = false;
  const again = await openConsole(stage.backend, stage.tutor, { directory: console.directory, wrap });
  expect(localStatus(again, nth(ids, 0))).toBe('CONFIRMED');
  expect(again.engine.outbox()).toHaveLength(2);
  await again.engine.flush();
  await again.engine.pull();
  expect(again.engine.outbox()).toEqual([]);
  expect(await stage.statusOf(nth(ids, 0))).toBe('CONFIRMED');
  expect(await stage.statusOf(nth(ids, 1))).toBe('DECLINED');
  expect(await differences(stage.backend.sql, stage.tutor.id, again)).toEqual([]);
  await again.stop();
});

test('a later edit of the same booking waits for the refused one, others do not', async () => {
  const ids = await stage.plant(2);
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  const booking = nth(ids, 0);
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: booking } });
  console.engine.add({ kind: 'booking.cancel', args: { booking_id: booking, reason: 'Changed my mind' } });
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: nth(ids, 1) } });
  await stage.backend.sql.query(`update public.bookings set status = 'DECLINED' where id = $1`, [booking]);
  await console.engine.flush();
  expect(console.engine.outbox().map((item) => [item.rowId === booking, item.state])).toEqual([
    [true, 'conflict'],
    [true, 'blocked'],
    [false, 'applied'],
  ]);
  expect(await stage.statusOf(nth(ids, 1))).toBe('CONFIRMED');
  await console.stop();
});

test('two edits of one booking made offline are both applied, in their order', async () => {
  const id = nth(await stage.plant(1));
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  console.engine.add({ kind: 'booking.cancel', args: { booking_id: id, reason: 'Changed my mind' } });
  expect(localStatus(console, id)).toBe('CANCELLED');
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await stage.statusOf(id)).toBe('CANCELLED');
  expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
  await console.stop();
});

test('two waiting edits of one booking show in their order also after a pull has brought other changes', async () => {
  const id = nth(await stage.plant(1));
  const console = await openConsole(stage.backend, stage.tutor, { holdMillis: 60_000 });
  await console.engine.pull();
  const start_at = (Math.floor(Date.now() / 3_600_000) + 24 * 20) * 3_600_000_000;
  const span = { start_at, end_at: start_at + 3_600_000_000 };
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  console.engine.add({ kind: 'booking.reschedule', args: { booking_id: id, ...span, reason: '' } });
  await stage.backend.sql.query(`update public.bookings set student_notes = 'seen' where id = $1`, [id]);
  await console.engine.pull();
  const shown = console.cache.db.prepare('SELECT confirmed_start_at FROM bookings WHERE id = ?').pluck();
  expect(shown.get(id)).toBe(start_at);
  await console.stop();
});

test('replacing the weekly hours twice offline sends one edit, and a change by others in between is a conflict', async () => {
  const console = await openConsole(stage.backend, stage.tutor);
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
  expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
  console.engine.add(hours('14:00'));
  await stage.backend.sql.query('update public.tutor_schedules set slot_minutes = 60 where id = $1', [
    schedule,
  ]);
  await console.engine.flush();
  expect(console.engine.outbox()).toMatchObject([{ state: 'conflict' }]);
  await console.stop();
});

test('a refused session is renewed once for all, and asks for a password when it cannot be', async () => {
  const id = nth(await stage.plant(1));
  let isExpired = false;
  let renewals = 0;
  const expired = () => Promise.reject(new TransportError('JWT expired', { status: 401, code: 'PGRST301' }));
  const console = await openConsole(stage.backend, stage.tutor, {
    refreshSession: async () => {
      renewals += 1;
      await Promise.resolve();
      isExpired = renewals > 1;
      return renewals === 1;
    },
    wrap: (inner) => ({
      ...inner,
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

test("another user's session neither fills this user's cache nor sends his edits", async () => {
  const id = nth(await stage.plant(1));
  const other = await stage.backend.createUser({ role: 'tutor' });
  const client = await stage.backend.signIn(other);
  const token = (await client.auth.getSession()).data.session?.access_token ?? null;
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await console.engine.stop();
  const transport = createHttpTransport({
    url: stage.backend.url,
    key: stage.backend.publishableKey,
    userId: stage.tutor.id,
    accessToken: () => Promise.resolve(token),
  });
  const mixed = createSyncEngine({
    cache: console.cache,
    transport,
    userId: stage.tutor.id,
    clock: manualClock(),
    random: () => 0.5,
    log: () => undefined,
    refreshSession: () => Promise.resolve(false),
  });
  await expect(mixed.flush()).rejects.toMatchObject({ code: 'NEEDS_SIGN_IN' });
  await expect(mixed.pull()).rejects.toMatchObject({ code: 'NEEDS_SIGN_IN' });
  expect(mixed.outbox()).toMatchObject([{ rowId: id, state: 'queued' }]);
  await mixed.stop();
  await console.stop();
});
