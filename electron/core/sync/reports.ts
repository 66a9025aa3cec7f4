import { toAppError } from '../cache/errors.ts';
import type { Cache, Clock } from '../cache/types.ts';
import type { Target } from './apply.ts';
import { hoursConflict } from './conflicts.ts';
import { allGroups } from './groups.ts';
import type { Journal } from './journal.ts';
import type { Loop } from './loop.ts';
import { allEdits, isWaiting, toItem } from './outbox.ts';
import type { Status } from './status.ts';
import type { SyncEngine, SyncHealth } from './types.ts';
import type { Watchdog } from './watchdog.ts';

export type ReportOptions = {
  readonly target: Target;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly holdMicros: number;
  readonly status: Status;
  readonly journal: Journal;
  readonly pulls: Loop;
  readonly pushes: Loop;
  readonly watchdog: Watchdog;
  readonly checking: () => SyncHealth['check'];
};

/** What the engine tells about itself: the outbox, its groups, and how synchronisation stands. */
export function createReports(options: ReportOptions): Pick<SyncEngine, 'outbox' | 'groups' | 'health'> {
  const { target, cache, clock, holdMicros, status, journal } = options;

  /** Whoever asks gets words; whoever repairs the file hears of it. */
  function reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      cache.noticed(error);
      throw toAppError(error);
    }
  }

  return {
    groups: () => reading(() => allGroups(target.db)),
    outbox: () =>
      reading(() => {
        const all = allEdits(target.db);
        const now = clock.now();
        const { serverOffset } = status.read();
        return all.map((each) => {
          const item = toItem(each, all, { now, holdMicros, serverOffset });
          if (item.state !== 'conflict') return item;
          const fields = hoursConflict(each, target.rows)?.fields;
          return fields === undefined ? item : { ...item, fields: [...fields] };
        });
      }),
    health() {
      const waiting = reading(() => allEdits(target.db).filter(isWaiting));
      return {
        lastPull: journal.lastPull,
        lastChange: journal.lastChange,
        check: options.checking(),
        oldestEditAt: waiting.length === 0 ? null : Math.min(...waiting.map((each) => each.created_at)),
        lastAnswerAt: journal.lastAnswerAt,
        pullRetryAt: options.pulls.retryAt,
        pushRetryAt: options.pushes.retryAt,
        lastRingAt: journal.lastRingAt,
        faults: journal.faults,
        restarts: options.watchdog.restarts,
      };
    },
  };
}
