import { openCache } from '#core/cache/open';
import { createSyncEngine } from '#core/sync/engine';

/**
 * Confirms booking after booking in a cache until it is killed, and says each id when `add` has returned:
 *   node tests/support/edit-child.ts DIRECTORY PROJECT USER
 */
const [, , directory = '', project = '', userId = ''] = process.argv;
const clock = { now: () => Date.now() * 1000, after: () => () => undefined };
const log = () => undefined;
const cache = await openCache({ directory, project, userId, clock, log });
const never = () => new Promise<never>(() => undefined);
const engine = createSyncEngine({
  cache,
  transport: { pull: never, push: never, digest: never, list: never },
  userId,
  clock,
  random: Math.random,
  log,
  refreshSession: () => Promise.resolve(false),
});
const waiting = cache.db
  .prepare<[], { id: string }>(`SELECT id FROM bookings WHERE status = 'PENDING' ORDER BY id`)
  .all();
process.stdout.write(`ready ${cache.isReadOnly}\n`);
for (const { id } of waiting) {
  const { mutationId } = engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  process.stdout.write(`added ${mutationId} ${id}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write('done\n');
