import { Button } from '@mantine/core';
import { useState } from 'react';
import { useCore } from '../state/core-state.ts';
import { PasswordDialog } from '../features/sign-in/password-dialog.tsx';
import { Icon } from '../ui/icons.tsx';
import styles from './session-banners.module.css';

/** The session ended while working: reading goes on, sending needs the password. */
export function SignInAgainBanner() {
  const session = useCore((state) => state.session);
  const [isOpen, setIsOpen] = useState(false);
  if (session.status !== 'needs-sign-in') return null;
  return (
    <div className={styles.banner} role="status">
      <Icon name="lock" />
      <p className={styles.text}>
        <strong>Your session has ended.</strong> You can go on reading and editing; edits wait here until you
        sign in again.
      </p>
      <Button onClick={() => setIsOpen(true)}>Sign in again</Button>
      <PasswordDialog email={session.me.email} isOpen={isOpen} onClose={() => setIsOpen(false)} />
    </div>
  );
}

export function ReadOnlyBanner() {
  const isReadOnly = useCore((state) => state.sync?.isReadOnly ?? false);
  if (!isReadOnly) return null;
  return (
    <div className={styles.banner} role="status">
      <Icon name="lock" />
      <p className={styles.text}>
        <strong>This window can only read.</strong> Another console on this machine has your data open. Make
        changes there, or close it: this one takes over by itself.
      </p>
    </div>
  );
}
