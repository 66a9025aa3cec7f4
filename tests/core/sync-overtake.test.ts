import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TransportError } from '#core/sync/transport';
import { startBackend, type Backend } from '../support/backend.ts';
import { openConsole, plantBookings } from '../support/sync-rig.ts';

let backend: Backend;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(async () => await backend.stop());

test('an edit that was answered while a pull was under way stays visible until a later pull brings it', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const student = await backend.createUser({ role: 'student' });
  const [booking = ''] = await plantBookings(backend.sql, tutor.id, student.id, 1);
  let isHolding = false;
  let letGo = () => undefined as void;
  let arrived = () => undefined as void;
  const console = await openConsole(backend, tutor, {
    wrap: (inner) => ({
      ...inner,
      async pull(request, signal) {
        const answer = await inner.pull(request, signal);
        if (!isHolding) return answer;
        isHolding = false;
        arrived();
        await new Promise<void>((resolve) => (letGo = resolve));
        return answer;
      },
    }),
  });
  await console.engine.pull();
  isHolding = true;
  const held = new Promise<void>((resolve) => (arrived = resolve));
  const pulling = console.engine.pull();
  await held;
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: booking } });
  await console.engine.flush();
  letGo();
  await pulling;
  const status = console.cache.db.prepare('SELECT status FROM bookings WHERE id = ?').pluck();
  expect(status.get(booking)).toBe('CONFIRMED');
  await console.engine.pull();
  expect(status.get(booking)).toBe('CONFIRMED');
  expect(console.engine.outbox()).toEqual([]);
  await console.stop();
});

test('a replaced week takes the place of an earlier one only when that was never sent', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  let isLost = true;
  const console = await openConsole(backend, tutor, {
    wrap: (inner) => ({
      ...inner,
      async push(clientId, mutations, signal) {
        const answer = await inner.push(clientId, mutations, signal);
        if (isLost) throw new TransportError('The server did not answer.', { status: 0 });
        return answer;
      },
    }),
  });
  await console.engine.pull();
  const scheduleId = String(console.rows('tutor_schedules')[0]?.[0]);
  const replace = (day: number) =>
    console.engine.add({
      kind: 'availability.replace',
      args: {
        schedule_id: scheduleId,
        rules: [{ id: randomUUID(), day_of_week: day, start_time: '09:00', end_time: '10:00' }],
      },
    }).mutationId;
  const first = replace(1);
  await expect(console.engine.flush()).rejects.toMatchObject({ code: 'OFFLINE' });
  const second = replace(2);
  expect(console.engine.outbox().map((item) => item.id)).toEqual([first, second]);
  isLost = false;
  await console.engine.pull();
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  const days = console.cache.db.prepare('SELECT day_of_week FROM tutor_availability_rules').pluck();
  expect(days.all()).toEqual([2]);
  await console.stop();
});
