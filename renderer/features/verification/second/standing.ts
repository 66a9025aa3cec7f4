import { checklistOf, failedItems, type CheckResult } from '#shared/domain/verification/checklist';
import type { SecondReview } from '#shared/rpc/verification-contract';

export type Verdict = 'APPROVE' | 'REJECT';

/** What became of a review: the two agree, they differ and nobody has settled it, or somebody has. */
export type Standing = 'agreed' | 'disputed' | 'settled';

export function standingOf({ agrees, done }: Pick<SecondReview, 'agrees' | 'done'>): Standing {
  if (agrees === true) return 'agreed';
  return done?.isDisputed === true ? 'disputed' : 'settled';
}

export const standingWords: Readonly<Record<Standing, string>> = {
  agreed: 'Agreed',
  disputed: 'Disputed',
  settled: 'Differed, settled',
};

export const verdictWords: Readonly<Record<Verdict, string>> = { APPROVE: 'Approve', REJECT: 'Reject' };

type Judged = Pick<SecondReview, 'kind'> & {
  readonly documents: readonly { readonly id: string; readonly state: string }[];
  readonly opened: Readonly<Record<string, unknown>>;
  readonly ticks: Readonly<Record<string, CheckResult>>;
};

/** What is still to be done before this verdict can be given, in words; empty when it can. The server asks for the same. */
export function missingFor(
  { kind, documents, opened, ticks }: Judged,
  verdict: Verdict | null,
): readonly string[] {
  const unseen = documents.filter(({ id, state }) => state === 'present' && opened[id] === undefined).length;
  const unanswered = checklistOf(kind).filter(({ id }) => ticks[id] === undefined).length;
  const failed = failedItems(kind, ticks).map((item) => item.label);
  return [
    ...(unseen === 0 ? [] : [unseen === 1 ? 'Look at the document' : `Look at ${unseen} documents`]),
    ...(unanswered === 0 ? [] : [`Answer ${unanswered} more of the checklist`]),
    ...(verdict === null ? ['Choose a verdict'] : []),
    ...(verdict === 'APPROVE' && failed.length > 0
      ? [`No approval while this is answered with no: ${failed.join(', ')}`]
      : []),
  ];
}

/** Why this user may not settle a dispute; null when he may. */
export function barredFrom(
  { done }: Pick<SecondReview, 'done'>,
  userId: string,
  isAdmin: boolean,
): string | null {
  if (!isAdmin) return 'An admin settles it.';
  const isEither = done?.firstReviewerId === userId || done?.secondReviewerId === userId;
  return isEither ? 'You are one of the two reviewers. Another admin has to settle it.' : null;
}
