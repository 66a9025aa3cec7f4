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
type State = { isOpen: boolean; waiting: number | null };
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
      if (error.code === 'PENDING_EDITS') useDialog.setState({ waiting: Number(error.data?.['count'] ?? 1) });
      else setProblem(error.message);
    } finally {
      setBusy(null);
    }
  };

  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={waiting === null ? 'Sign out?' : `${count(waiting, 'edit')} not sent yet`}
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
            Signing out removes the local copy, and these edits exist nowhere else. What should become of
            them?
          </p>
          <div className={styles.choices}>
            <Choice
              icon="outbox"
              title="Send them, then sign out"
              text="Needs the connection. You stay signed in if one cannot be sent."
              isBusy={busy === 'send'}
              onClick={() => void signOut('send')}
            />
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
