import { describe, expect, it } from 'vitest';
import { microsPerHour, type Micros } from '#shared/domain/instant';
import { instantAt } from '#shared/domain/zone';
import type { ScheduleItem } from '#shared/rpc/contract';
import { freeStarts, judgeMove, type Known } from '#renderer/features/schedule/judge-move.ts';
import { lookOf, pendingLook } from '#renderer/features/schedule/look.ts';

const zone = 'America/Port_of_Spain';
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const when = (date: string, time: string): Micros => instantAt(date, time, zone);
const hour = (startAt: Micros) => ({ startAt, endAt: startAt + microsPerHour });
const now = when('2026-11-16', '08:00');

function booking(n: number, startAt: Micros, more: Partial<ScheduleItem> = {}): ScheduleItem {
  return {
    bookingId: id(n),
    sessionId: null,
    status: 'CONFIRMED',
    sessionStatus: 'SCHEDULED',
    ...hour(startAt),
    proposedStartAt: null,
    proposedEndAt: null,
    subject: 'CSEC Maths',
    studentId: id(900 + n),
    studentName: 'Aaliyah Mohammed',
    studentTimezone: null,
    priceCents: 20_000,
    paymentStatus: 'unpaid',
    studentNotes: null,
    createdAt: now,
    rowVersion: 1,
    pending: null,
    ...more,
  };
}

const lesson = booking(1, when('2026-11-18', '16:00'));
const request = booking(2, when('2026-11-19', '16:00'), { status: 'PENDING', sessionStatus: null });
const week: Known = {
  zone,
  items: [lesson, request, booking(3, when('2026-11-20', '16:00'), { studentName: 'Kerwin Joseph' })],
  blocks: [
    {
      id: id(50),
      startAt: when('2026-11-19', '10:00'),
      endAt: when('2026-11-19', '12:00'),
      reason: 'Dentist',
      isRecurring: false,
      pending: null,
    },
  ],
  bands: [{ startAt: when('2026-11-20', '15:00'), endAt: when('2026-11-20', '20:00') }],
  rules: { minimumNoticeHours: 24, directMoveHours: 24, cancelHours: 2, noShowMinutes: 15 },
};
const judge = (item: ScheduleItem, date: string, time: string) =>
  judgeMove(item, hour(when(date, time)), week, now);

describe('judging a move', () => {
  it('names the lesson that is in the way', () => {
    expect(judge(lesson, '2026-11-20', '16:30').problem).toBe(
      'Overlaps CSEC Maths with Kerwin Joseph at 16:00.',
    );
  });

  it('names the unavailability that is in the way', () => {
    expect(judge(lesson, '2026-11-19', '11:00').problem).toBe('You are unavailable then: Dentist.');
  });

  it('does not let a lesson stand in its own way', () => {
    expect(judge(lesson, '2026-11-18', '16:30').problem).toBeNull();
  });

  it('refuses a time that has passed', () => {
    expect(judge(lesson, '2026-11-16', '07:00').problem).toMatch(/passed/);
  });

  it('warns outside the hours and over another request, without forbidding it', () => {
    const { problem, warnings } = judge(lesson, '2026-11-19', '16:30');
    expect(problem).toBeNull();
    expect(warnings).toEqual(['Outside your hours.', 'Aaliyah Mohammed asks for the same time.']);
  });

  it('tells a move from a proposal by the time that is left, and from a counter-offer by the state', () => {
    const soon = booking(4, now + 2 * microsPerHour);
    expect(judge(lesson, '2026-11-20', '18:00').kind).toBe('move');
    expect(judge(soon, '2026-11-20', '18:00').kind).toBe('propose');
    expect(judge(request, '2026-11-20', '18:00').kind).toBe('counter-offer');
  });
});

describe('offering free starts', () => {
  it('offers starts inside the hours that clear the lessons and do not overlap each other', () => {
    const starts = freeStarts(request, week, now, 3).map(({ startAt }) => startAt);
    expect(starts).toEqual([
      when('2026-11-20', '15:00'),
      when('2026-11-20', '17:00'),
      when('2026-11-20', '18:00'),
    ]);
  });

  it('offers nothing within the notice', () => {
    expect(freeStarts(request, week, when('2026-11-20', '00:00'), 3)).toEqual([]);
  });
});

describe('the look of a booking', () => {
  it('follows what came of the lesson', () => {
    expect(lookOf(booking(5, now, { sessionStatus: 'COMPLETED_ASSUMED' })).kind).toBe('done');
    expect(lookOf(booking(5, now, { sessionStatus: 'NO_SHOW_STUDENT' })).word).toBe('Student did not come');
  });

  it('says of an edit that it waits or was refused, and nothing once the server has it', () => {
    const pending = (state: NonNullable<ScheduleItem['pending']>['state']) =>
      pendingLook({ pending: { mutationId: id(7), kind: 'booking.confirm', state, problem: null } });
    expect(pending('held')?.tone).toBe('waiting');
    expect(pending('rejected')?.tone).toBe('alert');
    expect(pending('applied')).toBeNull();
  });
});
