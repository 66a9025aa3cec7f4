import { Button } from '@mantine/core';
import type { Me } from '#shared/domain/roles';
import { Mark } from '../ui/icons.tsx';
import { openSignOut } from './sign-out-dialog.tsx';
import styles from './nobody-screen.module.css';

/** For students, parents and suspended users: says kindly that this is not their place, and where theirs is. */
export function NobodyScreen({ me }: { me: Me }) {
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Mark size={36} />
        <h1 className={styles.title}>
          {me.isSuspended ? 'Your account is suspended' : 'This console is for tutors and staff'}
        </h1>
        {me.isSuspended ? (
          <p>
            While it is, nothing can be opened or changed here. If you believe this is a mistake, reply to the
            e-mail that told you so, or write to iTutor support.
          </p>
        ) : (
          <p>{placeFor(me)}</p>
        )}
        <p className={styles.who}>
          Signed in as {me.displayName} ({me.email})
        </p>
        <Button onClick={openSignOut}>Sign out</Button>
      </div>
    </main>
  );
}

function placeFor(me: Me): string {
  switch (me.profileRole) {
    case 'student':
      return 'You find your lessons, messages and payments on the iTutor website, under “My lessons”.';
    case 'parent':
      return 'You find your children’s lessons and approvals on the iTutor website, under “Family”.';
    default:
      return 'Your account has no role here yet. If you work with iTutor, ask an administrator to give you one.';
  }
}
