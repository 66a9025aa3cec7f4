import type { Me } from '#shared/domain/roles';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { useEffect, useState } from 'react';
import { useLive } from '#renderer/state/live.ts';
import { Failure } from '#renderer/ui/failure.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { Button } from '@mantine/core';
import { Ahead } from './ahead.tsx';
import { DeskCommands } from './desk-commands.tsx';
import { DocumentArea } from './document-area.tsx';
import { EmptyDesk } from './empty-desk.tsx';
import { neighbourOf, useQueueOrder } from './queue-order.ts';
import { Side } from './side.tsx';
import { beginCase } from './work-store.ts';
import styles from './desk.module.css';

type Props = {
  caseId: string | null;
  me: Me;
  onOpen: (caseId: string | null) => void;
};

/** The case that is open: its documents in the middle, what is decided by on the right. */
export function Desk({ caseId, me, onOpen }: Props) {
  const answer = useLive('verification.case', caseId === null ? null : { caseId });
  const { ids } = useQueueOrder();
  const next = useNextAfter(ids, caseId);
  return (
    <>
      {caseId === null ? (
        <EmptyDesk />
      ) : answer.data === undefined ? (
        answer.error === undefined ? (
          <div className={styles.desk} aria-busy="true" />
        ) : (
          <Failure error={answer.error} retry={answer.retry} />
        )
      ) : answer.data.found === null ? (
        <Notice
          icon="question"
          title="This case is not here"
          actions={<Button onClick={() => onOpen(null)}>Back to the queue</Button>}
        >
          <p>
            It was deleted, or it is none that you may see. A second opinion is given without seeing the
            first.
          </p>
        </Notice>
      ) : (
        <OpenCase key={caseId} found={answer.data.found} me={me} next={next} onOpen={onOpen} />
      )}
      <DeskCommands caseId={caseId} ids={ids} onOpen={onOpen} />
      <Ahead caseIds={aheadOf(ids, caseId, next)} />
    </>
  );
}

type OpenProps = {
  found: VerificationCase;
  me: Me;
  next: string | null;
  onOpen: (caseId: string | null) => void;
};

function OpenCase({ found, me, next, onOpen }: OpenProps) {
  const { caseId, attempt } = found.item;
  useEffect(() => beginCase(caseId, attempt), [caseId, attempt]);
  return (
    <div className={styles.desk} data-case={caseId}>
      <DocumentArea found={found} />
      <Side found={found} me={me} next={next} onOpen={onOpen} />
    </div>
  );
}

/** What follows a case in the list, also after it has left the list because it was decided. */
function useNextAfter(ids: readonly string[], caseId: string | null): string | null {
  const [last, setLast] = useState<{ caseId: string | null; next: string | null }>({
    caseId: null,
    next: null,
  });
  const isListed = caseId !== null && ids.includes(caseId);
  const next = isListed
    ? (neighbourOf(ids, caseId, 1) ?? neighbourOf(ids, caseId, -1))
    : last.caseId === caseId && last.next !== null && ids.includes(last.next)
      ? last.next
      : (ids.find((id) => id !== caseId) ?? null);
  if (isListed && (last.caseId !== caseId || last.next !== next)) setLast({ caseId, next });
  return next;
}

/** The cases that are wanted next, nearest first. */
function aheadOf(ids: readonly string[], caseId: string | null, next: string | null): readonly string[] {
  const from = next === null ? -1 : ids.indexOf(next);
  const before = neighbourOf(ids, caseId, -1);
  const after = from < 0 ? [] : ids.slice(from, from + 4);
  return [...new Set([...after, ...(before === null || caseId === null ? [] : [before])])].filter(
    (id) => id !== caseId,
  );
}
