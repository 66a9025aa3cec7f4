import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { microsPerHour, microsPerMinute } from '#shared/domain/instant';
import {
  addDays,
  instantAt,
  isZone,
  minutesOf,
  offsetMinutesAt,
  platformZone,
  shiftBetween,
  startOfDay,
  timeOf,
  wallClockAt,
  zoneOr,
} from '#shared/domain/zone';

const at = (iso: string) => Date.parse(iso) * 1000;

describe('the wall clock of Port of Spain', () => {
  test('is four hours behind UTC in winter and in summer', () => {
    expect(instantAt('2026-01-15', '16:00', platformZone)).toBe(at('2026-01-15T20:00:00Z'));
    expect(instantAt('2026-07-15', '16:00', platformZone)).toBe(at('2026-07-15T20:00:00Z'));
  });

  test.each(['20:00', '20:30', '21:00', '22:15', '23:00', '23:59'])(
    'keeps the date at %s, when UTC has the next day already',
    (time) => {
      const instant = instantAt('2026-11-22', time, platformZone);
      expect(new Date(instant / 1000).toISOString().slice(0, 10)).toBe('2026-11-23');
      expect(wallClockAt(instant, platformZone)).toMatchObject({ date: '2026-11-22', time, dayOfWeek: 0 });
      expect(startOfDay(instant, platformZone)).toBe(at('2026-11-22T04:00:00Z'));
    },
  );

  test('takes 24:00 as the next day’s midnight', () => {
    expect(instantAt('2026-11-22', '24:00', platformZone)).toBe(
      instantAt('2026-11-23', '00:00', platformZone),
    );
    expect(instantAt('2026-12-31', '24:00', platformZone)).toBe(at('2027-01-01T04:00:00Z'));
  });
});

describe('a zone whose clocks change', () => {
  test('gives New York 16:00 as 20:00Z in summer and 21:00Z in winter, whatever this machine’s zone', () => {
    expect(instantAt('2026-10-26', '16:00', 'America/New_York')).toBe(at('2026-10-26T20:00:00Z'));
    expect(instantAt('2026-11-02', '16:00', 'America/New_York')).toBe(at('2026-11-02T21:00:00Z'));
  });

  test('takes a time that spring skips as the same distance after the change', () => {
    expect(instantAt('2026-03-08', '02:30', 'America/New_York')).toBe(at('2026-03-08T07:30:00Z'));
  });

  test('takes a time that autumn brings twice as the first', () => {
    expect(instantAt('2026-11-01', '01:30', 'America/New_York')).toBe(at('2026-11-01T05:30:00Z'));
  });

  test('tells by how much a family abroad sees a weekly lesson shift', () => {
    const before = instantAt('2026-10-26', '16:00', platformZone);
    const after = instantAt('2026-11-02', '16:00', platformZone);
    expect(shiftBetween(before, after, platformZone, 'America/New_York')).toBe(-60);
    expect(shiftBetween(before, after, platformZone, 'America/Caracas')).toBe(0);
  });
});

describe('zones and times as text', () => {
  test('an unknown zone becomes the platform’s', () => {
    expect(isZone('Mars/Olympus')).toBe(false);
    expect(zoneOr('Mars/Olympus')).toBe(platformZone);
    expect(zoneOr(null)).toBe(platformZone);
    expect(zoneOr('Europe/London')).toBe('Europe/London');
  });

  test('a time is read strictly', () => {
    expect(minutesOf('24:00')).toBe(1440);
    expect(minutesOf('09:05')).toBe(545);
    for (const bad of ['24:01', '9:00', '10:60', '', '25:00', '10']) {
      expect(() => minutesOf(bad)).toThrow(RangeError);
    }
  });
});

describe('for any minute of any day', () => {
  const zone = fc.constantFrom(platformZone, 'America/New_York', 'Europe/London', 'Asia/Kolkata', 'UTC');
  const minute = fc
    .integer({
      min: at('2020-01-01T00:00:00Z') / microsPerMinute,
      max: at('2035-01-01T00:00:00Z') / microsPerMinute,
    })
    .map((minutes) => minutes * microsPerMinute);

  test('reading the clock and setting it again comes back, up to the hour that autumn repeats', () => {
    fc.assert(
      fc.property(minute, zone, (instant, name) => {
        const { date, time } = wallClockAt(instant, name);
        const back = instantAt(date, time, name);
        expect(instant - back === 0 || instant - back === microsPerHour).toBe(true);
        expect(wallClockAt(back, name)).toMatchObject({ date, time });
      }),
    );
  });

  test('around every change of clocks it says what the zone’s own rules say', () => {
    const hours = fc.integer({ min: -96 * 4, max: 96 * 4 });
    const change = fc.constantFrom(
      '2026-03-08T07:00Z',
      '2026-11-01T06:00Z',
      '2026-03-29T01:00Z',
      '2026-10-25T01:00Z',
    );
    fc.assert(
      fc.property(change, hours, zone, (moment, quarters, name) => {
        const millis = Date.parse(moment) + quarters * 900_000;
        const zoned = Temporal.Instant.fromEpochMilliseconds(millis).toZonedDateTimeISO(name);
        expect(wallClockAt(millis * 1000, name)).toMatchObject({
          date: zoned.toPlainDate().toString(),
          time: zoned.toPlainTime().toString().slice(0, 5),
        });
        const wall = zoned.toPlainDateTime().toZonedDateTime(name).epochMilliseconds;
        expect(
          instantAt(zoned.toPlainDate().toString(), zoned.toPlainTime().toString().slice(0, 5), name),
        ).toBe(wall * 1000);
      }),
      { numRuns: 1000 },
    );
  });

  test('the offset is what lies between the clock and UTC', () => {
    fc.assert(
      fc.property(minute, zone, (instant, name) => {
        const wall = wallClockAt(instant, name);
        const utc = wallClockAt(instant + offsetMinutesAt(instant, name) * microsPerMinute, 'UTC');
        expect(utc).toEqual(wall);
        expect(timeOf(wall.minutes)).toBe(wall.time);
      }),
    );
  });

  test('days add up by the calendar', () => {
    fc.assert(
      fc.property(minute, fc.integer({ min: -400, max: 400 }), (instant, days) => {
        const { date } = wallClockAt(instant, 'UTC');
        expect(addDays(addDays(date, days), -days)).toBe(date);
      }),
    );
  });
});
