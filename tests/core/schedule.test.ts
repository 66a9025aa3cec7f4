import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { weekOf } from '#shared/domain/week';
import { addDays, instantAt, platformZone, wallClockAt } from '#shared/domain/zone';
import type { TestUser } from '../support/backend.ts';
import { failureOf, plantLesson, type ConsoleApp } from '../support/console-app.ts';
import { consoleRig } from '../support/console-rig.ts';

const rig = consoleRig();

/** The week after next, so that nothing in it is past or too soon. */
const monday = weekOf(addDays(wallClockAt(Date.now() * 1000, platformZone).date, 14), platformZone).monday;
const week = weekOf(monday, platformZone);
const range = { tutorId: null, from: week.startAt, to: week.endAt };
const at = (day: number, time: string) => instantAt(addDays(monday, day), time, platformZone);
const dateAt = (day: number, time: string) => new Date(at(day, time) / 1000);

let support: TestUser;
const ids: Record<string, string> = {};

beforeAll(async () => {
  const { sql } = rig.backend;
  support = await rig.backend.createUser({ role: 'student', staff: ['support'], displayName: 'Sue Support' });
  const lesson = (day: number, time: string, status: string, minutes = 60, notes?: string) =>
    plantLesson(sql, {
      tutor: rig.tutor.id,
      student: rig.student.id,
      startAt: dateAt(day, time),
      minutes,
      status,
      ...(notes === undefined ? {} : { notes }),
    });
  ids['late evening'] = await lesson(6, '22:30', 'CONFIRMED', 60);
  ids['into the week'] = await lesson(-1, '23:30', 'CONFIRMED', 60);
  ids['before it'] = await lesson(-1, '22:00', 'CONFIRMED', 90);
  ids['after it'] = await lesson(7, '00:00', 'CONFIRMED', 60);
  ids['request'] = await lesson(1, '10:00', 'PENDING', 60, 'Please help with vectors');
  ids['declined'] = await lesson(1, '11:00', 'DECLINED');
  ids['elsewhere, proposed here'] = await lesson(-10, '09:00', 'PENDING');
  ids['here, proposed elsewhere'] = await lesson(2, '09:00', 'PENDING');
  ids['late move'] = await lesson(3, '09:00', 'CONFIRMED');
  ids['request far away'] = await lesson(40, '09:00', 'PENDING');

  // Staff cache these too: they must not show on Tara's week.
  for (const status of ['PENDING', 'CONFIRMED']) {
    const parts = { tutor: rig.other.id, student: rig.student.id, startAt: dateAt(1, '10:00'), status };
    await plantLesson(sql, parts);
  }

  const propose = async (name: string, day: number, time: string, created: string) => {
    await sql.query(
      `insert into public.booking_messages (booking_id, sender_id, message_type, body, proposed_start_at,
         proposed_end_at, created_at) values ($1, $2, 'time_proposal', 'How about this?', $3, $4, $5)`,
      [
        ids[name],
        rig.tutor.id,
        dateAt(day, time),
        new Date(dateAt(day, time).getTime() + 3_600_000),
        created,
      ],
    );
    await sql.query(`update public.bookings set status = 'COUNTER_PROPOSED' where id = $1`, [ids[name]]);
  };
  await propose('elsewhere, proposed here', -9, '08:00', '2026-01-01T10:00:00Z');
  await propose('elsewhere, proposed here', 4, '15:00', '2026-01-01T11:00:00Z');
  await propose('here, proposed elsewhere', 5, '15:00', '2026-01-01T10:00:00Z');
  await propose('here, proposed elsewhere', 12, '15:00', '2026-01-01T11:00:00Z');
  await sql.query(
    'update public.sessions set reschedule_proposed_start = $2, reschedule_proposed_end = $3 where booking_id = $1',
    [ids['late move'], dateAt(3, '13:00'), dateAt(3, '14:00')],
  );
  await sql.query(
    `insert into public.tutor_unavailability_blocks (tutor_id, start_at, end_at, is_recurring, rrule, reason_private)
     values ($1, $2, $3, true, 'FREQ=WEEKLY;BYDAY=WE', 'Choir'), ($1, $4, $5, false, null, null)`,
    [rig.tutor.id, dateAt(-26, '18:00'), dateAt(-26, '20:00'), dateAt(5, '20:00'), dateAt(9, '08:00')],
  );
  await sql.query(
    `insert into public.tutor_availability_rules (tutor_id, day_of_week, start_time, end_time, is_active)
     values ($1, 1, '08:00', '12:00', true), ($1, 1, '12:00', '13:00', true), ($1, 0, '20:00', '24:00', true),
       ($1, 5, '08:00', '12:00', false)`,
    [rig.tutor.id],
  );
});

const names = (items: readonly { bookingId: string }[]) =>
  items.map((item) => Object.keys(ids).find((name) => ids[name] === item.bookingId));

describe('a week', () => {
  test('holds what takes the tutor’s time in it, in order, and nothing else', async () => {
    const app = await rig.signedIn(rig.tutor);
    const found = await app.client['schedule.week'](range);
    expect(names(found.items)).toEqual([
      'elsewhere, proposed here',
      'into the week',
      'request',
      'here, proposed elsewhere',
      'late move',
      'late evening',
    ]);
    expect(found).toMatchObject({ zone: platformZone, tutorId: rig.tutor.id, tutorName: 'Tara Tutor' });
    expect(found.waitingRequests).toBe(2);
    expect(found.rules).toEqual({
      minimumNoticeHours: 24,
      directMoveHours: 24,
      cancelHours: 2,
      noShowMinutes: 15,
    });
  });

  test('says of each lesson who, what, when, how much and which proposal stands', async () => {
    const app = await rig.signedIn(rig.tutor);
    const { items } = await app.client['schedule.week'](range);
    const item = (name: string) => items.find((each) => each.bookingId === ids[name]);
    expect(item('request')).toMatchObject({
      status: 'PENDING',
      sessionId: null,
      startAt: at(1, '10:00'),
      endAt: at(1, '11:00'),
      subject: 'CSEC Mathematics',
      studentName: 'Sam Student',
      priceCents: 15050,
      studentNotes: 'Please help with vectors',
      proposedStartAt: null,
      pending: null,
    });
    expect(item('elsewhere, proposed here')).toMatchObject({ proposedStartAt: at(4, '15:00') });
    expect(item('here, proposed elsewhere')).toMatchObject({ proposedStartAt: at(12, '15:00') });
    expect(item('late move')).toMatchObject({
      status: 'CONFIRMED',
      sessionStatus: 'SCHEDULED',
      startAt: at(3, '09:00'),
      proposedStartAt: at(3, '13:00'),
      proposedEndAt: at(3, '14:00'),
    });
    expect(item('late evening')).toMatchObject({ startAt: at(6, '22:30'), endAt: at(6, '23:30') });
  });

  test('has the recurring and the long unavailability, and the availability as bands to midnight', async () => {
    const app = await rig.signedIn(rig.tutor);
    const { blocks, bands } = await app.client['schedule.week'](range);
    expect(blocks).toMatchObject([
      { startAt: at(2, '18:00'), endAt: at(2, '20:00'), reason: 'Choir', isRecurring: true },
      { startAt: at(5, '20:00'), endAt: at(9, '08:00'), reason: null, isRecurring: false },
    ]);
    expect(bands).toEqual([
      { startAt: at(0, '08:00'), endAt: at(0, '13:00') },
      { startAt: at(6, '20:00'), endAt: at(7, '00:00') },
    ]);
  });

  test('shows edits at once, in the row and as what waits', async () => {
    const app = await rig.signedIn(rig.tutor, { holdMillis: 60_000 });
    const move = {
      booking_id: ids['late evening'] ?? '',
      reason: 'Choir',
      start_at: at(6, '08:00'),
      end_at: at(6, '09:00'),
    };
    await app.client['outbox.add']({ kind: 'booking.reschedule', args: move });
    const blockId = randomUUID();
    await app.client['outbox.add']({
      kind: 'unavailability.add',
      args: { id: blockId, start_at: at(0, '14:00'), end_at: at(0, '15:00'), reason_private: null },
    });
    const { items, blocks } = await app.client['schedule.week'](range);
    expect(items.find((item) => item.bookingId === ids['late evening'])).toMatchObject({
      startAt: at(6, '08:00'),
      endAt: at(6, '09:00'),
      pending: { kind: 'booking.reschedule', state: 'held', problem: null },
    });
    expect(blocks.find((block) => block.id === blockId)).toMatchObject({
      pending: { kind: 'unavailability.add' },
    });
  });

  test('is asked for within reason', async () => {
    const app = await rig.signedIn(rig.tutor);
    const year = { ...range, to: range.from + 365 * 86_400_000_000 };
    expect(await failureOf(app.client['schedule.week'](year))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await failureOf(app.client['schedule.week']({ ...range, to: range.from }))).toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});

describe('requests and messages', () => {
  test('requests are listed oldest first, wherever in time they are', async () => {
    const app = await rig.signedIn(rig.tutor);
    const { items } = await app.client['schedule.requests']({ tutorId: null });
    expect(names(items)).toEqual(['request', 'request far away']);
  });

  test('one booking is found wherever in time it is, and by nobody who may not see it', async () => {
    const app = await rig.signedIn(rig.tutor);
    const bookingId = ids['request far away'] ?? '';
    const found = await app.client['schedule.booking']({ bookingId });
    expect(found).toMatchObject({ tutorId: rig.tutor.id, item: { bookingId, status: 'PENDING' } });
    const stranger = await rig.signedIn(rig.other);
    expect(await stranger.client['schedule.booking']({ bookingId })).toEqual({ item: null, tutorId: null });
  });

  test('messages say who wrote them', async () => {
    const app = await rig.signedIn(rig.tutor);
    const bookingId = ids['elsewhere, proposed here'] ?? '';
    const { messages } = await app.client['schedule.messages']({ bookingId });
    expect(messages).toMatchObject([
      { senderName: 'Tara Tutor', isMine: true, type: 'time_proposal', proposedStartAt: at(-9, '08:00') },
      { proposedStartAt: at(4, '15:00') },
    ]);
    expect(await failureOf(app.client['schedule.messages']({ bookingId: randomUUID() }))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('whose schedule', () => {
  test('staff find any tutor by a part of the name and see that week', async () => {
    await rig.backend.sql.query(
      `insert into public.tutor_schedules (tutor_id) values ($1), ($2) on conflict do nothing`,
      [rig.tutor.id, rig.other.id],
    );
    const desk = await rig.signedIn(support);
    const search = async (app: ConsoleApp, text: string) =>
      (await app.client['schedule.tutors']({ search: text })).tutors.map((tutor) => tutor.name);
    expect(await search(desk, '')).toEqual(['Otis Other', 'Tara Tutor']);
    expect(await search(desk, 'tara')).toEqual(['Tara Tutor']);
    expect(await search(desk, '%')).toEqual([]);
    const found = await desk.client['schedule.week']({ ...range, tutorId: rig.tutor.id });
    expect(found).toMatchObject({ tutorName: 'Tara Tutor' });
    expect(found.items).toHaveLength(6);
  });

  test('a tutor sees and finds nobody else', async () => {
    const app = await rig.signedIn(rig.other);
    const { items } = await app.client['schedule.week'](range);
    expect(items.map((item) => item.status).toSorted()).toEqual(['CONFIRMED', 'PENDING']);
    expect(names(items)).toEqual([undefined, undefined]);
    for (const asked of [
      app.client['schedule.week']({ ...range, tutorId: rig.tutor.id }),
      app.client['schedule.requests']({ tutorId: rig.tutor.id }),
    ]) {
      expect(await failureOf(asked)).toMatchObject({
        code: 'FORBIDDEN',
        message: 'You see your own schedule only.',
      });
    }
    const { tutors } = await app.client['schedule.tutors']({ search: '' });
    expect(tutors.map((tutor) => tutor.id)).not.toContain(rig.tutor.id);
  });
});

describe('counts and sums', () => {
  test('of a month hold the lessons that begin in it by the platform’s days, of that tutor only', async () => {
    const app = await rig.signedIn(rig.tutor);
    const months = [...new Set([-1, 7].map((day) => addDays(monday, day).slice(0, 7)))];
    const sums = { lessons: 0, cents: 0, given: 0 };
    for (const month of months) {
      const found = await app.client['schedule.month']({ tutorId: null, month });
      sums.lessons += found.lessons;
      sums.cents += found.cents;
      sums.given += found.given;
    }
    expect(sums).toEqual({ lessons: 5, cents: 5 * 15_050, given: 0 });
    const given = (status: string) =>
      rig.backend.sql.query('update public.sessions set status = $2 where booking_id = $1', [
        ids['late evening'],
        status,
      ]);
    await given('COMPLETED_ASSUMED');
    await app.client['sync.now']({});
    const month = addDays(monday, 6).slice(0, 7);
    expect(await app.client['schedule.month']({ tutorId: null, month })).toMatchObject({ given: 1 });
    await given('SCHEDULED');
    const other = { tutorId: rig.other.id, month: addDays(monday, 1).slice(0, 7) };
    expect(await failureOf(app.client['schedule.month'](other))).toMatchObject({ code: 'FORBIDDEN' });
    const desk = await rig.signedIn(support);
    expect(await desk.client['schedule.month'](other)).toMatchObject({ lessons: 1, cents: 15_050 });
  });

  test('of requests follow an edit at once', async () => {
    const app = await rig.signedIn(rig.tutor, { holdMillis: 60_000 });
    const waiting = () => app.client['schedule.waiting']({ tutorId: null });
    expect(await waiting()).toEqual({ requests: 2 });
    const args = { booking_id: ids['request far away'] ?? '', message: 'Away then' };
    const { mutationId } = await app.client['outbox.add']({ kind: 'booking.decline', args });
    expect(await waiting()).toEqual({ requests: 1 });
    await app.client['outbox.undo']({ mutationId });
    expect(await waiting()).toEqual({ requests: 2 });
  });
});
