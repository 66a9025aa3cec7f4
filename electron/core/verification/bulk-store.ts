import type { Database } from 'better-sqlite3';
import { statement } from '../cache/query.ts';

/** Decisions that were made together, as they lie in the file. */
export type StoredBulk = {
  readonly key: string;
  /** What the server is asked, JSON of DecisionInput[]. */
  readonly decisions: string;
  /** JSON of {[caseId]: {name, kind}}. */
  readonly about: string;
  readonly state: 'asking' | 'done' | 'nothing';
  /** What the server answered, JSON of DecideManyAnswer. */
  readonly answer: string | null;
  readonly problem: string | null;
  readonly made_at: number;
};

/** The newest first. */
export function allBulks(db: Database): readonly StoredBulk[] {
  return statement<[], StoredBulk>(
    db,
    'SELECT * FROM verification_bulks ORDER BY made_at DESC, key DESC',
  ).all();
}

export function findBulk(db: Database, key: string): StoredBulk | undefined {
  return statement<[string], StoredBulk>(db, 'SELECT * FROM verification_bulks WHERE key = ?').get(key);
}

/** Writes down what is about to be asked for. */
export function insertBulk(
  db: Database,
  bulk: Pick<StoredBulk, 'key' | 'decisions' | 'about' | 'made_at'>,
): void {
  statement<[object]>(
    db,
    `INSERT INTO verification_bulks(key, decisions, about, state, made_at)
     VALUES (@key, @decisions, @about, 'asking', @made_at)`,
  ).run(bulk);
}

/** Only what is not known yet becomes known. */
export function markBulkDone(db: Database, key: string, answer: string): void {
  statement(
    db,
    `UPDATE verification_bulks SET state = 'done', answer = ?, problem = NULL WHERE key = ? AND state = 'asking'`,
  ).run(answer, key);
}

export function markBulkNothing(db: Database, key: string, problem: string): void {
  statement(
    db,
    `UPDATE verification_bulks SET state = 'nothing', problem = ? WHERE key = ? AND state = 'asking'`,
  ).run(problem, key);
}

/** Says what keeps it in doubt. */
export function noteBulkDoubt(db: Database, key: string, problem: string): void {
  statement(db, `UPDATE verification_bulks SET problem = ? WHERE key = ? AND state = 'asking'`).run(
    problem,
    key,
  );
}

export function deleteBulk(db: Database, key: string): void {
  statement(db, 'DELETE FROM verification_bulks WHERE key = ?').run(key);
}
