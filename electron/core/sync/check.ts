import { rebuildRollup, wrongRollups } from '../cache/rollups.ts';
import { localColumns, toSqlite, type SqliteValue } from '../cache/values.ts';
import { statement } from '../cache/query.ts';
import type { Cache, Clock, Log } from '../cache/types.ts';
import type { DigestResponse, ListResponse } from '#shared/domain/sync/wire';
import { wireColumns, type SyncTable } from '#shared/domain/sync/tables';
import { inTransaction, type Target } from './apply.ts';
import { bucketOf, digestOf, rowHash, type Bucket } from './digest.ts';
import { putOverlayOn, takeOverlayOff } from './overlay.ts';
import { readPullState, writeCheck, type PullState } from './state.ts';
import type { SyncCheck, SyncTransport } from './types.ts';

export type CheckOptions = {
  readonly target: Target;
  /** Reads in the reader worker. */
  readonly read: Cache['read'];
  readonly transport: SyncTransport;
  readonly clock: Clock;
  readonly log: Log;
  /** Told after each repair. */
  readonly onChanged: (tables: ReadonlySet<string>) => void;
  /** Told before the first table and after each: how many are done, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
};

/**
 * Compares the server's rows in the cache with what row level security shows, and repairs what differs. Runs between
 * two pulls, with none under way. A difference that a later pull would bring by itself is none. Null when the cache is
 * not at a state that could be compared (rights or epoch moved): pull, and ask again. Rejects with TransportError.
 */
export async function checkCache(options: CheckOptions, signal: AbortSignal): Promise<SyncCheck | null> {
  const { target, transport, log } = options;
  const state = readPullState(target.db);
  const snap = state.logSynced;
  if (state.round !== null || snap === null) return null;
  const tables = target.rows.tables.filter((table) => state.synced[table.name] !== undefined);
  const names = tables.map((table) => table.name);
  const answer = await transport.digest(names, signal);
  signal.throwIfAborted();
  if (!speaksOf(answer, state)) return null;
  const result = { at: 0, rows: 0, lost: 0, different: 0, ghosts: 0, sums: 0 };
  for (const [done, table] of tables.entries()) {
    options.onProgress?.(done, tables.length);
    const theirs = answer.tables[table.name];
    // An older or newer server's rows have other columns, so other hashes.
    if (theirs === undefined || theirs.columns.join() !== wireColumns(table).join()) {
      log('info', 'check.skipped', { table: table.name });
      continue;
    }
    const mine = await digestOf(target.db, table, signal);
    result.rows += [...mine.values()].reduce((sum, bucket) => sum + bucket.rows, 0);
    for (const buckets of differing(mine, theirs.buckets)) {
      const listed = await transport.list({ table: table.name, buckets, snap }, signal);
      signal.throwIfAborted();
      if (!speaksOf(listed, state)) return null;
      const found = repair(target, table, buckets, listed.list);
      if (found.lost + found.different + found.ghosts === 0) continue;
      log('error', 'check.repaired', { table: table.name, ...found });
      result.lost += found.lost;
      result.different += found.different;
      result.ghosts += found.ghosts;
      options.onChanged(new Set([table.name]));
    }
  }
  result.sums = await checkSums(options, names, signal);
  result.at = options.clock.now();
  writeCheck(target.db, result);
  log('info', 'check.done', { rows: result.rows });
  return result;
}

/** Compares the kept counts and sums with the rows and makes wrong ones anew. Returns how many groups were wrong. */
async function checkSums(
  { target, read, log, onChanged }: CheckOptions,
  names: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  let sum = 0;
  for (const wrong of await read(wrongRollups, names, signal)) {
    log('error', 'check.repaired', { table: wrong.table, sums: wrong.groups });
    inTransaction(target.db, () => rebuildRollup(target.db, wrong));
    onChanged(new Set([wrong.table]));
    sum += wrong.groups;
  }
  return sum;
}

const rowsPerList = 5_000;

function speaksOf(
  answer: Pick<DigestResponse, 'epoch' | 'accessEpoch' | 'scope'>,
  state: PullState,
): boolean {
  const scope = answer.scope.toSorted().join();
  return (
    answer.epoch === state.epoch &&
    answer.accessEpoch === state.accessEpoch &&
    scope === state.scope?.toSorted().join()
  );
}

/** The buckets that are not the same on both sides, in portions that one answer can carry. */
function differing(
  mine: ReadonlyMap<number, Bucket>,
  theirs: DigestResponse['tables'][string]['buckets'],
): number[][] {
  const server = new Map(theirs.map(([place, rows, hash]) => [place, { rows, hash }]));
  const portions: number[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  for (const place of new Set([...mine.keys(), ...server.keys()])) {
    const [one, other] = [mine.get(place), server.get(place)];
    if (one?.rows === other?.rows && one?.hash === other?.hash) continue;
    rows += other?.rows ?? 0;
    if (rows > rowsPerList) {
      portions.push([]);
      rows = other?.rows ?? 0;
    }
    portions.at(-1)?.push(place);
  }
  return portions;
}

/**
 * Makes the rows of some buckets what the server listed. What changed after the cache's cursor is left alone: the next
 * pull brings it, and would bring it too if it changed again since the list was made.
 */
function repair(target: Target, table: SyncTable, buckets: readonly number[], list: ListResponse['list']) {
  const { db, rows, userId } = target;
  const found = { lost: 0, different: 0, ghosts: 0 };
  if (list === null) return found;
  const columns = localColumns(table);
  const places = columns.map(([name, kind]) => [list.columns.indexOf(name), kind] as const);
  const newer = new Set(list.newer);
  const wanted = new Set(buckets);
  inTransaction(db, () => {
    takeOverlayOff(db, rows);
    const local = new Map<string, { readonly hash: number; readonly version: number }>();
    const read = statement<[], SqliteValue[]>(
      db,
      `SELECT ${columns.map(([name]) => name).join(', ')} FROM ${table.name}`,
    ).raw();
    for (const row of read.iterate()) {
      const id = String(row[0]);
      if (wanted.has(bucketOf(id))) local.set(id, { hash: rowHash(row), version: Number(row[1]) });
    }
    const wrong = list.rows.filter((row) => {
      const id = String(row[places[0]?.[0] ?? 0]);
      const before = local.get(id);
      local.delete(id);
      // A row ahead of the server is wrong in any case: the guard would keep what a pull brings out.
      const isAhead = before !== undefined && before.version > Number(row[places[1]?.[0] ?? 1]);
      if (newer.has(id) && !isAhead) return false;
      if (before?.hash === rowHash(places.map(([place, kind]) => toSqlite(kind, row[place])))) return false;
      if (before === undefined) found.lost += 1;
      else found.different += 1;
      return true;
    });
    rows.store(table.name, list.columns, wrong, true);
    for (const id of local.keys()) {
      if (newer.has(id)) continue;
      rows.remove(table.name, id);
      found.ghosts += 1;
    }
    putOverlayOn(db, rows, userId);
  });
  return found;
}
