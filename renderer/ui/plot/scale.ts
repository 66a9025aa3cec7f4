/**
 * The marks of an axis from 0 that has to reach `max`: round numbers, at most `most` steps, the last one at or above it.
 * Whole steps only where `isWhole`, because there is no half a case.
 */
export function ticksOf(max: number, most: number, isWhole: boolean): readonly number[] {
  const top = max > 0 ? max : 1;
  const rough = top / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough - 1e-9) ?? rough;
  const step = isWhole ? Math.max(1, Math.ceil(nice)) : nice;
  const count = Math.ceil(top / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** An SVG path through the points that there are; a day without a figure interrupts it, because nothing was measured. */
export function pathOf(points: readonly ({ readonly x: number; readonly y: number } | null)[]): string {
  let path = '';
  let isBegun = false;
  for (const point of points) {
    if (point !== null) path += `${isBegun ? 'L' : 'M'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
    isBegun = point !== null;
  }
  return path;
}

/** Which of `count` labels to write so that they stand at least `apart` pixels from each other, the last one among them. */
export function labelled(count: number, width: number, apart: number): readonly number[] {
  if (count === 0) return [];
  const every = Math.max(1, Math.ceil((count * apart) / Math.max(width, 1)));
  return Array.from(
    { length: Math.ceil(count / every) },
    (_, index) => count - 1 - index * every,
  ).toReversed();
}
