import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, refusal, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

const failures = async () =>
  (
    await world.sql.query(
      `select type, user_id, last_error from public.notification_outbox where status = 'failed'`,
    )
  ).rows;

describe('notify', () => {
  it('never undoes what it speaks of, and keeps what it could not deliver', async () => {
    const tutor = await world.person('tutor');
    const student = await world.person('student');
    const id = await world.booking({ tutor, student });
    await world.sql.query(`
      create function pg_temp.fail() returns trigger language plpgsql as $$ begin raise exception 'push is down'; end $$;
      create trigger broken before insert on public.notifications for each row execute function pg_temp.fail()`);
    const row = await world.call(tutor, 'console_booking_confirm', { p_booking_id: id });
    await world.sql.query('drop trigger if exists broken on public.notifications');
    expect(row).toMatchObject({ status: 'CONFIRMED' });
    expect(await failures()).toEqual([
      { type: 'booking_confirmed', user_id: student, last_error: expect.stringContaining('push is down') },
    ]);
    await world.sql.query('delete from public.notification_outbox');
  });

  it('keeps a notice of a type that nobody declared as failed', async () => {
    const student = await world.person('student');
    await world.sql.query(`select private.notify($1, 'no_such_type', 'T', 'M')`, [student]);
    expect(await failures()).toEqual([
      {
        type: 'no_such_type',
        user_id: student,
        last_error: expect.stringContaining('unknown notification type'),
      },
    ]);
    await world.sql.query('delete from public.notification_outbox');
  });

  it('queues one delivery for each channel of the type', async () => {
    const student = await world.person('student');
    await world.sql.query(`select private.notify($1, 'booking_moved', 'T', 'M')`, [student]);
    const rows = await world.sql.query(
      `select channel, status from public.notification_outbox where user_id = $1 order by channel`,
      [student],
    );
    expect(rows.rows).toEqual([
      { channel: 'email', status: 'pending' },
      { channel: 'push', status: 'pending' },
    ]);
  });

  it('speaks in the zone of the reader, and falls back where the zone is unknown', async () => {
    const reader = await world.person('student');
    const say = async (zone: string) => {
      await world.sql.query('update public.people set timezone = $2 where id = $1', [reader, zone]);
      const said = await world.sql.query(`select private.say_time('2026-11-02T23:00:00Z', $1) as text`, [
        reader,
      ]);
      return (said.rows[0] as { text: string }).text;
    };
    expect(await say('Europe/London')).toBe('Mon 2 Nov, 11:00 PM');
    expect(await say('Mars/Olympus')).toBe('Mon 2 Nov, 7:00 PM');
  });

  it('lets people mark their own notices as read, twice without harm, and no others', async () => {
    const student = await world.person('student');
    const other = await world.person('student');
    await world.sql.query(`select private.notify($1, 'booking_moved', 'T', 'M')`, [student]);
    const found = await world.query(student, 'select id from public.notifications');
    const args = { p_id: (found.rows[0] as { id: string }).id };
    expect(await refusal(world.call(other, 'console_notification_mark_read', args))).toMatchObject({
      code: 'SY030',
    });
    expect(await world.call(student, 'console_notification_mark_read', args)).toMatchObject({
      is_read: true,
    });
    expect(await world.call(student, 'console_notification_mark_read', args)).toMatchObject({
      is_read: true,
    });
  });
});
