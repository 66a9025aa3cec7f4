import { writeSync } from 'node:fs';
import { openCache } from '#core/cache/open';
import { createDrafts } from '#core/drafts/drafts';
import { createHttpTransport } from '#core/sync/transport';
import { testKinds } from './draft-kind.ts';

/**
 * Drafts and confirms a decision on booking after booking until it is killed, and says each step when it is done:
 *   node tests/support/draft-child.ts DIRECTORY URL KEY USER TOKEN SKIP [POINT]
 * It leaves SKIP bookings out. At POINT (saved, before-call, after-call) it stands still for ever, so that it is killed just there.
 */
const [, , directory = '', url = '', key = '', userId = '', token = '', skip = '0', point = ''] =
  process.argv;
const clock = { now: () => Date.now() * 1000, after: () => () => undefined };
const log = () => undefined;
const cache = await openCache({ directory, project: url, userId, clock, log });
const transport = createHttpTransport({ url, key, userId, accessToken: async () => token });

// Not process.stdout: what was said must have left this process when it is killed.
const say = (line: string) => writeSync(1, `${line}\n`);
const reach = async (name: string) => {
  if (name !== point) return;
  say('at-point');
  setInterval(() => undefined, 1_000_000);
  await new Promise<never>(() => undefined);
};

const drafts = createDrafts({
  cache,
  userId,
  clock,
  log,
  kinds: testKinds,
  async call(name, params, signal) {
    const isDecision = name === 'test_rate';
    if (isDecision) await reach('before-call');
    const answer = await transport.call(name, params, signal);
    if (isDecision) await reach('after-call');
    return answer;
  },
  refreshSession: async () => false,
  pull: async () => undefined,
  serverOffset: () => 0,
  onChanged: () => undefined,
});

const bookings = cache.db
  .prepare<[], { id: string }>(`SELECT id FROM bookings ORDER BY id`)
  .all()
  .slice(Number(skip));
for (const booking of bookings) {
  const { id } = drafts.save('test.rate', { booking_id: booking.id, stars: 4 });
  say(`saved ${booking.id}`);
  await reach('saved');
  const { outcome } = await drafts.confirm(id);
  say(`${outcome} ${booking.id}`);
}
say('done all');
