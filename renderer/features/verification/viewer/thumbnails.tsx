import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { ShelvedDocument } from './shelf.ts';
import styles from './viewer.module.css';

const rowHeight = 124;
const pictureWidth = 76;

/** All pages, small. Only what is in sight is drawn. */
export function Thumbnails(props: { opened: ShelvedDocument; page: number; onPage: (page: number) => void }) {
  'use no memo';
  const { opened, page, onPage } = props;
  const scroller = useRef<HTMLElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- 'use no memo' above is what it asks for
  const rows = useVirtualizer({
    count: opened.pageCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 2,
  });
  useEffect(() => {
    rows.scrollToIndex(page - 1, { align: 'auto' });
  }, [rows, page]);

  const go = (event: KeyboardEvent, to: number) => {
    event.preventDefault();
    const next = Math.min(opened.pageCount, Math.max(1, to));
    onPage(next);
    rows.scrollToIndex(next - 1, { align: 'auto' });
    // The button may only come into being with the scrolling.
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-page="${next}"]`)?.focus();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') go(event, page + 1);
    if (event.key === 'ArrowUp') go(event, page - 1);
    if (event.key === 'Home') go(event, 1);
    if (event.key === 'End') go(event, opened.pageCount);
  };

  return (
    <nav ref={scroller} className={styles.strip} aria-label="Pages">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move between its buttons */}
      <ol style={{ height: rows.getTotalSize() }} className={styles.thumbnails} onKeyDown={onKeyDown}>
        {rows.getVirtualItems().map(({ index, start }) => (
          <li key={index} style={{ transform: `translateY(${start}px)` }} className={styles.thumbnailRow}>
            <button
              type="button"
              className={styles.thumbnail}
              data-page={index + 1}
              aria-current={page === index + 1 ? 'true' : undefined}
              aria-label={`${index + 1}, page`}
              tabIndex={page === index + 1 ? 0 : -1}
              onClick={() => onPage(index + 1)}
            >
              <Picture opened={opened} page={index + 1} />
              <span>{index + 1}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Picture({ opened, page }: { opened: ShelvedDocument; page: number }) {
  const host = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const ending = new AbortController();
    opened.thumbnail(page, pictureWidth, ending.signal).then(
      (canvas) => !ending.signal.aborted && host.current?.replaceChildren(canvas),
      // The page itself says what is wrong when it is looked at.
      () => undefined,
    );
    return () => ending.abort();
  }, [opened, page]);
  return <span ref={host} className={styles.picture} />;
}
