import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mutationArgs, type MutationKind } from '#shared/domain/mutations';
import { createWorld, hoursLater, refusal, type World } from '../support/world.ts';

let world: World;
let tutor: string;
let student: string;
beforeAll(async () => {
  world = await createWorld();
  tutor = await world.person('tutor');
  student = await world.person('student');
});
afterAll(() => world.stop());

const micros = (hours: number) => Date.parse(hoursLater(hours)) * 1000;

/** As sync_push does it: as the schema's owner, with the caller's claims. */
async function apply(kind: string, args: unknown, hours = 0): Promise<Record<string, unknown>> {
  const client = await world.sql.connect();
  try {
    await client.query('begin');
    await client.query(
      `select set_config('itutor.clock_offset', ($1::timestamptz - now())::text, true),
         set_config('request.jwt.claims', $2, true)`,
      [hoursLater(hours), JSON.stringify({ sub: tutor, role: 'authenticated' })],
    );
    const result = await client.query('select private.apply_mutation($1, $2) as row', [
      kind,
      JSON.stringify(args),
    ]);
    await client.query('commit');
    return (result.rows[0] as { row: Record<string, unknown> }).row;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

describe('a queued edit', () => {
  const cases: { [K in MutationKind]: () => Promise<{ args: unknown; hours?: number; expected: object }> } = {
    'booking.confirm': async () => ({
      args: { booking_id: await world.booking({ tutor, student, startsIn: 100 }) },
      expected: { status: 'CONFIRMED' },
    }),
    'booking.decline': async () => ({
      args: { booking_id: await world.booking({ tutor, student }), message: 'No' },
      expected: { status: 'DECLINED' },
    }),
    'booking.counter_offer': async () => ({
      args: {
        booking_id: await world.booking({ tutor, student }),
        start_at: micros(110),
        end_at: micros(111),
        message: '',
      },
      expected: { status: 'COUNTER_PROPOSED' },
    }),
    'booking.cancel': async () => ({
      args: { booking_id: await world.booking({ tutor, student }), reason: 'Ill' },
      expected: { status: 'CANCELLED' },
    }),
    'booking.reschedule': async () => ({
      args: {
        booking_id: await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 120 }),
        start_at: micros(130),
        end_at: micros(131),
        reason: '',
      },
      expected: { confirmed_start_at: expect.stringContaining(hoursLater(130).slice(0, 16)) },
    }),
    'session.mark_no_show': async () => {
      const id = await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 140 });
      const session = await world.sql.query('select id from public.sessions where booking_id = $1', [id]);
      return {
        args: {
          session_id: (session.rows[0] as { id: string }).id,
          explanation: 'Nobody came for half an hour.',
        },
        hours: 140.5,
        expected: { status: 'NO_SHOW_STUDENT' },
      };
    },
    'availability.replace': async () => {
      const schedule = await world.query(tutor, 'select id from public.tutor_schedules');
      return {
        args: {
          schedule_id: (schedule.rows[0] as { id: string }).id,
          rules: [{ id: randomUUID(), day_of_week: 1, start_time: '08:00', end_time: '24:00' }],
        },
        expected: { tutor_id: tutor },
      };
    },
    'unavailability.add': async () => ({
      args: { id: randomUUID(), start_at: micros(10), end_at: micros(11), reason_private: null },
      expected: { tutor_id: tutor, reason_private: null },
    }),
    'unavailability.remove': async () => {
      const id = randomUUID();
      await world.call(tutor, 'console_unavailability_add', {
        p_id: id,
        p_start_at: hoursLater(20),
        p_end_at: hoursLater(21),
        p_reason_private: null,
      });
      return { args: { id }, expected: { id } };
    },
    'notification.mark_read': async () => {
      await world.sql.query(`select private.notify($1, 'booking_request', 'T', 'M')`, [tutor]);
      const found = await world.query(tutor, 'select id from public.notifications limit 1');
      return { args: { id: (found.rows[0] as { id: string }).id }, expected: { is_read: true } };
    },
  };

  it.each(Object.keys(mutationArgs) as MutationKind[])('of kind %s is applied and audited', async (kind) => {
    const { args, hours, expected } = await cases[kind]();
    expect(mutationArgs[kind].safeParse(args).success).toBe(true);
    const before = await world.sql.query('select count(*)::int as n from public.audit_log');
    expect(await apply(kind, args, hours)).toMatchObject(expected);
    const after = await world.sql.query('select count(*)::int as n from public.audit_log');
    expect((after.rows[0] as { n: number }).n).toBe((before.rows[0] as { n: number }).n + 1);
  });

  it('of another kind is unknown', async () => {
    expect(await refusal(apply('booking.explode', {}))).toMatchObject({
      code: 'SY010',
      message: 'unknown_kind',
      detail: { kind: 'booking.explode' },
    });
  });

  it('cannot be applied by calling the dispatch directly', async () => {
    const call = world.query(tutor, `select private.apply_mutation('booking.confirm', '{}')`);
    expect(await refusal(call)).toMatchObject({ code: '42501' });
  });

  it('keeps an instant to the microsecond', async () => {
    const exact = await world.sql.query(
      `select private.to_micros(private.from_micros(n)) = n as same from unnest(array[1795539600000001, 1, -1, 4102444799999999]) n`,
    );
    expect(exact.rows.every((row: { same: boolean }) => row.same)).toBe(true);
  });
});
