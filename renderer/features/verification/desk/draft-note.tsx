import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCore } from '#renderer/state/core-state.ts';
import { confirmDraft } from '#renderer/state/drafts.ts';
import { useLive } from '#renderer/state/live.ts';
import styles from './side.module.css';

/** A verdict on this case that was kept and not sent: where it stands. */
export function DraftNote({ caseId }: { caseId: string }) {
  const draft = useLive('drafts.list', {}).data?.items.find(
    ({ rowId, state }) => rowId === caseId && state !== 'confirmed',
  );
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  if (draft === undefined || draft.state === 'confirming') return null;
  const isReady = draft.state === 'ready';
  return (
    <div className={styles.draft} role="status">
      <p>
        <strong>Draft: {draft.lines[0]?.text ?? draft.title}.</strong>{' '}
        {draft.state === 'in-doubt'
          ? 'Whether the server has it is found out as soon as it can be asked.'
          : isReady
            ? 'Not sent yet.'
            : (draft.problem ?? 'The case changed since.')}
      </p>
      <p className={styles.draftActions}>
        {isReady && (
          <Button
            size="compact-xs"
            disabled={isOffline}
            onClick={() => void confirmDraft(draft.id, draft.title)}
          >
            Confirm
          </Button>
        )}
        <Link to="/outbox">See it in the outbox</Link>
      </p>
    </div>
  );
}
