import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bandsOf, fits, freeOf, occurrencesOf, slotsOf } from '#shared/domain/availability';
import { microsPerHour, microsPerMinute } from '#shared/domain/instant';
import { weekAt, weekFrom, weekOf } from '#shared/domain/week';
import { instantAt, platformZone, wallClockAt } from '#shared/domain/zone';

const at = (iso: string) => Date.parse(iso) * 1000;
const rule = (dayOfWeek: number, startTime: string, endTime: string, isActive = true) => ({
  dayOfWeek,
  startTime,
  endTime,
  isActive,
});
const week = weekOf('2026-11-25', platformZone);
const newYork = 'America/New_York';

describe('a week', () => {
  test('begins on Monday at midnight of the tutor’s zone, also on Sunday at 23:00', () => {
    const sundayNight = instantAt('2026-11-22', '23:00', platformZone);
    expect(weekAt(sundayNight, platformZone)).toMatchObject({
      monday: '2026-11-16',
      startAt: at('2026-11-16T04:00:00Z'),
      endAt: at('2026-11-23T04:00:00Z'),
    });
    expect(weekAt(sundayNight, 'UTC').monday).toBe('2026-11-23');
  });

  test('is an hour longer where clocks go back, and its days still fit together', () => {
    const autumn = weekOf('2026-10-26', newYork);
    expect(autumn.endAt - autumn.startAt).toBe(169 * microsPerHour);
    for (const [index, day] of autumn.days.entries()) {
      expect(day.endAt).toBe(autumn.days[index + 1]?.startAt ?? autumn.endAt);
    }
    expect(weekFrom(autumn, 1).monday).toBe('2026-11-02');
    expect(weekFrom(weekFrom(autumn, -3), 3)).toEqual(autumn);
  });
});

describe('availability', () => {
  test('lays the rules onto the week', () => {
    const rules = [rule(1, '08:00', '10:00'), rule(0, '09:00', '12:00'), rule(2, '08:00', '09:00', false)];
    expect(bandsOf(rules, platformZone, week)).toEqual([
      { startAt: at('2026-11-23T12:00:00Z'), endAt: at('2026-11-23T14:00:00Z') },
      { startAt: at('2026-11-29T13:00:00Z'), endAt: at('2026-11-29T16:00:00Z') },
    ]);
  });

  test('runs to midnight for an end of 24:00 and of 00:00, and joins the next morning', () => {
    for (const end of ['24:00', '00:00']) {
      expect(bandsOf([rule(1, '20:00', end), rule(2, '00:00', '01:00')], platformZone, week)).toEqual([
        {
          startAt: instantAt('2026-11-23', '20:00', platformZone),
          endAt: instantAt('2026-11-24', '01:00', platformZone),
        },
      ]);
    }
  });

  test('makes one band of duplicates and of rules that overlap', () => {
    const rules = [rule(3, '08:00', '10:00'), rule(3, '08:00', '10:00'), rule(3, '09:00', '11:00')];
    expect(bandsOf(rules, platformZone, week)).toHaveLength(1);
  });

  test('keeps a recurring block at its wall-clock time across a change of clocks', () => {
    const block = {
      id: 'b',
      startAt: instantAt('2026-10-05', '16:00', newYork),
      endAt: instantAt('2026-10-05', '17:00', newYork),
      isRecurring: true,
      rrule: 'FREQ=WEEKLY;BYDAY=MO',
    };
    const starts = (date: string) =>
      occurrencesOf([block], newYork, weekOf(date, newYork)).map(
        (one) => wallClockAt(one.startAt, newYork).time,
      );
    expect(starts('2026-10-26')).toEqual(['16:00']);
    expect(starts('2026-11-02')).toEqual(['16:00']);
    expect(starts('2026-09-28')).toEqual([]);
  });

  test('honours COUNT, UNTIL and EXDATE', () => {
    const block = (rrule: string) => ({
      id: 'b',
      startAt: instantAt('2026-11-02', '16:00', platformZone),
      endAt: instantAt('2026-11-02', '17:00', platformZone),
      isRecurring: true,
      rrule,
    });
    const count = (rrule: string) => occurrencesOf([block(rrule)], platformZone, week).length;
    expect(count('RRULE:FREQ=WEEKLY')).toBe(1);
    expect(count('FREQ=WEEKLY;COUNT=2')).toBe(0);
    expect(count('FREQ=WEEKLY;UNTIL=20261120T000000Z')).toBe(0);
    expect(count('RRULE:FREQ=DAILY')).toBe(7);
    expect(count('RRULE:FREQ=DAILY\nEXDATE;TZID=America/Port_of_Spain:20261125T160000')).toBe(6);
  });

  test('shows a block with an unreadable rule once, at its own time, and does not stall on one by the second', () => {
    for (const rrule of ['nonsense', '', null, 'FREQ=SECONDLY', 'FREQ=WEEKLY;BYDAY=XX']) {
      const block = { id: 'b', ...span('16:00', '17:00'), isRecurring: true, rrule };
      expect(occurrencesOf([block], platformZone, week).map((one) => one.startAt)).toEqual([block.startAt]);
    }
  });

  test('includes a block that began before the week and runs into it', () => {
    const long = { id: 'b', startAt: week.startAt - 5 * microsPerHour, endAt: week.startAt + microsPerHour };
    expect(occurrencesOf([{ ...long, isRecurring: false, rrule: null }], platformZone, week)).toHaveLength(1);
    const daily = { ...long, isRecurring: true, rrule: 'FREQ=DAILY' };
    expect(occurrencesOf([daily], platformZone, week)).toHaveLength(8);
  });

  test('keeps a buffer around what is taken and not at the edges of a band', () => {
    const free = freeOf([span('08:00', '12:00')], [span('09:00', '10:00')], 15);
    expect(free).toEqual([span('08:00', '08:45'), span('10:15', '12:00')]);
    expect(fits(span('08:00', '08:45'), free)).toBe(true);
    expect(fits(span('08:00', '09:00'), free)).toBe(false);
    expect(slotsOf(free, 60, 30)).toEqual([span('10:15', '11:00').startAt, span('10:45', '11:00').startAt]);
  });

  test('never leaves free time that touches a buffer or lies outside a band', () => {
    const minutes = fc.integer({ min: 0, max: 600 });
    const some = fc.array(
      fc.tuple(minutes, fc.integer({ min: 5, max: 120 })).map(([start, length]) => ({
        startAt: start * microsPerMinute,
        endAt: (start + length) * microsPerMinute,
      })),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(some, some, fc.integer({ min: 0, max: 60 }), (bands, taken, buffer) => {
        for (const { startAt, endAt } of freeOf(bands, taken, buffer)) {
          for (const busy of taken) {
            const gap = Math.max(busy.startAt - endAt, startAt - busy.endAt);
            expect(gap).toBeGreaterThanOrEqual(buffer * microsPerMinute);
          }
          for (let time = startAt; time < endAt; time += microsPerMinute) {
            expect(bands.some((band) => band.startAt <= time && time < band.endAt)).toBe(true);
          }
        }
      }),
    );
  });
});

function span(start: string, end: string) {
  return {
    startAt: instantAt('2026-11-25', start, platformZone),
    endAt: instantAt('2026-11-25', end, platformZone),
  };
}
