import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import * as z from 'zod';
import { openCache } from '#core/cache/open';
import type { Clock } from '#core/cache/types';
import { createSyncEngine } from '#core/sync/engine';
import { createHttpTransport } from '#core/sync/transport';
import { createCrasher, transportWithCrashPoints, withCrashPoints } from './crash-points.ts';

/** A console in a process of its own, which edits without pause until it is killed. One line an acknowledged edit. */
const given = z
  .object({ url: z.string(), key: z.string(), token: z.string(), userId: z.string(), directory: z.string() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));
const pass = createCrasher(process.env['CRASH_AT']);
const clock: Clock = {
  now: () => Date.now() * 1000,
  after(millis, run) {
    const timer = setTimeout(run, millis);
    return () => clearTimeout(timer);
  },
};
const cache = await openCache({ ...given, project: 'killed', clock, log: () => undefined });
const engine = createSyncEngine({
  cache: { ...cache, db: withCrashPoints(cache.db, pass) },
  transport: transportWithCrashPoints(
    createHttpTransport({
      url: given.url,
      key: given.key,
      accessToken: () => Promise.resolve(given.token),
      userId: given.userId,
    }),
    pass,
  ),
  userId: given.userId,
  clock,
  random: Math.random,
  log: () => undefined,
  refreshSession: () => Promise.resolve(false),
  holdMillis: 20,
  pollMillis: 150,
  pageSize: 20,
});
engine.start();
const base = (Math.floor(Date.now() / 3_600_000) + 2400) * 3_600_000_000;
setInterval(() => {
  const id = randomUUID();
  const start_at = base + Math.floor(Math.random() * 1e6) * 60_000_000;
  const args = { id, start_at, end_at: start_at + 3_600_000_000, reason_private: null };
  engine.add({ kind: 'unavailability.add', args });
  writeSync(1, `${id}\n`);
}, 15);
