import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { needsAttention } from '#renderer/app/refusal-watcher.tsx';
import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import { useCore } from '#renderer/state/core-state.ts';
import { useLive } from '#renderer/state/live.ts';
import { Failure } from '#renderer/ui/failure.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { count } from '#renderer/ui/time-labels.ts';
import type { AppContract } from '#shared/rpc/contract';
import type { OutputOf } from '#shared/rpc/define';
import { DraftRow } from './draft-row.tsx';
import { GroupRow } from './group-row.tsx';
import { OutboxRow } from './outbox-row.tsx';
import styles from './outbox-screen.module.css';

/** Every edit and decision that the server does not have yet: what it is, where it stands, and what can be done. */
export function OutboxScreen() {
  const answer = useLive('outbox.list', {});
  const drafts = useLive('drafts.list', {}).data?.items ?? [];
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const navigate = useNavigate();
  const items = answer.data?.items ?? [];
  const entries = entriesOf(answer.data ?? { items: [], groups: [] });

  if (answer.data === undefined) {
    return answer.error === undefined ? null : <Failure error={answer.error} retry={answer.retry} />;
  }
  const refused = entries.filter(isRefused);
  const waiting = entries.filter((entry) => !isRefused(entry));
  return (
    <div className={styles.screen}>
      <header className={styles.bar}>
        <h1>Outbox</h1>
        <p className={styles.sum}>
          {sumOf(items.length, drafts.length)}
          {isOffline && items.length > 0 && ', sent when the connection is back'}
        </p>
        <CommandButton command="console.sync" variant="default" />
      </header>
      {items.length + drafts.length === 0 ? (
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
              {refused.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </Group>
          )}
          {drafts.length > 0 && (
            <Group
              title="Drafts"
              hint="Decisions that never leave by themselves. Each is compared with what the server has now, and sent when you confirm it."
            >
              {drafts.map((draft) => (
                <DraftRow key={draft.id} draft={draft} />
              ))}
            </Group>
          )}
          {waiting.length > 0 && (
            <Group title="On the way">
              {waiting.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </Group>
          )}
        </div>
      )}
    </div>
  );
}

type List = OutputOf<AppContract['outbox.list']>;
/** What the list shows as one thing: an edit, or edits that were made together. */
type Entry = {
  readonly id: string;
  readonly group: List['groups'][number] | null;
  readonly items: List['items'];
};

function entriesOf({ items, groups }: List): readonly Entry[] {
  const single = items
    .filter((item) => !groups.some((group) => group.id === item.groupId))
    .map((item) => ({ id: item.id, group: null, items: [item] }));
  const together = groups.map((group) => ({
    id: group.id,
    group,
    items: items.filter((item) => item.groupId === group.id),
  }));
  return [...together, ...single];
}

function isRefused({ items }: Entry): boolean {
  return items.some((item) => needsAttention(item.state));
}

function Entry({ entry: { group, items } }: { entry: Entry }) {
  if (group !== null) return <GroupRow group={group} items={items} />;
  const [item] = items;
  return item === undefined ? null : <OutboxRow item={item} />;
}

function sumOf(edits: number, drafts: number): string {
  if (edits + drafts === 0) return 'Nothing waits';
  return [
    ...(edits === 0 ? [] : [count(edits, 'edit')]),
    ...(drafts === 0 ? [] : [count(drafts, 'draft')]),
  ].join(', ');
}

function Group({ title, hint, children }: { title: string; hint?: string; children: React.ReactNode }) {
  return (
    <section className={styles.group} aria-label={title}>
      <h2 className={styles.heading}>{title}</h2>
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      <ul className={styles.rows}>{children}</ul>
    </section>
  );
}
