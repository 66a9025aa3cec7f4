import { Button, Popover, Progress } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { platformZone } from '#shared/domain/zone';
import { useCore } from '../state/core-state.ts';
import { Icon } from '../ui/icons.tsx';
import { agoLabel, clockLabel, count } from '../ui/time-labels.ts';
import { useNow } from '../ui/use-now.ts';
import { announce } from './announcer.tsx';
import { CommandButton } from './commands/command-button.tsx';
import { checkLabel, syncLabel } from './sync-label.ts';
import styles from './sync-pill.module.css';

/** The state of the local data, always in sight; its popover says what it means and what can be done. */
export function SyncPill() {
  const sync = useCore((state) => state.sync);
  const [isOpen, setIsOpen] = useState(false);
  const navigate = useNavigate();
  const label = syncLabel(sync);
  useAnnouncedTone(label.tone, label.text);

  const show = (to: '/outbox' | '/health') => {
    setIsOpen(false);
    void navigate({ to });
  };
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-end" width={340} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={styles.pill}
          data-tone={label.tone}
          aria-haspopup="dialog"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          <span className={label.icon === 'sync' ? styles.turning : styles.icon}>
            <Icon name={label.icon} size={14} />
          </span>
          <span className={styles.text}>{label.text}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={styles.card}>
        <p className={styles.title}>{label.text}</p>
        <p className={styles.meaning}>{label.meaning}</p>
        {label.progress !== null && (
          <Progress
            value={label.progress * 100}
            size="sm"
            aria-label="Rows received"
            className={styles.progress}
          />
        )}
        {sync?.notice != null && <p className={styles.meaning}>{sync.notice}</p>}
        {sync?.problem != null && label.meaning !== sync.problem && (
          <p className={styles.problem}>{sync.problem}</p>
        )}
        <dl className={styles.facts}>
          <LastSynced at={sync?.lastSyncedAt ?? null} />
          <dt>Data checked</dt>
          <dd>{sync?.lastCheck == null ? 'not yet' : checkLabel(sync.lastCheck, sync.serverOffset)}</dd>
          <dt>Waiting to be sent</dt>
          <dd>{sync === null || sync.waitingEdits === 0 ? 'nothing' : count(sync.waitingEdits, 'edit')}</dd>
          <dt>Needs attention</dt>
          <dd>
            {sync === null || sync.needsAttention === 0 ? 'nothing' : count(sync.needsAttention, 'edit')}
          </dd>
          {sync !== null && sync.drafts > 0 && (
            <>
              <dt>To be confirmed</dt>
              <dd>{count(sync.drafts, 'draft')}</dd>
            </>
          )}
        </dl>
        <div className={styles.buttons}>
          {sync?.state === 'pulling' ? (
            <CommandButton command="console.sync-cancel" variant="default" />
          ) : (
            <CommandButton command="console.sync" />
          )}
          <Button variant="default" onClick={() => show('/outbox')}>
            Outbox
          </Button>
          <Button variant="default" onClick={() => show('/health')}>
            Data health
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function LastSynced({ at }: { at: number | null }) {
  const now = useNow(30_000);
  return (
    <>
      <dt>Last synced</dt>
      <dd>{at === null ? 'never' : `${clockLabel(at, platformZone)}, ${agoLabel(at, now)}`}</dd>
    </>
  );
}

/** Says when the connection or an edit is in trouble and when it no longer is; not every number on the way. */
function useAnnouncedTone(tone: string, text: string): void {
  const before = useRef(tone);
  useEffect(() => {
    if (tone === 'busy') return;
    if (before.current !== tone) announce(text);
    before.current = tone;
  }, [tone, text]);
}
