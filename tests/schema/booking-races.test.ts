import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, hoursLater, monday, refusal, type World } from '../support/world.ts';

let world: World;
let tutor: string;
let student: string;
beforeAll(async () => {
  world = await createWorld();
  student = await world.person('student');
});
afterAll(() => world.stop());
beforeEach(async () => {
  tutor = await world.person('tutor');
});

/** An open transaction as the tutor. */
async function begin(): Promise<pg.PoolClient> {
  const client = await world.sql.connect();
  await client.query('begin');
  await client.query(
    `select set_config('itutor.clock_offset', ($1::timestamptz - now())::text, true),
       set_config('request.jwt.claims', $2, true)`,
    [monday, JSON.stringify({ sub: tutor, role: 'authenticated' })],
  );
  await client.query('set local role authenticated');
  return client;
}

/** Resolves when some session of the database waits for a lock. */
async function someoneWaits(): Promise<void> {
  const waiters = async () => {
    const waiting = await world.sql.query(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return (waiting.rows[0] as { n: number }).n;
  };
  await expect.poll(waiters).toBe(1);
}

describe('transactions with several actions of one tutor', () => {
  it('queue instead of deadlocking, whatever the order of their bookings', async () => {
    const first = await world.booking({ tutor, student, startsIn: 30 });
    const second = await world.booking({ tutor, student, startsIn: 40 });
    const one = await begin();
    const two = await begin();
    await one.query('select public.console_booking_confirm($1)', [first]);
    const outcome = refusal(two.query('select public.console_booking_confirm($1)', [second]));
    await someoneWaits();
    // With row locks taken first, this would wait for the other, who waits for us.
    await one.query('select public.console_booking_confirm($1)', [second]);
    await one.query('commit');
    one.release();
    expect(await outcome).toMatchObject({ code: 'SY020' });
    await two.query('rollback');
    two.release();
  });

  it('see what the other has committed: the time it took is taken', async () => {
    const first = await world.booking({ tutor, student, startsIn: 30 });
    const rival = await world.booking({ tutor, student, startsIn: 30.5 });
    const one = await begin();
    await one.query('select public.console_booking_confirm($1)', [first]);
    const outcome = refusal(world.call(tutor, 'console_booking_confirm', { p_booking_id: rival }));
    await someoneWaits();
    await one.query('commit');
    one.release();
    expect((await outcome).detail).toMatchObject({ rule: 'overlap', conflicts: [{ id: first }] });
  });
});

describe('a writer that knows nothing of our locks, such as the web app', () => {
  it('is stopped by the constraint, and what we say of it is the rule', async () => {
    const theirs = await world.booking({ tutor, student, startsIn: 30 });
    const ours = await world.booking({ tutor, student, startsIn: 30 });
    const web = await world.sql.connect();
    await web.query('begin');
    await web.query(
      `update public.bookings set status = 'CONFIRMED', confirmed_start_at = $2, confirmed_end_at = $3 where id = $1`,
      [theirs, hoursLater(30), hoursLater(31)],
    );
    const outcome = refusal(world.call(tutor, 'console_booking_confirm', { p_booking_id: ours }));
    await someoneWaits();
    await web.query('commit');
    web.release();
    expect(await outcome).toMatchObject({ code: 'P0001', detail: { rule: 'overlap' } });
  });
});
