import type { Mutation } from '#shared/domain/mutations';
import { AppError } from '#shared/rpc/errors';
import { discardEdit, durably, queueEdit, replay, retryEdit, type EditOptions } from './edits.ts';
import { insertGroup } from './groups.ts';
import { allEdits, deleteEdit, isWaiting, needsAttention, type StoredEdit } from './outbox.ts';

type Changed = { readonly tables: ReadonlySet<string> };

/** What became of one edit of a group when it was made. */
export type Queued = { readonly mutationId: string | null; readonly problem: string | null };

/**
 * Queues edits that were made together, in one durable transaction. Those that the rows do not allow are named with
 * why, and the others are queued. Throws REJECTED when none could be.
 */
export function addGroup(
  options: EditOptions,
  title: string,
  edits: readonly Mutation[],
): Changed & { readonly groupId: string; readonly results: readonly Queued[] } {
  const { target, clock } = options;
  return durably(target, () => {
    const groupId = options.newId(clock.now());
    insertGroup(target.db, groupId, title, clock.now() + options.serverOffset());
    const tables = new Set<string>();
    const results = edits.map((edit): Queued => {
      try {
        const queued = queueEdit(options, edit, groupId);
        for (const table of queued.tables) tables.add(table);
        return { mutationId: queued.mutationId, problem: null };
      } catch (error) {
        // A rule or a missing row concerns this one; anything else (a full disk) ends the whole.
        if (!(error instanceof AppError)) throw error;
        return { mutationId: null, problem: error.message };
      }
    });
    if (!results.some(({ mutationId }) => mutationId !== null)) {
      throw new AppError('REJECTED', results[0]?.problem ?? 'There is nothing to do.', { rule: 'group' });
    }
    return { groupId, results, tables };
  });
}

/** Takes back every edit of a group that was never tried and that nothing was made on top of. */
export function undoGroup(
  options: EditOptions,
  groupId: string,
): Changed & { readonly undone: number; readonly left: number } {
  const { target } = options;
  return durably(target, () => {
    const members = requireMembers(options, groupId);
    let undone = 0;
    for (const edit of members.toReversed()) {
      const isUntouched = edit.state === 'queued' && edit.attempts === 0;
      if (!isUntouched || hasLater(allEdits(target.db), edit)) continue;
      deleteEdit(target.db, edit.position);
      undone += 1;
    }
    return { undone, left: members.length - undone, tables: replay(target) };
  });
}

/** Queues the refused edits of a group anew. Those that cannot be stay as they are. */
export function retryGroup(options: EditOptions, groupId: string): Changed & { readonly count: number } {
  return eachRefused(options, groupId, retryEdit);
}

/** Drops the refused edits of a group. */
export function discardGroup(options: EditOptions, groupId: string): Changed & { readonly count: number } {
  return eachRefused(options, groupId, discardEdit);
}

function eachRefused(
  options: EditOptions,
  groupId: string,
  act: (options: EditOptions, id: string) => Changed,
): Changed & { readonly count: number } {
  const tables = new Set<string>();
  let count = 0;
  let refusal: AppError | null = null;
  for (const edit of requireMembers(options, groupId).filter(needsAttention)) {
    try {
      for (const table of act(options, edit.id).tables) tables.add(table);
      count += 1;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refusal ??= error;
    }
  }
  if (count === 0 && refusal !== null) throw refusal;
  return { count, tables };
}

function requireMembers({ target }: EditOptions, groupId: string): readonly StoredEdit[] {
  const members = allEdits(target.db).filter((edit) => edit.group_id === groupId);
  if (members.length === 0) throw new AppError('NOT_FOUND', 'These edits are not in the outbox any more.');
  return members;
}

function hasLater(edits: readonly StoredEdit[], edit: StoredEdit): boolean {
  return edits.some(
    (other) => other.entity === edit.entity && other.position > edit.position && isWaiting(other),
  );
}
