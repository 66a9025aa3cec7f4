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
  `-- The rows as they were when an edit was made, by "table:id": what a conflict shows as "it was".
   ALTER TABLE outbox ADD COLUMN before TEXT NOT NULL DEFAULT '{}';
   -- Edits that were made together are shown together.
   ALTER TABLE outbox ADD COLUMN group_id TEXT;
   CREATE TABLE edit_groups(id TEXT PRIMARY KEY, title TEXT NOT NULL, made_at INTEGER NOT NULL) STRICT;
   CREATE TABLE edit_group_items(
     group_id TEXT NOT NULL,
     -- The edit's place in the outbox, which a retry keeps.
     position INTEGER NOT NULL,
     title TEXT NOT NULL,
     -- Null while the edit is in the outbox.
     outcome TEXT CHECK (outcome IN ('applied', 'dropped')),
     PRIMARY KEY (group_id, position)
   ) STRICT;
   -- What a draft is about, and the row that was looked at when it was made.
   ALTER TABLE drafts ADD COLUMN title TEXT NOT NULL DEFAULT '';
   ALTER TABLE drafts ADD COLUMN tbl TEXT NOT NULL DEFAULT '';
   ALTER TABLE drafts ADD COLUMN row_id TEXT NOT NULL DEFAULT '';
   ALTER TABLE drafts ADD COLUMN base TEXT NOT NULL DEFAULT '{}';
   ALTER TABLE drafts ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0;
   -- confirming: asked for under confirm_key, and no answer was written down yet.
   ALTER TABLE drafts ADD COLUMN state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'confirming', 'confirmed'));
   ALTER TABLE drafts ADD COLUMN confirm_key TEXT;
   ALTER TABLE drafts ADD COLUMN problem TEXT;
   ALTER TABLE drafts ADD COLUMN problem_code TEXT;`,
  `-- Decisions that were made together, one call each (core/verification/bulk.ts).
   CREATE TABLE verification_bulks(
     -- The key under which the server does it once.
     key TEXT PRIMARY KEY,
     decisions TEXT NOT NULL,
     -- Whose cases they are, by case id: the report names them when the cases are gone from here.
     about TEXT NOT NULL,
     -- asking: the call may have left, and no answer was written down; done: answer has a result for every row;
     -- nothing: it is known that nothing was done.
     state TEXT NOT NULL CHECK (state IN ('asking', 'done', 'nothing')),
     answer TEXT,
     problem TEXT,
     made_at INTEGER NOT NULL,
     CHECK ((state = 'done') = (answer IS NOT NULL))
   ) STRICT;`,
];

/** Tables whose rows are carried over from a damaged file. */
export const preciousTables = [
  'outbox',
  'edit_groups',
  'edit_group_items',
  'drafts',
  'settings',
  'verification_bulks',
] as const;

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
