import { statSync } from 'node:fs';
import type * as z from 'zod';
import type { Micros } from '#shared/domain/instant';
import { lagOf } from '#shared/domain/sync/lag';
import { serverHealth, type ServerHealth } from '#shared/domain/sync/wire';
import { AppError, type ErrorCode } from '#shared/rpc/errors';
import type { healthReport } from '#shared/rpc/health-report';
import { walLimits } from '../cache/checkpoints.ts';
import { tableCounts } from '../cache/counts.ts';
import type { Clock } from '../cache/types.ts';
import { coalesced } from '../live/signal.ts';
import type { Workspace } from '../session/workspace.ts';
import { readPullState } from '../sync/state.ts';

export type HealthReport = z.output<typeof healthReport>;

export type Health = {
  /** The report now, then about every two seconds and whenever something happens, until `signal` fires. */
  watch(signal: AbortSignal): AsyncGenerator<HealthReport | null>;
  /** The report as it can be made without asking the server. */
  read(): Promise<HealthReport | null>;
};

export type HealthOptions = {
  readonly clock: Clock;
  /** What is open now; null when nothing is. */
  readonly workspace: () => Workspace | null;
  /** Calls `console_sync_health`. */
  readonly ask: (signal: AbortSignal) => Promise<unknown>;
};

/** Gathers how the local data stands. The server is asked at most every ten seconds, however many look. */
export function createHealth({ clock, workspace, ask }: HealthOptions): Health {
  let server: { readonly askedAt: Micros; readonly answer: ServerHealth } | null = null;
  let problem: ErrorCode | null = null;
  let triedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  let counted: {
    readonly path: string;
    readonly at: Micros;
    readonly tables: HealthReport['tables'];
  } | null = null;

  async function askServer(signal: AbortSignal): Promise<void> {
    triedAt = clock.now();
    try {
      server = { askedAt: clock.now(), answer: serverHealth.parse(await ask(signal)) };
      problem = null;
    } catch (error) {
      if (!signal.aborted) problem = error instanceof AppError ? error.code : 'BACKEND_INVALID';
    }
  }

  async function count({ cache }: Workspace): Promise<HealthReport['tables']> {
    const now = clock.now();
    if (counted?.path === cache.path && now - counted.at < countMillis * 1000) return counted.tables;
    // The report matters most when the cache is in trouble.
    const rows = await cache.read(tableCounts, null).catch(() => null);
    const scope = readScope(cache);
    const tables =
      rows === null
        ? null
        : Object.entries(rows)
            .filter(([name, number]) => number > 0 || (scope?.includes(name) ?? true))
            .map(([name, number]) => ({ name, rows: number }));
    counted = { path: cache.path, at: now, tables };
    return tables;
  }

  async function read(): Promise<HealthReport | null> {
    const open = workspace();
    if (open === null) return null;
    const { cache, engine } = open;
    const tables = await count(open);
    try {
      return {
        at: clock.now(),
        server: server === null ? null : serverPart(server.askedAt, server.answer, open),
        serverProblem: problem,
        ...engine.health(),
        tables,
        fileBytes: statSync(cache.path, { throwIfNoEntry: false })?.size ?? 0,
        walBytes: cache.wal.bytes(),
        walFullBytes: walLimits.full,
        reading: cache.reading,
        doorbell: open.doorbell(),
      };
    } catch {
      // Closed, or found to be damaged, in between: another one is about to be opened.
      return null;
    }
  }

  return {
    read,
    async *watch(signal) {
      const stop = new AbortController();
      const ended = AbortSignal.any([signal, stop.signal]);
      try {
        for await (const _tick of coalesced(ended, ticks, null, () => null)) {
          if (clock.now() - triedAt > askMillis * 1000 && workspace() !== null) {
            asking ??= askServer(ended).finally(() => {
              asking = null;
            });
          }
          yield await read();
        }
      } finally {
        stop.abort();
      }
    },
  };

  function ticks(push: (tick: null) => void): () => void {
    let cancel = () => {};
    const again = () => {
      cancel = clock.after(everyMillis, () => {
        push(null);
        again();
      });
    };
    again();
    const unlisten = workspace()?.engine.onStatus(() => push(null));
    return () => {
      cancel();
      unlisten?.();
    };
  }
}

/** The tables that this user may cache; null before the first pull. */
function readScope({ db }: Workspace['cache']): readonly string[] | null {
  try {
    return readPullState(db).scope;
  } catch {
    return null;
  }
}

const everyMillis = 2_000;
const askMillis = 10_000;
const countMillis = 5_000;

function serverPart(askedAt: Micros, answer: ServerHealth, { cache }: Workspace): HealthReport['server'] {
  const { openWrites, oldestWrite, isPartial, snapshot } = answer;
  const behind = lagOf(readPullState(cache.db).logSynced, snapshot);
  return { askedAt, openWrites, oldestWrite, isPartial, behind };
}
