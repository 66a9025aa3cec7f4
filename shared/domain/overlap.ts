import type { Micros } from './instant.ts';

/** A half-open interval: two that only touch do not overlap. */
export type Interval = { readonly startAt: Micros; readonly endAt: Micros };

/** Where an item stands among those it overlaps: `column` of `columns`, `span` columns wide. */
export type Placement<T> = {
  readonly item: T;
  readonly column: number;
  readonly columns: number;
  readonly span: number;
};

/** Items for which there was no column: they stand behind one "+n" chip in `column` of `columns`. */
export type Overflow<T> = Interval & {
  readonly items: readonly T[];
  readonly column: number;
  readonly columns: number;
};

export type Packing<T> = {
  readonly placements: readonly Placement<T>[];
  readonly overflows: readonly Overflow<T>[];
};

/** Whether two intervals share time. */
export function overlaps(a: Interval, b: Interval): boolean {
  return a.startAt < b.endAt && b.startAt < a.endAt;
}

/** The part of `interval` inside `bounds`, null when there is none. */
export function clip(interval: Interval, bounds: Interval): Interval | null {
  const startAt = Math.max(interval.startAt, bounds.startAt);
  const endAt = Math.min(interval.endAt, bounds.endAt);
  return startAt < endAt ? { startAt, endAt } : null;
}

/** The same time as disjoint intervals in order; those that touch become one. */
export function union(intervals: readonly Interval[]): Interval[] {
  const merged: { startAt: Micros; endAt: Micros }[] = [];
  for (const { startAt, endAt } of sortByStart(intervals.filter((one) => one.startAt < one.endAt))) {
    const last = merged.at(-1);
    if (last !== undefined && startAt <= last.endAt) last.endAt = Math.max(last.endAt, endAt);
    else merged.push({ startAt, endAt });
  }
  return merged;
}

/** The time of `intervals` that no `taken` covers, as disjoint intervals in order. */
export function subtract(intervals: readonly Interval[], taken: readonly Interval[]): Interval[] {
  const holes = union(taken);
  return union(intervals).flatMap((interval) => {
    const left: Interval[] = [];
    let startAt = interval.startAt;
    for (const hole of holes) {
      if (hole.endAt <= startAt || hole.startAt >= interval.endAt) continue;
      if (hole.startAt > startAt) left.push({ startAt, endAt: hole.startAt });
      startAt = Math.max(startAt, hole.endAt);
    }
    if (startAt < interval.endAt) left.push({ startAt, endAt: interval.endAt });
    return left;
  });
}

/**
 * Columns for items that overlap. Items that overlap, directly or through others, form a cluster and share one column
 * width; each takes the first free column, then widens to the right over columns that nothing needs at that time.
 * With more than `maxColumns` needed, the last column holds "+n" chips for what did not fit.
 */
export function pack<T extends Interval>(items: readonly T[], maxColumns = 6): Packing<T> {
  const placements: Placement<T>[] = [];
  const overflows: Overflow<T>[] = [];
  for (const cluster of clusters(items)) {
    const packed = packCluster(cluster, maxColumns);
    placements.push(...packed.placements);
    overflows.push(...packed.overflows);
  }
  return { placements, overflows };
}

function packCluster<T extends Interval>(cluster: readonly T[], maxColumns: number): Packing<T> {
  const columns: T[][] = [];
  for (const item of cluster) {
    const free = columns.find((column) => !overlaps(column.at(-1) ?? item, item));
    if (free === undefined) columns.push([item]);
    else free.push(item);
  }
  const isTooMany = columns.length > maxColumns;
  const shown = isTooMany ? columns.slice(0, maxColumns - 1) : columns;
  const width = isTooMany ? maxColumns : columns.length;
  const overflows = isTooMany
    ? clusters(columns.slice(maxColumns - 1).flat()).map((group) => ({
        startAt: Math.min(...group.map((item) => item.startAt)),
        endAt: Math.max(...group.map((item) => item.endAt)),
        items: group,
        column: width - 1,
        columns: width,
      }))
    : [];
  const placements = shown.flatMap((column, index) =>
    column.map((item) => {
      let span = 1;
      const isFree = (at: number) =>
        at < shown.length
          ? !(shown[at] ?? []).some((other) => overlaps(other, item))
          : at < width && !overflows.some((chip) => overlaps(chip, item));
      while (isFree(index + span)) span += 1;
      return { item, column: index, columns: width, span };
    }),
  );
  return { placements, overflows };
}

/** Groups that are connected by overlap, each sorted by start, the longer first. */
function clusters<T extends Interval>(items: readonly T[]): T[][] {
  const groups: T[][] = [];
  let endAt = Number.NEGATIVE_INFINITY;
  for (const item of sortByStart(items)) {
    const current = groups.at(-1);
    if (current === undefined || item.startAt >= endAt) groups.push([item]);
    else current.push(item);
    endAt = Math.max(endAt, item.endAt);
  }
  return groups;
}

function sortByStart<T extends Interval>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => a.startAt - b.startAt || b.endAt - a.endAt);
}
