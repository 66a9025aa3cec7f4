import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { differences, openConsole, plantBookings } from '../support/sync-rig.ts';

let backend: Backend;
let tutor: TestUser;
let student: TestUser;

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor' });
  student = await backend.createUser({ role: 'student' });
});
afterAll(async () => await backend.stop());

test.each(['delete', 'insert'] as const)(
  'a message whose %s is under way while its booking is handed on is told to whom the booking goes',
  async (what) => {
    const other = await backend.createUser({ role: 'tutor' });
    const [booking = ''] = await plantBookings(backend.sql, tutor.id, student.id, 1);
    await say(booking, 'first');
    const console = await openConsole(backend, other);
    await console.engine.pull();
    await withTwo(async (writer, mover) => {
      await mover.query('begin');
      await mover.query('update public.bookings set tutor_id = $2 where id = $1', [booking, other.id]);
      await writer.query('begin');
      const pid = await pidOf(writer);
      const written =
        what === 'delete'
          ? writer.query('delete from public.booking_messages where booking_id = $1', [booking])
          : writer.query(
              `insert into public.booking_messages (booking_id, sender_id, body) values ($1, $2, 'second')`,
              [booking, student.id],
            );
      await expect.poll(() => isWaiting(pid)).toBe(true);
      await mover.query('commit');
      await written;
      await console.engine.pull();
      await writer.query('commit');
    });
    await console.engine.pull();
    expect(await differences(backend.sql, other.id, console)).toEqual([]);
    expect(console.rows('booking_messages')).toHaveLength(what === 'delete' ? 0 : 2);
    await console.stop();
  },
);

test('a parent who is linked while a message is being deleted does not keep it', async () => {
  const parent = await backend.createUser({ role: 'tutor' });
  const child = await backend.createUser({ role: 'student' });
  const [booking = ''] = await plantBookings(backend.sql, tutor.id, child.id, 1);
  await say(booking, 'hello');
  const console = await openConsole(backend, parent);
  await withTwo(async (writer, linker) => {
    await writer.query('begin');
    await writer.query('delete from public.booking_messages where booking_id = $1', [booking]);
    const pid = await pidOf(linker);
    const linked = linker.query(
      'insert into public.parent_child_links (parent_id, child_id) values ($1, $2)',
      [parent.id, child.id],
    );
    await expect.poll(() => isWaiting(pid)).toBe(true);
    await console.engine.pull();
    await writer.query('commit');
    await linked;
  });
  await console.engine.pull();
  expect(await differences(backend.sql, parent.id, console)).toEqual([]);
  expect(console.rows('bookings')).toHaveLength(1);
  await console.stop();
});

test('bookings of one family can be written at the same time', async () => {
  const ids = await plantBookings(
    backend.sql,
    tutor.id,
    student.id,
    2,
    new Date(Date.now() + 400 * 3_600_000),
  );
  await withTwo(async (one, other) => {
    for (const client of [one, other]) await client.query('begin');
    const move = 'update public.bookings set payer_id = student_id where id = $1';
    await one.query(move, [ids[0]]);
    await other.query(move, [ids[1]]);
    for (const client of [one, other]) await client.query('commit');
  });
  const moved = await backend.sql.query(
    'select from public.bookings where id = any ($1) and payer_id = student_id',
    [ids],
  );
  expect(moved.rowCount).toBe(2);
});

async function say(booking: string, body: string): Promise<void> {
  await backend.sql.query(
    'insert into public.booking_messages (booking_id, sender_id, body) select b.id, b.student_id, $2 from public.bookings b where b.id = $1',
    [booking, body],
  );
}

async function withTwo(work: (one: pg.PoolClient, other: pg.PoolClient) => Promise<void>): Promise<void> {
  const clients = [await backend.sql.connect(), await backend.sql.connect()] as const;
  try {
    await work(...clients);
  } finally {
    for (const client of clients) client.release(true);
  }
}

async function pidOf(client: pg.PoolClient): Promise<number> {
  const found = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return found.rows[0]?.pid ?? 0;
}

/** Whether PostgreSQL says that this connection waits for a lock. */
async function isWaiting(pid: number): Promise<boolean> {
  const found = await backend.sql.query<{ count: number }>(
    `select count(*)::int as count from pg_catalog.pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
    [pid],
  );
  return found.rows[0]?.count === 1;
}
