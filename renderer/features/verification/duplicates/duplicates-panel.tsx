import { Button, Loader } from '@mantine/core';
import { useEffect } from 'react';
import type { CaseStatus } from '#shared/domain/verification/status';
import { useCore } from '#renderer/state/core-state.ts';
import { useLive } from '#renderer/state/live.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { agoLabel, count } from '#renderer/ui/time-labels.ts';
import { useDelayed } from '#renderer/ui/use-delayed.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { twinsOf, type Twin } from './matches.ts';
import styles from './duplicates-panel.module.css';

type Props = {
  caseId: string;
  /** Opens another case, to be looked at beside this one. */
  onOpen(caseId: string): void;
};

/**
 * Other documents, of whoever and whenever, that are the same as one of this case's. Asks again when somebody's console
 * has hashed a document, and when the connection is back.
 */
export function DuplicatesPanel({ caseId, onOpen }: Props) {
  const { data, error, isLoading, retry } = useLive('verification.duplicates', { caseId });
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  useEffect(() => {
    if (!isOffline) retry();
  }, [isOffline, retry]);
  const isSlow = useDelayed(isLoading, 300);
  const twins = twinsOf(data?.matches ?? []);
  const others = twins.filter((twin) => !twin.isSameTutor);
  return (
    <section className={styles.panel} aria-label="Duplicates" data-loud={others.length > 0}>
      {data === undefined ? (
        error === undefined ? (
          <p className={styles.quiet} role="status">
            {isSlow && <Loader size={12} aria-hidden="true" />}
            {isSlow && 'Looking for the same document elsewhere'}
          </p>
        ) : (
          <p className={styles.quiet} role="status">
            <Icon name="warning" /> Duplicates could not be looked for. {error.message}{' '}
            <Button size="compact-xs" variant="default" onClick={retry}>
              Try again
            </Button>
          </p>
        )
      ) : (
        <>
          <div role={others.length > 0 ? 'alert' : undefined}>
            <h3 className={styles.title}>
              <Icon name={others.length > 0 ? 'warning' : twins.length > 0 ? 'copy' : 'check'} />
              {headline(twins, others)}
            </h3>
          </div>
          {twins.length > 0 && (
            <ul className={styles.twins}>
              {twins.map((twin) => (
                <TwinRow key={twin.key} twin={twin} onOpen={onOpen} />
              ))}
            </ul>
          )}
          {data.isLocal && (
            <p className={styles.local}>
              <Icon name="offline" /> Looked for on this machine only. The server is asked when there is a
              connection.
            </p>
          )}
        </>
      )}
    </section>
  );
}

function headline(twins: readonly Twin[], others: readonly Twin[]): string {
  if (others.length > 0) {
    const names = new Set(others.map((twin) => twin.tutor ?? 'somebody'));
    return names.size === 1
      ? `${[...names][0]} handed this in too`
      : `${count(names.size, 'other tutor')} handed this in too`;
  }
  if (twins.length > 0) return `Handed in before by the same tutor, ${count(twins.length, 'time')}`;
  return 'No other document is the same';
}

function TwinRow({ twin, onOpen }: { twin: Twin; onOpen: Props['onOpen'] }) {
  const now = useNow(60_000);
  const { caseId } = twin;
  const who = twin.isSameTutor ? 'The same tutor' : (twin.tutor ?? 'Somebody whose account is gone');
  const what = `${twin.kind} seen ${agoLabel(twin.seenAt, now)}`;
  return (
    <li className={styles.twin} data-loud={!twin.isSameTutor}>
      <div>
        <p className={styles.who}>
          {who}: {twin.reasons.join(' and ')}
        </p>
        <p className={styles.what}>
          {what}, {caseId === null ? 'whose request was deleted' : statusText(twin.status)}
        </p>
      </div>
      {caseId !== null && twin.status !== null && (
        <Button size="compact-sm" variant="default" onClick={() => onOpen(caseId)}>
          Open
          <span className="visually-hidden">
            {' '}
            the {twin.kind} of {twin.isSameTutor ? 'the same tutor' : who}
          </span>
        </Button>
      )}
    </li>
  );
}

/** Null: it is with a second reviewer, or nothing that this user may see. */
function statusText(status: CaseStatus | null): string {
  return status === null ? 'its verdict hidden while it is judged a second time' : statusWords[status];
}

const statusWords: Readonly<Record<CaseStatus, string>> = {
  SUBMITTED: 'waits for review',
  PROCESSING: 'waits for review',
  READY_FOR_REVIEW: 'waits for review',
  APPROVED: 'approved',
  REJECTED: 'rejected',
  RESUBMIT: 'asked for again',
  REVOKED: 'revoked',
};
