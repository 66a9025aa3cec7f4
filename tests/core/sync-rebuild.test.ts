import { afterAll, beforeAll, expect, test } from 'vitest';
import { TransportError } from '#core/sync/transport';
import { startBackend, type Backend } from '../support/backend.ts';
import { differences, openConsole, plantBookings } from '../support/sync-rig.ts';

let backend: Backend;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(async () => await backend.stop());

test('rebuilding fetches every row anew and keeps the edits; without the server it changes nothing', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const student = await backend.createUser({ role: 'student' });
  const [id = '', other = ''] = await plantBookings(backend.sql, tutor.id, student.id, 3);
  let isCut = false;
  const starts: string[] = [];
  const console = await openConsole(backend, tutor, {
    wrap: (inner) => ({
      ...inner,
      pull(request, signal) {
        if (isCut) return Promise.reject(new TransportError('cut off', { status: 0 }));
        starts.push(request.tables['bookings']?.snap ?? '');
        return inner.pull(request, signal);
      },
    }),
  });
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  // Something that only a fresh start would put right.
  console.cache.db.prepare('UPDATE bookings SET row_version = 99 WHERE id = ?').run(other);
  isCut = true;
  await expect(console.engine.rebuild()).rejects.toMatchObject({ code: 'OFFLINE' });
  expect(console.rows('bookings')).toHaveLength(3);
  isCut = false;
  starts.length = 0;
  await console.engine.rebuild();
  expect(starts.filter((snap) => snap === '1:1:')).toHaveLength(1);
  expect(console.engine.outbox()).toMatchObject([{ rowId: id }]);
  expect(console.engine.health().lastChange?.changes.find(({ table }) => table === 'bookings')).toMatchObject(
    { received: 3 },
  );
  await console.engine.flush();
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});
