import { noSnapshot, zeroId, type PullRequest, type PullResponse } from '#shared/domain/sync/wire';
import type { PullState, RoundState } from './state.ts';

/** Why an answer must not be stored. */
export type Resync = { readonly reason: 'epoch' | 'access'; readonly keep: Partial<PullState> };

/** A round from here: every table from its own snapshot, the log from the last complete round. Pure. */
export function beginRound(state: PullState, number: number, tables: readonly string[]): RoundState {
  return {
    number,
    first: null,
    tables: Object.fromEntries(
      tables.map((name) => [name, { snap: state.synced[name] ?? noSnapshot, xid: '0', id: zeroId }]),
    ),
    // Without rows there is nothing to re-check; the first page's snapshot is where the log starts to matter.
    log: state.logSynced === null ? null : { snap: state.logSynced, xid: '0', seq: 0 },
    pulled: 0,
    total: null,
  };
}

/** Whether a table of the round has no baseline yet. */
export function isBaseline(round: RoundState): boolean {
  return Object.values(round.tables).some((cursor) => cursor.snap === noSnapshot);
}

export function requestOf(round: RoundState, limit: number): PullRequest {
  return {
    version: 1,
    tables: round.tables,
    log: round.log,
    limit,
    ...(round.first === null && isBaseline(round) ? { wantsTotal: true } : {}),
  };
}

/** Whether the answer belongs to another life of the database, or to other rights, than what is stored. */
export function resyncOf(state: PullState, answer: PullResponse): Resync | null {
  const keep = { epoch: answer.epoch, accessEpoch: answer.accessEpoch, scope: answer.scope };
  if (state.epoch !== null && state.epoch !== answer.epoch) return { reason: 'epoch', keep };
  const isSameScope = state.scope === null || sameSet(state.scope, answer.scope);
  if ((state.accessEpoch !== null && state.accessEpoch !== answer.accessEpoch) || !isSameScope) {
    return { reason: 'access', keep };
  }
  return null;
}

/**
 * Where the pull stands after an answer. When it was the last page, the round is over and the new cursor of every
 * table is the snapshot of the round's FIRST page: rows that changed while the pages went by are sent again.
 * `lacking` names the declared columns that the answer has not; a table that gained one since starts from its baseline,
 * because a server that adds a column writes no row.
 */
export function advance(
  state: PullState,
  answer: PullResponse,
  lacking: PullState['lacking'] = {},
): PullState {
  const { round } = state;
  if (round === null) return state;
  const first = round.first ?? answer.snapshot;
  const tables: RoundState['tables'] = {};
  let received = 0;
  for (const [name, page] of Object.entries(answer.tables)) {
    received += page.rows.length;
    const cursor = round.tables[name];
    if (cursor !== undefined && page.more !== null) tables[name] = { ...cursor, ...page.more };
    if (state.lacking[name]?.some((column) => lacking[name]?.includes(column) !== true) === true)
      tables[name] = { snap: noSnapshot, xid: '0', id: zeroId };
  }
  const log =
    round.log === null || answer.log === null || answer.log.more === null
      ? null
      : { ...round.log, ...answer.log.more };
  const next = {
    ...state,
    epoch: answer.epoch,
    accessEpoch: answer.accessEpoch,
    scope: answer.scope,
    lacking: { ...without(state.lacking, Object.keys(answer.tables)), ...lacking },
  };
  if (Object.keys(tables).length > 0 || log !== null) {
    const total = round.total ?? answer.total;
    return { ...next, round: { ...round, first, tables, log, pulled: round.pulled + received, total } };
  }
  return {
    ...next,
    synced: Object.fromEntries(answer.scope.map((name) => [name, first])),
    logSynced: first,
    round: null,
    lastSyncedAt: answer.now,
  };
}

function without<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}
