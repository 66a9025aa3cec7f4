import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openCache } from '#core/cache/open';
import { createDrafts, type DraftItem } from '#core/drafts/drafts';
import { createHttpTransport } from '#core/sync/transport';
import { makeTestDecision, testKinds } from '../support/draft-kind.ts';
import { createRandom } from '../support/random.ts';
import { openConsole } from '../support/sync-rig.ts';
import { createStage } from '../support/sync-stage.ts';

const stage = createStage();
let directory: string;
let token: string;
beforeAll(async () => await makeTestDecision(stage.backend.sql));
beforeEach(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'itutor-drafts-'));
  await stage.backend.sql.query('delete from public.test_ratings');
  const { data } = await (await stage.backend.signIn(stage.tutor)).auth.getSession();
  token = data.session?.access_token ?? '';
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Bookings in a cache that is closed again. */
async function fill(bookings: number): Promise<void> {
  await stage.plant(bookings);
  const console = await openConsole(stage.backend, stage.tutor, { directory });
  await console.engine.pull();
  await console.stop();
}

type Said = { readonly word: string; readonly bookingId: string };

/** Runs the child until `isEnough`, kills it at once, and returns all that it had said. */
async function runUntil(
  isEnough: (said: readonly Said[]) => boolean,
  { skip = 0, point = '' },
): Promise<readonly Said[]> {
  const script = path.resolve(import.meta.dirname, '../support/draft-child.ts');
  const { url, publishableKey } = stage.backend;
  const child = spawn(
    process.execPath,
    [script, directory, url, publishableKey, stage.tutor.id, token, String(skip), point],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said: Said[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [word = '', bookingId = ''] = line.split(' ');
    said.push({ word, bookingId });
    if (isEnough(said)) child.kill('SIGKILL');
  }
  await exited;
  return said;
}

/** What the next start finds, after it has asked about what was in doubt. */
async function nextStart(): Promise<{
  readonly before: readonly DraftItem[];
  readonly after: readonly DraftItem[];
}> {
  const clock = { now: () => Date.now() * 1000, after: () => () => undefined };
  const log = () => undefined;
  const { url, publishableKey: key } = stage.backend;
  const userId = stage.tutor.id;
  const cache = await openCache({ directory, project: url, userId, clock, log });
  expect(cache.recovery).toBeNull();
  const drafts = createDrafts({
    cache,
    userId,
    clock,
    log,
    kinds: testKinds,
    call: createHttpTransport({ url, key, userId, accessToken: async () => token }).call,
    refreshSession: async () => false,
    pull: async () => undefined,
    serverOffset: () => 0,
    onChanged: () => undefined,
  });
  const before = drafts.list();
  await drafts.settle();
  const after = drafts.list();
  await drafts.stop();
  await cache.close();
  return { before, after };
}

async function ratingsOf(bookingId: string): Promise<number> {
  const found = await stage.backend.sql.query<{ n: number }>(
    'select count(*)::int as n from public.test_ratings where booking_id = $1',
    [bookingId],
  );
  return found.rows[0]?.n ?? 0;
}

test.each([
  ['saved', 'ready', 'ready', 0],
  ['before-call', 'in-doubt', 'ready', 0],
  ['after-call', 'in-doubt', 'confirmed', 1],
] as const)(
  'killed at "%s", a decision is %s at the next start, and %s once the server was asked',
  async (point, first, then, count) => {
    await fill(1);
    const said = await runUntil((lines) => lines.some(({ word }) => word === 'at-point'), { point });
    const bookingId = said.find(({ word }) => word === 'saved')?.bookingId ?? '';
    const { before, after } = await nextStart();
    expect(before).toMatchObject([{ rowId: bookingId, state: first }]);
    expect(after).toMatchObject([{ rowId: bookingId, state: then }]);
    expect(await ratingsOf(bookingId)).toBe(count);
  },
);

test('killed at any instant, every decision that was kept is there or done, and none is done twice', async () => {
  await fill(150);
  const random = createRandom(7);
  const all: Said[] = [];
  for (let round = 0; round < 8; round += 1) {
    const lines = 1 + random.below(12);
    all.push(...(await runUntil((said) => said.length >= lines, { skip: round * 12 })));
    const { after } = await nextStart();
    const states = new Map(after.map((item) => [item.rowId, item.state]));
    for (const { bookingId } of all.filter(({ word }) => word === 'saved')) {
      const done = await ratingsOf(bookingId);
      const state = states.get(bookingId);
      // Not in the file any more, or marked as confirmed: done. Else a draft that nothing was done for.
      expect([bookingId, done]).toEqual([bookingId, state === undefined || state === 'confirmed' ? 1 : 0]);
      expect([undefined, 'confirmed', 'ready']).toContain(state);
    }
    for (const { bookingId } of all.filter(({ word }) => word === 'confirmed')) {
      expect(await ratingsOf(bookingId)).toBe(1);
    }
  }
  expect(all.filter(({ word }) => word === 'confirmed').length).toBeGreaterThan(10);
});
