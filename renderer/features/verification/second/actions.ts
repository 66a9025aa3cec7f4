import type { SecondVerdict } from '#shared/domain/verification/wire';
import { announce } from '#renderer/app/announcer.tsx';
import { core } from '#renderer/rpc.ts';
import { sayTrouble } from '#renderer/state/edits.ts';
import { toAppError } from '#renderer/state/live.ts';
import { showToast } from '#renderer/state/toasts.ts';
import { sendEvidence } from '../desk/evidence.ts';
import { endWork } from '../desk/work-store.ts';

/** Takes the next case to judge again. Resolves to the review, or to null where there is none (which has been said). */
export async function takeNext(): Promise<string | null> {
  try {
    const client = await core();
    // The server gives what one holds already before anything new, so that is asked for as well.
    const { reviews } = await client['verification.secondReviews']({});
    const held = new Set(reviews.filter((review) => review.isMine).map((review) => review.id));
    const { results } = await client['verification.secondClaimNext']({ count: held.size + 1 });
    const taken = results.find(({ reviewId }) => !held.has(reviewId));
    if (taken === undefined) {
      showToast({ tone: 'calm', title: 'Nothing else to judge again now', millis: 5_000 });
      announce('Nothing else to judge again now');
    } else announce('Taken');
    return taken?.reviewId ?? null;
  } catch (thrown) {
    sayTrouble('Nothing was taken', toAppError(thrown).message);
    return null;
  }
}

/** Prolongs what one holds. Silent: the time that is left is on the screen, and it can be taken again. */
export async function renewHeld(amount: number): Promise<void> {
  try {
    const client = await core();
    await client['verification.secondClaimNext']({ count: amount });
  } catch {
    // As said above.
  }
}

export async function giveBackReview(reviewId: string): Promise<void> {
  try {
    const client = await core();
    await client['verification.secondRelease']({ reviewId });
    announce('Given back');
  } catch (thrown) {
    sayTrouble('Not given back', toAppError(thrown).message);
  }
}

/** Gives the second verdict, which cannot be taken back. Resolves to whether it was given. */
export async function submitVerdict(
  review: { readonly id: string; readonly caseId: string },
  verdict: SecondVerdict,
): Promise<boolean> {
  try {
    await sendEvidence(review.caseId);
    const client = await core();
    const { agrees } = await client['verification.secondSubmit']({ reviewId: review.id, verdict });
    endWork(review.caseId);
    announce(
      agrees ? 'Given. The two verdicts agree.' : 'Given. The two verdicts differ; an admin settles it.',
    );
    return true;
  } catch (thrown) {
    sayTrouble('The verdict was not given', toAppError(thrown).message);
    return false;
  }
}

/** Ends a dispute; what goes wrong is said. */
export async function settle(
  caseId: string,
  rowVersion: number,
  verdict: 'UPHOLD' | 'REOPEN',
  reason: string,
): Promise<void> {
  try {
    const client = await core();
    await client['verification.settleDispute']({ caseId, rowVersion, verdict, reason });
    announce(verdict === 'UPHOLD' ? 'Upheld' : 'Reopened, at the head of the queue');
  } catch (thrown) {
    sayTrouble('The dispute was not settled', toAppError(thrown).message);
  }
}
