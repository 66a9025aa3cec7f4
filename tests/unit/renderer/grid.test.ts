import { describe, expect, it } from 'vitest';
import { microsPerMinute } from '#shared/domain/instant';
import { weekOf } from '#shared/domain/week';
import { instantAtMinutes } from '#shared/domain/zone';
import { pickUp, pressInGrab } from '#renderer/features/schedule/grab.ts';
import {
  bandOf,
  intervalAt,
  layOut,
  neighbour,
  shifted,
  slotUnder,
  snapStart,
} from '#renderer/features/schedule/grid.ts';

const zone = 'America/Port_of_Spain';
const week = weekOf('2026-11-16', zone);
const at = (date: string, start: number, minutes: number, id = `${date} ${start}`) => {
  const startAt = instantAtMinutes(date, start, zone);
  return { id, startAt, endAt: startAt + minutes * microsPerMinute };
};

describe('laying out a week', () => {
  it('puts a block at its minute and gives it the whole day when it is alone', () => {
    const [monday] = layOut([at('2026-11-16', 16 * 60, 90)], week.days, zone);
    expect(monday?.blocks).toMatchObject([{ top: 960, height: 90, left: 0, width: 1, isNarrow: false }]);
  });

  it('shows a lesson over midnight on both days', () => {
    const layouts = layOut([at('2026-11-16', 23 * 60 + 30, 60)], week.days, zone);
    expect(layouts[0]?.blocks).toMatchObject([{ top: 1410, height: 30 }]);
    expect(layouts[1]?.blocks).toMatchObject([{ top: 0, height: 30 }]);
  });

  it('puts what does not fit side by side behind a chip', () => {
    const many = Array.from({ length: 6 }, (_, index) => at('2026-11-17', 960, 60, `b${index}`));
    const layout = layOut(many, week.days, zone, 4)[1];
    expect(layout?.blocks).toHaveLength(3);
    expect(layout?.more.map((chip) => chip.items.length)).toEqual([3]);
  });

  it('follows the wall clock where the clocks change', () => {
    const newYork = 'America/New_York';
    const days = weekOf('2026-11-01', newYork).days;
    const sunday = days.find((day) => day.date === '2026-11-01');
    const four = instantAtMinutes('2026-11-01', 16 * 60, newYork);
    if (sunday === undefined) throw new Error('a week has a Sunday');
    expect(bandOf({ startAt: four, endAt: four + 60 * microsPerMinute }, sunday, newYork)).toEqual({
      top: 960,
      height: 60,
    });
  });
});

describe('dragging', () => {
  const area = { left: 100, top: -300, width: 700, pixelsPerMinute: 1 };

  it('snaps to quarters of an hour', () => {
    expect([snapStart(7, 60), snapStart(8, 60), snapStart(52, 60)]).toEqual([0, 15, 45]);
  });

  it('never lets a block begin where it would run out of the day', () => {
    expect([snapStart(-40, 60), snapStart(1439, 60)]).toEqual([0, 1380]);
  });

  it('finds day and start below the pointer, minding where the block was gripped', () => {
    expect(slotUnder({ x: 350, y: 320 }, 20, area, 7, 60)).toEqual({ dayIndex: 2, minutes: 600 });
  });

  it('stays on the first and last day when the pointer leaves the grid', () => {
    expect(slotUnder({ x: 0, y: 320 }, 20, area, 7, 60).dayIndex).toBe(0);
    expect(slotUnder({ x: 5000, y: 320 }, 20, area, 7, 60).dayIndex).toBe(6);
  });

  it('keeps the length of what is moved', () => {
    const lesson = at('2026-11-16', 960, 90);
    const moved = intervalAt('2026-11-18', 600, lesson, zone);
    expect(moved).toEqual({
      startAt: instantAtMinutes('2026-11-18', 600, zone),
      endAt: instantAtMinutes('2026-11-18', 690, zone),
    });
  });
});

describe('the arrow keys', () => {
  const items = [at('2026-11-16', 600, 60), at('2026-11-16', 960, 60), at('2026-11-18', 930, 60)];
  const layouts = layOut(items, week.days, zone);
  const from = (id: string, direction: Parameters<typeof neighbour>[2]) =>
    neighbour(layouts, id, direction)?.id ?? null;

  it('go along a day', () => {
    expect(from('2026-11-16 600', 'down')).toBe('2026-11-16 960');
    expect(from('2026-11-16 960', 'up')).toBe('2026-11-16 600');
    expect(from('2026-11-16 960', 'down')).toBeNull();
  });

  it('skip empty days to the nearest time', () => {
    expect(from('2026-11-16 600', 'right')).toBe('2026-11-18 930');
    expect(from('2026-11-18 930', 'left')).toBe('2026-11-16 960');
  });
});

describe('carrying a booking with the keyboard', () => {
  const lesson = at('2026-11-16', 960, 60);
  const grab = pickUp('b', lesson);
  const key = (name: string, shiftKey = false) => ({ key: name, shiftKey });

  it('moves by a quarter of an hour, an hour, a day and a week', () => {
    const moves: [string, boolean, number, number][] = [
      ['ArrowDown', false, 0, 15],
      ['ArrowUp', true, 0, -60],
      ['ArrowRight', false, 1, 0],
      ['ArrowLeft', true, -7, 0],
    ];
    for (const [name, isShifted, days, minutes] of moves) {
      const outcome = pressInGrab(grab, key(name, isShifted), zone);
      expect(outcome).toMatchObject({ kind: 'moved', grab: { at: shifted(lesson, days, minutes, zone) } });
    }
  });

  it('drops with Enter, and only lets go when nothing was moved', () => {
    const moved = pressInGrab(grab, key('ArrowDown'), zone);
    if (moved.kind !== 'moved') throw new Error('an arrow moves');
    expect(pressInGrab(moved.grab, key('Enter'), zone).kind).toBe('dropped');
    expect(pressInGrab(grab, key('Enter'), zone).kind).toBe('cancelled');
  });

  it('puts back with Escape and when Tab leaves', () => {
    expect(pressInGrab(grab, key('Escape'), zone).kind).toBe('cancelled');
    expect(pressInGrab(grab, key('Tab'), zone).kind).toBe('cancelled');
  });

  it('leaves other keys to others', () => {
    expect(pressInGrab(grab, key('a'), zone).kind).toBe('ignored');
  });
});
