import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Log } from '#core/cache/types';
import { TransportError } from '#core/sync/transport';
import type { SyncTransport } from '#core/sync/types';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import {
  differences,
  manualClock,
  openConsole,
  plantBookings,
  type Console,
  type ConsoleOptions,
  type ManualClock,
} from '../support/sync-rig.ts';

let backend: Backend;
let tutor: TestUser;
let student: TestUser;
let events: { event: string; fields: Readonly<Record<string, unknown>> }[];

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor' });
  student = await backend.createUser({ role: 'student' });
});
afterAll(async () => await backend.stop());

const log: Log = (_level, event, fields = {}) => events.push({ event, fields });
const restarts = () =>
  events.filter(({ event }) => event === 'watchdog.restarted').map(({ fields }) => fields);

async function open(options: ConsoleOptions = {}): Promise<{ console: Console; clock: ManualClock }> {
  events = [];
  const { wrap, ...rest } = options;
  const clock = options.clock === undefined ? manualClock() : (options.clock as ManualClock);
  const counted = (inner: SyncTransport): SyncTransport => ({
    ...inner,
    pull: (...args) => onTheWay(inner.pull(...args)),
    push: (...args) => onTheWay(inner.push(...args)),
    digest: (...args) => onTheWay(inner.digest(...args)),
    list: (...args) => onTheWay(inner.list(...args)),
  });
  const console = await openConsole(backend, tutor, {
    clock,
    log,
    holdMillis: 1000,
    wrap: (inner) => wrap?.(counted(inner)) ?? counted(inner),
    ...rest,
  });
  cache = console.cache;
  return { console, clock };
}

let asking = 0;
let cache: Console['cache'];

/** Real requests and reads take real time, in which the clock of the test stands still. */
function isWaiting(): boolean {
  return asking > 0 || cache.reading.since !== null;
}

async function onTheWay<T>(work: Promise<T>): Promise<T> {
  asking += 1;
  try {
    return await work;
  } finally {
    asking -= 1;
  }
}

/** Time that the machine is awake for: timers run when they are due. */
async function pass(clock: ManualClock, seconds: number, until: () => boolean = () => false): Promise<void> {
  for (let gone = 0; gone < seconds && !until(); gone += 2) {
    clock.advance(2000);
    do await new Promise((resolve) => setTimeout(resolve, isWaiting() ? 2 : 0));
    while (isWaiting());
  }
}

const never = <T>() => new Promise<T>(() => undefined);
const statusOf = async (id: string) =>
  (await backend.sql.query<{ status: string }>('select status from public.bookings where id = $1', [id]))
    .rows[0]?.status;

test('a pull whose answer never comes is given up and done again, and its late answer changes nothing', async () => {
  const [id = ''] = await plantBookings(backend.sql, tutor.id, student.id, 5);
  const held = Promise.withResolvers<void>();
  let asked = 0;
  const { console, clock } = await open({
    pageSize: 2,
    wrap: (inner) => ({
      ...inner,
      async pull(request, signal) {
        asked += 1;
        if (asked !== 2) return await inner.pull(request, signal);
        // Deaf to the signal, as a socket is after a sleep.
        const answer = await inner.pull(request, new AbortController().signal);
        await held.promise;
        return answer;
      },
    }),
  });
  console.engine.start();
  await expect.poll(() => asked).toBe(2);
  await pass(clock, 100);
  expect(restarts()).toEqual([]);
  await pass(clock, 30);
  expect(restarts()).toEqual([{ kind: 'pull', reason: 'silent', attempts: 1 }]);
  await expect.poll(() => console.engine.status().lastSyncedAt).not.toBeNull();
  await backend.sql.query('delete from public.bookings where id = $1', [id]);
  await console.engine.pull();
  const before = console.cache.db.prepare('SELECT * FROM sync_state ORDER BY key').all();
  held.resolve();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(console.cache.db.prepare('SELECT * FROM sync_state ORDER BY key').all()).toEqual(before);
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  expect(console.engine.status()).toMatchObject({ state: 'idle', alarms: [] });
  await console.stop();
});

test('edits whose answer never comes are sent again, and take effect once', async () => {
  const [id = ''] = await plantBookings(backend.sql, tutor.id, student.id, 1);
  let sent = 0;
  const { console, clock } = await open({
    wrap: (inner) => ({
      ...inner,
      async push(...args) {
        sent += 1;
        const answer = await inner.push(...args);
        return sent === 1 ? await never() : answer;
      },
    }),
  });
  console.engine.start();
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await pass(clock, 6, () => sent > 0);
  await expect.poll(() => statusOf(id)).toBe('CONFIRMED');
  expect(console.engine.status()).toMatchObject({ state: 'pushing', waitingEdits: 1 });
  await pass(clock, 130);
  await expect.poll(() => console.engine.outbox()).toEqual([]);
  expect(sent).toBe(2);
  expect(restarts()).toEqual([{ kind: 'push', reason: 'silent', attempts: 1 }]);
  const effects = await backend.sql.query(
    `select 1 from sync.mutations where user_id = $1 and kind = 'booking.confirm'`,
    [tutor.id],
  );
  expect(effects.rowCount).toBe(1);
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('a renewal of the session that hangs does not hang everything for ever', async () => {
  let renewals = 0;
  let isExpired = true;
  const { console, clock } = await open({
    async refreshSession() {
      renewals += 1;
      if (renewals === 1) return await never();
      isExpired = false;
      return true;
    },
    wrap: (inner) => ({
      ...inner,
      pull: (...args) =>
        isExpired ? Promise.reject(new TransportError('expired', { status: 401 })) : inner.pull(...args),
    }),
  });
  console.engine.start();
  await expect.poll(() => renewals).toBe(1);
  await pass(clock, 140, () => renewals > 1);
  await expect.poll(() => console.engine.status().lastSyncedAt).not.toBeNull();
  expect(renewals).toBe(2);
  await console.stop();
});

test('timers that are lost, whichever they are, are missed and set again', async () => {
  for (const lost of [1, 2, 3, 4, 5, 6]) {
    const real = manualClock();
    let planned = 0;
    const clock: ManualClock = {
      ...real,
      get timers() {
        return real.timers;
      },
      after(millis, run) {
        planned += 1;
        return planned === lost ? () => undefined : real.after(millis, run);
      },
    };
    let asked = 0;
    const { console } = await open({
      clock,
      pollMillis: 30_000,
      wrap: (inner) => ({
        ...inner,
        pull(...args) {
          asked += 1;
          // The second one fails, so that a back-off is waited for.
          return asked === 2
            ? Promise.reject(new TransportError('busy', { status: 503 }))
            : inner.pull(...args);
        },
      }),
    });
    console.engine.start();
    await expect.poll(() => console.engine.status().lastSyncedAt).not.toBeNull();
    for (const wanted of [2, 3, 4, 5]) {
      await pass(clock, 120, () => asked >= wanted);
      await expect.poll(() => console.engine.status().state).not.toBe('pulling');
      expect(asked, `timer ${lost}`).toBeGreaterThanOrEqual(wanted);
    }
    await console.stop();
  }
});

test('what starting anew does not help is an alarm, which ends with the first success', async () => {
  let isHanging = true;
  const { console, clock } = await open({
    wrap: (inner) => ({
      ...inner,
      pull: (...args) => (isHanging ? never() : inner.pull(...args)),
    }),
  });
  const told: unknown[] = [];
  console.engine.onStatus(({ alarms }) => told.push(alarms.map(({ kind }) => kind)));
  console.engine.start();
  await pass(clock, 590);
  expect(console.engine.status().alarms).toEqual([]);
  await pass(clock, 60);
  expect(console.engine.status().alarms).toMatchObject([{ kind: 'pull-stalled' }]);
  expect(told).toContainEqual(['pull-stalled']);
  const tries = restarts().length;
  expect(tries).toBeGreaterThanOrEqual(3);
  expect(tries).toBeLessThanOrEqual(6);
  isHanging = false;
  await pass(clock, 240, () => console.engine.status().alarms.length === 0);
  await expect.poll(() => console.engine.status()).toMatchObject({ state: 'idle', alarms: [] });
  await console.stop();
});

test('edits that a server in trouble does not take are an alarm after three minutes, and it is not pressed harder', async () => {
  const elsewhen = new Date(Date.now() + 200 * 3_600_000);
  const [id = ''] = await plantBookings(backend.sql, tutor.id, student.id, 1, elsewhen);
  let isBusy = true;
  let sent = 0;
  const { console, clock } = await open({
    wrap: (inner): SyncTransport => ({
      ...inner,
      push(...args) {
        sent += 1;
        return isBusy ? Promise.reject(new TransportError('busy', { status: 503 })) : inner.push(...args);
      },
    }),
  });
  console.engine.start();
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await pass(clock, 170);
  expect(console.engine.status().alarms).toEqual([]);
  await pass(clock, 20);
  expect(console.engine.status()).toMatchObject({ waitingEdits: 1, alarms: [{ kind: 'push-stalled' }] });
  await pass(clock, 300);
  expect(sent).toBeLessThan(25);
  expect(restarts()).toEqual([]);
  isBusy = false;
  await pass(clock, 120, () => console.engine.outbox().length === 0);
  await expect.poll(() => console.engine.status()).toMatchObject({ waitingEdits: 0, alarms: [] });
  expect(await statusOf(id)).toBe('CONFIRMED');
  await console.stop();
});

test('being offline for long is no alarm, and neither is waiting for a password', async () => {
  const [id = ''] = await plantBookings(backend.sql, tutor.id, student.id, 1);
  let answer: TransportError | null = null;
  const fail = () => (answer === null ? null : Promise.reject(answer));
  const { console, clock } = await open({
    wrap: (inner) => ({
      ...inner,
      pull: (...args) => fail() ?? inner.pull(...args),
      push: (...args) => fail() ?? inner.push(...args),
    }),
  });
  console.engine.start();
  await console.engine.pull();
  answer = new TransportError('cut off', { status: 0 });
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await pass(clock, 1200);
  expect(console.engine.status()).toMatchObject({ state: 'offline', waitingEdits: 1, alarms: [] });
  answer = new TransportError('expired', { status: 401 });
  await pass(clock, 1200);
  expect(console.engine.status()).toMatchObject({ state: 'stopped', alarms: [] });
  expect(restarts()).toEqual([]);
  await console.stop();
});

test('after a sleep everything that was on its way is asked for again at once', async () => {
  let asked = 0;
  const { console, clock } = await open({
    wrap: (inner) => ({
      ...inner,
      pull(...args) {
        asked += 1;
        return asked === 2 ? never() : inner.pull(...args);
      },
    }),
  });
  console.engine.start();
  await expect.poll(() => console.engine.status().lastSyncedAt).not.toBeNull();
  await pass(clock, 70, () => asked === 2);
  expect(asked).toBe(2);
  await backend.sql.query(`update public.profiles set display_name = 'After the Night' where id = $1`, [
    tutor.id,
  ]);
  clock.advance(8 * 3_600_000);
  await expect.poll(() => JSON.stringify(console.rows('people'))).toContain('After the Night');
  await console.stop();
});

test('a doorbell that is silent while there is something to ring for is taken up anew', async () => {
  let refreshed = 0;
  const { console, clock } = await open({
    pollMillis: 30_000,
    doorbell: { onRing: () => () => undefined, refresh: () => void (refreshed += 1) },
  });
  console.engine.start();
  await expect.poll(() => console.engine.status().lastSyncedAt).not.toBeNull();
  for (let change = 1; change <= 3; change += 1) {
    expect(refreshed).toBe(0);
    const name = `Name ${change}`;
    await backend.sql.query('update public.profiles set display_name = $2 where id = $1', [tutor.id, name]);
    await pass(clock, 30);
    await expect.poll(() => JSON.stringify(console.rows('people'))).toContain(name);
    await expect.poll(() => console.engine.status().state).toBe('idle');
  }
  expect(refreshed).toBe(1);
  await console.stop();
});

test('a console with a request that never ends can be closed', async () => {
  const { console, clock } = await open({ wrap: (inner) => ({ ...inner, pull: () => never() }) });
  console.engine.start();
  const stopped = console.stop();
  await pass(clock, 4);
  await stopped;
  expect(console.cache.db.open).toBe(false);
});
