import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import type { QueueFilter } from '#shared/rpc/verification-contract';
import { useMe } from '#renderer/app/use-me.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { noteQueueOrder } from '../desk/queue-order.ts';
import { QueueRow, rowId } from './queue-row.tsx';
import { extended, toggled } from './selecting.ts';
import type { QueueRows } from './use-queue.ts';
import styles from './queue-list.module.css';

/** Pixels; every row has the same, so that 10,000 need no measuring. */
const rowHeight = 60;

type Props = {
  rows: QueueRows;
  filter: QueueFilter;
  /** The case on the desk. */
  shownId: string | null;
  onOpen: (caseId: string) => void;
  selected: readonly string[];
  onSelect: (ids: readonly string[]) => void;
  onRange: (first: number, last: number) => void;
};

/** The cases as a listbox: arrows move, Enter opens, Space and Shift select. Only what is in view is in the page. */
export function QueueList({ rows, filter, shownId, onOpen, selected, onSelect, onRange }: Props) {
  'use no memo';
  const userId = useMe()?.userId ?? null;
  const now = useNow(30_000);
  const total = rows.total ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const [cursorId, setCursorId] = useState<string | null>(null);
  const [cursor, setCursor] = useState(0);
  const anchor = useRef<{ index: number; before: readonly string[] } | null>(null);
  // oxlint-disable-next-line react/incompatible-library -- 'use no memo' above is what it asks for
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
  });
  const shown = virtual.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => onRange(first, last), [first, last, onRange]);
  const idAt = (index: number) => rows.at(index)?.caseId;

  // What J and K pass through on the desk, and what is fetched ahead for it.
  const order = rows.loaded.map((item) => item.caseId).join(' ');
  useEffect(() => noteQueueOrder(order === '' ? [] : order.split(' ')), [order]);
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    setCursor(0);
    setCursorId(null);
  }, [filter]);
  // The desk went on by itself, or a row above came or went: the cursor stays with its case.
  const [followed, setFollowed] = useState(shownId);
  if (followed !== shownId) {
    setFollowed(shownId);
    if (shownId !== null) setCursorId(shownId);
  }
  const keptIndex =
    cursorId === null ? undefined : shown.find(({ index }) => idAt(index) === cursorId)?.index;
  const at = Math.min(keptIndex ?? cursor, Math.max(total - 1, 0));
  // Shown once it is here; after that, scrolling away from it by hand is not undone.
  const place = shownId === null ? -1 : rows.loaded.findIndex((item) => item.caseId === shownId);
  const shownPlace = place < 0 ? null : rows.loadedFrom + place;
  const scrolledTo = useRef<string | null>(null);
  useEffect(() => {
    if (shownPlace === null || scrolledTo.current === shownId) return;
    scrolledTo.current = shownId;
    virtual.scrollToIndex(shownPlace, { align: 'auto' });
  }, [shownId, shownPlace, virtual]);

  function moveTo(index: number, isExtending: boolean): void {
    const next = Math.max(0, Math.min(index, total - 1));
    if (isExtending) {
      anchor.current ??= { index: at, before: selected };
      onSelect(extended(anchor.current.before, idAt, anchor.current.index, next));
    } else anchor.current = null;
    setCursor(next);
    setCursorId(idAt(next) ?? null);
    virtual.scrollToIndex(next, { align: 'auto' });
  }

  function onKeyDown(event: KeyboardEvent): void {
    const isMod = event.ctrlKey || event.metaKey;
    const inView = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
    const target: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + inView,
      PageUp: at - inView,
      Home: 0,
      End: total - 1,
    };
    const index = target[event.key];
    const current = idAt(at);
    if (index !== undefined && !isMod && !event.altKey) moveTo(index, event.shiftKey);
    else if (event.key === 'Enter' && !isMod && current !== undefined) onOpen(current);
    else if (event.key === ' ' && current !== undefined) {
      onSelect(toggled(selected, current));
      anchor.current = { index: at, before: toggled(selected, current) };
    } else if (event.key === 'Escape' && selected.length > 0) onSelect([]);
    else if (isMod && event.key.toLowerCase() === 'a') {
      const ids = inSight().flatMap((place) => idAt(place) ?? []);
      onSelect([...new Set([...selected, ...ids])]);
    } else return;
    event.preventDefault();
    // Keys of the list do nothing else besides.
    event.stopPropagation();
  }

  /** The places of the rows that can be seen whole. */
  function inSight(): number[] {
    const box = scroller.current;
    if (box === null) return [];
    const from = Math.ceil(box.scrollTop / rowHeight);
    const to = Math.min(total, Math.floor((box.scrollTop + box.clientHeight) / rowHeight));
    return Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
  }

  function onClick(event: MouseEvent): void {
    if (!(event.target instanceof Element)) return;
    const row = event.target.closest<HTMLElement>('[data-index]');
    const index = Number(row?.dataset['index'] ?? -1);
    const id = idAt(index);
    if (id === undefined) return;
    const isTick = event.target.closest('[data-part="tick"]') !== null;
    if (event.shiftKey) {
      anchor.current ??= { index: at, before: selected };
      onSelect(extended(anchor.current.before, idAt, anchor.current.index, index));
    } else if (isTick || event.ctrlKey || event.metaKey) {
      onSelect(toggled(selected, id));
      anchor.current = { index, before: toggled(selected, id) };
    } else {
      anchor.current = null;
      onOpen(id);
    }
    setCursor(index);
    setCursorId(id);
  }

  const active = idAt(at);
  const isInPage = shown.some(({ index }) => index === at);
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="listbox"
      aria-label="Cases"
      aria-multiselectable="true"
      aria-busy={rows.total === undefined}
      aria-activedescendant={active !== undefined && isInPage ? rowId(active) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div role="presentation" className={styles.space} style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const item = rows.at(index);
          if (item === undefined) {
            return (
              <div
                key={`place-${index}`}
                role="presentation"
                className={styles.waiting}
                style={{ transform: `translateY(${start}px)` }}
              />
            );
          }
          return (
            <QueueRow
              key={item.caseId}
              item={item}
              index={index}
              total={total}
              top={start}
              userId={userId}
              now={now}
              isShown={item.caseId === shownId}
              isCursor={index === at}
              isSelected={selected.includes(item.caseId)}
            />
          );
        })}
      </div>
    </div>
  );
}
