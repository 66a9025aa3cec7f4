import type { Micros } from '#shared/domain/instant';
import { AppError } from '#shared/rpc/errors';
import type { Clock } from '../cache/types.ts';

/** Work of which at most one is under way, tried again later when it fails. */
export type Loop = {
  /** Makes a run begin soon: now, or after the one under way. Ends a waiting back-off. */
  kick(): void;
  /** As `kick`, but leaves a back-off that is being waited for alone. */
  nudge(): void;
  /** Resolves after a run that began after this call, rejects with what made it fail. */
  request(signal?: AbortSignal): Promise<void>;
  /** Ends the run under way and those that were asked for; nothing is tried again by itself. */
  cancel(): void;
  /** Gives up on the run under way, whatever it waits for, forgets a waiting back-off, and begins anew. */
  restart(): void;
  /** The run under way got on: an answer came, a step is done. */
  alive(): void;
  /** When the run under way last got on; null when none is. */
  readonly aliveAt: Micros | null;
  /** When it should try again by itself; null when nothing is planned. */
  readonly retryAt: Micros | null;
  /** Resolves when the run under way has ended, or has been given the time to. */
  stop(): Promise<void>;
};

export type LoopOptions = {
  readonly clock: Clock;
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Says after how many milliseconds to try again, null for not by itself. `attempt` counts failures in a row from 0. */
  readonly onError: (error: unknown, attempt: number) => number | null;
};

/** Whether a run was given up on while it went on: another one may be under way, so it must not store anything. */
export function isAbandoned(signal: AbortSignal): boolean {
  return signal.reason instanceof Abandoned;
}

/** For behind each wait: throws when the run was given up on meanwhile. A run that was only ended may finish its step. */
export function throwIfAbandoned(signal: AbortSignal): void {
  if (isAbandoned(signal)) throw signal.reason;
}

class Abandoned extends AppError {
  constructor() {
    super('CANCELLED', 'It stood still and was started anew.');
  }
}

type Waiter = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

export function createLoop({ clock, run, onError }: LoopOptions): Loop {
  let running: Promise<void> | null = null;
  let controller = new AbortController();
  let isWanted = false;
  let isStopped = false;
  let attempt = 0;
  let cancelTimer: (() => void) | null = null;
  let retryAt: Micros | null = null;
  let aliveAt: Micros | null = null;
  let abandon: (reason: Error) => void = () => {};
  let waiting: Waiter[] = [];
  let served: Waiter[] = [];

  function clearTimer(): void {
    cancelTimer?.();
    cancelTimer = null;
    retryAt = null;
  }

  function rejectWaiting(message: string): void {
    const left = waiting;
    waiting = [];
    for (const each of left) each.reject(new AppError('CANCELLED', message));
  }

  async function go(): Promise<void> {
    while (isWanted && !isStopped) {
      isWanted = false;
      clearTimer();
      served = waiting;
      waiting = [];
      controller = new AbortController();
      aliveAt = clock.now();
      try {
        await untilAbandoned(run(controller.signal));
        attempt = 0;
        for (const each of served) each.resolve();
      } catch (error) {
        // Whoever asked is answered by the run that is begun anew.
        if (isAbandoned(controller.signal) && !isStopped) waiting = [...served, ...waiting];
        else for (const each of served) each.reject(error);
        const delay = isStopped || controller.signal.aborted ? null : onError(error, attempt);
        // Who waits for something else than time has not tried in vain.
        if (delay !== null) attempt += 1;
        // Those who only rang wait for the back-off like everyone else; those who ask get an answer of their own.
        isWanted = waiting.length > 0;
        if (isAbandoned(controller.signal)) isWanted = true;
        if (delay !== null && !isWanted) {
          retryAt = clock.now() + delay * 1000;
          cancelTimer = clock.after(delay, kick);
        }
      }
      served = [];
      aliveAt = null;
    }
  }

  /** A run that waits for something that never comes must not keep the next one from starting. */
  function untilAbandoned(work: Promise<void>): Promise<void> {
    const given = Promise.withResolvers<never>();
    abandon = given.reject;
    return Promise.race([work, given.promise]);
  }

  function kick(): void {
    if (isStopped) return;
    isWanted = true;
    running ??= go().finally(() => {
      running = null;
      if (isWanted) kick();
    });
  }

  return {
    kick,
    nudge() {
      if (cancelTimer === null) kick();
    },
    request(signal) {
      if (isStopped) return Promise.reject(new AppError('CANCELLED', 'Synchronisation was stopped.'));
      return new Promise<void>((resolve, reject) => {
        const waiter: Waiter = { resolve, reject };
        waiting.push(waiter);
        signal?.addEventListener('abort', () => {
          waiting = waiting.filter((each) => each !== waiter);
          // Nobody else asked for this run: it ends too. What it stored stays stored.
          if (served.length === 1 && served[0] === waiter) controller.abort();
          reject(new AppError('CANCELLED', 'The synchronisation was cancelled.'));
        });
        kick();
      });
    },
    cancel() {
      isWanted = false;
      rejectWaiting('The synchronisation was cancelled.');
      controller.abort();
    },
    restart() {
      if (isStopped) return;
      clearTimer();
      if (running === null) {
        kick();
        return;
      }
      const reason = new Abandoned();
      controller.abort(reason);
      abandon(reason);
    },
    alive() {
      if (aliveAt !== null) aliveAt = clock.now();
    },
    get aliveAt() {
      return aliveAt;
    },
    get retryAt() {
      return retryAt;
    },
    async stop() {
      isStopped = true;
      clearTimer();
      controller.abort();
      rejectWaiting('Synchronisation was stopped.');
      if (running === null) return;
      const cancel = clock.after(farewellMillis, () => abandon(new Abandoned()));
      await running;
      cancel();
    },
  };
}

/** How long stopping waits for a run that was told to end. */
const farewellMillis = 3000;
