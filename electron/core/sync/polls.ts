import type { Clock } from '../cache/types.ts';
import type { Loop } from './loop.ts';

export type PollOptions = {
  readonly clock: Clock;
  /** 0 (inclusive) to 1. */
  readonly random: () => number;
  /** Milliseconds from one poll to the next; 30 to 60 s, spread, unless told otherwise. */
  readonly pollMillis?: number;
  readonly pulls: Loop;
  readonly pushes: Loop;
  /** Before each poll. */
  readonly onPoll: () => void;
};

/** Pulls once in a while even if nothing rings, and looks at the queue again, whatever that waits for. Returns the disposer. */
export function planPolls({ clock, random, pulls, pushes, ...options }: PollOptions): () => void {
  let cancel = plan();

  function plan(): () => void {
    return clock.after(options.pollMillis ?? 30_000 + random() * 30_000, () => {
      options.onPoll();
      pulls.nudge();
      pushes.nudge();
      cancel = plan();
    });
  }
  return () => cancel();
}
