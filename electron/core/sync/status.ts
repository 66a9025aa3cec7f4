import type { PullResponse } from '#shared/domain/sync/wire';
import type { Cache, Clock } from '../cache/types.ts';
import { countOpenDrafts } from '../drafts/store.ts';
import type { Target } from './apply.ts';
import type { Health } from './health.ts';
import { allEdits, isWaiting, needsAttention } from './outbox.ts';
import { readCheck, readOffset, readPullState, writeOffset, type PullState } from './state.ts';
import type { SyncAlarm, SyncStatus } from './types.ts';

export type Status = {
  read(): SyncStatus;
  listen(listener: (status: SyncStatus) => void): () => void;
  /** Tells the listeners when something is different from what they were told last. */
  publish(): void;
  progress(state: PullState, answer: PullResponse): void;
  setStarted(value: boolean): void;
  setPulling(value: boolean): void;
  setPushing(value: boolean): void;
};

export type StatusOptions = {
  readonly target: Target;
  readonly cache: Cache;
  readonly health: Health;
  readonly clock: Clock;
  readonly holdMicros: number;
  readonly alarms: () => readonly SyncAlarm[];
};

/** The one truth about synchronisation that the user is shown. */
export function createStatus({ target, cache, health, clock, alarms }: StatusOptions): Status {
  const listeners = new Set<(status: SyncStatus) => void>();
  let isStarted = false;
  let isPulling = false;
  let isPushing = false;
  let pulled = 0;
  let total: number | null = null;
  let serverOffset = readOffset(target.db);
  let lastTold = '';

  function state(): SyncStatus['state'] {
    if (!isStarted || health.needsSignIn) return 'stopped';
    if (health.isOffline) return 'offline';
    if (isPushing) return 'pushing';
    if (isPulling) return 'pulling';
    return health.problem === null ? 'idle' : 'error';
  }

  function read(): SyncStatus {
    const edits = allEdits(target.db);
    const { lastSyncedAt } = readPullState(target.db);
    return {
      state: state(),
      pulled,
      total,
      isFirstPull: isPulling && lastSyncedAt === null,
      waitingEdits: edits.filter(isWaiting).length,
      needsAttention: edits.filter(needsAttention).length,
      drafts: countOpenDrafts(target.db),
      lastSyncedAt,
      lastCheck: readCheck(target.db),
      serverOffset,
      problem: health.problem,
      isReadOnly: cache.isReadOnly,
      alarms: alarms(),
      notice: null,
    };
  }

  function publish(): void {
    if (!target.db.open) return;
    let current: SyncStatus;
    try {
      current = read();
    } catch (error) {
      // A file that cannot even tell this is damaged; whoever repairs it tells the user.
      if (cache.noticed(error)) return;
      throw error;
    }
    const text = JSON.stringify(current);
    if (text === lastTold) return;
    lastTold = text;
    for (const listener of listeners) listener(current);
  }

  return {
    read,
    publish,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    progress(pullState, answer) {
      pulled = pullState.round?.pulled ?? pulled + countRows(answer);
      total = pullState.round?.total ?? total;
      const offset = answer.now - clock.now();
      // Half a second of jitter is the network's, and no reason to repaint every clock.
      if (Math.abs(offset - serverOffset) > 500_000) {
        serverOffset = offset;
        writeOffset(target.db, offset);
      }
      publish();
    },
    setStarted(value) {
      isStarted = value;
      publish();
    },
    setPulling(value) {
      isPulling = value;
      if (value) {
        pulled = 0;
        total = null;
      }
      publish();
    },
    setPushing(value) {
      isPushing = value;
      publish();
    },
  };
}

function countRows(answer: PullResponse): number {
  return Object.values(answer.tables).reduce((sum, page) => sum + page.rows.length, 0);
}
