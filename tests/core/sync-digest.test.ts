import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Log } from '#core/cache/types';
import { redact } from '#core/log/redact';
import { TransportError } from '#core/sync/transport';
import type { SyncTransport } from '#core/sync/types';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { differences, manualClock, openConsole, plantBookings, type Console } from '../support/sync-rig.ts';

let backend: Backend;
let tutor: TestUser;
let student: TestUser;
let ids: readonly string[];

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor' });
  student = await backend.createUser({ role: 'student' });
  ids = await plantBookings(backend.sql, tutor.id, student.id, 40);
});
afterAll(async () => await backend.stop());

test('a healthy cache has the digests of the server, row by row, also under a waiting edit', async () => {
  const staff = await backend.createUser({ role: 'student', staff: ['admin'] });
  for (const user of [tutor, staff]) {
    const listed: string[] = [];
    const console = await openConsole(backend, user, { wrap: listing(listed) });
    await console.engine.pull();
    if (user === tutor) {
      console.engine.add({ kind: 'booking.confirm', args: { booking_id: id(0) } });
    }
    expect(await console.engine.check()).toMatchObject({ lost: 0, different: 0, ghosts: 0 });
    expect(listed).toEqual([]);
    expect(console.engine.status().lastCheck?.rows).toBe(rowCount(console));
    if (user === tutor) expect(local(console, id(0))).toBe('CONFIRMED');
    await console.stop();
  }
});

test('a lost, a stale, a silently altered and a ghost row are found, named in the log by number, and repaired', async () => {
  const logged: unknown[] = [];
  const console = await openConsole(backend, tutor, {
    log: (_level, event, fields) => {
      if (event === 'check.repaired') logged.push(redact(fields ?? {}));
    },
  });
  await console.engine.pull();
  const { db } = console.cache;
  const damage = [
    () => db.prepare('DELETE FROM bookings WHERE id = ?').run(id(1)),
    () => db.prepare(`UPDATE bookings SET row_version = 0, status = 'CANCELLED' WHERE id = ?`).run(id(2)),
    // Ahead of the server: the guard of a pull would keep it for ever.
    () => db.prepare('UPDATE bookings SET row_version = 99 WHERE id = ?').run(id(3)),
    () => db.prepare(`UPDATE bookings SET student_notes = 'never said' WHERE id = ?`).run(id(4)),
    () => db.prepare(`UPDATE bookings SET id = ? WHERE id = ?`).run(ghost, id(5)),
  ];
  for (const spoil of damage) spoil();
  const changed: string[] = [];
  console.engine.onChange((tables) => changed.push(...tables));
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toHaveLength(1);
  expect(await console.engine.check()).toMatchObject({ lost: 2, different: 3, ghosts: 1 });
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  expect(logged).toEqual([{ table: 'bookings', lost: 2, different: 3, ghosts: 1 }]);
  expect(changed).toContain('bookings');
  expect(await console.engine.check()).toMatchObject({ lost: 0, different: 0, ghosts: 0 });
  await console.stop();
});

test('a row damaged under a waiting edit is repaired below it, and the edit still shows', async () => {
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id(6) } });
  console.cache.db
    .prepare(`UPDATE shadow SET row = json_set(row, '$.student_notes', 'never said') WHERE row_id = ?`)
    .run(id(6));
  expect(await console.engine.check()).toMatchObject({ lost: 0, different: 1, ghosts: 0 });
  expect(local(console, id(6))).toBe('CONFIRMED');
  console.engine.discard(console.engine.outbox()[0]?.id ?? '');
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('what changes while a check is under way is not called wrong, and the next pull brings it', async () => {
  let isFirst = true;
  const wrap = (inner: SyncTransport): SyncTransport => ({
    ...inner,
    async digest(...args) {
      if (isFirst) {
        isFirst = false;
        const { sql } = backend;
        await sql.query(`update public.bookings set student_notes = 'moved' where id = $1`, [id(7)]);
        await sql.query('delete from public.bookings where id = $1', [id(8)]);
        await plantBookings(sql, tutor.id, student.id, 1, new Date(Date.now() + 90 * 86_400_000));
      }
      return await inner.digest(...args);
    },
  });
  const console = await openConsole(backend, tutor, { wrap });
  await console.engine.pull();
  expect(await console.engine.check()).toMatchObject({ lost: 0, different: 0, ghosts: 0 });
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('a count that a trigger or a disk got wrong is found by the check, made anew and named in the log', async () => {
  const logged: unknown[] = [];
  const log: Log = (_level, event, fields) => void (event === 'check.repaired' && logged.push(fields));
  const console = await openConsole(backend, tutor, { log });
  await console.engine.pull();
  const kept = () => console.cache.db.prepare('SELECT * FROM bookings_by_status').all();
  const before = kept();
  expect(before).not.toEqual([]);
  console.cache.db.exec(`UPDATE bookings_by_status SET rows = rows + 1`);
  expect(await console.engine.check()).toMatchObject({
    lost: 0,
    different: 0,
    ghosts: 0,
    sums: before.length,
  });
  expect(logged).toEqual([{ table: 'bookings', sums: before.length }]);
  expect(kept()).toEqual(before);
  expect(await console.engine.check()).toMatchObject({ sums: 0 });
  await console.stop();
});

test('a row that is ahead of the server is put right even when it changes while the check is under way', async () => {
  let isFirst = true;
  const console = await openConsole(backend, tutor, {
    wrap: (inner) => ({
      ...inner,
      async digest(...args) {
        if (isFirst)
          await backend.sql.query(`update public.bookings set student_notes = 'now' where id = $1`, [id(10)]);
        isFirst = false;
        return await inner.digest(...args);
      },
    }),
  });
  await console.engine.pull();
  console.cache.db.prepare('UPDATE bookings SET row_version = row_version + 5 WHERE id = ?').run(id(10));
  expect(await console.engine.check()).toMatchObject({ lost: 0, different: 1, ghosts: 0 });
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('a transaction that is open while the check runs is neither missed nor called wrong', async () => {
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  const slow = await backend.sql.connect();
  await slow.query('begin');
  await slow.query(`update public.bookings set student_notes = 'slow' where id = $1`, [id(9)]);
  expect(await console.engine.check()).toMatchObject({ lost: 0, different: 0, ghosts: 0 });
  await slow.query('commit');
  slow.release();
  expect(await console.engine.check()).toMatchObject({ lost: 0, different: 0, ghosts: 0 });
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('a check that fails is no failed pull; who asked is told', async () => {
  const wrap = (inner: SyncTransport): SyncTransport => ({
    ...inner,
    digest: () => Promise.reject(new TransportError('no such function', { status: 404, code: 'PGRST202' })),
  });
  const console = await openConsole(backend, tutor, { wrap });
  await console.engine.pull();
  await expect(console.engine.check()).rejects.toMatchObject({ code: 'BACKEND_INVALID' });
  expect(console.engine.status()).toMatchObject({ problem: null, lastCheck: null });
  await console.stop();
});

test('a check comes a minute after the first start and then every hour', async () => {
  const clock = manualClock();
  let checks = 0;
  const wrap = (inner: SyncTransport): SyncTransport => ({
    ...inner,
    async digest(...args) {
      checks += 1;
      return await inner.digest(...args);
    },
  });
  const console = await openConsole(backend, tutor, { clock, wrap, pollMillis: 60_000 });
  console.engine.start();
  await console.engine.pull();
  expect(checks).toBe(0);
  clock.advance(60_000);
  await expect.poll(() => console.engine.status().lastCheck?.at).toBe(clock.now());
  clock.advance(3_540_000);
  await console.engine.pull();
  expect(checks).toBe(1);
  clock.advance(60_000);
  await expect.poll(() => checks).toBe(2);
  await console.stop();
});

test('a clock that is set back by a day does not put the hourly check off by a day', async () => {
  const timers = manualClock();
  let offset = 0;
  const clock = { now: () => timers.now() + offset, after: timers.after };
  const console = await openConsole(backend, tutor, { clock, pollMillis: 60_000 });
  console.engine.start();
  await console.engine.check();
  offset = -86_400_000_000;
  timers.advance(60_000);
  await expect.poll(() => console.engine.status().lastCheck?.at).toBe(clock.now());
  await console.stop();
});

const ghost = '00000000-0000-4000-8000-0000000000aa';

function id(place: number): string {
  const found = ids[place];
  if (found === undefined) throw new Error(`no booking ${place} was planted`);
  return found;
}

function local(console: Console, booking: string): unknown {
  return console.cache.db.prepare('SELECT status FROM bookings WHERE id = ?').pluck().get(booking);
}

function rowCount(console: Console): number {
  const names = console.cache.db.prepare('SELECT name FROM sync_tables').pluck().all();
  return names.reduce<number>(
    (sum, name) =>
      sum +
      Number(
        console.cache.db
          .prepare(`SELECT count(*) FROM ${String(name)}`)
          .pluck()
          .get(),
      ),
    0,
  );
}

function listing(into: string[]): (inner: SyncTransport) => SyncTransport {
  return (inner) => ({
    ...inner,
    list: (request, signal) => {
      into.push(request.table);
      return inner.list(request, signal);
    },
  });
}
