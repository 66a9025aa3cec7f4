import { defineQuery, statement } from '../cache/query.ts';
import type { DraftItem, Drafts } from '../drafts/drafts.ts';
import type { SyncEngine } from '../sync/types.ts';

/** Edits that the server does not have yet: signing out would lose them. */
export function countWaiting(engine: SyncEngine): number {
  return engine.outbox().filter((item) => item.state !== 'applied').length;
}

type WaitingRow = {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly args: string;
  readonly state: string;
  readonly problem: string | null;
  readonly created_at: number;
};

/** Decisions that are kept here only. */
export function countDrafts(drafts: Drafts): number {
  return drafts.list().filter((item) => item.state !== 'confirmed').length;
}

/** Every edit that waits, with all it meant, in the order in which they were made. */
export const waitingEdits = defineQuery('session.waitingEdits', (db, _input: Record<string, never>) =>
  statement<[], WaitingRow>(
    db,
    `SELECT id, kind, title, args, state, problem, created_at FROM outbox WHERE state <> 'applied' ORDER BY position`,
  ).all(),
);

/** A file that a person can read and support can use to enter the edits again. */
export function exportOf(
  backend: string,
  edits: readonly WaitingRow[],
  drafts: readonly DraftItem[],
  now: Date,
): { name: string; content: string } {
  const content = {
    what: 'Edits that iTutor Console had not sent, and decisions it had not confirmed, when its user signed out.',
    backend,
    exportedAt: now.toISOString(),
    edits: edits.map(({ args, created_at, ...edit }) => ({
      ...edit,
      createdAt: new Date(created_at / 1000).toISOString(),
      args: JSON.parse(args) as unknown,
    })),
    drafts: drafts
      .filter((draft) => draft.state !== 'confirmed')
      .map(({ kind, title, rowId, state, problem, lines, createdAt }) => ({
        kind,
        title,
        rowId,
        state,
        problem,
        lines,
        createdAt: new Date(createdAt / 1000).toISOString(),
      })),
  };
  const day = now.toISOString().slice(0, 10);
  return { name: `itutor-unsent-edits-${day}.json`, content: `${JSON.stringify(content, null, 2)}\n` };
}
