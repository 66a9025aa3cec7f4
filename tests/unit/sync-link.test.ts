import { expect, test } from 'vitest';
import { createLink, type Link } from '#core/sync/link';
import { createPatience } from '#core/sync/patience';
import { dice } from '../sim/random.ts';
import { manualClock, type ManualClock } from '../support/sync-rig.ts';

type Rig = {
  readonly link: Link;
  readonly clock: ManualClock;
  /** Whether the server answers probes: at once, never, or by hanging up. */
  network: 'good' | 'silent' | 'refusing';
  readonly probes: number[];
  readonly backs: { readonly at: number; readonly wasDown: boolean }[];
  /** Milliseconds since the beginning. */
  now(): number;
  run(millis: number): Promise<void>;
};

function openLink(random: () => number = () => 0.5): Rig {
  const clock = manualClock(0);
  const now = () => clock.now() / 1000;
  const rig: Rig = {
    clock,
    network: 'good',
    probes: [],
    backs: [],
    now,
    async run(millis) {
      for (let step = 0; step < millis; step += 50) {
        clock.advance(50);
        // Answers of probes arrive between the ticks of the clock.
        await Promise.resolve().then(() => undefined);
        await Promise.resolve();
      }
    },
    link: createLink({
      clock,
      random,
      drop: () => undefined,
      probe() {
        rig.probes.push(now());
        if (rig.network === 'good') return Promise.resolve();
        if (rig.network === 'refusing') return Promise.reject(new Error('refused'));
        return new Promise(() => undefined);
      },
    }),
  };
  rig.link.onBack((wasDown) => rig.backs.push({ at: now(), wasDown }));
  return rig;
}

test.each(['silent', 'refusing'] as const)(
  'a server that comes back after hours of a %s network is found within three seconds',
  async (network) => {
    const rig = openLink();
    rig.network = network;
    rig.link.lost();
    await rig.run(10_000);
    rig.clock.advance(3 * 3_600_000);
    await rig.run(5_000);
    expect(rig.backs).toEqual([]);
    expect(rig.link.isDown).toBe(true);
    rig.network = 'good';
    const healed = rig.now();
    await rig.run(3_000);
    expect(rig.backs).toMatchObject([{ wasDown: true }]);
    expect((rig.backs[0]?.at ?? Infinity) - healed).toBeLessThan(3_000);
    rig.link.answered();
    const seen = rig.probes.length;
    await rig.run(60_000);
    expect(rig.probes).toHaveLength(seen);
  },
);

test('nobody is probed more than twice in a second, and less after a minute', async () => {
  const rig = openLink(() => 0);
  rig.network = 'refusing';
  rig.link.lost();
  await rig.run(60_000);
  expect(rig.probes.length).toBeLessThanOrEqual(121);
  const seen = rig.probes.length;
  await rig.run(60_000);
  expect(rig.probes.length - seen).toBeLessThanOrEqual(51);
});

test('a probe that is answered where no request is, as by the sign-in page of a network, does not make a hot loop', async () => {
  const rig = openLink();
  rig.link.onBack(() => rig.link.lost());
  rig.link.lost();
  await rig.run(600_000);
  // Full jitter at its middle: 1, 2, 4, … 30 seconds between the trials.
  expect(rig.backs.length).toBeGreaterThan(10);
  expect(rig.backs.length).toBeLessThan(40);
});

test('a suspicion that a probe answers costs one probe; one that it does not answer is a loss', async () => {
  const rig = openLink();
  rig.link.suspect();
  await rig.run(10_000);
  expect(rig.probes).toHaveLength(1);
  expect(rig.backs).toMatchObject([{ wasDown: false }]);
  rig.network = 'silent';
  rig.link.suspect();
  await rig.run(1_400);
  expect(rig.link.isDown).toBe(false);
  await rig.run(200);
  expect(rig.link.isDown).toBe(true);
});

test('a connection that died while the server answers probes is replaced at once', async () => {
  const rig = openLink();
  rig.link.suspect();
  await rig.run(50);
  const seen = rig.probes.length;
  rig.link.lost();
  await rig.run(50);
  expect(rig.backs).toMatchObject([{ wasDown: false }, { wasDown: false }]);
  expect(rig.probes).toHaveLength(seen);
});

test('an answer that comes after all ends the search and lets those who wait go on', async () => {
  const rig = openLink();
  rig.network = 'silent';
  rig.link.lost();
  await rig.run(2_000);
  rig.link.answered();
  expect(rig.backs).toMatchObject([{ wasDown: false }]);
  expect(rig.link.isDown).toBe(false);
});

test('hundreds of consoles that lose a server together come back spread over more than a second', async () => {
  const rigs = Array.from({ length: 300 }, (_, n) => openLink(dice(n).next));
  for (const rig of rigs) {
    rig.network = 'refusing';
    rig.link.lost();
  }
  await Promise.all(rigs.map((rig) => rig.run(30_000)));
  for (const rig of rigs) rig.network = 'good';
  await Promise.all(rigs.map((rig) => rig.run(5_000)));
  const backs = rigs.map((rig) => rig.backs[0]?.at ?? Infinity).toSorted((one, other) => one - other);
  expect(backs.at(-1)).toBeLessThan(33_000);
  // No tenth of a second sees more than a fifth of them.
  const tenths = Map.groupBy(backs, (at) => Math.floor(at / 100));
  expect(Math.max(...[...tenths.values()].map((each) => each.length))).toBeLessThan(60);
});

test('a request is suspected after a second of silence, ended after two, and given twice the time when tried again', () => {
  const clock = manualClock(0);
  let suspicions = 0;
  const patience = createPatience({
    clock,
    onSilent: () => void (suspicions += 1),
    isReached: () => true,
  });
  const first = patience.begin();
  clock.advance(1_000);
  expect(suspicions).toBe(1);
  clock.advance(999);
  expect(first.ended.aborted).toBe(false);
  clock.advance(1);
  expect(first.ended.aborted).toBe(true);
  first.done();
  const second = patience.begin();
  clock.advance(3_999);
  expect(second.ended.aborted).toBe(false);
  second.heard();
  // Between the pieces of an answer the same holds; a slow server keeps its time.
  clock.advance(11_000);
  expect(second.ended.aborted).toBe(false);
  clock.advance(1_000);
  expect(second.ended.aborted).toBe(true);
});

test('a request that is done is neither suspected nor ended', () => {
  const clock = manualClock(0);
  let suspicions = 0;
  const wait = createPatience({
    clock,
    onSilent: () => void (suspicions += 1),
    isReached: () => true,
  }).begin();
  wait.heard();
  wait.done();
  clock.advance(60_000);
  expect([suspicions, wait.ended.aborted]).toEqual([0, false]);
  expect(clock.timers).toBe(0);
});
