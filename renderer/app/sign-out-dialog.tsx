import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { create } from 'zustand';
import { core } from '../rpc.ts';
import { toAppError } from '../state/live.ts';
import { count } from '../ui/time-labels.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { announce } from './announcer.tsx';
import styles from './sign-out-dialog.module.css';

type Pending = 'ask' | 'send' | 'export' | 'discard';
/** What would be lost; null until that was asked. */
type Waiting = { edits: number; drafts: number };
type State = { isOpen: boolean; waiting: Waiting | null };
const useDialog = create<State>(() => ({ isOpen: false, waiting: null }));

export function openSignOut(): void {
  useDialog.setState({ isOpen: true, waiting: null });
}

/** Asks before signing out; with edits waiting, asks what becomes of them. */
export function SignOutDialog() {
  const { isOpen, waiting } = useDialog();
  const [busy, setBusy] = useState<Pending | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const close = () => {
    useDialog.setState({ isOpen: false });
    setProblem(null);
  };
  const signOut = async (pending: Pending) => {
    setBusy(pending);
    setProblem(null);
    try {
      const client = await core();
      const { exportedTo } = await client['session.signOut']({ pending });
      announce(exportedTo === null ? 'Signed out' : `Signed out. The edits are in ${exportedTo}`);
      close();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code !== 'PENDING_EDITS') {
        setProblem(error.message);
        return;
      }
      const { count: edits = 1, drafts = 0 } = error.data ?? {};
      useDialog.setState({ waiting: { edits: Number(edits), drafts: Number(drafts) } });
      // Sending was tried: what is left could not be sent.
      if (pending === 'send') setProblem(error.message);
    } finally {
      setBusy(null);
    }
  };

  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={waiting === null ? 'Sign out?' : titleOf(waiting)}
      size={waiting === null ? 400 : 460}
    >
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
      {waiting === null ? (
        <>
          <p>
            The local copy of your data is removed from this machine. It comes back when you sign in again.
          </p>
          <div className={styles.buttons}>
            <Button variant="default" onClick={close}>
              Stay
            </Button>
            <Button loading={busy === 'ask'} onClick={() => void signOut('ask')} data-autofocus>
              Sign out
            </Button>
          </div>
        </>
      ) : (
        <>
          <p>
            Signing out removes the local copy, and these exist nowhere else. What should become of them?
            {waiting.drafts > 0 &&
              ' Drafts are not sent by themselves: stay and confirm them in the outbox, if they still stand.'}
          </p>
          <div className={styles.choices}>
            {waiting.edits > 0 && (
              <Choice
                icon="outbox"
                title="Send the edits, then sign out"
                text="Needs the connection. You stay signed in if one cannot be sent, or a draft is left."
                isBusy={busy === 'send'}
                onClick={() => void signOut('send')}
              />
            )}
            <Choice
              icon="copy"
              title="Export them, then sign out"
              text="Writes a file that says what you meant to change."
              isBusy={busy === 'export'}
              onClick={() => void signOut('export')}
            />
            <Choice
              icon="trash"
              title="Discard them and sign out"
              text="This cannot be undone."
              isBusy={busy === 'discard'}
              onClick={() => void signOut('discard')}
            />
          </div>
          <div className={styles.buttons}>
            <Button variant="default" onClick={close}>
              Stay signed in
            </Button>
          </div>
        </>
      )}
    </Modal>
  );
}

function titleOf({ edits, drafts }: Waiting): string {
  if (drafts === 0) return `${count(edits, 'edit')} not sent yet`;
  const unconfirmed = `${count(drafts, 'draft')} not confirmed`;
  return edits === 0 ? unconfirmed : `${count(edits, 'edit')} not sent, ${unconfirmed}`;
}

type ChoiceProps = { icon: IconName; title: string; text: string; isBusy: boolean; onClick: () => void };

function Choice({ icon, title, text, isBusy, onClick }: ChoiceProps) {
  return (
    <button type="button" className={styles.choice} disabled={isBusy} onClick={onClick}>
      <Icon name={icon} />
      <span>
        <span className={styles.choiceTitle}>{title}</span>
        <span className={styles.choiceText}>{text}</span>
      </span>
    </button>
  );
}
