import type { Cache, Clock } from '../cache/types.ts';
import { AppError } from '#shared/rpc/errors';
import type { SyncAlarm } from './types.ts';

/** What the user has to know of, because it does not get better by itself soon. */
export type Alarms = {
  all(): readonly SyncAlarm[];
  /** Whether this failure says that the disk takes nothing; null: something was stored just now. */
  noteStored(failure: unknown): void;
};

/** @param stalled what the watchdog has to tell */
export function createAlarms(cache: Cache, clock: Clock, stalled: () => readonly SyncAlarm[]): Alarms {
  let disk: SyncAlarm | null = null;
  return {
    all() {
      const since = cache.wal.stuckSince;
      const wal: readonly SyncAlarm[] = since === null ? [] : [{ kind: 'wal-grown', since }];
      return [...(disk === null ? [] : [disk]), ...wal, ...stalled()];
    },
    noteStored(failure) {
      const kind = failure instanceof AppError ? diskAlarms[failure.code] : undefined;
      if (failure === null) disk = null;
      else if (kind !== undefined && disk?.kind !== kind) disk = { kind, since: clock.now() };
    },
  };
}

const diskAlarms: Readonly<Partial<Record<string, SyncAlarm['kind']>>> = {
  DISK_FULL: 'disk-full',
  READ_ONLY: 'disk-read-only',
};
