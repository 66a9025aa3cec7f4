import { expect, test } from 'vitest';
import { effectOf, type Effect, type Row, type RowView } from '#shared/domain/effects/effect';
import { fromMillis, microsPerHour } from '#shared/domain/instant';
import type { Mutation } from '#shared/domain/mutations';

const tutor = '00000000-0000-4000-8000-000000000001';
const student = '00000000-0000-4000-8000-000000000002';
const booking = '00000000-0000-4000-8000-000000000003';
const session = '00000000-0000-4000-8000-000000000004';
const subject = '00000000-0000-4000-8000-000000000005';
const made = '01a20463-903f-7080-8080-808080808080';
const now = fromMillis(Date.parse('2026-11-22T12:00:00Z'));
const start = now + 48 * microsPerHour;
const end = start + microsPerHour;

function view(tables: Readonly<Record<string, readonly Row[]>>): RowView {
  return {
    get: (table, id) => tables[table]?.find((row) => row['id'] === id) ?? null,
    find: (table, column, value) => tables[table]?.filter((row) => row[column] === value) ?? [],
  };
}

function rows(status: string, changes: Row = {}): Readonly<Record<string, readonly Row[]>> {
  const isConfirmed = status === 'CONFIRMED';
  return {
    bookings: [
      {
        id: booking,
        row_version: 4,
        tutor_id: tutor,
        student_id: student,
        subject_id: subject,
        status,
        requested_start_at: start,
        requested_end_at: end,
        confirmed_start_at: isConfirmed ? start : null,
        confirmed_end_at: isConfirmed ? end : null,
        last_action_by: 'student',
        tutor_notes: null,
        ...changes,
      },
    ],
    sessions: [{ id: session, booking_id: booking, status: 'SCHEDULED', scheduled_start_at: start }],
    subjects: [{ id: subject, label: 'CSEC Maths' }],
    people: [{ id: student, display_name: 'Aaliyah Mohammed' }],
    booking_rules: [
      {
        id: 'r',
        action: 'reschedule',
        actor: 'tutor',
        state: 'CONFIRMED',
        hours: '24.00',
        effective_from: 0,
      },
    ],
  };
}

function effect(edit: Mutation, tables: Readonly<Record<string, readonly Row[]>>, userId = tutor): Effect {
  const result = effectOf(edit, view(tables), { userId, now, mutationId: made });
  if ('refusal' in result) throw new Error(result.refusal.message);
  return result;
}

function refusal(edit: Mutation, tables: Readonly<Record<string, readonly Row[]>>): string | undefined {
  const result = effectOf(edit, view(tables), { userId: tutor, now, mutationId: made });
  return 'refusal' in result ? result.refusal.rule : undefined;
}

test('accepting takes the requested time and expects exactly that time', () => {
  const result = effect({ kind: 'booking.confirm', args: { booking_id: booking } }, rows('PENDING'));
  expect(result.title).toBe('Accept CSEC Maths with Aaliyah Mohammed');
  expect(result.changes[0]?.row).toMatchObject({
    status: 'CONFIRMED',
    confirmed_start_at: start,
    last_action_by: 'tutor',
  });
  expect(result.expect).toEqual([
    {
      table: 'bookings',
      id: booking,
      fields: { status: 'PENDING', requested_start_at: start, requested_end_at: end },
    },
  ]);
});

test.each([
  [{ kind: 'booking.confirm', args: { booking_id: booking } }, 'CANCELLED'],
  [{ kind: 'booking.decline', args: { booking_id: booking, message: '' } }, 'CONFIRMED'],
  [
    { kind: 'booking.reschedule', args: { booking_id: booking, start_at: 1, end_at: 2, reason: '' } },
    'PENDING',
  ],
  [{ kind: 'session.mark_no_show', args: { session_id: session, explanation: 'x'.repeat(20) } }, 'CANCELLED'],
] satisfies [Mutation, string][])('%o is refused from %s', (edit, status) => {
  expect(refusal(edit, rows(status))).toBe('state');
});

test('an edit of a booking that is not cached is refused as missing', () => {
  expect(refusal({ kind: 'booking.confirm', args: { booking_id: subject } }, rows('PENDING'))).toBe(
    'not_found',
  );
});

test('moving takes session and charge time along', () => {
  const edit = {
    kind: 'booking.reschedule',
    args: { booking_id: booking, start_at: start + 1, end_at: end + 1, reason: '' },
  } as const;
  const result = effect(edit, rows('CONFIRMED'));
  expect(result.changes.map((change) => [change.table, change.row])).toMatchObject([
    ['bookings', { confirmed_start_at: start + 1, confirmed_end_at: end + 1 }],
    ['sessions', { scheduled_start_at: start + 1, scheduled_end_at: end + 1, charge_scheduled_at: end + 1 }],
  ]);
});

test('a tutor inside the notice only proposes, and the lesson stays; an admin moves it', () => {
  const soon = now + 23 * microsPerHour;
  const tables = rows('CONFIRMED', { confirmed_start_at: soon, confirmed_end_at: soon + microsPerHour });
  const edit = {
    kind: 'booking.reschedule',
    args: { booking_id: booking, start_at: start, end_at: end, reason: 'Ill' },
  } as const;
  const proposed = effect(edit, tables);
  expect(proposed.changes.find((change) => change.table === 'bookings')?.row).toMatchObject({
    confirmed_start_at: soon,
  });
  expect(proposed.changes.find((change) => change.table === 'booking_messages')).toMatchObject({
    id: made,
    row: { message_type: 'time_proposal', proposed_start_at: start, proposed_end_at: end, body: 'Ill' },
  });
  expect(proposed.changes.find((change) => change.table === 'sessions')?.row).toMatchObject({
    scheduled_start_at: start,
    reschedule_proposed_start: start,
  });
  const moved = effect(edit, tables, student);
  expect(moved.changes[0]?.row).toMatchObject({ confirmed_start_at: start, last_action_by: 'student' });
});

test('a no-show belongs to its booking, so that edits of both stay in order', () => {
  const edit = {
    kind: 'session.mark_no_show',
    args: { session_id: session, explanation: 'x'.repeat(20) },
  } as const;
  const result = effect(edit, rows('CONFIRMED'));
  expect(result.entity).toBe(`bookings:${booking}`);
  expect(result.changes.map((change) => change.row?.['status'])).toEqual(['NO_SHOW_STUDENT', 'NO_SHOW']);
});

test('replacing the weekly hours expects the very version of the schedule', () => {
  const schedule = { id: subject, row_version: 7, tutor_id: tutor, slot_minutes: 30, buffer_minutes: 5 };
  const rule = {
    id: session,
    tutor_id: tutor,
    day_of_week: 1,
    start_time: '09:00',
    end_time: '12:00',
    row_version: 2,
  };
  const fresh = { id: booking, day_of_week: 2, start_time: '10:00', end_time: '24:00' };
  const result = effect(
    { kind: 'availability.replace', args: { schedule_id: subject, rules: [fresh] } },
    { tutor_schedules: [schedule], tutor_availability_rules: [rule] },
  );
  expect(result.expect).toEqual([{ table: 'tutor_schedules', id: subject, fields: {}, rowVersion: 7 }]);
  expect(result.changes).toMatchObject([
    { id: session, row: null },
    { id: booking, row: { ...fresh, tutor_id: tutor, is_active: true, slot_minutes: 30 } },
  ]);
});
