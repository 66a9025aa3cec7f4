import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tableCounts } from '#core/cache/counts';
import { defineQuery } from '#core/cache/query';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { differences, manualClock, openConsole, plantBookings, type Console } from '../support/sync-rig.ts';

let backend: Backend;
let tutor: TestUser;
let student: TestUser;

const walLimits = { fold: 40_000, alarm: 200_000, full: 400_000 };

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor' });
  student = await backend.createUser({ role: 'student' });
  await plantBookings(backend.sql, tutor.id, student.id, 300);
});
afterAll(async () => await backend.stop());

const walOf = (console: Console) => statSync(`${console.cache.path}-wal`).size;
const alarmsOf = (console: Console) => console.engine.status().alarms.map(({ kind }) => kind);
const touchAll = () =>
  backend.sql.query('update public.bookings set student_notes = md5(random()::text) where tutor_id = $1', [
    tutor.id,
  ]);

test('behind a large pull the log is folded into the file and its space given back', async () => {
  const console = await openConsole(backend, tutor, { walLimits });
  await console.engine.pull();
  expect(walOf(console)).toBe(0);
  await console.stop();
});

test('small writes are folded in a quiet moment', async () => {
  const clock = manualClock();
  const console = await openConsole(backend, tutor, {
    walLimits: { ...walLimits, alarm: 1e9 },
    clock,
  });
  await console.engine.pull();
  const ids = console.rows('bookings').map((row) => String(row[0]));
  for (const id of ids.slice(0, 4)) {
    console.engine.add({ kind: 'booking.decline', args: { booking_id: id, message: 'x'.repeat(1500) } });
  }
  expect(walOf(console)).toBeGreaterThan(walLimits.fold);
  clock.advance(500);
  expect(walOf(console)).toBe(0);
  await console.stop();
});

test('a reader of somebody else that never ends: alarm, bounded log, screens and edits go on, and all is well when it ends', async () => {
  const clock = manualClock();
  const events: string[] = [];
  const console = await openConsole(backend, tutor, {
    walLimits,
    clock,
    pageSize: 50,
    log: (_level, event) => events.push(event),
  });
  console.engine.start();
  await console.engine.pull();
  const stuck = new Sqlite(console.cache.path, { readonly: true });
  const rows = stuck.prepare('SELECT id FROM bookings').iterate();
  rows.next();
  const outcomes: unknown[] = [];
  for (let round = 0; round < 8; round += 1) {
    await touchAll();
    outcomes.push(
      await console.engine.pull().then(
        () => 'ok',
        (error: { code: unknown }) => error.code,
      ),
    );
  }
  // One page more may come in behind the last look.
  expect(walOf(console)).toBeLessThan(walLimits.full * 1.5);
  expect(outcomes).toContain('STORAGE_BUSY');
  expect(alarmsOf(console)).toEqual(['wal-grown']);
  expect(events).toContain('cache.wal.grown');
  expect(await console.cache.read(tableCounts, null)).toMatchObject({ bookings: 300 });
  const id = String(console.rows('bookings')[0]?.[0]);
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  expect(console.engine.status().waitingEdits).toBe(1);
  rows.return?.();
  stuck.close();
  clock.advance(2000);
  expect(alarmsOf(console)).toEqual([]);
  await console.engine.pull();
  await console.engine.flush();
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  expect(walOf(console)).toBeLessThan(walLimits.fold);
  await console.stop();
});

test('a read of our own that never ends is given up, the others are answered, and the log is folded', async () => {
  const clock = manualClock();
  const replaced: unknown[] = [];
  const console = await openConsole(backend, tutor, {
    walLimits: { ...walLimits, full: 1e9 },
    clock,
    reader: { script: new URL('../support/stuck-reader.ts', import.meta.url) },
    log: (_level, event, fields) => {
      if (event === 'reader.replaced') replaced.push(fields);
    },
  });
  await console.engine.pull();
  const stuck = console.cache.read(stuckForEver, null).catch((error: unknown) => error);
  const behind = console.cache.read(countBookings, null);
  // Until the worker stands in its snapshot, and long enough for it not to pass as a short read.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (let round = 0; round < 4; round += 1) {
    await touchAll();
    await console.engine.pull();
  }
  expect(await stuck).toMatchObject({ code: 'INTERNAL', message: expect.stringMatching(/too long/) });
  expect(await behind).toBe(300);
  expect(replaced).toEqual([{ name: 'test.stuck', reason: 'log' }]);
  await expect
    .poll(() => {
      clock.advance(2000);
      return walOf(console);
    })
    .toBe(0);
  expect(alarmsOf(console)).toEqual([]);
  await console.stop();
});

test('a read that takes too long is given up also where the log is small', async () => {
  const console = await openConsole(backend, tutor, {
    reader: { script: new URL('../support/stuck-reader.ts', import.meta.url), limitMillis: 3000 },
  });
  await console.engine.pull();
  const stuck = console.cache.read(stuckForEver, null);
  const behind = console.cache.read(countBookings, null);
  await expect(stuck).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(await behind).toBe(300);
  await console.stop();
});

const stuckForEver = defineQuery('test.stuck', (_db, _input: null): number => 0);
const countBookings = defineQuery('test.bookings', (_db, _input: null): unknown => 0);
