import { Loader, Skeleton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { core } from '#renderer/rpc.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { toAppError } from '#renderer/state/live.ts';
import { EntryPage } from '#renderer/ui/entry-page.tsx';
import { Icon, type IconName } from '#renderer/ui/icons.tsx';
import { useDelayed } from '#renderer/ui/use-delayed.ts';
import { SignInForm } from './sign-in-form.tsx';
import styles from './sign-in-screen.module.css';

type Account = { email: string; label: string; role: string };

/** E-mail and password; on the embedded backend also its demo accounts, one click each. */
export function SignInScreen() {
  const connection = useCore((state) => state.connection);
  const accounts = useDemoAccounts(connection?.isEmbedded ?? false);
  return (
    <EntryPage title="Sign in" lead={<Where />}>
      <SignInForm />
      {connection?.isEmbedded === true && <DemoAccounts accounts={accounts} />}
    </EntryPage>
  );
}

function Where() {
  const connection = useCore((state) => state.connection);
  const navigate = useNavigate();
  if (connection?.url == null) return <p>With your iTutor account.</p>;
  if (connection.isEmbedded) return <p>With an account of the backend on this machine.</p>;
  return (
    <p>
      To {hostOf(connection.url)}.{' '}
      {connection.source === 'saved' && (
        <button
          type="button"
          className={styles.inline}
          onClick={() => void forgetConnection().then(() => navigate({ to: '/connect' }))}
        >
          Use another backend
        </button>
      )}
    </p>
  );
}

function DemoAccounts({ accounts }: { accounts: readonly Account[] | null }) {
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const isWaiting = useDelayed(accounts === null, 150);
  if (accounts === null) return isWaiting ? <Skeleton height={120} mt={20} /> : null;
  if (accounts.length === 0) return null;

  const signIn = async (email: string) => {
    setBusy(email);
    setProblem(null);
    try {
      const client = await core();
      await client['session.signInDemo']({ email });
    } catch (thrown) {
      setProblem(toAppError(thrown).message);
      setBusy(null);
    }
  };
  return (
    <section className={styles.demo} aria-labelledby="demo-heading">
      <h2 className={styles.heading} id="demo-heading">
        Or try a demo account
      </h2>
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
      <ul className={styles.accounts}>
        {accounts.map(({ email, label, role }) => (
          <li key={email}>
            <button
              type="button"
              className={styles.account}
              disabled={busy !== null}
              aria-busy={busy === email}
              onClick={() => void signIn(email)}
            >
              <span className={styles.icon}>
                {busy === email ? <Loader size={16} /> : <Icon name={iconOf(role)} />}
              </span>
              <span>
                <span className={styles.label}>{label}</span> <span className={styles.email}>{email}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Null while it is not known. */
function useDemoAccounts(isEmbedded: boolean): readonly Account[] | null {
  const [accounts, setAccounts] = useState<readonly Account[] | null>(null);
  useEffect(() => {
    if (!isEmbedded) return;
    const stop = new AbortController();
    void (async () => {
      try {
        const client = await core(stop.signal);
        setAccounts((await client['session.demoAccounts']({}, stop.signal)).accounts);
      } catch {
        // Without the offer one can still sign in; the form says what is wrong with the backend when it is used.
        if (!stop.signal.aborted) setAccounts([]);
      }
    })();
    return () => stop.abort();
  }, [isEmbedded]);
  return accounts;
}

async function forgetConnection(): Promise<void> {
  const client = await core();
  useCore.setState({ connection: await client['connection.forget']({}) });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function iconOf(role: string): IconName {
  const icons: Readonly<Record<string, IconName>> = {
    tutor: 'calendar',
    reviewer: 'check',
    support: 'card',
    admin: 'settings',
    student: 'question',
    parent: 'people',
  };
  return icons[role] ?? 'people';
}
