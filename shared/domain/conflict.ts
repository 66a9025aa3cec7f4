import type { WireValue } from './sync/wire.ts';

/** One field of a conflict: what it was when the edit was made, what the server has, what was meant. */
export type ConflictField = {
  readonly field: string;
  readonly base: WireValue;
  readonly theirs: WireValue;
  readonly mine: WireValue;
};

/** Who changed a field since the edit was made. `same`: both, to the same value. */
export type ConflictSide = 'theirs' | 'mine' | 'both' | 'same' | 'none';

export function sideOf({ base, theirs, mine }: ConflictField): ConflictSide {
  const isTheirs = !isEqual(base, theirs);
  const isMine = !isEqual(base, mine);
  if (isTheirs && isMine) return isEqual(theirs, mine) ? 'same' : 'both';
  return isTheirs ? 'theirs' : isMine ? 'mine' : 'none';
}

/** Whether both sides changed something and nothing in which they differ: then both can stand. */
export function isDisjoint(fields: readonly ConflictField[]): boolean {
  const sides = fields.map(sideOf);
  return sides.includes('theirs') && sides.includes('mine') && !sides.includes('both');
}

function isEqual(one: WireValue, other: WireValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
