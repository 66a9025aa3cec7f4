import { wireColumns } from '#shared/domain/sync/tables';
import type { PullResponse } from '#shared/domain/sync/wire';
import type { Log } from '../cache/types.ts';
import { buildMissing, purge, storeAnswers, type Target } from './apply.ts';
import { failureOf } from './failures.ts';
import { isAbandoned, throwIfAbandoned } from './loop.ts';
import { advance, beginRound, isBaseline, requestOf, resyncOf } from './round.ts';
import { nextCounter, readPullState, writePullState, type PullState } from './state.ts';
import type { SyncTransport } from './types.ts';

export type PullOptions = {
  readonly target: Target;
  readonly transport: SyncTransport;
  readonly log: Log;
  readonly pageSize: number | undefined;
  /** Told after each commit. */
  readonly onChanged: (tables: ReadonlySet<string>) => void;
  readonly onProgress: (state: PullState, answer: PullResponse) => void;
  /** Throws when the file can take nothing more in for now. */
  readonly requireRoom: () => void;
  /** Told when the user's rights are others than the cache was filled with. */
  readonly onAccess?: (() => void) | undefined;
};

/** Rows that a first pull gathers before it commits: random ids dirty most pages once a transaction. */
const rowsPerTransaction = 20_000;

/**
 * One round: pages from the stored checkpoint until nothing is left. What was stored stays stored when it fails or
 * is aborted, and the next call goes on from there. Resolves to whether the cache had to be started over. Rejects with TransportError or what SQLite threw.
 */
export async function pullRound(options: PullOptions, signal: AbortSignal): Promise<boolean> {
  // A round that was cut off ends at the snapshot of its own first page: who asks now wants what is there now.
  let isStale = readPullState(options.target.db).round?.first != null;
  for (let resyncs = 0; ;) {
    const outcome = await tryRound(options, signal);
    if (outcome === 'done') await buildMissing(options.target, signal);
    if (outcome === 'done' && !isStale) return resyncs > 0;
    isStale = false;
    if (outcome === 'done') continue;
    resyncs += 1;
    // Rights or epoch changing again and again in one call means a server that contradicts itself.
    if (resyncs === 4) throw new Error('the server kept changing its epoch during a pull');
  }
}

async function tryRound(options: PullOptions, signal: AbortSignal): Promise<'done' | 'again'> {
  const { target } = options;
  let state = start(target);
  const ask = async (from: PullState): Promise<PullResponse> => {
    if (from.round === null) throw new Error('no round to ask for');
    const limit = options.pageSize ?? (isBaseline(from.round) ? 5000 : 2000);
    return await options.transport.pull(requestOf(from.round, limit), signal);
  };
  let answer: PullResponse;
  try {
    answer = await ask(state);
  } catch (error) {
    throwIfAbandoned(signal);
    if (failureOf(error).kind !== 'resync') throw error;
    return startOver(options, 'cursor', {});
  }
  const gathered: PullResponse[] = [];
  let rows = 0;
  for (let isFirst = true; ; isFirst = false) {
    signal.throwIfAborted();
    options.requireRoom();
    const resync = resyncOf(state, answer);
    if (resync !== null) return startOver(options, resync.reason, resync.keep);
    const isGathering = state.round !== null && isBaseline(state.round);
    state = advance(state, answer, lackingIn(target, answer));
    gathered.push(answer);
    rows += countRows(answer);
    // The server works on the next page while this one is stored. Cursors are known, so nothing is in doubt.
    const upcoming = state.round === null ? null : ask(state);
    upcoming?.catch(() => undefined);
    // The first page is stored at once, so that there is something to see; then in large steps.
    if (isFirst || !isGathering || state.round === null || rows >= rowsPerTransaction) {
      const changed = storeAnswers(target, gathered.splice(0), state);
      rows = 0;
      if (changed.size > 0) options.onChanged(changed);
    }
    options.onProgress(state, answer);
    if (upcoming === null) return 'done';
    try {
      answer = await upcoming;
    } catch (error) {
      // Given up on: another run may stand further by now.
      if (isAbandoned(signal)) throw error;
      // What was gathered is good: keep it, so that the next call goes on behind it.
      if (gathered.length > 0) options.onChanged(storeAnswers(target, gathered.splice(0), state));
      if (failureOf(error).kind !== 'resync') throw error;
      return startOver(options, 'cursor', {});
    }
  }
}

/** The round that was cut off, or a new one. Its number is on disk before the first request leaves. */
function start(target: Target): PullState {
  const stored = readPullState(target.db);
  if (stored.round !== null) return stored;
  return target.db
    .transaction(() => {
      const number = nextCounter(target.db, 'rounds');
      const round = beginRound(
        stored,
        number,
        target.rows.tables.map((table) => table.name),
      );
      const next = { ...stored, round };
      writePullState(target.db, next);
      return next;
    })
    .immediate();
}

function startOver(options: PullOptions, reason: string, keep: Partial<PullState>): 'again' {
  options.log('warn', 'pull.resync', { reason });
  options.onChanged(purge(options.target, keep));
  if (reason === 'access') options.onAccess?.();
  return 'again';
}

/** The declared columns that an older server does not send. */
function lackingIn({ rows }: Target, answer: PullResponse): PullState['lacking'] {
  return Object.fromEntries(
    rows.tables.flatMap((table) => {
      const sent = answer.tables[table.name]?.columns;
      const missing = wireColumns(table).filter((name) => sent?.includes(name) === false);
      return missing.length === 0 ? [] : [[table.name, missing]];
    }),
  );
}

function countRows(answer: PullResponse): number {
  return Object.values(answer.tables).reduce((sum, page) => sum + page.rows.length, 0);
}
