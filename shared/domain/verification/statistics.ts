/** How often two raters said what: the first letter is the one's verdict, the second the other's; a approve, r reject. */
export type Agreement = {
  readonly aa: number;
  readonly ar: number;
  readonly ra: number;
  readonly rr: number;
};

/**
 * Cohen's kappa: agreement beyond chance, 1 for perfect, 0 for none, below 0 for less than chance. Null where it says
 * nothing: no pairs, or both always said the same one thing.
 */
export function cohenKappa({ aa, ar, ra, rr }: Agreement): number | null {
  const n = aa + ar + ra + rr;
  if (n === 0) return null;
  const observed = (aa + rr) / n;
  const chance = ((aa + ar) * (aa + ra) + (ra + rr) * (ar + rr)) / (n * n);
  return chance === 1 ? null : (observed - chance) / (1 - chance);
}

/** What is usually said of a kappa (Landis and Koch 1977), for the label beside the figure. */
export function kappaWords(kappa: number): string {
  if (kappa < 0) return 'worse than chance';
  if (kappa <= 0.2) return 'slight';
  if (kappa <= 0.4) return 'fair';
  if (kappa <= 0.6) return 'moderate';
  return kappa <= 0.8 ? 'substantial' : 'almost perfect';
}

/** Bits in which two 64-bit perceptual hashes of 16 hex digits differ. */
export function hashDistance(one: string, other: string): number {
  let differing = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  let count = 0;
  for (; differing !== 0n; differing &= differing - 1n) count += 1;
  return count;
}

/** Whether this is the hash of a page without a picture, which is like every other such page and says nothing. */
export function isBlankHash(hash: string): boolean {
  return hash === '0000000000000000' || hash === 'ffffffffffffffff';
}
