import type { Database, Statement } from 'better-sqlite3';

/** A read over the cache. It runs in the reader worker, so input and output must be structured-cloneable. */
export type Query<I, O> = {
  readonly name: string;
  readonly run: (db: Database, input: I) => O;
};

/**
 * Declares a named read. Add the query to the list in queries.ts, which the reader worker loads.
 * `run` is pure over the database: no clock, no writes.
 */
export function defineQuery<I, O>(name: string, run: (db: Database, input: I) => O): Query<I, O> {
  return { name, run };
}

/** A prepared statement, made once a connection. Preparing on every call costs 8 times the read itself. */
export function statement<P extends unknown[] | object = unknown[], R = unknown>(
  db: Database,
  sql: string,
): Statement<P extends unknown[] ? P : [P], R> {
  let known = prepared.get(db);
  if (known === undefined) {
    known = new Map();
    prepared.set(db, known);
  }
  let found = known.get(sql);
  if (found === undefined) {
    found = db.prepare(sql);
    known.set(sql, found);
  }
  return found as Statement<P extends unknown[] ? P : [P], R>;
}

/** Forgets every statement of a connection, after its tables were dropped or made anew. */
export function forgetStatements(db: Database): void {
  prepared.delete(db);
}

const prepared = new WeakMap<Database, Map<string, Statement>>();
