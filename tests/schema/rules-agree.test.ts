import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BookingStatus } from '#shared/domain/booking-status';
import {
  decideCancel,
  decideConfirm,
  decideMove,
  decideNoShow,
  type BookingFacts,
  type Circumstances,
  type Taken,
} from '#shared/domain/move-rules';
import { createWorld, hoursLater, monday, type World } from '../support/world.ts';

/** The rules in the client foresee what the server will say: the same verdict, and the same rule where it is no. */
let world: World;
let admin: string;
let student: string;
beforeAll(async () => {
  world = await createWorld();
  admin = await world.person('student', { staff: 'admin' });
  student = await world.person('student');
});
afterAll(() => world.stop());

const micros = (hours: number) => Date.parse(hoursLater(hours)) * 1000;
const rules = { minimumNoticeHours: 24, directMoveHours: 24, cancelHours: 2, noShowMinutes: 15 };
const circumstances = (actor: 'tutor' | 'admin', at = 0): Circumstances => ({
  now: micros(at),
  rules,
  actor,
});

/** A tutor with one other lesson (hours 72 to 73) and one block (96 to 120), and the booking in question. */
async function scene(status: BookingStatus, startsIn: number) {
  const tutor = await world.person('tutor');
  const other = await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 72 });
  const block = randomUUID();
  await world.sql.query(
    'insert into public.tutor_unavailability_blocks (id, tutor_id, start_at, end_at) values ($1, $2, $3, $4)',
    [block, tutor, hoursLater(96), hoursLater(120)],
  );
  const id = await world.booking({ tutor, student, status, startsIn });
  const facts: BookingFacts = {
    id,
    status,
    sessionStatus: status === 'CONFIRMED' ? 'SCHEDULED' : null,
    startAt: micros(startsIn),
    endAt: micros(startsIn + 1),
  };
  const taken: readonly Taken[] = [
    { id: other, kind: 'booking', startAt: micros(72), endAt: micros(73) },
    { id: block, kind: 'unavailability', startAt: micros(96), endAt: micros(120) },
  ];
  return { tutor, id, facts, taken };
}

/** The server's verdict in the client's words. */
async function verdictOf(
  call: Promise<Record<string, unknown>>,
  done: (row: Record<string, unknown>) => string,
): Promise<string> {
  try {
    return done(await call);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (error.code === '42501') return 'not: actor';
    const detail: unknown = JSON.parse(error.detail ?? '{}');
    const rule =
      typeof detail === 'object' && detail !== null && 'rule' in detail ? detail.rule : error.message;
    return `not: ${String(rule)}`;
  }
}

const inWords = (verdict: { may: string; rule?: string }) =>
  verdict.may === 'not' ? `not: ${verdict.rule}` : verdict.may;

describe('client and server agree', () => {
  const moves = (['tutor', 'admin'] as const).flatMap((actor) =>
    [-0.5, 1, 23.9, 24.1, 48].flatMap((startsIn) =>
      [
        [-2, 1],
        [startsIn, 1],
        [startsIn + 0.5, 1],
        [30, 1],
        [30, 2],
        [30, 0.25],
        [72.5, 1],
        [100, 1],
        [200, 1],
      ].map(([target, hours]) => [actor, startsIn, target ?? 0, hours ?? 0] as const),
    ),
  );

  it.each(moves)(
    'on a move by the %s of a lesson in %s hours, to %s for %s hours',
    async (actor, startsIn, target, hours) => {
      const { tutor, id, facts, taken } = await scene('CONFIRMED', startsIn);
      const to = { startAt: micros(target), endAt: micros(target + hours) };
      const server = await verdictOf(
        world.call(actor === 'tutor' ? tutor : admin, 'console_booking_reschedule', {
          p_booking_id: id,
          p_start_at: hoursLater(target),
          p_end_at: hoursLater(target + hours),
          p_reason: 'Because',
        }),
        (row) => (Date.parse(String(row['confirmed_start_at'])) * 1000 === to.startAt ? 'move' : 'propose'),
      );
      expect(server).toBe(inWords(decideMove(facts, to, taken, circumstances(actor))));
    },
  );

  it.each([
    ['PENDING', 30],
    ['PENDING', 72],
    ['PENDING', 100],
    ['PENDING', -1],
    ['COUNTER_PROPOSED', 30],
    ['DECLINED', 30],
  ] as const)('on accepting a %s request in %s hours', async (status, startsIn) => {
    const { tutor, id, facts, taken } = await scene(status, startsIn);
    const server = await verdictOf(
      world.call(tutor, 'console_booking_confirm', { p_booking_id: id }),
      () => 'do',
    );
    expect(server).toBe(inWords(decideConfirm(facts, taken, circumstances('tutor'))));
  });

  it.each([
    ['PENDING', 200, 1],
    ['PENDING', 72, 1],
    ['COUNTER_PROPOSED', 100, 1],
    ['PENDING', 200, 0.25],
    ['PENDING', -3, 1],
    ['CANCELLED', 200, 1],
  ] as const)('on a counter-offer to a %s request at %s for %s hours', async (status, target, hours) => {
    const { tutor, id, facts, taken } = await scene(status, 48);
    const server = await verdictOf(
      world.call(tutor, 'console_booking_counter_offer', {
        p_booking_id: id,
        p_start_at: hoursLater(target),
        p_end_at: hoursLater(target + hours),
        p_message: '',
      }),
      () => 'counter-offer',
    );
    const to = { startAt: micros(target), endAt: micros(target + hours) };
    expect(server).toBe(inWords(decideMove(facts, to, taken, circumstances('tutor'))));
  });

  it.each(
    (['tutor', 'admin'] as const).flatMap((actor) =>
      [0.5, 1.99, 2.01, 40].map((startsIn) => [actor, startsIn] as const),
    ),
  )('on cancelling by the %s of a lesson in %s hours', async (actor, startsIn) => {
    const { tutor, id, facts } = await scene('CONFIRMED', startsIn);
    const server = await verdictOf(
      world.call(actor === 'tutor' ? tutor : admin, 'console_booking_cancel', {
        p_booking_id: id,
        p_reason: 'Ill',
      }),
      () => 'do',
    );
    expect(server).toBe(inWords(decideCancel(facts, circumstances(actor))));
  });

  it.each([-25.01, -24.99, -0.26, -0.24, 0.5])('on a no-show of a lesson in %s hours', async (startsIn) => {
    const { tutor, id, facts } = await scene('CONFIRMED', startsIn);
    const session = await world.sql.query('select id from public.sessions where booking_id = $1', [id]);
    const server = await verdictOf(
      world.call(
        tutor,
        'console_session_mark_no_show',
        {
          p_session_id: (session.rows[0] as { id: string }).id,
          p_explanation: 'Nobody came for half an hour.',
        },
        monday,
      ),
      () => 'do',
    );
    expect(server).toBe(inWords(decideNoShow(facts, circumstances('tutor'))));
  });
});
