import type { Micros } from '#shared/domain/instant';
import { AppError } from '#shared/rpc/errors';
import type { Clock, Log } from '../cache/types.ts';
import { failureOf } from './failures.ts';
import type { SyncCheck } from './types.ts';

/** When self-checks run: inside a pull's turn, right behind it, so that nothing is pulled while rows are compared. */
export type Checks = {
  /** From now on hourly, counted from the last one; soon when there was none. */
  start(lastAt: Micros | null): void;
  /** Something happened after which one wants to be sure. */
  planSoon(): void;
  /** Called behind each pull. A check that fails is no failed pull; an abort is passed on. */
  runWanted(signal: AbortSignal): Promise<void>;
  /** Resolves to what a check that began after this call found. */
  request(signal?: AbortSignal): Promise<SyncCheck>;
  stop(): void;
};

export type ChecksOptions = {
  /** Null: the cache could not be compared, because rights or epoch moved. */
  readonly check: (signal: AbortSignal) => Promise<SyncCheck | null>;
  readonly pull: (signal?: AbortSignal) => Promise<void>;
  readonly nudge: () => void;
  readonly clock: Clock;
  readonly log: Log;
};

export function createChecks({ check, pull, nudge, clock, log }: ChecksOptions): Checks {
  let wanted: PromiseWithResolvers<SyncCheck | null> | null = null;
  let isStarted = false;
  let cancelTimer: (() => void) | null = null;

  function want(): PromiseWithResolvers<SyncCheck | null> {
    if (wanted === null) {
      wanted = Promise.withResolvers();
      // By the hour nobody waits for it.
      wanted.promise.catch(() => undefined);
    }
    return wanted;
  }

  function plan(millis: number): void {
    if (!isStarted) return;
    cancelTimer?.();
    cancelTimer = clock.after(millis, () => {
      plan(everyMillis);
      want();
      nudge();
    });
  }

  return {
    start(lastAt) {
      isStarted = true;
      const rest = lastAt === null ? 0 : everyMillis - (clock.now() - lastAt) / 1000;
      plan(Math.min(Math.max(rest, soonMillis), everyMillis));
    },
    planSoon: () => plan(soonMillis),
    async runWanted(signal) {
      const asked = wanted;
      wanted = null;
      if (asked === null) return;
      try {
        const found = await check(signal);
        if (found === null) plan(soonMillis);
        asked.resolve(found);
      } catch (error) {
        asked.reject(error);
        signal.throwIfAborted();
        log('warn', 'check.failed', { kind: failureOf(error).kind });
      }
    },
    async request(signal) {
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const asked = want();
        await pull(signal);
        const found = await asked.promise;
        if (found !== null) return found;
      }
      throw new AppError('BACKEND_UNREACHABLE', 'What you may see keeps changing. Try again in a moment.');
    },
    stop() {
      isStarted = false;
      cancelTimer?.();
    },
  };
}

const everyMillis = 3_600_000;
/** Late enough to leave the first moments after a start or a resync to what people wait for. */
const soonMillis = 60_000;
