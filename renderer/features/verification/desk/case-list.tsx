import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { QueueItem } from '#shared/rpc/verification-contract';
import { useLive } from '#renderer/state/live.ts';
import { Failure } from '#renderer/ui/failure.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { useNow } from '#renderer/ui/use-now.ts';
import { ageLabel, bandOf, holderOf, kindWords } from './labels.ts';
import { noteQueueOrder } from './queue-order.ts';
import styles from './case-list.module.css';

type Props = { selectedId: string | null; onOpen: (caseId: string) => void };

/** The open cases, by priority and age. */
export function CaseList({ selectedId, onOpen }: Props) {
  const answer = useLive('verification.queue', {
    filter: { status: 'open', search: '' },
    offset: 0,
    limit: 500,
  });
  const items = answer.data?.items;
  useEffect(() => {
    if (items !== undefined) noteQueueOrder(items.map(({ caseId }) => caseId));
  }, [items]);
  if (items === undefined) {
    return answer.error === undefined ? null : <Failure error={answer.error} retry={answer.retry} />;
  }
  if (items.length === 0) {
    return (
      <Notice icon="check" title="The queue is empty">
        <p>Nobody waits for a verdict. New uploads appear here by themselves.</p>
      </Notice>
    );
  }
  return <Rows items={items} selectedId={selectedId} onOpen={onOpen} />;
}

const rowHeight = 50;

function Rows({ items, selectedId, onOpen }: Props & { items: readonly QueueItem[] }) {
  'use no memo';
  const scroller = useRef<HTMLElement>(null);
  const now = useNow(30_000);
  // oxlint-disable-next-line react/incompatible-library -- 'use no memo' above is what it asks for
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  });
  const selected = items.findIndex(({ caseId }) => caseId === selectedId);
  useEffect(() => {
    if (selected >= 0) rows.scrollToIndex(selected, { align: 'auto' });
  }, [rows, selected]);
  return (
    <nav ref={scroller} className={styles.scroller} aria-label="Cases">
      <ol style={{ height: rows.getTotalSize() }} className={styles.rows}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <li key={item.caseId} style={{ transform: `translateY(${start}px)` }} className={styles.row}>
              <Row item={item} now={now} isSelected={index === selected} onOpen={onOpen} />
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function Row({
  item,
  now,
  isSelected,
  onOpen,
}: {
  item: QueueItem;
  now: number;
  isSelected: boolean;
  onOpen: (caseId: string) => void;
}) {
  const { band, words } = bandOf(item, now);
  const holder = holderOf(item, now);
  return (
    <button
      type="button"
      className={styles.case}
      aria-current={isSelected ? 'true' : undefined}
      onClick={() => onOpen(item.caseId)}
    >
      <span className={styles.name}>{item.tutorName}</span>
      <span className={styles.age} data-band={band}>
        {ageLabel(item.submittedAt, now)}
        <span className="visually-hidden">, {words}</span>
      </span>
      <span className={styles.kind}>
        {kindWords[item.kind]}
        {holder === null ? '' : ` · ${holder.name}`}
      </span>
    </button>
  );
}
