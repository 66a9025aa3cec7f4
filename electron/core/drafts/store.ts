import type { Database } from 'better-sqlite3';
import { statement } from '../cache/query.ts';

/** A draft as it lies in the file. */
export type StoredDraft = {
  readonly key: string;
  readonly kind: string;
  /** Its arguments, JSON. */
  readonly content: string;
  readonly title: string;
  readonly tbl: string;
  readonly row_id: string;
  /** The watched columns and the version of the row that its user looked at, JSON. */
  readonly base: string;
  readonly state: 'draft' | 'confirming' | 'confirmed';
  readonly confirm_key: string | null;
  readonly problem: string | null;
  readonly problem_code: string | null;
  readonly made_at: number;
  readonly updated_at: number;
};

export type DraftContent = Pick<
  StoredDraft,
  'key' | 'kind' | 'content' | 'title' | 'tbl' | 'row_id' | 'base' | 'made_at'
>;

/** All of them, in the order in which they were made. */
export function allDrafts(db: Database): readonly StoredDraft[] {
  return statement<[], StoredDraft>(db, 'SELECT * FROM drafts ORDER BY made_at, key').all();
}

export function findDraft(db: Database, key: string): StoredDraft | undefined {
  return statement<[string], StoredDraft>(db, 'SELECT * FROM drafts WHERE key = ?').get(key);
}

/** The draft about a row, if there is one that was not confirmed yet. */
export function draftAbout(db: Database, table: string, rowId: string): StoredDraft | undefined {
  return statement<[string, string], StoredDraft>(
    db,
    `SELECT * FROM drafts WHERE tbl = ? AND row_id = ? AND state <> 'confirmed'`,
  ).get(table, rowId);
}

/** Drafts whose decision the server is not known to have. */
export function countOpenDrafts(db: Database): number {
  const found = statement<[], { n: number }>(
    db,
    `SELECT count(*) AS n FROM drafts WHERE state <> 'confirmed'`,
  ).get();
  return found?.n ?? 0;
}

/** Writes what a draft says, as a new one or over the one of this key. */
export function putDraft(db: Database, draft: DraftContent): void {
  statement<[DraftContent]>(
    db,
    `INSERT INTO drafts(key, kind, content, title, tbl, row_id, base, made_at, updated_at)
     VALUES (@key, @kind, @content, @title, @tbl, @row_id, @base, @made_at, @made_at)
     ON CONFLICT(key) DO UPDATE SET kind = excluded.kind, content = excluded.content, title = excluded.title,
       base = excluded.base, updated_at = excluded.updated_at, problem = NULL, problem_code = NULL`,
  ).run(draft);
}

export function setBase(db: Database, key: string, base: string): void {
  statement(db, 'UPDATE drafts SET base = ?, problem = NULL, problem_code = NULL WHERE key = ?').run(
    base,
    key,
  );
}

/** Notes the key of the call that is about to be made. */
export function markConfirming(db: Database, key: string, confirmKey: string): void {
  statement(
    db,
    `UPDATE drafts SET state = 'confirming', confirm_key = ?, problem = NULL, problem_code = NULL WHERE key = ?`,
  ).run(confirmKey, key);
}

/** Back to a draft, with why. The key is not used again. */
export function markDraft(db: Database, key: string, problem: string, code: string): void {
  statement(
    db,
    `UPDATE drafts SET state = 'draft', confirm_key = NULL, problem = ?, problem_code = ? WHERE key = ?`,
  ).run(problem, code, key);
}

/** Says what keeps a draft in doubt. */
export function noteDoubt(db: Database, key: string, problem: string): void {
  statement(db, 'UPDATE drafts SET problem = ? WHERE key = ?').run(problem, key);
}

export function markConfirmed(db: Database, key: string): void {
  statement(
    db,
    `UPDATE drafts SET state = 'confirmed', problem = NULL, problem_code = NULL WHERE key = ?`,
  ).run(key);
}

export function deleteDraft(db: Database, key: string): void {
  statement(db, 'DELETE FROM drafts WHERE key = ?').run(key);
}
