import { create } from 'zustand';
import { microsPerMinute, type Micros } from '#shared/domain/instant';
import type { AppContract } from '#shared/rpc/contract';
import type { OutputOf } from '#shared/rpc/define';
import type { AppError } from '#shared/rpc/errors';
import { core } from '#renderer/rpc.ts';
import { serverNow } from '#renderer/state/core-state.ts';
import { toAppError } from '#renderer/state/live.ts';
import { firstInstant, type Range } from './range.ts';

export type QueueFigures = OutputOf<AppContract['verification.queueStats']>;
export type ReviewerFigures = OutputOf<AppContract['verification.reviewerStats']>['reviewers'][number];
export type Figures = {
  readonly queue: QueueFigures;
  readonly reviewers: readonly ReviewerFigures[];
  /** When the server was asked. */
  readonly at: Micros;
};

type Held = { readonly figures: Figures | null; readonly error: AppError | null; readonly isAsking: boolean };
const nothing: Held = { figures: null, error: null, isAsking: false };

/** The last figures of each range. They come from the server each time; offline the last ones stay, with their time. */
const useHeld = create<{
  readonly userId: string | null;
  readonly byRange: Readonly<Partial<Record<Range, Held>>>;
}>(() => ({
  userId: null,
  byRange: {},
}));

/** What is known of these days for this user. */
export function useFigures(userId: string, range: Range): Held {
  return useHeld((state) => (state.userId === userId ? state.byRange[range] : undefined)) ?? nothing;
}

/** Asks the server for the figures of these days; what was there stays until the answer is. */
export async function loadFigures(userId: string, range: Range, signal: AbortSignal): Promise<void> {
  const put = (change: Partial<Held>) =>
    useHeld.setState((state) => {
      // Another person's figures are nobody else's.
      const byRange = state.userId === userId ? state.byRange : {};
      return { userId, byRange: { ...byRange, [range]: { ...(byRange[range] ?? nothing), ...change } } };
    });
  put({ isAsking: true });
  try {
    const client = await core(signal);
    const at = serverNow();
    const [queue, { reviewers }] = await Promise.all([
      client['verification.queueStats']({ days: range }, signal),
      client['verification.reviewerStats'](
        { from: firstInstant(at, range), to: at + microsPerMinute },
        signal,
      ),
    ]);
    put({ figures: { queue, reviewers, at: queue.now }, error: null, isAsking: false });
  } catch (thrown) {
    if (!signal.aborted) put({ error: toAppError(thrown), isAsking: false });
  }
}
