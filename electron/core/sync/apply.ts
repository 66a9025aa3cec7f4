import type { Database } from 'better-sqlite3';
import { noSnapshot, zeroId, type PullResponse } from '#shared/domain/sync/wire';
import { statement } from '../cache/query.ts';
import { forgetRemade, indexSteps, readRemade, resetTable } from '../cache/schema.ts';
import { putOverlayOn, takeOverlayOff } from './overlay.ts';
import type { Rows } from './rows.ts';
import { emptyPullState, readPullState, writePullState, type PullState } from './state.ts';
import { closeGroupItems } from './groups.ts';

/** What a transaction of a pull works on. */
export type Target = { readonly db: Database; readonly rows: Rows; readonly userId: string };

/**
 * Stores the answers of a round, in the order in which they came, with the state that they lead to. All of it or
 * nothing. Returns the tables that changed.
 */
export function storeAnswers(
  target: Target,
  answers: readonly PullResponse[],
  state: PullState,
): Set<string> {
  return inTransaction(target.db, () => {
    const changed = new Set(takeOverlayOff(target.db, target.rows));
    for (const answer of answers) storeAnswer(target, answer, changed);
    if (state.round === null) finish(target.db);
    for (const table of putOverlayOn(target.db, target.rows, target.userId)) changed.add(table);
    writePullState(target.db, state);
    return changed;
  });
}

/** Throws every synced row away and forgets all cursors; edits, drafts and settings stay. */
export function purge(target: Target, keep: Partial<PullState>): Set<string> {
  return inTransaction(target.db, () => {
    for (const table of target.rows.tables) resetTable(target.db, table);
    target.db.exec('DELETE FROM shadow');
    writePullState(target.db, { ...emptyPullState, ...keep });
    return new Set(target.rows.tables.map((table) => table.name));
  });
}

/**
 * Puts the cursors of tables that were made anew because their declaration changed back to the start. A round that is
 * under way goes on with all other tables: begun again without its cursors it would leave ghosts among their rows.
 */
export function dropBaselines({ db, rows }: Target): void {
  const remade = readRemade(db);
  const { round, ...state } = readPullState(db);
  const known = rows.tables.map((table) => table.name);
  // A table that this version does not have any more must not be asked for.
  const asked = Object.entries(round?.tables ?? {}).filter(([name]) => known.includes(name));
  const isSame = asked.length === Object.keys(round?.tables ?? {}).length;
  if (remade.length === 0 && isSame) return;
  inTransaction(db, () => {
    const synced = Object.entries(state.synced).filter(([name]) => !remade.includes(name));
    const start = { snap: noSnapshot, xid: '0', id: zeroId };
    const fromStart = Object.fromEntries(remade.map((name) => [name, start]));
    writePullState(db, {
      ...state,
      synced: Object.fromEntries(synced),
      lacking: Object.fromEntries(Object.entries(state.lacking).filter(([name]) => !remade.includes(name))),
      round: round === null ? null : { ...round, tables: { ...Object.fromEntries(asked), ...fromStart } },
    });
    forgetRemade(db);
  });
}

/**
 * Builds indexes, search and sums of the tables that are complete and have none yet. Each step is a transaction of its own,
 * and others of this thread get a turn between them; what an abort or a crash leaves is built after the next round.
 */
export async function buildMissing({ db, rows }: Target, signal: AbortSignal): Promise<void> {
  const { synced } = readPullState(db);
  const unindexed = statement<[], string>(db, 'SELECT name FROM sync_tables WHERE is_indexed = 0').pluck();
  const names = new Set(unindexed.all());
  let since = performance.now();
  for (const table of rows.tables) {
    if (!names.has(table.name) || synced[table.name] === undefined) continue;
    for (const step of indexSteps(table)) {
      inTransaction(db, () => step(db));
      if (performance.now() - since < turnMillis) continue;
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      since = performance.now();
    }
  }
}

/** How long work that can be cut into steps keeps this thread to itself. */
const turnMillis = 30;

/** A transaction over rows that can be pulled again: it need not outlive a power cut. */
export function inTransaction<T>(db: Database, work: () => T): T {
  db.pragma('synchronous = NORMAL');
  return db.transaction(work).immediate();
}

function storeAnswer({ rows }: Target, answer: PullResponse, changed: Set<string>): void {
  for (const [table, page] of Object.entries(answer.tables)) {
    if (page.rows.length === 0) continue;
    changed.add(table);
    rows.store(table, page.columns, page.rows, false);
  }
  if (answer.log === null) return;
  const visible = new Map<string, Set<unknown>>();
  for (const [table, page] of Object.entries(answer.log.rechecked)) {
    const place = page.columns.indexOf('id');
    visible.set(table, new Set(page.rows.map((row) => row[place])));
    rows.store(table, page.columns, page.rows, true);
  }
  const known = new Set(rows.tables.map((table) => table.name));
  for (const [table, id] of answer.log.entries) {
    // A table of a newer server is not here; nothing of it can have to go.
    if (!known.has(table)) continue;
    changed.add(table);
    if (visible.get(table)?.has(id) !== true) rows.remove(table, id);
  }
}

/** The last page of a round: forgets the edits whose effect is now among the server's rows. */
function finish(db: Database): void {
  const before = readPullState(db);
  if (before.round !== null) {
    statement(db, `DELETE FROM outbox WHERE state = 'applied' AND applied_round < ?`).run(
      before.round.number,
    );
    closeGroupItems(db, 'applied');
  }
}
