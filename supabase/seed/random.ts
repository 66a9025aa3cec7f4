import { createHash } from 'node:crypto';

/** A stream of numbers that depends on nothing but its name. */
export type Random = {
  /** In [0, 1). */
  unit(): number;
  /** An integer in [from, to], both included. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the names, in proportion to its weight. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K;
  /** A new array in random order. */
  shuffle<T>(items: readonly T[]): T[];
};

/**
 * A stream of its own for each name, so that adding a draw in one place does not shift every row after it.
 * sfc32; Math.random has no seed and no promise across versions.
 */
export function randomOf(name: string): Random {
  const words = createHash('sha256').update(name).digest();
  let a = words.readInt32LE(0);
  let b = words.readInt32LE(4);
  let c = words.readInt32LE(8);
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();

  const unit = () => next() / 4_294_967_296;
  const between = (from: number, to: number) => from + Math.floor(unit() * (to - from + 1));
  return {
    unit,
    between,
    chance: (probability) => unit() < probability,
    pick: (items) => at(items, between(0, items.length - 1)),
    weighted: (weights) => {
      const names = keysOf(weights);
      const weightOf = (each: (typeof names)[number]) => weights[each] ?? 0;
      let left = unit() * names.reduce((sum, each) => sum + weightOf(each), 0);
      for (const each of names) {
        left -= weightOf(each);
        if (left < 0) return each;
      }
      return at(names, names.length - 1);
    },
    shuffle: (items) => {
      const mixed = [...items];
      for (let index = mixed.length - 1; index > 0; index -= 1) {
        const other = between(0, index);
        const held = at(mixed, index);
        mixed[index] = at(mixed, other);
        mixed[other] = held;
      }
      return mixed;
    },
  };
}

/** The id of a thing: a UUID (version 8, by name) that is the same in every database seeded with it. */
export function idOf(kind: string, key: string | number): string {
  const bytes = createHash('sha1').update(`itutor-seed/${kind}/${key}`).digest();
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The item at an index that the caller knows to exist. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`nothing at ${index} of ${items.length}`);
  return item;
}

function keysOf<K extends string>(record: Readonly<Partial<Record<K, number>>>): K[] {
  const names: K[] = [];
  for (const name in record) names.push(name);
  return names;
}
