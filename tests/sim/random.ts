/** Numbers that repeat: everything the simulator chooses comes from here. */
export type Dice = {
  /** From 0 (inclusive) to 1. */
  next(): number;
  /** From 0 to `bound - 1`. */
  below(bound: number): number;
  uuid(): string;
};

/** mulberry32: small, fast, and good enough to draw schedules. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    next,
    below,
    uuid() {
      const hex = Array.from({ length: 32 }, () => below(16).toString(16));
      hex[12] = '7';
      hex[16] = '8';
      const text = hex.join('');
      return [
        text.slice(0, 8),
        text.slice(8, 12),
        text.slice(12, 16),
        text.slice(16, 20),
        text.slice(20),
      ].join('-');
    },
  };
}

/** The member of `list` that a roll from 0 to 1 stands for; undefined when the list is empty. */
export function pick<T>(list: readonly T[], roll: number): T | undefined {
  return list[Math.min(list.length - 1, Math.floor(roll * list.length))];
}

/** As `pick`, where each member has a weight. */
export function pickWeighted<T extends string>(weights: Readonly<Record<T, number>>, roll: number): T {
  const entries = Object.entries(weights) as [T, number][];
  let left = roll * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  const last = entries.findLast(([, weight]) => weight > 0);
  if (last === undefined) throw new Error('nothing to choose from');
  return last[0];
}
