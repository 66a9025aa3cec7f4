import { fromMillis } from '#shared/domain/instant';
import type { Clock } from './cache/types.ts';

/** This machine's time. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => fromMillis(performance.timeOrigin + performance.now()),
  after(millis, run) {
    const timer = setTimeout(run, Math.min(millis, longestTimeout));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Beyond this a timer would fire at once. */
const longestTimeout = 2 ** 31 - 1;
