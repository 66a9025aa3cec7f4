import type { Mutation } from '#shared/domain/mutations';
import { announce } from '../app/announcer.tsx';
import { core } from '../rpc.ts';
import { toAppError } from './live.ts';
import { count } from '../ui/time-labels.ts';
import { closeToast, closeUndo, isUndoable, showToast, useToasts, type Toast } from './toasts.ts';

/** How long an edit is held before it is sent; the core's rule, shown as the toast's life. */
export const holdMillis = 5_000;

/**
 * Makes an edit: applied locally at once, sent after the hold. `done` is what to say, in the past tense.
 * `replaces` is a refused edit whose place it takes. Resolves to the edit's id, or to null when it was refused on the
 * spot (which has been said).
 */
export async function makeEdit(
  mutation: Mutation,
  done: string,
  replaces: string | null = null,
): Promise<string | null> {
  try {
    const client = await core();
    const { mutationId } =
      replaces === null
        ? await client['outbox.add'](mutation)
        : await client['outbox.replace']({ mutationId: replaces, edit: mutation });
    announce(`${done}. Press Z to undo.`);
    showToast({ tone: 'calm', title: done, undoes: mutationId, millis: holdMillis });
    return mutationId;
  } catch (thrown) {
    sayTrouble('Not done', toAppError(thrown).message);
    return null;
  }
}

/**
 * Makes edits that belong together: one transaction, one toast, one undo. `done` says in the past tense what was done to
 * how many. Resolves to false when none could be made.
 */
export async function makeEdits(
  title: string,
  edits: readonly Mutation[],
  done: (made: number) => string,
): Promise<boolean> {
  try {
    const client = await core();
    const { groupId, results } = await client['outbox.addMany']({ title, edits: [...edits] });
    const refused = results.filter(({ mutationId }) => mutationId === null);
    const said = done(results.length - refused.length);
    announce(`${said}. Press Z to undo.`);
    showToast({ tone: 'calm', title: said, undoes: groupId, isGroup: true, millis: holdMillis });
    if (refused.length > 0) {
      sayTrouble(`${count(refused.length, 'request')} left out`, refused[0]?.problem ?? '');
    }
    return true;
  } catch (thrown) {
    sayTrouble('Not done', toAppError(thrown).message);
    return false;
  }
}

/** Takes back what was not sent yet of edits that were made together. */
export async function undoGroup(groupId: string): Promise<void> {
  closeUndo(groupId);
  try {
    const client = await core();
    const { undone, left } = await client['outbox.undoGroup']({ groupId });
    if (undone === 0) {
      sayTrouble('Too late to undo', 'They are on their way already. Make new changes instead.');
      return;
    }
    const said = left === 0 ? `Undone: ${count(undone, 'edit')}` : `Undone: ${undone}, too late for ${left}`;
    announce(said);
    showToast({ tone: 'calm', title: said, millis: 3_000 });
  } catch (thrown) {
    sayTrouble('Not undone', toAppError(thrown).message);
  }
}

/** Takes back what a toast offers to undo. */
export function undoToast(toast: Toast): void {
  if (toast.undo !== undefined) {
    closeToast(toast.id);
    toast.undo.run();
    return;
  }
  if (toast.undoes === undefined) return;
  void (toast.isGroup === true ? undoGroup(toast.undoes) : undoEdit(toast.undoes));
}

/** Takes back an edit that has not been sent. */
export async function undoEdit(mutationId: string): Promise<void> {
  closeUndo(mutationId);
  try {
    const client = await core();
    await client['outbox.undo']({ mutationId });
    announce('Undone');
    showToast({ tone: 'calm', title: 'Undone', millis: 2_000 });
  } catch (thrown) {
    const error = toAppError(thrown);
    sayTrouble(
      'Too late to undo',
      error.code === 'CONFLICT' ? 'It is on its way already. Make a new change instead.' : error.message,
    );
  }
}

/** The newest message that offers to undo something. */
export function newestUndoable(): Toast | null {
  return useToasts.getState().toasts.findLast(isUndoable) ?? null;
}

export async function retryEdit(mutationId: string): Promise<void> {
  await act('outbox.retry', mutationId, 'It is sent again');
}

export async function discardEdit(mutationId: string): Promise<void> {
  await act('outbox.discard', mutationId, 'Discarded');
}

/** Sends a conflicting edit again so that both sides' changes stand. */
export async function keepBoth(mutationId: string): Promise<void> {
  await act('outbox.keepBoth', mutationId, 'Both are kept');
}

export async function retryGroup(groupId: string): Promise<void> {
  await actOnGroup('outbox.retryGroup', groupId, 'sent again');
}

export async function discardGroup(groupId: string): Promise<void> {
  await actOnGroup('outbox.discardGroup', groupId, 'discarded');
}

/** Says that something did not happen and why, on the screen and to screen readers. */
export function sayTrouble(title: string, text: string): void {
  announce(`${title}. ${text}`);
  showToast({ tone: 'alert', title, text });
}

async function actOnGroup(
  name: 'outbox.retryGroup' | 'outbox.discardGroup',
  groupId: string,
  done: string,
): Promise<void> {
  try {
    const client = await core();
    announce(`${count((await client[name]({ groupId })).count, 'edit')} ${done}`);
  } catch (thrown) {
    sayTrouble('That did not work', toAppError(thrown).message);
  }
}

async function act(
  name: 'outbox.retry' | 'outbox.discard' | 'outbox.keepBoth',
  mutationId: string,
  done: string,
): Promise<void> {
  try {
    const client = await core();
    await client[name]({ mutationId });
    announce(done);
  } catch (thrown) {
    sayTrouble('That did not work', toAppError(thrown).message);
  }
}
