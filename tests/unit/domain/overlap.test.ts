import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { overlaps, pack, subtract, union, type Interval } from '#shared/domain/overlap';

const span = (startAt: number, endAt: number): Interval => ({ startAt, endAt });

const interval = fc
  .tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 40 }))
  .map(([start, length]) => span(start, start + length));
const intervals = fc.array(interval, { maxLength: 40 });

/** How many of `list` hold at `time`. */
const depthAt = (list: readonly Interval[], time: number) =>
  list.filter((one) => one.startAt <= time && time < one.endAt).length;

describe('packing', () => {
  test('gives items that only touch the full width', () => {
    const { placements } = pack([span(0, 10), span(10, 20)]);
    expect(placements).toMatchObject([
      { column: 0, columns: 1, span: 1 },
      { column: 0, columns: 1, span: 1 },
    ]);
  });

  test('takes the width from the whole cluster and widens to the right where there is room', () => {
    const long = span(0, 100);
    const { placements } = pack([long, span(0, 20), span(10, 30), span(50, 60)]);
    expect(
      placements.map(({ item, column, columns, span: wide }) => [
        item.startAt,
        item.endAt,
        column,
        columns,
        wide,
      ]),
    ).toEqual([
      [0, 100, 0, 3, 1],
      [0, 20, 1, 3, 1],
      [50, 60, 1, 3, 2],
      [10, 30, 2, 3, 1],
    ]);
  });

  test('puts what has no column behind one chip in the last column', () => {
    const items = Array.from({ length: 9 }, () => span(0, 10));
    const { placements, overflows } = pack(items, 4);
    expect(placements.map(({ column, columns }) => [column, columns])).toEqual([
      [0, 4],
      [1, 4],
      [2, 4],
    ]);
    expect(overflows).toMatchObject([{ startAt: 0, endAt: 10, column: 3, columns: 4 }]);
    expect(overflows[0]?.items).toHaveLength(6);
  });

  test('loses nothing, doubles nothing and lets nothing collide', () => {
    fc.assert(
      fc.property(intervals, fc.integer({ min: 2, max: 8 }), (items, maxColumns) => {
        const { placements, overflows } = pack(items, maxColumns);
        const seen = [...placements.map(({ item }) => item), ...overflows.flatMap((chip) => chip.items)];
        expect(seen.length).toBe(items.length);
        expect(new Set(seen)).toEqual(new Set(items));

        const boxes = [
          ...placements.map(({ item, ...box }) => ({ ...box, startAt: item.startAt, endAt: item.endAt })),
          ...overflows.map((chip) => ({ ...chip, span: 1 })),
        ];
        for (const [index, a] of boxes.entries()) {
          expect(a.columns).toBeLessThanOrEqual(maxColumns);
          expect(a.column + a.span).toBeLessThanOrEqual(a.columns);
          for (const b of boxes.slice(index + 1)) {
            if (!overlaps(a, b)) continue;
            expect(a.columns).toBe(b.columns);
            expect(a.column + a.span <= b.column || b.column + b.span <= a.column).toBe(true);
          }
        }
      }),
    );
  });

  test('needs no more columns than items hold at one time', () => {
    fc.assert(
      fc.property(intervals, (items) => {
        for (const { item, columns } of pack(items, 100).placements) {
          const deepest = Math.max(...items.map((one) => depthAt(items, one.startAt)));
          expect(columns).toBeLessThanOrEqual(deepest);
          expect(columns).toBeGreaterThanOrEqual(depthAt(items, item.startAt));
        }
      }),
    );
  });
});

describe('union and subtract', () => {
  test('agree with looking at every single moment', () => {
    fc.assert(
      fc.property(intervals, intervals, (some, taken) => {
        const merged = union(some);
        const left = subtract(some, taken);
        for (let time = 0; time <= 240; time += 1) {
          const inSome = depthAt(some, time) > 0;
          expect(depthAt(merged, time)).toBe(inSome ? 1 : 0);
          expect(depthAt(left, time)).toBe(inSome && depthAt(taken, time) === 0 ? 1 : 0);
        }
      }),
    );
  });

  test('give intervals in order that do not touch', () => {
    fc.assert(
      fc.property(intervals, (some) => {
        const merged = union(some);
        for (const [index, one] of merged.entries()) {
          const next = merged[index + 1]?.startAt ?? Number.POSITIVE_INFINITY;
          expect(one.startAt).toBeLessThan(one.endAt);
          expect(one.endAt).toBeLessThan(next);
        }
      }),
    );
  });
});
