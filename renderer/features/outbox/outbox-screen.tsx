import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { needsAttention } from '#renderer/app/refusal-watcher.tsx';
import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import { useCore } from '#renderer/state/core-state.ts';
import { useLive } from '#renderer/state/live.ts';
import { Failure } from '#renderer/ui/failure.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { count } from '#renderer/ui/time-labels.ts';
import { OutboxRow } from './outbox-row.tsx';
import styles from './outbox-screen.module.css';

/** Every edit that the server does not have yet: what it is, where it stands, and what can be done. */
export function OutboxScreen() {
  const answer = useLive('outbox.list', {});
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const navigate = useNavigate();
  const items = answer.data?.items ?? [];
  const refused = items.filter((item) => needsAttention(item.state));
  const waiting = items.filter((item) => !needsAttention(item.state));

  if (answer.data === undefined) {
    return answer.error === undefined ? null : <Failure error={answer.error} retry={answer.retry} />;
  }
  return (
    <div className={styles.screen}>
      <header className={styles.bar}>
        <h1>Outbox</h1>
        <p className={styles.sum}>
          {items.length === 0 ? 'Nothing waits' : count(items.length, 'edit')}
          {isOffline && items.length > 0 && ', sent when the connection is back'}
        </p>
        <CommandButton command="console.sync" variant="default" />
      </header>
      {items.length === 0 ? (
        <Notice
          icon="check"
          title="Everything you did is on the server"
          actions={
            <Button variant="default" onClick={() => void navigate({ to: '/home' })}>
              Back to work
            </Button>
          }
        >
          <p>
            Edits appear here from the moment you make them until the server has them, also while you are
            offline.
          </p>
        </Notice>
      ) : (
        <div className={styles.list} tabIndex={0} role="region" aria-label="Edits">
          {refused.length > 0 && (
            <Group title="Needs your attention">
              {refused.map((item) => (
                <OutboxRow key={item.id} item={item} />
              ))}
            </Group>
          )}
          {waiting.length > 0 && (
            <Group title="On the way">
              {waiting.map((item) => (
                <OutboxRow key={item.id} item={item} />
              ))}
            </Group>
          )}
        </div>
      )}
    </div>
  );
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className={styles.group} aria-label={title}>
      <h2 className={styles.heading}>{title}</h2>
      <ul className={styles.rows}>{children}</ul>
    </section>
  );
}
