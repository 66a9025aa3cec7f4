import { Button } from '@mantine/core';
import type { AppContract } from '#shared/rpc/contract';
import type { OutputOf } from '#shared/rpc/define';
import { needsAttention } from '#renderer/app/refusal-watcher.tsx';
import { discardGroup, retryGroup, undoGroup } from '#renderer/state/edits.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { agoLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { OutboxRow } from './outbox-row.tsx';
import styles from './outbox-screen.module.css';

type List = OutputOf<AppContract['outbox.list']>;

/** Edits that were made together: how far they are, what was refused, and what can be done with all of those at once. */
export function GroupRow({ group, items }: { group: List['groups'][number]; items: List['items'] }) {
  const now = useNow(30_000);
  const refused = items.filter((item) => needsAttention(item.state));
  const untried = items.filter(
    (item) => ['held', 'queued', 'blocked'].includes(item.state) && item.attempts === 0,
  );
  const tone = refused.length > 0 ? 'alert' : 'waiting';
  const parts = [
    [group.applied + items.filter((item) => item.state === 'applied').length, 'on the server'],
    [refused.length, 'not accepted'],
    [items.filter((item) => !needsAttention(item.state) && item.state !== 'applied').length, 'on the way'],
    [group.dropped, 'taken back'],
  ] as const;
  const name = <span className="visually-hidden">: {group.title}</span>;
  return (
    <li className={styles.row} data-tone={tone} data-group={true}>
      <span className={styles.icon}>
        <Icon name={tone === 'alert' ? 'warning' : 'outbox'} />
      </span>
      <div className={styles.main}>
        <p className={styles.title}>{group.title}</p>
        <p className={styles.detail}>
          <strong>
            {parts
              .filter(([amount]) => amount > 0)
              .map(([amount, word]) => `${amount} ${word}`)
              .join(', ')}
          </strong>
          , made {agoLabel(group.createdAt, now)}
        </p>
      </div>
      <div className={styles.actions}>
        {untried.length > 0 && (
          <Button variant="default" onClick={() => void undoGroup(group.id)}>
            {untried.length === group.total ? 'Undo all' : `Undo the ${untried.length} not sent`}
            {name}
          </Button>
        )}
        {refused.length > 1 && (
          <>
            <Button onClick={() => void retryGroup(group.id)}>
              Try the refused again
              {name}
            </Button>
            <Button variant="default" onClick={() => void discardGroup(group.id)}>
              Discard the refused
              {name}
            </Button>
          </>
        )}
      </div>
      <ul className={styles.members} aria-label={group.title}>
        {items.map((item) => (
          <OutboxRow key={item.id} item={item} />
        ))}
      </ul>
    </li>
  );
}
