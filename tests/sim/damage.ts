import type { Database } from 'better-sqlite3';
import { readPullState, writePullState } from '#core/sync/state';
import type { SyncTable } from '#shared/domain/sync/tables';
import { pick } from './random.ts';

/**
 * Alters a row of the cache behind the back of the product, as a failing disk or a bug would. Returns whether there
 * was one. Rows under a waiting edit are left alone: the next replay would undo it.
 */
export function spoilRow(
  db: Database,
  tables: readonly SyncTable[],
  [which = 0, row = 0, how = 0, column = 0]: readonly number[],
): boolean {
  const filled = tables.filter((table) => candidates(db, table.name).length > 0);
  const table = pick(filled, which);
  if (table === undefined) return false;
  const id = pick(candidates(db, table.name), row) ?? '';
  const texts = Object.entries(table.columns).filter(([, each]) => each.kind === 'text');
  const [name] = pick(texts, column) ?? ['row_version'];
  const damage = [
    `DELETE FROM ${table.name} WHERE id = ?`,
    name === 'row_version'
      ? `UPDATE ${table.name} SET row_version = 0 WHERE id = ?`
      : `UPDATE ${table.name} SET ${name} = coalesce(${name}, '') || '!' WHERE id = ?`,
    // Ahead of the server, so that the guard of a pull lets nothing in any more.
    `UPDATE ${table.name} SET row_version = row_version + 5 WHERE id = ?`,
    `UPDATE ${table.name} SET id = substr(id, 1, 34) || 'ff' WHERE id = ?`,
  ];
  db.prepare(pick(damage, how) ?? '').run(id);
  return true;
}

/** Cursors that the server cannot have given yet: it was restored from a copy that is older than this cache. */
export function moveAhead(db: Database): void {
  const state = readPullState(db);
  const ahead = (snapshot: string) => {
    const [low = '0', high = '0'] = snapshot.split(':');
    return `${Number(low) + 1_000_000}:${Number(high) + 1_000_000}:`;
  };
  if (state.logSynced === null) return;
  const synced = Object.entries(state.synced).map(([name, snapshot]) => [name, ahead(snapshot)]);
  writePullState(db, {
    ...state,
    synced: Object.fromEntries(synced),
    logSynced: ahead(state.logSynced),
  });
}

function candidates(db: Database, table: string): readonly string[] {
  const found = db
    .prepare(
      `SELECT id FROM ${table} WHERE id NOT IN (SELECT row_id FROM shadow WHERE tbl = '${table}') ORDER BY id`,
    )
    .pluck()
    .all();
  return found.map(String);
}
