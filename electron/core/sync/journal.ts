import type { PullResponse } from '#shared/domain/sync/wire';
import type { Micros } from '#shared/domain/instant';
import { AppError } from '#shared/rpc/errors';
import type { Clock } from '../cache/types.ts';
import { TransportError } from './transport.ts';
import type { SyncFault, SyncPull } from './types.ts';

/** What happened lately, for the health panel and the watchdog. In memory: it tells of this run of the console. */
export type Journal = {
  beginPull(): void;
  /** An answer of the pull under way. */
  received(answer: PullResponse): void;
  endPull(): void;
  /** The server decided on edits. */
  answered(): void;
  rang(): void;
  failed(source: SyncFault['source'], error: unknown, shown: AppError): void;
  readonly lastPull: SyncPull | null;
  /** The last one that brought or took rows. */
  readonly lastChange: SyncPull | null;
  readonly lastAnswerAt: Micros | null;
  readonly lastRingAt: Micros | null;
  /** Pulls in a row that brought rows though nothing had rung since the one before. */
  readonly missedRings: number;
  /** Newest first. */
  readonly faults: readonly SyncFault[];
};

export function createJournal(clock: Clock): Journal {
  let under: { at: Micros; changes: Map<string, { received: number; removed: number }> } | null = null;
  let lastPull: SyncPull | null = null;
  let lastChange: SyncPull | null = null;
  let lastAnswerAt: Micros | null = null;
  let lastRingAt: Micros | null = null;
  let hasRung = false;
  let missedRings = 0;
  let faults: readonly SyncFault[] = [];

  function count(table: string, what: 'received' | 'removed', rows: number): void {
    if (under === null || rows === 0) return;
    const sums = under.changes.get(table) ?? { received: 0, removed: 0 };
    sums[what] += rows;
    under.changes.set(table, sums);
  }

  return {
    beginPull() {
      under = { at: clock.now(), changes: new Map() };
    },
    received(answer) {
      for (const [table, { rows }] of Object.entries(answer.tables)) count(table, 'received', rows.length);
      if (answer.log === null) return;
      for (const [table, { rows }] of Object.entries(answer.log.rechecked)) {
        count(table, 'received', rows.length);
      }
      const named = Map.groupBy(answer.log.entries, ([table]) => table);
      for (const [table, entries] of named) {
        const kept = answer.log.rechecked[table]?.rows.length ?? 0;
        count(table, 'removed', Math.max(0, new Set(entries.map(([, id]) => id)).size - kept));
      }
    },
    endPull() {
      if (under === null) return;
      const isFirst = lastPull === null;
      lastPull = {
        startedAt: under.at,
        endedAt: clock.now(),
        changes: [...under.changes].map(([table, sums]) => ({ table, ...sums })),
      };
      if (under.changes.size > 0) lastChange = lastPull;
      if (hasRung || under.changes.size === 0) {
        if (hasRung) missedRings = 0;
      } else if (!isFirst) missedRings += 1;
      hasRung = false;
      under = null;
    },
    answered() {
      lastAnswerAt = clock.now();
      // What we did ourselves comes back with the next pull, rung or not.
      hasRung = true;
    },
    rang() {
      lastRingAt = clock.now();
      hasRung = true;
    },
    failed(source, error, shown) {
      if (shown.code === 'CANCELLED') return;
      const detail = error instanceof TransportError ? error.code || `HTTP ${error.status}` : '';
      const fault = { at: clock.now(), source, code: shown.code, detail: detail === 'HTTP 0' ? '' : detail };
      faults = [fault, ...faults].slice(0, keptFaults);
    },
    get lastPull() {
      return lastPull;
    },
    get lastChange() {
      return lastChange;
    },
    get lastAnswerAt() {
      return lastAnswerAt;
    },
    get lastRingAt() {
      return lastRingAt;
    },
    get missedRings() {
      return missedRings;
    },
    get faults() {
      return faults;
    },
  };
}

const keptFaults = 20;
