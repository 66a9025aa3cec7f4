import type { Mutation } from '#shared/domain/mutations';
import { announce } from '../app/announcer.tsx';
import { core } from '../rpc.ts';
import { toAppError } from './live.ts';
import { closeUndo, showToast, useToasts } from './toasts.ts';

/** How long an edit is held before it is sent; the core's rule, shown as the toast's life. */
export const holdMillis = 5_000;

/**
 * Makes an edit: applied locally at once, sent after the hold. `done` is what to say, in the past tense.
 * Resolves to the edit's id, or to null when it was refused on the spot (which has been said).
 */
export async function makeEdit(mutation: Mutation, done: string): Promise<string | null> {
  try {
    const client = await core();
    const { mutationId } = await client['outbox.add'](mutation);
    announce(`${done}. Press Z to undo.`);
    showToast({ tone: 'calm', title: done, undoes: mutationId, millis: holdMillis });
    return mutationId;
  } catch (thrown) {
    sayTrouble('Not done', toAppError(thrown).message);
    return null;
  }
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

/** The newest edit that can still be undone. */
export function newestUndoable(): string | null {
  return useToasts.getState().toasts.findLast((toast) => toast.undoes !== undefined)?.undoes ?? null;
}

export async function retryEdit(mutationId: string): Promise<void> {
  await act('outbox.retry', mutationId, 'It is sent again');
}

export async function discardEdit(mutationId: string): Promise<void> {
  await act('outbox.discard', mutationId, 'Discarded');
}

/** Says that something did not happen and why, on the screen and to screen readers. */
export function sayTrouble(title: string, text: string): void {
  announce(`${title}. ${text}`);
  showToast({ tone: 'alert', title, text });
}

async function act(name: 'outbox.retry' | 'outbox.discard', mutationId: string, done: string): Promise<void> {
  try {
    const client = await core();
    await client[name]({ mutationId });
    announce(done);
  } catch (thrown) {
    sayTrouble('That did not work', toAppError(thrown).message);
  }
}
