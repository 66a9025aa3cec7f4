import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, hoursLater, refusal, type World } from '../support/world.ts';

let world: World;
let tutor: string;
let student: string;
let admin: string;

beforeAll(async () => {
  world = await createWorld();
  student = await world.person('student');
  admin = await world.person('student', { staff: 'admin' });
});
afterAll(() => world.stop());
beforeEach(async () => {
  tutor = await world.person('tutor');
});

const one = async (text: string, values: readonly unknown[]) =>
  (await world.sql.query(text, [...values])).rows[0] as Record<string, unknown>;

const sessionOf = (bookingId: string) =>
  one('select * from public.sessions where booking_id = $1', [bookingId]);

function move(
  user: string,
  id: string,
  startsIn: number,
  options: { hours?: number; reason?: string; at?: string } = {},
) {
  return world.call(
    user,
    'console_booking_reschedule',
    {
      p_booking_id: id,
      p_start_at: hoursLater(startsIn),
      p_end_at: hoursLater(startsIn + (options.hours ?? 1)),
      p_reason: options.reason ?? 'Clash at school',
    },
    options.at,
  );
}

describe('moving a confirmed lesson', () => {
  it('moves booking, session and charge time together, and tells the student', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    const row = await move(tutor, id, 72);
    expect(row).toMatchObject({ status: 'CONFIRMED', last_action_by: 'tutor' });
    expect(row['moved_at']).not.toBeNull();
    expect(await sessionOf(id)).toMatchObject({
      scheduled_start_at: new Date(hoursLater(72)),
      scheduled_end_at: new Date(hoursLater(73)),
      charge_scheduled_at: new Date(hoursLater(73)),
    });
    const booking = await one('select * from public.bookings where id = $1', [id]);
    expect(booking['confirmed_end_at']).toEqual(new Date(hoursLater(73)));
    const told = await one(
      `select type from public.notifications where user_id = $1 and related_booking_id = $2`,
      [student, id],
    );
    expect(told['type']).toBe('booking_moved');
  });

  it('may be declined by the student free of charge, which cancels it', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    await move(tutor, id, 72);
    const row = await world.call(
      student,
      'console_booking_decline_move',
      { p_booking_id: id },
      hoursLater(71),
    );
    expect(row).toMatchObject({ status: 'CANCELLED', last_action_by: 'student' });
    expect(await sessionOf(id)).toMatchObject({
      status: 'CANCELLED',
      notes: { cancellation: { freeOfCharge: true, late: false } },
    });
  });

  it('is settled once the student has accepted: it cannot be declined free of charge any more', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    await move(tutor, id, 72);
    await world.call(student, 'console_booking_accept_move', { p_booking_id: id });
    expect(
      await refusal(world.call(student, 'console_booking_decline_move', { p_booking_id: id })),
    ).toMatchObject({ code: 'SY020' });
  });

  it('becomes a proposal within 24 hours of the start: nothing moves until the student accepts', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 23 });
    const row = await move(tutor, id, 72);
    expect(row['confirmed_start_at']).toEqual(expect.stringContaining(hoursLater(23).slice(0, 16)));
    expect(await sessionOf(id)).toMatchObject({
      scheduled_start_at: new Date(hoursLater(23)),
      reschedule_proposed_start: new Date(hoursLater(72)),
    });
    const accepted = await world.call(student, 'console_booking_accept_move', { p_booking_id: id });
    expect(accepted).toMatchObject({ status: 'CONFIRMED', moved_at: null });
    expect(await sessionOf(id)).toMatchObject({
      scheduled_start_at: new Date(hoursLater(72)),
      charge_scheduled_at: new Date(hoursLater(73)),
      reschedule_proposed_start: null,
    });
  });

  it('stays where it is when the student declines the proposal', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 23 });
    await move(tutor, id, 72);
    expect(await world.call(student, 'console_booking_decline_move', { p_booking_id: id })).toMatchObject({
      status: 'CONFIRMED',
    });
    expect(await sessionOf(id)).toMatchObject({
      scheduled_start_at: new Date(hoursLater(23)),
      reschedule_proposed_start: null,
    });
  });

  it('follows the rule that is in force on the day, from booking_rules', async () => {
    const before = await one(`select private.rule_hours('tutor', 'reschedule', 'CONFIRMED') as hours`, []);
    expect(Number(before['hours'])).toBe(24);
    await world.sql.query(
      `insert into public.booking_rules (actor, action, state, hours, effective_from)
       values ('tutor', 'reschedule', 'CONFIRMED', 60, '2030-01-01T00:00:00Z')`,
    );
    const id = await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 24 * 365 * 4 });
    const row = await move(tutor, id, 24 * 365 * 4 + 100, { at: hoursLater(24 * 365 * 4 - 48) });
    expect(row['moved_at']).toBeNull();
    expect((await sessionOf(id))['reschedule_proposed_start']).not.toBeNull();
  });

  it('needs a reason when an admin does it, and then knows no notice', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 2 });
    expect((await refusal(move(admin, id, 72, { reason: '  ' }))).detail).toMatchObject({ rule: 'reason' });
    expect(await move(admin, id, 72)).toMatchObject({ moved_at: null });
    expect((await sessionOf(id))['charge_scheduled_at']).toEqual(new Date(hoursLater(73)));
    const entry = await one(`select * from public.audit_log where target_id = $1`, [id]);
    expect(entry).toMatchObject({
      action: 'booking.reschedule',
      reason: 'Clash at school',
      details: { as: 'admin' },
    });
  });

  it('is refused over another lesson, over a block, with another length, into the past and to the same time', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 72 });
    await world.sql.query(
      `insert into public.tutor_unavailability_blocks (tutor_id, start_at, end_at) values ($1, $2, $3)`,
      [tutor, hoursLater(96), hoursLater(120)],
    );
    const rule = async (call: Promise<unknown>) => (await refusal(call)).detail['rule'];
    expect(await rule(move(tutor, id, 72.5))).toBe('overlap');
    expect(await rule(move(tutor, id, 100))).toBe('blocked');
    expect(await rule(move(tutor, id, 200, { hours: 2 }))).toBe('duration');
    expect(await rule(move(tutor, id, -2))).toBe('past');
    expect(await rule(move(tutor, id, 48))).toBe('unchanged');
    expect(await rule(move(tutor, id, 72, { at: hoursLater(48.5) }))).toBe('started');
    expect(await sessionOf(id)).toMatchObject({ scheduled_start_at: new Date(hoursLater(48)) });
  });

  it('may overlap its own old time', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    await expect(move(tutor, id, 48.5)).resolves.toMatchObject({ status: 'CONFIRMED' });
  });

  it('gives a lesson that was confirmed without a session its session', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    await world.sql.query('delete from public.sessions where booking_id = $1', [id]);
    await move(tutor, id, 72);
    expect(await sessionOf(id)).toMatchObject({ scheduled_start_at: new Date(hoursLater(72)) });
  });

  it('is not possible for a lesson that was charged', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    await world.sql.query(`update public.sessions set charged_at = now() where booking_id = $1`, [id]);
    expect(await refusal(move(tutor, id, 72))).toMatchObject({ code: 'SY020' });
  });
});

describe('cancelling', () => {
  const cancel = (user: string, id: string, at?: string) =>
    world.call(user, 'console_booking_cancel', { p_booking_id: id, p_reason: 'Ill' }, at);

  it('ends booking and session together, and says who did it', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    expect(await cancel(tutor, id)).toMatchObject({ status: 'CANCELLED', cancellation_reason: 'Ill' });
    expect(await sessionOf(id)).toMatchObject({ status: 'CANCELLED', cancelled_by: 'tutor' });
  });

  it('is open to the tutor until two hours before the start', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    expect((await refusal(cancel(tutor, id, hoursLater(46.01)))).detail).toMatchObject({
      rule: 'cancel_notice',
      until: Date.parse(hoursLater(46)) * 1000,
    });
    await expect(cancel(tutor, id, hoursLater(45.99))).resolves.toMatchObject({ status: 'CANCELLED' });
  });

  it('counts as late when the student does it within twelve hours', async () => {
    const late = await world.booking({ tutor, student, status: 'CONFIRMED' });
    const early = await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 60 });
    await cancel(student, late, hoursLater(37));
    await cancel(student, early, hoursLater(37));
    expect((await sessionOf(late))['notes']).toEqual({ cancellation: { late: true, freeOfCharge: false } });
    expect((await sessionOf(early))['notes']).toEqual({ cancellation: { late: false, freeOfCharge: true } });
  });

  it('frees the time for another lesson', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    const next = await world.booking({ tutor, student });
    await cancel(tutor, id);
    await expect(world.call(tutor, 'console_booking_confirm', { p_booking_id: next })).resolves.toBeDefined();
  });

  it('needs a reason', async () => {
    const id = await world.booking({ tutor, student });
    const call = world.call(tutor, 'console_booking_cancel', { p_booking_id: id, p_reason: ' ' });
    expect((await refusal(call)).detail).toMatchObject({ rule: 'reason' });
  });
});

describe('reporting a no-show', () => {
  const report = (
    user: string,
    sessionId: unknown,
    at: string,
    text = 'He never joined, and did not answer.',
  ) => world.call(user, 'console_session_mark_no_show', { p_session_id: sessionId, p_explanation: text }, at);

  it('is possible from 15 minutes after the start until a day after the end, and opens a claim', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    const session = (await sessionOf(id))['id'];
    expect((await refusal(report(tutor, session, hoursLater(48.24)))).detail).toMatchObject({
      rule: 'too_early',
    });
    expect((await refusal(report(tutor, session, hoursLater(73.01)))).detail).toMatchObject({
      rule: 'too_late',
    });
    expect((await refusal(report(tutor, session, hoursLater(48.5), 'too short'))).detail).toMatchObject({
      rule: 'explanation',
    });
    expect(await report(tutor, session, hoursLater(48.25))).toMatchObject({ status: 'NO_SHOW_STUDENT' });
    expect(await one('select status from public.bookings where id = $1', [id])).toEqual({
      status: 'NO_SHOW',
    });
    const claims = await world.query(
      student,
      'select status, claimant_role, response_deadline from public.noshow_claims',
    );
    expect(claims.rows).toEqual([
      { status: 'awaiting_response', claimant_role: 'tutor', response_deadline: new Date(hoursLater(60.25)) },
    ]);
  });

  it('is not possible for a cancelled lesson, and not for another tutor', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    const session = (await sessionOf(id))['id'];
    const other = await world.person('tutor');
    expect(await refusal(report(other, session, hoursLater(48.5)))).toMatchObject({ code: 'SY030' });
    await world.call(tutor, 'console_booking_cancel', { p_booking_id: id, p_reason: 'Ill' });
    expect(await refusal(report(tutor, session, hoursLater(48.5)))).toMatchObject({ code: 'SY020' });
  });
});
