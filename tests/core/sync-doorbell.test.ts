import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDoorbell } from '#core/sync/doorbell';
import { startBackend, type Backend } from '../support/backend.ts';
import { manualClock, openConsole, plantBookings } from '../support/sync-rig.ts';

let backend: Backend;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(async () => await backend.stop());

test('a change by someone else reaches an open console without waiting for the poll', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const student = await backend.createUser({ role: 'student' });
  const client = await backend.signIn(tutor);
  await client.realtime.setAuth((await client.auth.getSession()).data.session?.access_token ?? null);
  const states: unknown[] = [];
  const clock = manualClock();
  const doorbell = createDoorbell({
    client,
    userId: tutor.id,
    isStaff: false,
    clock,
    log: (_level, _event, fields) => states.push(fields?.['status']),
  });
  await expect.poll(() => states).toContain('SUBSCRIBED');
  const console = await openConsole(backend, tutor, { clock, doorbell, pollMillis: 1e9 });
  console.engine.start();
  await console.engine.pull();
  const [id] = await plantBookings(backend.sql, tutor.id, student.id, 1);
  await expect.poll(() => console.rows('bookings').map((row) => row[0])).toEqual([id]);
  await backend.sql.query('delete from public.bookings where id = $1', [id]);
  await expect.poll(() => console.rows('bookings')).toEqual([]);
  await console.stop();
  await doorbell.close();
});

test('nobody hears the doorbell of another', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const eavesdropper = await backend.createUser({ role: 'tutor' });
  const client = await backend.signIn(eavesdropper);
  await client.realtime.setAuth((await client.auth.getSession()).data.session?.access_token ?? null);
  const refused = await new Promise<string>((resolve) => {
    client.channel(`sync:${tutor.id}`, { config: { private: true } }).subscribe((status) => resolve(status));
  });
  expect(refused).toBe('CHANNEL_ERROR');
  await client.removeAllChannels();
});
