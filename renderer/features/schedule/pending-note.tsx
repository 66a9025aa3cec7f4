import { Button } from '@mantine/core';
import type { ScheduleItem } from '#shared/rpc/contract';
import { discardEdit, retryEdit, undoEdit } from '#renderer/state/edits.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { useLive } from '#renderer/state/live.ts';
import { pendingLook } from './look.ts';
import { canResend, openRefused } from './resend.ts';
import styles from './pending-note.module.css';

/** That an edit of this booking waits, or was refused and why, with the ways on from there. */
export function PendingNote({ item }: { item: ScheduleItem }) {
  const look = pendingLook(item);
  const pending = item.pending;
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const { data } = useLive('outbox.list', look?.tone === 'alert' ? {} : null);
  if (look === null || pending === null) return null;
  const refused = data?.items.find((each) => each.id === pending.mutationId);
  const canUndo = pending.state === 'held' || pending.state === 'queued' || pending.state === 'blocked';
  return (
    <div className={styles.note} data-tone={look.tone} role={look.tone === 'alert' ? 'alert' : undefined}>
      <p className={styles.title}>
        <Icon name={look.icon} size={13} />
        {look.tone === 'alert' ? refusedWords(pending.state) : wordsFor(pending.state, isOffline)}
      </p>
      {pending.problem !== null && <p>{pending.problem}</p>}
      <div className={styles.buttons}>
        {look.tone === 'waiting' && canUndo && (
          <Button size="compact-xs" variant="default" onClick={() => void undoEdit(pending.mutationId)}>
            Undo
          </Button>
        )}
        {look.tone === 'alert' && (
          <>
            {refused !== undefined && canResend(refused) && (
              <Button size="compact-xs" onClick={() => openRefused(refused)}>
                Edit and resend
              </Button>
            )}
            <Button size="compact-xs" variant="default" onClick={() => void retryEdit(pending.mutationId)}>
              Try again
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => void discardEdit(pending.mutationId)}>
              Discard
            </Button>
          </>
        )}
      </div>
    </div>
  );
}

function refusedWords(state: keyof typeof words): string {
  return state === 'conflict' ? 'Somebody else changed this too' : 'Your change was not accepted';
}

function wordsFor(state: keyof typeof words, isOffline: boolean): string {
  if (!isOffline) return words[state];
  // Sent without an answer: it is asked again under the same key, so nothing happens twice.
  return state === 'sending' ? 'Sent, the answer is still out' : 'Sent when the connection is back';
}

const words: Readonly<Record<NonNullable<ScheduleItem['pending']>['state'], string>> = {
  held: 'Sent in a moment',
  queued: 'Waiting to be sent',
  sending: 'Being sent',
  blocked: 'Waits for an earlier edit',
  applied: 'The server has it',
  conflict: '',
  rejected: '',
  'update-required': '',
};
