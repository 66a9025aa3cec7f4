import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusLabel, subjectLabel } from '#shared/domain/booking-labels';
import { bookingStatus, canDo } from '#shared/domain/booking-status';
import { microsPerHour, microsPerMinute } from '#shared/domain/instant';
import {
  decideCancel,
  decideConfirm,
  decideDecline,
  decideFree,
  decideMove,
  decideNoShow,
  type BookingFacts,
  type Circumstances,
  type Taken,
} from '#shared/domain/move-rules';

const now = Date.parse('2026-11-23T16:00:00Z') * 1000;
const rules = { minimumNoticeHours: 24, directMoveHours: 24, cancelHours: 2, noShowMinutes: 15 };
const tutor: Circumstances = { now, rules, actor: 'tutor' };
const admin: Circumstances = { now, rules, actor: 'admin' };

const inHours = (hours: number, length = 1) => ({
  startAt: now + hours * microsPerHour,
  endAt: now + (hours + length) * microsPerHour,
});
const lesson = (hours: number, change: Partial<BookingFacts> = {}): BookingFacts => ({
  id: 'lesson',
  status: 'CONFIRMED',
  sessionStatus: 'SCHEDULED',
  ...inHours(hours),
  ...change,
});
const taken = (hours: number, kind: Taken['kind'] = 'booking', id = 'other'): Taken => ({
  id,
  kind,
  ...inHours(hours),
});

describe('moving a lesson', () => {
  test('is direct until 24 hours before its start and a proposal after that', () => {
    expect(decideMove(lesson(24), inHours(50), [], tutor)).toEqual({ may: 'move' });
    expect(decideMove(lesson(23.99), inHours(50), [], tutor)).toMatchObject({ may: 'propose' });
    expect(decideMove(lesson(1), inHours(2), [], admin)).toEqual({ may: 'move' });
  });

  test.each([
    ['into the past', lesson(30), inHours(-1), 'past'],
    ['to where it is', lesson(30), inHours(30), 'unchanged'],
    ['to another length', lesson(30), inHours(40, 2), 'duration'],
    ['once it has begun', lesson(0), inHours(40), 'started'],
    ['once it is over', lesson(30, { sessionStatus: 'COMPLETED_ASSUMED' }), inHours(40), 'state'],
    ['that was cancelled', lesson(30, { status: 'CANCELLED' }), inHours(40), 'state'],
    [
      'that waits for its payment',
      lesson(30, { status: 'PARENT_APPROVED', sessionStatus: null }),
      inHours(40),
      'state',
    ],
  ])('is refused %s', (_case, booking, to, rule) => {
    expect(decideMove(booking, to, [], tutor)).toMatchObject({ may: 'not', rule });
  });

  test('is refused onto another lesson or an unavailability, which it names, but not onto itself', () => {
    expect(decideMove(lesson(30), inHours(40), [taken(40.5)], tutor)).toMatchObject({
      rule: 'overlap',
      conflicts: [{ id: 'other' }],
    });
    expect(decideMove(lesson(30), inHours(40), [taken(40, 'unavailability')], tutor)).toMatchObject({
      rule: 'blocked',
    });
    const itself = taken(30, 'booking', 'lesson');
    expect(decideMove(lesson(30), inHours(30.5), [itself], tutor)).toEqual({ may: 'move' });
    expect(decideMove(lesson(30), inHours(40), [taken(39), taken(41)], tutor)).toEqual({ may: 'move' });
  });

  test('of a request is a counter-offer, by its tutor only, of any length that lessons have', () => {
    for (const status of ['PENDING', 'COUNTER_PROPOSED'] as const) {
      const request = lesson(30, { status, sessionStatus: null });
      expect(decideMove(request, inHours(40, 2), [], tutor)).toEqual({ may: 'counter-offer' });
      expect(decideMove(request, inHours(30), [], tutor)).toEqual({ may: 'counter-offer' });
      expect(decideMove(request, inHours(40, 6), [], tutor)).toMatchObject({ rule: 'duration' });
      expect(decideMove(request, inHours(40), [taken(40)], tutor)).toMatchObject({ rule: 'overlap' });
      expect(decideMove(request, inHours(40), [], admin)).toMatchObject({ rule: 'actor' });
    }
  });
});

describe('answering a request', () => {
  test('is possible while it is pending, in the future and free', () => {
    const request = lesson(30, { status: 'PENDING', sessionStatus: null });
    expect(decideConfirm(request, [], tutor)).toEqual({ may: 'do' });
    expect(decideConfirm(request, [taken(30)], tutor)).toMatchObject({ rule: 'overlap' });
    expect(decideConfirm({ ...request, ...inHours(-2) }, [], tutor)).toMatchObject({ rule: 'past' });
    expect(decideConfirm({ ...request, status: 'COUNTER_PROPOSED' }, [], tutor)).toMatchObject({
      rule: 'state',
      message: 'This cannot be accepted: the booking is waiting for the student’s answer.',
    });
    expect(decideDecline(request)).toEqual({ may: 'do' });
    expect(decideDecline(lesson(30))).toMatchObject({ rule: 'state' });
  });
});

describe('cancelling', () => {
  test('a tutor may until 2 hours before the lesson, an admin at any time', () => {
    expect(decideCancel(lesson(2), tutor)).toEqual({ may: 'do' });
    expect(decideCancel(lesson(1.99), tutor)).toMatchObject({
      rule: 'cancel_notice',
      at: expect.any(Number),
    });
    expect(decideCancel(lesson(1), admin)).toEqual({ may: 'do' });
    expect(decideCancel(lesson(1, { status: 'PENDING', sessionStatus: null }), tutor)).toEqual({ may: 'do' });
    expect(decideCancel(lesson(30, { status: 'COMPLETED' }), admin)).toMatchObject({ rule: 'state' });
    expect(decideCancel(lesson(30, { sessionStatus: 'CANCELLED' }), admin)).toMatchObject({ rule: 'state' });
  });
});

describe('reporting a no-show', () => {
  test('is possible from 15 minutes after the start until a day after the end', () => {
    expect(decideNoShow(lesson(-0.24), tutor)).toMatchObject({ rule: 'too_early' });
    expect(decideNoShow(lesson(-0.25), tutor)).toEqual({ may: 'do' });
    expect(decideNoShow(lesson(-25), tutor)).toEqual({ may: 'do' });
    expect(decideNoShow(lesson(-25.01), tutor)).toMatchObject({ rule: 'too_late' });
    expect(decideNoShow(lesson(-1, { sessionStatus: null }), tutor)).toMatchObject({ rule: 'session' });
    expect(decideNoShow(lesson(-1, { sessionStatus: 'NO_SHOW_STUDENT' }), tutor)).toMatchObject({
      rule: 'state',
    });
    expect(decideNoShow(lesson(-1), admin)).toMatchObject({ rule: 'actor' });
  });
});

describe('whatever the circumstances', () => {
  const minutes = fc.integer({ min: -3000, max: 3000 });
  const facts = fc.record({
    id: fc.constant('lesson'),
    status: fc.constantFrom(...bookingStatus.options),
    sessionStatus: fc.constantFrom('SCHEDULED', 'JOIN_OPEN', 'CANCELLED', null),
    start: minutes,
    length: fc.constantFrom(30, 60, 90),
  });
  const booking = facts.map(({ start, length, ...rest }): BookingFacts => ({
    ...rest,
    startAt: now + start * microsPerMinute,
    endAt: now + (start + length) * microsPerMinute,
  }));
  const busy = fc.array(
    fc.tuple(minutes, fc.constantFrom('booking', 'unavailability')).map(([start, kind]): Taken => ({
      id: `taken ${start}`,
      kind,
      startAt: now + start * microsPerMinute,
      endAt: now + (start + 60) * microsPerMinute,
    })),
    { maxLength: 10 },
  );

  test('nothing that is allowed breaks the state machine, goes into the past or lands on taken time', () => {
    fc.assert(
      fc.property(booking, busy, minutes, (facts, others, start) => {
        const to = { startAt: now + start * microsPerMinute, endAt: 0 };
        const target = { ...to, endAt: to.startAt + facts.endAt - facts.startAt };
        const verdict = decideMove(facts, target, others, tutor);
        const action = verdict.may === 'counter-offer' ? 'counter_offer' : 'reschedule';
        const isSound =
          verdict.may === 'not' ||
          (canDo(action, facts.status) &&
            target.startAt > now &&
            decideFree('lesson', target, others).may === 'do');
        expect(isSound).toBe(true);
        const refusal = verdict.may === 'not' ? verdict.message : 'allowed.';
        expect(refusal).toMatch(/\.$/);
      }),
    );
  });
});

test('labels name every status, and a subject as people say it', () => {
  for (const status of bookingStatus.options) expect(statusLabel(status)).not.toBe('');
  expect(subjectLabel({ name: 'Mathematics', curriculum: 'CSEC', label: null })).toBe('CSEC Mathematics');
  expect(subjectLabel({ name: 'CSEC Mathematics', curriculum: 'CSEC', label: '' })).toBe('CSEC Mathematics');
  expect(subjectLabel({ name: 'x', curriculum: null, label: 'SEA Creative Writing' })).toBe(
    'SEA Creative Writing',
  );
});
