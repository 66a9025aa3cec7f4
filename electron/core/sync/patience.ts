import type { Clock } from '../cache/types.ts';

/** How long a request may be without a sign of life before its connection counts as dead. */
export type Patience = {
  begin(): Wait;
  /** Whether something else got an answer from the server a moment ago. */
  isReached(): boolean;
};

export type Wait = {
  /** Aborts when it was silent for too long. */
  readonly ended: AbortSignal;
  /** Headers or a piece of the body came. */
  heard(): void;
  done(): void;
};

export type PatienceOptions = {
  readonly clock: Clock;
  /** Told early: there is reason to look whether the network is dead. */
  readonly onSilent: () => void;
  readonly isReached: () => boolean;
};

/**
 * A connection that died without a word cannot be told from a slow server, so a request that is given up is tried
 * again with twice the time: a server that needs long is asked twice or three times, not for ever.
 */
export function createPatience({ clock, onSilent, isReached }: PatienceOptions): Patience {
  let millis = leastMillis;
  return {
    isReached,
    begin() {
      const controller = new AbortController();
      const startedAt = clock.now();
      let isHeard = false;
      let cancel = arm();
      const cancelSuspicion = clock.after(suspicionMillis, onSilent);

      function arm(): () => void {
        return clock.after(millis, () => {
          millis = Math.min(millis * 2, mostMillis);
          controller.abort(new Error('silent'));
        });
      }
      return {
        ended: controller.signal,
        heard() {
          cancelSuspicion();
          cancel();
          if (!isHeard) {
            const took = (clock.now() - startedAt) / 1000;
            millis = Math.min(Math.max(3 * took, leastMillis), mostMillis);
          }
          isHeard = true;
          cancel = arm();
        },
        done() {
          cancelSuspicion();
          cancel();
        },
      };
    },
  };
}

const suspicionMillis = 1_000;
const leastMillis = 2_000;
const mostMillis = 30_000;
