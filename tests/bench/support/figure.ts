/** One measured value. A floor is what the same work costs at least, measured in the same run. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: number;
  /** value / floor. */
  readonly ratio?: number;
};

export type BenchOptions = {
  /** Which scales of the seed to use; each bench has its own defaults. */
  readonly scales?: readonly number[];
  /** A quick run over little data, for whoever works on the bench or what it measures. */
  readonly isSmall?: boolean;
  /** For progress; goes to stderr. */
  readonly note: (line: string) => void;
};

/** What a file of tests/bench exports as `bench`. */
export type Bench = (options: BenchOptions) => AsyncIterable<Figure>;

/** A figure beside its floor. */
export function figureOver(name: string, unit: string, value: number, floor: number): Figure {
  return { name, value: rounded(value), unit, floor: rounded(floor), ratio: rounded(value / floor) };
}

/** Milliseconds that `work` took, with its result. */
export async function timed<T>(work: () => Promise<T> | T): Promise<{ milliseconds: number; result: T }> {
  const started = performance.now();
  const result = await work();
  return { milliseconds: performance.now() - started, result };
}

/** The value below which the share `part` of the values lies. Throws on no values. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  if (value === undefined) throw new RangeError('a percentile of nothing');
  return value;
}

/** Three decimals are more than a timing is worth. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
