import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBackend, type Backend } from '../support/backend.ts';
import { consoleRig, inHours } from '../support/console-rig.ts';
import { plantLesson } from '../support/console-app.ts';
import { createStage } from '../support/sync-stage.ts';
import { manualClock, openConsole } from '../support/sync-rig.ts';
import { openTeam } from '../sim/partitions.ts';
import { createLink } from '#core/sync/link';
import { TransportError } from '#core/sync/transport';

const rig = consoleRig();
const stage = createStage();
let backend: Backend;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(async () => await backend.stop());

// Long runs, with partitions of up to ten seconds, are `npm run -s sync:partitions`.
test('consoles agree with the server within five seconds of a partition, told or silent, and do every edit once', async () => {
  const team = await openTeam({
    url: backend.url,
    key: backend.publishableKey,
    sql: backend.sql,
    seed: 3,
    longestMillis: 1500,
  });
  try {
    for (let round = 1; round <= 3; round += 1) {
      const result = await team.partition(round);
      expect(result).toMatchObject({ diverged: [], lost: 0, doubled: 0 });
      // The machine that runs this may be busy; on a quiet one it is less than five.
      expect(result.tookMillis).toBeLessThan(10_000);
    }
  } finally {
    await team.stop();
  }
}, 60_000);

test('an edit made while connections were dead without a word goes out by itself, on new ones', async () => {
  const app = await rig.signedIn(rig.tutor);
  const parts = { tutor: rig.tutor.id, student: rig.student.id, startAt: inHours(150), status: 'CONFIRMED' };
  const booking_id = await plantLesson(rig.backend.sql, parts);
  await app.client['sync.now']({});
  rig.proxy.partition('both', 'silent');
  await app.client['outbox.add']({ kind: 'booking.cancel', args: { booking_id, reason: 'Hurricane' } });
  await expect.poll(async () => (await app.sync()).state, { timeout: 10_000 }).toBe('offline');
  rig.proxy.heal();
  await expect.poll(() => rig.statusOf(booking_id), { timeout: 10_000 }).toBe('CANCELLED');
}, 30_000);

test('a console that asks for nothing says within seconds that it is offline, and that it is not', async () => {
  const app = await rig.signedIn(rig.other);
  await expect
    .poll(async () => (await app.client['diagnostics.read']({})).text)
    .toMatch('Doorbell: private Broadcast');
  rig.proxy.partition('both', 'silent');
  await expect.poll(async () => (await app.sync()).state, { timeout: 15_000 }).toBe('offline');
  rig.proxy.heal();
  await expect.poll(async () => (await app.sync()).state, { timeout: 15_000 }).toBe('idle');
}, 40_000);

test('the host saying that the machine woke has the console pull', async () => {
  const app = await rig.signedIn(rig.other);
  await expect
    .poll(async () => (await app.client['diagnostics.read']({})).text)
    .toMatch('Doorbell: private Broadcast');
  const pulls = () => rig.proxy.log.filter((each) => each.path.endsWith('/sync_pull')).length;
  const before = pulls();
  await app.client['sync.wake']({});
  await expect.poll(pulls).toBeGreaterThan(before);
});

test('a storm of rings makes at most one pull run and one follow it', async () => {
  const ringers: (() => void)[] = [];
  let under = 0;
  let most = 0;
  let count = 0;
  const gate = Promise.withResolvers<void>();
  const console = await openConsole(stage.backend, stage.tutor, {
    doorbell: {
      onRing(listener) {
        ringers.push(listener);
        return () => undefined;
      },
    },
    wrap: (inner) => ({
      ...inner,
      async pull(request, signal) {
        count += 1;
        under += 1;
        most = Math.max(most, under);
        await gate.promise;
        return await inner.pull(request, signal).finally(() => void (under -= 1));
      },
    }),
  });
  console.engine.start();
  for (let n = 0; n < 200; n += 1) for (const ring of ringers) ring();
  gate.resolve();
  await expect.poll(() => console.engine.status().state).toBe('idle');
  // The first pull of a file is two rounds at most; what matters is that two hundred rings are one more.
  expect({ most, count: count <= 3 }).toEqual({ most: 1, count: true });
  await console.stop();
});

test('a server that answers 503 is left alone until its time has come, whoever rings', async () => {
  const ringers: (() => void)[] = [];
  const clock = manualClock();
  let count = 0;
  let isDown = false;
  const console = await openConsole(stage.backend, stage.tutor, {
    clock,
    pollMillis: 1e9,
    doorbell: {
      onRing(listener) {
        ringers.push(listener);
        return () => undefined;
      },
    },
    link: createLink({ clock, random: () => 0.5, drop: () => undefined, probe: () => Promise.resolve() }),
    wrap: (inner) => ({
      ...inner,
      async pull(request, signal) {
        count += 1;
        if (isDown) throw new TransportError('overloaded', { status: 503, retryAfterMillis: 20_000 });
        return await inner.pull(request, signal);
      },
    }),
  });
  console.engine.start();
  await console.engine.pull();
  isDown = true;
  for (const ring of ringers) ring();
  await expect.poll(() => console.engine.status().state).toBe('error');
  const seen = count;
  for (let n = 0; n < 50; n += 1) for (const ring of ringers) ring();
  clock.advance(19_000);
  await new Promise(setImmediate);
  expect(count).toBe(seen);
  isDown = false;
  clock.advance(1_000);
  await expect.poll(() => console.engine.status().state).toBe('idle');
  expect(count).toBe(seen + 1);
  await console.stop();
});
