import type { Database } from 'better-sqlite3';
import type * as z from 'zod';
import type { outboxGroup } from '#shared/rpc/contract';
import { statement } from '../cache/query.ts';

export type OutboxGroup = z.output<typeof outboxGroup>;

/** Edits that were made together. A group is there as long as one of its edits is in the outbox. */
export function allGroups(db: Database): readonly OutboxGroup[] {
  return statement<[], OutboxGroup>(
    db,
    `SELECT g.id, g.title, g.made_at AS createdAt, count(*) AS total,
       count(*) FILTER (WHERE i.outcome = 'applied') AS applied,
       count(*) FILTER (WHERE i.outcome = 'dropped') AS dropped
     FROM edit_groups g JOIN edit_group_items i ON i.group_id = g.id GROUP BY g.id ORDER BY g.made_at, g.id`,
  ).all();
}

export function insertGroup(db: Database, id: string, title: string, madeAt: number): void {
  statement(db, 'INSERT INTO edit_groups(id, title, made_at) VALUES (?, ?, ?)').run(id, title, madeAt);
}

export function insertGroupItem(db: Database, groupId: string, position: number, title: string): void {
  statement(db, 'INSERT INTO edit_group_items(group_id, position, title) VALUES (?, ?, ?)').run(
    groupId,
    position,
    title,
  );
}

/** Notes the outcome of every grouped edit that has just left the outbox, and forgets groups that are through. */
export function closeGroupItems(db: Database, outcome: 'applied' | 'dropped'): void {
  const { changes } = statement(
    db,
    `UPDATE edit_group_items SET outcome = ?
     WHERE outcome IS NULL AND position NOT IN (SELECT position FROM outbox)`,
  ).run(outcome);
  if (changes === 0) return;
  db.exec(`
    DELETE FROM edit_groups WHERE id NOT IN (SELECT group_id FROM edit_group_items WHERE outcome IS NULL);
    DELETE FROM edit_group_items WHERE group_id NOT IN (SELECT id FROM edit_groups)`);
}
