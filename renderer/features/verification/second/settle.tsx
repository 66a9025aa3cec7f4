import { Button, Radio, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useCore } from '#renderer/state/core-state.ts';
import { settle } from './actions.ts';
import styles from './second-screen.module.css';

type Props = {
  caseId: string;
  rowVersion: number;
  /** Only a rejection goes back into the queue. */
  canReopen: boolean;
  /** Why this user cannot settle it; null when he can. */
  barred: string | null;
};

/** The end of a dispute: the first verdict stands, or the case is decided anew. */
export function Settle({ caseId, rowVersion, canReopen, barred }: Props) {
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const [choice, setChoice] = useState<'UPHOLD' | 'REOPEN' | null>(null);
  const [reason, setReason] = useState('');
  const [isSending, setIsSending] = useState(false);
  if (barred !== null) {
    return (
      <footer className={styles.foot}>
        <p className={styles.detail}>{barred}</p>
      </footer>
    );
  }
  const send = async () => {
    if (choice === null) return;
    setIsSending(true);
    await settle(caseId, rowVersion, choice, reason);
    setIsSending(false);
  };
  return (
    <footer className={styles.foot}>
      <Radio.Group
        label="Settle it"
        value={choice ?? ''}
        onChange={(value) => setChoice(value === 'UPHOLD' ? 'UPHOLD' : 'REOPEN')}
      >
        <div className={styles.choices}>
          <Radio value="UPHOLD" label="The first verdict stands" />
          <Radio value="REOPEN" disabled={!canReopen} label="Reopen: back into the queue, first in line" />
        </div>
      </Radio.Group>
      {!canReopen && (
        <p className={styles.detail}>An approval that does not hold is revoked instead: open the case.</p>
      )}
      <Textarea
        label="Why, for staff only"
        autosize
        minRows={2}
        maxRows={5}
        maxLength={4000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button
        loading={isSending}
        disabled={choice === null || reason.trim() === '' || isOffline}
        onClick={() => void send()}
      >
        {isOffline ? 'Needs a connection' : 'Settle'}
      </Button>
    </footer>
  );
}
