import { expect, test } from 'vitest';
import { microsPerHour } from '#shared/domain/instant';
import type { ScheduleItem } from '#shared/rpc/contract';
import { draftText, editText } from '#renderer/features/outbox/copy-text.ts';
import { judgeAcceptances } from '#renderer/features/schedule/judge-acceptances.ts';
import type { Known } from '#renderer/features/schedule/judge-move.ts';

const now = Date.parse('2026-11-18T13:00:00Z') * 1000;
const rules = { minimumNoticeHours: 24, directMoveHours: 24, cancelHours: 2, noShowMinutes: 15 };

function request(name: string, startsIn: number, askedAgo: number): ScheduleItem {
  const startAt = now + startsIn * microsPerHour;
  return {
    bookingId: name,
    sessionId: null,
    status: 'PENDING',
    sessionStatus: null,
    startAt,
    endAt: startAt + microsPerHour,
    proposedStartAt: null,
    proposedEndAt: null,
    subject: 'CSEC Maths',
    studentId: name,
    studentName: name,
    studentTimezone: null,
    priceCents: 15000,
    paymentStatus: 'unpaid',
    studentNotes: null,
    createdAt: now - askedAgo * microsPerHour,
    rowVersion: 1,
    pending: null,
  };
}

test('of requests for the same time the one that asked first can be accepted, and the other is told why not', () => {
  const [early, late, free] = [request('Ann', 50, 9), request('Ben', 50, 3), request('Cy', 60, 1)];
  const week: Known = {
    zone: 'America/Port_of_Spain',
    items: [late, early, free],
    blocks: [],
    bands: [],
    rules,
  };
  const judged = judgeAcceptances([late, early, free], week, { now, rules, actor: 'tutor' });
  expect(judged.map(({ item, problem }) => [item.studentName, problem])).toEqual([
    ['Ann', null],
    ['Ben', 'Overlaps the request of Ann, who asked first.'],
    ['Cy', null],
  ]);
});

test('what was meant is copied in words, without ids and what was left empty', () => {
  const text = editText({
    title: 'Move CSEC Maths with Ann',
    createdAt: now,
    problem: 'Too late.',
    args: { booking_id: 'b', start_at: now, end_at: now + microsPerHour, reason: '' },
  });
  expect(text).toBe(
    [
      'Move CSEC Maths with Ann',
      'Start: Wed 18 Nov, 09:00',
      'End: Wed 18 Nov, 10:00',
      'Made Wednesday 18 November 2026, 09:00',
      'Not accepted: Too late.',
    ].join('\n'),
  );
  const hours = editText({
    title: 'Replace the weekly hours',
    createdAt: now,
    problem: null,
    args: { schedule_id: 's', rules: [{ id: 'r', day_of_week: 1, start_time: '09:00', end_time: '12:00' }] },
  });
  expect(hours).toContain('Monday: 09:00–12:00\nTuesday: none');
  const draft = draftText({
    title: 'Approve a case',
    createdAt: now,
    problem: null,
    lines: [{ label: 'Decision', text: 'approve' }],
  });
  expect(draft).toBe('Approve a case\nDecision: approve\nMade Wednesday 18 November 2026, 09:00');
});
