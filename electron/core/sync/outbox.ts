import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { expectation, type Expectation } from '#shared/domain/sync/wire';
import { outboxItem } from '#shared/rpc/contract';
import { statement } from '../cache/query.ts';
import { closeGroupItems, insertGroupItem } from './groups.ts';
import type { OutboxItem } from './types.ts';

/** An edit as it lies in the outbox. */
export type StoredEdit = {
  readonly position: number;
  readonly id: string;
  readonly seq: number;
  readonly kind: string;
  readonly args: string;
  readonly expect: string;
  readonly title: string;
  readonly tbl: string;
  readonly row_id: string;
  readonly entity: string;
  readonly state: 'queued' | 'sending' | 'applied' | 'conflict' | 'rejected' | 'update-required';
  readonly created_at: number;
  readonly send_at: number;
  readonly made_at: number;
  readonly attempts: number;
  readonly problem: string | null;
  readonly problem_code: string | null;
  readonly fields: string;
  readonly applied_round: number | null;
  readonly refused_at_position: number | null;
  /** The rows as they were when it was made, by "table:id", JSON. */
  readonly before: string;
  readonly group_id: string | null;
};

export type NewEdit = Pick<
  StoredEdit,
  | 'id'
  | 'seq'
  | 'kind'
  | 'args'
  | 'expect'
  | 'title'
  | 'tbl'
  | 'row_id'
  | 'entity'
  | 'created_at'
  | 'send_at'
  | 'made_at'
  | 'before'
  | 'group_id'
>;

/** Every edit, in the order in which they were made. */
export function allEdits(db: Database): readonly StoredEdit[] {
  return statement<[], StoredEdit>(db, 'SELECT * FROM outbox ORDER BY position').all();
}

export function findEdit(db: Database, id: string): StoredEdit | undefined {
  return statement<[string], StoredEdit>(db, 'SELECT * FROM outbox WHERE id = ?').get(id);
}

export function insertEdit(db: Database, edit: NewEdit): void {
  const { lastInsertRowid } = statement<[NewEdit]>(
    db,
    `INSERT INTO outbox(id, seq, kind, args, expect, title, tbl, row_id, entity, state, created_at, send_at, made_at,
       before, group_id)
     VALUES (@id, @seq, @kind, @args, @expect, @title, @tbl, @row_id, @entity, 'queued', @created_at, @send_at, @made_at,
       @before, @group_id)`,
  ).run(edit);
  if (edit.group_id !== null) insertGroupItem(db, edit.group_id, Number(lastInsertRowid), edit.title);
}

/** Puts other content into an edit's place, as a new edit. */
export function overwriteEdit(db: Database, position: number, edit: NewEdit): void {
  statement<[NewEdit & { readonly position: number }]>(
    db,
    `UPDATE outbox SET id = @id, seq = @seq, kind = @kind, args = @args, expect = @expect, title = @title, tbl = @tbl,
       row_id = @row_id, entity = @entity, state = 'queued', created_at = @created_at, send_at = @send_at,
       made_at = @made_at, before = @before, attempts = 0, problem = NULL, problem_code = NULL, fields = '[]'
     WHERE position = @position`,
  ).run({ ...edit, position });
}

export function deleteEdit(db: Database, position: number): void {
  statement(db, 'DELETE FROM outbox WHERE position = ?').run(position);
  closeGroupItems(db, 'dropped');
}

/** Edits that could be sent at `now`: due, with no earlier edit of the same entity without an outcome. */
export function dueEdits(
  edits: readonly StoredEdit[],
  now: number,
  holdMicros: number,
): readonly StoredEdit[] {
  return unblocked(edits).filter((edit) => isDue(edit, now, holdMicros));
}

/** When the next held edit becomes due, or null when none is held. */
export function nextDueAt(edits: readonly StoredEdit[], now: number, holdMicros: number): number | null {
  const held = unblocked(edits).filter((edit) => !isDue(edit, now, holdMicros));
  return held.length === 0 ? null : Math.min(...held.map((edit) => edit.send_at));
}

export function isWaiting(edit: StoredEdit): boolean {
  return edit.state === 'queued' || edit.state === 'sending';
}

export function needsAttention(edit: StoredEdit): boolean {
  return edit.state === 'conflict' || edit.state === 'rejected' || edit.state === 'update-required';
}

/**
 * The earlier edit of the same entity that this one waits for: one that is still on its way, or one that was refused
 * after this one had been made on top of it. What was made after the refusal was shown stands on the server's row.
 */
export function blockerOf(edit: StoredEdit, edits: readonly StoredEdit[]): StoredEdit | undefined {
  return edits.find(
    (other) => other.entity === edit.entity && other.position < edit.position && blocks(other, edit),
  );
}

/** As people see them: held edits told from queued ones, instants by the server's clock like everything on screen. */
export function toItem(
  edit: StoredEdit,
  edits: readonly StoredEdit[],
  {
    now,
    holdMicros,
    serverOffset,
  }: { readonly now: number; readonly holdMicros: number; readonly serverOffset: number },
): OutboxItem {
  const blocker = blockerOf(edit, edits);
  const isBlocked = blocker !== undefined && edit.state === 'queued';
  return {
    id: edit.id,
    kind: edit.kind,
    title: edit.title,
    table: edit.tbl,
    rowId: edit.row_id,
    state: isBlocked
      ? 'blocked'
      : edit.state === 'queued' && edit.attempts === 0 && !isDue(edit, now, holdMicros)
        ? 'held'
        : edit.state,
    createdAt: edit.made_at,
    sendAt: edit.send_at + serverOffset,
    attempts: edit.attempts,
    problem: isBlocked ? `Waits for "${blocker.title}".` : edit.problem,
    problemCode: edit.problem_code,
    fields: storedFields.parse(JSON.parse(edit.fields)),
    args: storedArgs.parse(JSON.parse(edit.args)),
    groupId: edit.group_id,
  };
}

export function expectationsOf(edit: StoredEdit): readonly Expectation[] {
  return z.array(expectation).parse(JSON.parse(edit.expect));
}

const storedFields = outboxItem.shape.fields;
const storedArgs = outboxItem.shape.args;

/** A clock that was set back must not hold an edit longer than the hold itself. */
function isDue(edit: StoredEdit, now: number, holdMicros: number): boolean {
  return edit.send_at <= now || edit.send_at - now > holdMicros;
}

function blocks(other: StoredEdit, edit: StoredEdit): boolean {
  if (isWaiting(other)) return true;
  return needsAttention(other) && edit.position <= (other.refused_at_position ?? Number.MAX_SAFE_INTEGER);
}

/** Waiting edits that wait for no other. One pass, because the outbox may be long after days without a network. */
function unblocked(edits: readonly StoredEdit[]): readonly StoredEdit[] {
  const earlier = new Map<string, StoredEdit[]>();
  return edits.filter((edit) => {
    const others = earlier.get(edit.entity) ?? [];
    earlier.set(edit.entity, [...others, edit]);
    return isWaiting(edit) && !others.some((other) => blocks(other, edit));
  });
}
