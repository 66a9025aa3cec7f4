import type { Database } from 'better-sqlite3';
import { effectOf, type RowChange } from '#shared/domain/effects/effect';
import { mutation } from '#shared/domain/mutations';
import { statement } from '../cache/query.ts';
import type { CacheRow } from '../cache/values.ts';
import type { Rows } from './rows.ts';

type Pending = {
  readonly id: string;
  readonly kind: string;
  readonly args: string;
  readonly made_at: number;
};

/**
 * The optimistic overlay. Cache tables show the server's rows as the waiting edits would leave them; `shadow` keeps
 * the server's own version of each row that differs. Pulls and outcomes work on the server's rows: take the overlay
 * off, change what the server said, put the overlay on again, all in one transaction.
 */
export function takeOverlayOff(db: Database, rows: Rows): ReadonlySet<string> {
  const touched = new Set<string>();
  const shadows = statement<[], { tbl: string; row_id: string; row: string | null }>(
    db,
    'SELECT tbl, row_id, row FROM shadow',
  ).all();
  for (const shadow of shadows) {
    touched.add(shadow.tbl);
    if (shadow.row === null) rows.remove(shadow.tbl, shadow.row_id);
    else rows.put(shadow.tbl, JSON.parse(shadow.row) as CacheRow);
  }
  if (shadows.length > 0) db.exec('DELETE FROM shadow');
  return touched;
}

/** Replays every edit that is waiting or not yet pulled back, in order. Returns the tables it touched. */
export function putOverlayOn(db: Database, rows: Rows, userId: string): ReadonlySet<string> {
  const touched = new Set<string>();
  const pending = statement<[], Pending>(
    db,
    `SELECT id, kind, args, made_at FROM outbox
     WHERE state IN ('queued', 'sending', 'applied') ORDER BY position`,
  ).all();
  for (const each of pending) {
    const edit = mutation.safeParse({ kind: each.kind, args: JSON.parse(each.args) });
    // An edit of another version of the console stays in the outbox; only its effect cannot be shown.
    if (!edit.success) continue;
    const context = { userId, now: each.made_at, mutationId: each.id };
    const effect = effectOf(edit.data, rows, context);
    if ('refusal' in effect) continue;
    for (const change of effect.changes) {
      applyChange(db, rows, change);
      touched.add(change.table);
    }
  }
  return touched;
}

/** Shows one change, keeping the server's row the first time. */
export function applyChange(db: Database, rows: Rows, change: RowChange): void {
  const before = rows.get(change.table, change.id);
  statement(db, 'INSERT OR IGNORE INTO shadow(tbl, row_id, row) VALUES (?, ?, ?)').run(
    change.table,
    change.id,
    before === null ? null : JSON.stringify(before),
  );
  if (change.row === null) rows.remove(change.table, change.id);
  else rows.put(change.table, change.row);
}
