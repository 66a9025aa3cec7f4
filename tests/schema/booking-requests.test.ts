import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bookingStatus, canDo, type BookingAction } from '#shared/domain/booking-status';
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
// A tutor of their own for each test, so that no lesson of one test is in the way of another.
beforeEach(async () => {
  tutor = await world.person('tutor');
});

const one = async (text: string, values: readonly unknown[]) =>
  (await world.sql.query(text, [...values])).rows[0] as Record<string, unknown>;

describe('confirming a request', () => {
  it('creates the session in the same transaction and charges at the end of the lesson', async () => {
    const id = await world.booking({ tutor, student });
    const row = await world.call(tutor, 'console_booking_confirm', { p_booking_id: id });
    expect(row).toMatchObject({ id, status: 'CONFIRMED', last_action_by: 'tutor', duration_minutes: 60 });
    const session = await one('select * from public.sessions where booking_id = $1', [id]);
    expect(session).toMatchObject({ status: 'SCHEDULED', tutor_id: tutor, student_id: student });
    expect(session['charge_scheduled_at']).toEqual(new Date(hoursLater(49)));
    expect(session['charge_amount_ttd']).toBe('150.00');
  });

  it('is written to the audit log and told to the student and to who pays', async () => {
    const payer = await world.person('parent');
    const id = await world.booking({ tutor, student, payer });
    await world.call(tutor, 'console_booking_confirm', { p_booking_id: id });
    const entry = await one(`select * from public.audit_log where target_id = $1`, [id]);
    expect(entry).toMatchObject({ action: 'booking.confirm', actor_id: tutor, actor_role: 'tutor' });
    const told = await world.sql.query(
      `select user_id from public.notifications where related_booking_id = $1 and type = 'booking_confirmed'`,
      [id],
    );
    expect(told.rows.map((row: { user_id: string }) => row.user_id).toSorted()).toEqual(
      [student, payer].toSorted(),
    );
    const queued = await one('select count(*)::int as n from public.notification_outbox where user_id = $1', [
      payer,
    ]);
    expect(queued['n']).toBe(2);
  });

  it('is refused when another confirmed lesson takes the time, and says which', async () => {
    const taken = await world.booking({ tutor, student, status: 'CONFIRMED' });
    const id = await world.booking({ tutor, student, startsIn: 48.5 });
    expect(await refusal(world.call(tutor, 'console_booking_confirm', { p_booking_id: id }))).toMatchObject({
      code: 'P0001',
      detail: { rule: 'overlap', conflicts: [{ type: 'booking', id: taken }] },
    });
  });

  it('allows a lesson that begins when another ends', async () => {
    await world.booking({ tutor, student, status: 'CONFIRMED' });
    const id = await world.booking({ tutor, student, startsIn: 49 });
    expect(await world.call(tutor, 'console_booking_confirm', { p_booking_id: id })).toMatchObject({
      status: 'CONFIRMED',
    });
  });

  it('is refused in a recurring block, on the wall clock of the tutor', async () => {
    // Every Wednesday 07:00-09:00 in Port of Spain since October; the request is for Wednesday 08:00 (12:00 UTC).
    await world.sql.query(
      `insert into public.tutor_unavailability_blocks (tutor_id, start_at, end_at, is_recurring, rrule)
       values ($1, '2026-10-07T11:00:00Z', '2026-10-07T13:00:00Z', true, 'FREQ=WEEKLY;BYDAY=WE')`,
      [tutor],
    );
    const blocked = await world.booking({ tutor, student, startsIn: 48 });
    expect(
      await refusal(world.call(tutor, 'console_booking_confirm', { p_booking_id: blocked })),
    ).toMatchObject({
      detail: { rule: 'blocked', conflicts: [{ startAt: Date.parse('2026-11-04T11:00:00Z') * 1000 }] },
    });
    const after = await world.booking({ tutor, student, startsIn: 49 });
    await expect(
      world.call(tutor, 'console_booking_confirm', { p_booking_id: after }),
    ).resolves.toBeDefined();
  });

  it('is refused for a time that has passed', async () => {
    const id = await world.booking({ tutor, student, startsIn: -1 });
    expect(await refusal(world.call(tutor, 'console_booking_confirm', { p_booking_id: id }))).toMatchObject({
      code: 'P0001',
      detail: { rule: 'past' },
    });
  });

  it('looks to another tutor as if the booking did not exist', async () => {
    const id = await world.booking({ tutor, student });
    const other = await world.person('tutor');
    const hidden = await refusal(world.call(other, 'console_booking_confirm', { p_booking_id: id }));
    const missing = await refusal(
      world.call(other, 'console_booking_confirm', { p_booking_id: randomUUID() }),
    );
    expect(hidden).toEqual(missing);
    expect(hidden.code).toBe('SY030');
  });

  it('is not for the student, nor for support, who may see it', async () => {
    const id = await world.booking({ tutor, student });
    const support = await world.person('student', { staff: 'support' });
    for (const user of [student, support]) {
      expect(await refusal(world.call(user, 'console_booking_confirm', { p_booking_id: id }))).toMatchObject({
        code: '42501',
      });
    }
  });

  it('lets exactly one of two requests for one time through, however they race', async () => {
    const rivals = [
      await world.booking({ tutor, student }),
      await world.booking({ tutor, student: admin, startsIn: 48.25 }),
    ];
    const outcomes = await Promise.allSettled(
      rivals.map((id) => world.call(tutor, 'console_booking_confirm', { p_booking_id: id })),
    );
    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('declining and proposing another time', () => {
  it('declines with a message that the student can read', async () => {
    const id = await world.booking({ tutor, student });
    const row = await world.call(tutor, 'console_booking_decline', {
      p_booking_id: id,
      p_message: ' Exams that week. ',
    });
    expect(row).toMatchObject({ status: 'DECLINED', last_action_by: 'tutor' });
    const messages = await world.query(
      student,
      'select body from public.booking_messages where booking_id = $1',
      [id],
    );
    expect(messages.rows).toEqual([{ body: 'Exams that week.' }]);
  });

  it('never declines a confirmed lesson', async () => {
    const id = await world.booking({ tutor, student, status: 'CONFIRMED' });
    expect(
      await refusal(world.call(tutor, 'console_booking_decline', { p_booking_id: id, p_message: '' })),
    ).toMatchObject({
      code: 'SY020',
      detail: { rule: 'state', status: 'CONFIRMED' },
    });
  });

  it('lets the student accept the latest proposal, and no earlier one', async () => {
    const id = await world.booking({ tutor, student });
    for (const [index, startsIn] of [72, 96].entries()) {
      const args = {
        p_start_at: hoursLater(startsIn),
        p_end_at: hoursLater(startsIn + 1),
        p_message: 'Then?',
      };
      await world.call(
        tutor,
        'console_booking_counter_offer',
        { p_booking_id: id, ...args },
        hoursLater(index),
      );
    }
    const offers = await world.query(
      student,
      `select id from public.booking_messages where booking_id = $1 order by created_at`,
      [id],
    );
    const [first, second] = offers.rows as { id: string }[];
    const accept = (messageId: string | undefined) =>
      world.call(student, 'console_booking_accept_counter', { p_booking_id: id, p_message_id: messageId });
    expect(await refusal(accept(first?.id))).toMatchObject({
      code: 'SY020',
      detail: { latestMessageId: second?.id },
    });
    const row = await accept(second?.id);
    expect(row).toMatchObject({ status: 'CONFIRMED', last_action_by: 'student' });
    const session = await one('select scheduled_start_at from public.sessions where booking_id = $1', [id]);
    expect(session['scheduled_start_at']).toEqual(new Date(hoursLater(96)));
  });

  it('may be accepted by a parent of the student, and by no stranger', async () => {
    const parent = await world.person('parent');
    const child = await world.person('student');
    await world.sql.query('insert into public.parent_child_links (parent_id, child_id) values ($1, $2)', [
      parent,
      child,
    ]);
    const id = await world.booking({ tutor, student: child });
    await world.call(tutor, 'console_booking_counter_offer', {
      p_booking_id: id,
      p_start_at: hoursLater(120),
      p_end_at: hoursLater(121),
      p_message: '',
    });
    const offer = await world.query(parent, 'select id from public.booking_messages where booking_id = $1', [
      id,
    ]);
    const args = { p_booking_id: id, p_message_id: (offer.rows[0] as { id: string }).id };
    expect(await refusal(world.call(student, 'console_booking_accept_counter', args))).toMatchObject({
      code: 'SY030',
    });
    expect(await refusal(world.call(tutor, 'console_booking_accept_counter', args))).toMatchObject({
      code: '42501',
    });
    expect(await world.call(parent, 'console_booking_accept_counter', args)).toMatchObject({
      status: 'CONFIRMED',
    });
  });

  it('proposes nothing that the tutor could not keep', async () => {
    await world.booking({ tutor, student, status: 'CONFIRMED', startsIn: 72 });
    const id = await world.booking({ tutor, student });
    const offer = (start: number, end: number) =>
      world.call(tutor, 'console_booking_counter_offer', {
        p_booking_id: id,
        p_start_at: hoursLater(start),
        p_end_at: hoursLater(end),
        p_message: '',
      });
    expect((await refusal(offer(72, 73))).detail).toMatchObject({ rule: 'overlap' });
    expect((await refusal(offer(80, 80.25))).detail).toMatchObject({ rule: 'duration' });
    expect((await refusal(offer(80, 79))).detail).toMatchObject({ rule: 'duration' });
    expect((await refusal(offer(-3, -2))).detail).toMatchObject({ rule: 'past' });
  });
});

describe('the state machine', () => {
  it('is the same table on the server and in the client', async () => {
    const actions: BookingAction[] = [
      'confirm',
      'decline',
      'counter_offer',
      'accept_counter',
      'cancel',
      'reschedule',
      'mark_no_show',
    ];
    for (const action of actions) {
      const row = await one('select private.allowed_from($1) as states', [action]);
      const client = bookingStatus.options.filter((status) => canDo(action, status));
      expect({ action, states: [...(row['states'] as string[])].toSorted() }).toEqual({
        action,
        states: client.toSorted(),
      });
    }
  });
});

describe('a suspended user', () => {
  it('can do nothing, with the own booking in hand', async () => {
    const id = await world.booking({ tutor, student });
    await world.sql.query('update public.profiles set is_suspended = true where id = $1', [tutor]);
    expect(await refusal(world.call(tutor, 'console_booking_confirm', { p_booking_id: id }))).toMatchObject({
      code: '42501',
    });
  });
});
