import type { Database } from 'better-sqlite3';
import { AppError } from '#shared/rpc/errors';

/**
 * Numbered steps for what exists nowhere else: waiting edits, drafts, settings. Never change one that was
 * released; add another. Tables of synced rows are not here: they are disposable (schema.ts).
 */
const steps: readonly string[] = [
  `CREATE TABLE file_state(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE TABLE outbox(
     -- The order of the edits. A retried edit keeps its place and gets a new id and seq.
     position INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     seq INTEGER NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     args TEXT NOT NULL,
     expect TEXT NOT NULL,
     title TEXT NOT NULL,
     tbl TEXT NOT NULL,
     row_id TEXT NOT NULL,
     -- Edits of one entity are sent one after another.
     entity TEXT NOT NULL,
     state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'applied', 'conflict', 'rejected', 'update-required')),
     created_at INTEGER NOT NULL,
     send_at INTEGER NOT NULL,
     -- When it was made by the server's clock; created_at and send_at are this machine's.
     made_at INTEGER NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0,
     problem TEXT,
     problem_code TEXT,
     fields TEXT NOT NULL DEFAULT '[]',
     -- The pull round that was the latest one begun when the server's answer came.
     applied_round INTEGER,
     -- The newest edit when this one was refused: those up to it were made on top of it, later ones were not.
     refused_at_position INTEGER
   ) STRICT;
   CREATE TABLE drafts(
     key TEXT PRIMARY KEY, kind TEXT NOT NULL, content TEXT NOT NULL, updated_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
];

/** Tables whose rows are carried over from a damaged file. */
export const preciousTables = ['outbox', 'drafts', 'settings'] as const;

/** Brings the precious tables to this version. Throws UPDATE_REQUIRED for a file of a newer version. */
export function migrate(db: Database): void {
  const current = Number(db.pragma('user_version', { simple: true }));
  if (current > steps.length) {
    throw new AppError(
      'UPDATE_REQUIRED',
      'The local data was written by a newer version of the console. Update this one to open it.',
    );
  }
  for (const [index, step] of steps.entries()) {
    if (index < current) continue;
    db.transaction(() => {
      db.exec(step);
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}
