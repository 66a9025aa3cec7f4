import { kappaWords, type Agreement } from '#shared/domain/verification/statistics';

/** Fewer pairs than this say little, whatever the kappa. */
const enoughPairs = 20;

/** "45 s", "2 min 10 s", "1 h 5 min"; a dash for nothing. */
export function secondsText(seconds: number | null): string {
  if (seconds === null) return '–';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "38%" of `whole`; a dash of nothing. */
export function shareText(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part / whole) * 100)}%`;
}

/** "3 (12%)", or "0". */
export function partText(part: number, whole: number): string {
  return part === 0 ? '0' : `${part} (${shareText(part, whole)})`;
}

/** How far two reviewers agree: the kappa with what is said of it, and on how many pairs it rests. */
export function agreementText(agreement: Agreement, kappa: number | null): { figure: string; words: string } {
  const { aa, ar, ra, rr } = agreement;
  const pairs = aa + ar + ra + rr;
  const basis = `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`;
  if (pairs === 0) return { figure: '–', words: 'no second reviews' };
  if (kappa === null) return { figure: '–', words: `${basis}, all with the same verdict` };
  const words = pairs < enoughPairs ? 'too few to tell' : kappaWords(kappa);
  return { figure: `κ ${kappa.toFixed(2)}`, words: `${words}, ${basis}` };
}
