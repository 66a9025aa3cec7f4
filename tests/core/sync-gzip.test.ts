import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnections } from '#core/backend/connections';
import { createHttpTransport } from '#core/sync/transport';
import { isLoopbackAddress } from '#stack/gateway/http';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { differences, openConsole, plantBookings } from '../support/sync-rig.ts';

let far: Backend;
let near: Backend;

beforeAll(async () => {
  [far, near] = await Promise.all([startBackend({ isFar: true }), startBackend()]);
});
afterAll(async () => await Promise.all([far.stop(), near.stop()]));

async function tutorWithLessons(backend: Backend): Promise<{ tutor: TestUser; token: string }> {
  const tutor = await backend.createUser({ role: 'tutor' });
  const student = await backend.createUser({ role: 'student' });
  await plantBookings(backend.sql, tutor.id, student.id, 40);
  const { data } = await (await backend.signIn(tutor)).auth.getSession();
  return { tutor, token: data.session?.access_token ?? '' };
}

/** How the answer to a read of all bookings is written, and how many bytes of it come over the wire. */
async function wire(
  backend: Backend,
  token: string,
  accept: string,
): Promise<{ encoding: unknown; bytes: number }> {
  return await new Promise((resolve, reject) => {
    const headers = {
      apikey: backend.publishableKey,
      authorization: `Bearer ${token}`,
      'accept-encoding': accept,
    };
    const asked = request(`${backend.url}/rest/v1/bookings?select=*`, { headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (piece: Buffer) => (bytes += piece.length));
      answer.on('end', () => resolve({ encoding: answer.headers['content-encoding'], bytes }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('answers to another machine are compressed where they may be; those to this one are not', async () => {
  const { token } = await tutorWithLessons(far);
  const zipped = await wire(far, token, 'gzip, br');
  const plain = await wire(far, token, 'identity');
  expect(zipped.encoding).toBe('gzip');
  expect(plain.encoding).toBeUndefined();
  expect(zipped.bytes).toBeLessThan(plain.bytes / 3);
  const home = await tutorWithLessons(near);
  expect(await wire(near, home.token, 'gzip')).toMatchObject({ encoding: undefined });
});

test('a console on another machine gets the same rows out of compressed pages', async () => {
  const { tutor, token } = await tutorWithLessons(far);
  const connections = createConnections();
  const encodings: (string | null)[] = [];
  const transport = createHttpTransport({
    url: far.url,
    key: far.publishableKey,
    userId: tutor.id,
    accessToken: () => Promise.resolve(token),
    // What was compressed has lost its length on the way; what was not tells it.
    fetch: async (input, init) => {
      const answer = await connections.fetch(input, init);
      encodings.push(answer.headers.get('content-length'));
      return answer;
    },
  });
  const console = await openConsole(far, tutor, { transport, pageSize: 25 });
  await console.engine.pull();
  expect(await differences(far.sql, tutor.id, console)).toEqual([]);
  expect(encodings.length).toBeGreaterThan(1);
  expect(encodings.slice(0, 1)).toEqual([null]);
  await console.stop();
});

test.each([
  ['127.0.0.1', true],
  ['127.9.8.7', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['192.168.1.20', false],
  ['10.127.0.0.1', false],
  ['203.0.113.127', false],
  ['::ffff:192.0.2.1', false],
  ['fe80::1', false],
  [undefined, false],
])('the address %s is this machine: %s', (address, isNear) => {
  expect(isLoopbackAddress(address)).toBe(isNear);
});
