import { afterAll, beforeAll, expect, test } from 'vitest';
import { TransportError } from '#core/sync/transport';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { differences, openConsole, plantBookings } from '../support/sync-rig.ts';

let backend: Backend;
let tutor: TestUser;
let other: TestUser;
let student: TestUser;

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor', displayName: 'Tara Tutor' });
  other = await backend.createUser({ role: 'tutor' });
  student = await backend.createUser({ role: 'student', displayName: 'Sam Student' });
});
afterAll(async () => await backend.stop());

test('a first pull brings exactly what row level security shows, page by page', async () => {
  await plantBookings(backend.sql, tutor.id, student.id, 25);
  await plantBookings(backend.sql, other.id, student.id, 5);
  const console = await openConsole(backend, tutor, { pageSize: 4 });
  await console.engine.pull();
  expect(console.rows('bookings')).toHaveLength(25);
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  expect(console.engine.status()).toMatchObject({ problem: null, needsAttention: 0 });
  await console.stop();
});

test('a row whose transaction commits late is not passed over', async () => {
  const [early, late] = await plantBookings(backend.sql, tutor.id, student.id, 2);
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  const slow = await backend.sql.connect();
  await slow.query('begin');
  await slow.query(`update public.bookings set student_notes = 'slow' where id = $1`, [early]);
  await backend.sql.query(`update public.bookings set student_notes = 'quick' where id = $1`, [late]);
  await console.engine.pull();
  await slow.query('commit');
  slow.release();
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  const notes = console.cache.db.prepare('SELECT student_notes FROM bookings WHERE id = ?').pluck();
  expect(notes.get(early)).toBe('slow');
  await console.stop();
});

test('deleted rows go, and their messages with them', async () => {
  const [kept, gone] = await plantBookings(backend.sql, tutor.id, student.id, 2);
  for (const id of [kept, gone]) {
    await backend.sql.query(
      `insert into public.booking_messages (booking_id, sender_id, body) values ($1, $2, 'hello')`,
      [id, student.id],
    );
  }
  const console = await openConsole(backend, tutor);
  const staff = await backend.createUser({ role: 'student', staff: ['support'] });
  const desk = await openConsole(backend, staff);
  await console.engine.pull();
  await desk.engine.pull();
  await backend.sql.query('delete from public.bookings where id = $1', [gone]);
  await console.engine.pull();
  await desk.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  expect(await differences(backend.sql, staff.id, desk)).toEqual([]);
  await console.stop();
  await desk.stop();
});

test('a booking handed to another tutor leaves the one and reaches the other, with people and messages', async () => {
  const newcomer = await backend.createUser({ role: 'student' });
  const [moved] = await plantBookings(backend.sql, tutor.id, newcomer.id, 1);
  await backend.sql.query(
    `insert into public.booking_messages (booking_id, sender_id, body) values ($1, $2, 'hello')`,
    [moved, newcomer.id],
  );
  const from = await openConsole(backend, tutor);
  const to = await openConsole(backend, other);
  await from.engine.pull();
  await to.engine.pull();
  await backend.sql.query('update public.bookings set tutor_id = $2 where id = $1', [moved, other.id]);
  await from.engine.pull();
  await to.engine.pull();
  expect(await differences(backend.sql, tutor.id, from)).toEqual([]);
  expect(await differences(backend.sql, other.id, to)).toEqual([]);
  expect(from.rows('people').map(([id]) => id)).not.toContain(newcomer.id);
  expect(to.rows('people').map(([id]) => id)).toContain(newcomer.id);
  await from.stop();
  await to.stop();
});

test('a student and a suspended tutor may cache nothing', async () => {
  const suspended = await backend.createUser({ role: 'tutor' });
  await plantBookings(backend.sql, suspended.id, student.id, 1);
  await backend.sql.query('update public.profiles set is_suspended = true where id = $1', [suspended.id]);
  for (const user of [student, suspended]) {
    const console = await openConsole(backend, user);
    await console.engine.pull();
    expect(console.rows('bookings')).toEqual([]);
    expect(await differences(backend.sql, user.id, console)).toEqual([]);
    await console.stop();
  }
});

test('losing a role empties the cache down to what is left', async () => {
  const staff = await backend.createUser({ role: 'tutor', staff: ['admin'] });
  await plantBookings(backend.sql, staff.id, student.id, 1);
  const console = await openConsole(backend, staff);
  await console.engine.pull();
  expect(console.rows('bookings').length).toBeGreaterThan(1);
  await backend.sql.query('delete from public.staff_members where user_id = $1', [staff.id]);
  await console.engine.pull();
  expect(console.rows('bookings')).toHaveLength(1);
  expect(await differences(backend.sql, staff.id, console)).toEqual([]);
  await console.stop();
});

test('TRUNCATE on the server empties the cache', async () => {
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  await backend.sql.query(
    `insert into public.notifications (user_id, type, title, message) values ($1, 'booking_moved', 't', 'm')`,
    [tutor.id],
  );
  await console.engine.pull();
  expect(console.rows('notifications').length).toBeGreaterThan(0);
  await backend.sql.query('truncate public.notifications cascade');
  await console.engine.pull();
  expect(console.rows('notifications')).toEqual([]);
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('a cursor older than the purged log makes everything be pulled again, without ghosts', async () => {
  const [ghost] = await plantBookings(backend.sql, tutor.id, student.id, 1);
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  await backend.sql.query('delete from public.bookings where id = $1', [ghost]);
  await backend.sql.query(`select sync.purge('0 seconds')`);
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('a pull that finishes a round which was cut off also brings what came after that round began', async () => {
  await plantBookings(backend.sql, tutor.id, student.id, 8);
  let asked = 0;
  const console = await openConsole(backend, tutor, {
    pageSize: 2,
    wrap: (inner) => ({
      ...inner,
      pull: (request, signal) =>
        (asked += 1) === 2
          ? Promise.reject(new TransportError('The server did not answer.', { status: 0 }))
          : inner.pull(request, signal),
    }),
  });
  await expect(console.engine.pull()).rejects.toMatchObject({ code: 'OFFLINE' });
  // Its table was already complete on the first page.
  await backend.sql.query('update public.tutor_schedules set buffer_minutes = 25 where tutor_id = $1', [
    tutor.id,
  ]);
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});
