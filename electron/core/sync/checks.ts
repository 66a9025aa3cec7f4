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
  /** Called before each pull that comes by the clock: has it checked when that is due. */
  poll(): void;
  /** Called behind each pull. A check that fails is no failed pull; an abort is passed on. */
  runWanted(signal: AbortSignal): Promise<void>;
  /** Resolves to what a check that began after this call found. */
  request(signal?: AbortSignal): Promise<SyncCheck>;
};

export type ChecksOptions = {
  /** Null: the cache could not be compared, because rights or epoch moved. */
  readonly check: (signal: AbortSignal) => Promise<SyncCheck | null>;
  readonly pull: (signal?: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
};

export function createChecks({ check, pull, clock, log }: ChecksOptions): Checks {
  let wanted: PromiseWithResolvers<SyncCheck | null> | null = null;
  let dueAt = Number.POSITIVE_INFINITY;

  function want(): PromiseWithResolvers<SyncCheck | null> {
    if (wanted === null) {
      wanted = Promise.withResolvers();
      // By the hour nobody waits for it.
      wanted.promise.catch(() => undefined);
    }
    return wanted;
  }

  function plan(millis: number): void {
    dueAt = clock.now() + millis * 1000;
  }

  return {
    start(lastAt) {
      const rest = lastAt === null ? 0 : everyMillis - (clock.now() - lastAt) / 1000;
      plan(Math.min(Math.max(rest, soonMillis), everyMillis));
    },
    planSoon: () => plan(soonMillis),
    poll() {
      const rest = (dueAt - clock.now()) / 1000;
      // Longer than the longest wait: the machine's clock was set back.
      if (rest > 0 && (rest <= everyMillis || dueAt === Number.POSITIVE_INFINITY)) return;
      plan(everyMillis);
      want();
    },
    async runWanted(signal) {
      const asked = wanted;
      wanted = null;
      if (asked === null) return;
      try {
        const found = await check(signal);
        plan(found === null ? soonMillis : everyMillis);
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
  };
}

const everyMillis = 3_600_000;
/** Leaves the first moments after a start or a resync to what people wait for; checks come with the next poll. */
const soonMillis = 60_000;
