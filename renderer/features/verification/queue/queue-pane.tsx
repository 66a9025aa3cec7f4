import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import { useCore } from '#renderer/state/core-state.ts';
import { Failure } from '#renderer/ui/failure.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { count } from '#renderer/ui/time-labels.ts';
import { BulkBar } from '../bulk/bulk-bar.tsx';
import { BulkReports } from '../bulk/bulk-report.tsx';
import { FilterBar } from './filter-bar.tsx';
import { QueueList } from './queue-list.tsx';
import { everything, setQueueFilter, useQueueFilter } from './queue-store.ts';
import { conditionsOf } from './queue-words.ts';
import { useQueueCounts, useQueueRows } from './use-queue.ts';
import styles from './queue-pane.module.css';

type Props = {
  /** The case that the desk shows. */
  selectedId: string | null;
  onOpen: (caseId: string) => void;
};

/** The queue beside the desk: what waits, narrowed, and what is selected to be decided together. */
export function QueuePane({ selectedId, onOpen }: Props) {
  const { filter } = useQueueFilter();
  const counts = useQueueCounts();
  const [range, setRange] = useState({ first: 0, last: 0 });
  const rows = useQueueRows(filter, range.first, range.last);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const onRange = useCallback((first: number, last: number) => setRange({ first, last }), []);
  return (
    <section className={styles.pane} aria-label="Queue">
      <FilterBar counts={counts} />
      <p className={styles.sum} aria-live="polite">
        {rows.total === undefined ? 'Reading the queue…' : count(rows.total, 'case')}
      </p>
      {rows.error !== undefined ? (
        <Failure error={rows.error} retry={rows.retry} />
      ) : rows.total === 0 ? (
        <Empty />
      ) : (
        <QueueList
          rows={rows}
          filter={filter}
          shownId={selectedId}
          onOpen={onOpen}
          selected={chosen}
          onSelect={setChosen}
          onRange={onRange}
        />
      )}
      <BulkReports />
      {chosen.length > 0 && <BulkBar chosen={chosen} onSelect={setChosen} />}
    </section>
  );
}

function Empty() {
  const { filter } = useQueueFilter();
  const isFirstPull = useCore(({ sync }) => sync === null || sync.isFirstPull);
  if (isFirstPull) {
    return (
      <Notice icon="sync" title="Bringing the queue to this machine">
        <p>Cases appear here as soon as they have arrived.</p>
      </Notice>
    );
  }
  if (conditionsOf(filter).length === 0) {
    return (
      <Notice icon="check" title="Nothing waits">
        <p>Every case has its verdict. New ones appear here by themselves.</p>
      </Notice>
    );
  }
  return (
    <Notice
      icon="search"
      title="No case fits"
      actions={<Button onClick={() => setQueueFilter(everything)}>Show all that wait</Button>}
    >
      <p>No case fits what the queue is narrowed to.</p>
    </Notice>
  );
}
