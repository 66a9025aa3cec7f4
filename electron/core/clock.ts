import { fromMillis } from '#shared/domain/instant';
import type { Clock } from './cache/types.ts';

/** This machine's time. A monotonic clock would stand still while the machine sleeps. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => fromMillis(Date.now()),
  after(millis, run) {
    const timer = setTimeout(run, Math.min(millis, longestTimeout));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Waits for `work` at most that long: for farewells that a server may never answer. Its failure is no matter then. */
export async function settledWithin(millis: number, work: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = systemClock.after(millis, resolve);
    const done = () => {
      cancel();
      resolve();
    };
    work.then(done, done);
  });
}

/** Beyond this a timer would fire at once. */
const longestTimeout = 2 ** 31 - 1;
