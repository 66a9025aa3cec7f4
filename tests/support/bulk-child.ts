import { readFileSync, writeSync } from 'node:fs';
import { openCache } from '#core/cache/open';
import { createHttpTransport } from '#core/sync/transport';
import { createBulks } from '#core/verification/bulk';

/**
 * Decides cases together and stands still at POINT (before-call, after-call, done), to be killed there:
 *   node tests/support/bulk-child.ts DIRECTORY URL KEY USER TOKEN DECISIONS POINT
 * DECISIONS is a file with the JSON of DecisionInput[].
 */
const [, , directory = '', url = '', key = '', userId = '', token = '', file = '', point = ''] = process.argv;
const clock = { now: () => Date.now() * 1000, after: () => () => undefined };
const log = () => undefined;
const cache = await openCache({ directory, project: url, userId, clock, log });
const transport = createHttpTransport({ url, key, userId, accessToken: async () => token });

const reach = async (name: string) => {
  if (name !== point) return;
  // Not process.stdout: what was said must have left this process when it is killed.
  writeSync(1, 'at-point\n');
  setInterval(() => undefined, 1_000_000);
  await new Promise<never>(() => undefined);
};

const bulks = createBulks({
  cache,
  userId,
  clock,
  log,
  async call(name, params, signal) {
    await reach('before-call');
    const answer = await transport.call(name, params, signal);
    await reach('after-call');
    return answer;
  },
  refreshSession: async () => false,
  serverOffset: () => 0,
  onChanged: () => undefined,
});
await bulks.decide(JSON.parse(readFileSync(file, 'utf8')));
await reach('done');
