import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { PageSize } from './open-document.ts';
import type { ShelvedDocument } from './shelf.ts';
import { usePaneGestures, type ChangeView } from './use-pane-gestures.ts';
import { settle, type Box, type View } from './view.ts';
import styles from './viewer.module.css';

/** What the pane shows: the page's size and the room there is for it. */
export type Geometry = { readonly page: PageSize; readonly pane: Box };

type Props = {
  opened: ShelvedDocument;
  page: number;
  view: View;
  /** Names the pane, such as "Page 2 of 7, results.pdf". */
  label: string;
  changeView: ChangeView;
  turnPage: (by: 1 | -1) => void;
  onGeometry?: ((geometry: Geometry) => void) | undefined;
  /** The page is on the screen, sharp. */
  onDrawn?: ((page: number) => void) | undefined;
  onFailure: (error: unknown) => void;
};

/** While one zooms, the page at hand is stretched; it is drawn anew when the zoom has rested this long. */
const restMillis = 90;

/** One page, with everything that moves it. */
export function PagePane(props: Props) {
  const { opened, page, view, label, changeView, turnPage, onGeometry, onDrawn, onFailure } = props;
  const frame = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const pane = useSize(frame);
  const size = usePageSize(opened, page, onFailure);
  const latest = useRef({ onGeometry, onDrawn, onFailure });
  useLayoutEffect(() => {
    latest.current = { onGeometry, onDrawn, onFailure };
  });
  usePaneGestures(frame, changeView, turnPage);
  const shown = size === null || pane === null ? null : settle(view, size, pane);

  useLayoutEffect(() => {
    if (size !== null && pane !== null) latest.current.onGeometry?.({ page: size, pane });
  }, [size, pane]);

  const scale = shown === null ? null : shown.zoom * devicePixelRatio;
  const drawnPage = useRef<{ opened: ShelvedDocument; page: number } | null>(null);
  useLayoutEffect(() => {
    const host = sheet.current;
    if (scale === null || host === null) return undefined;
    const put = (canvas: HTMLCanvasElement) => {
      if (host.firstChild !== canvas) host.replaceChildren(canvas);
      drawnPage.current = { opened, page };
      latest.current.onDrawn?.(page);
    };
    const atHand = opened.drawn(page, scale);
    if (atHand !== null) {
      put(atHand.canvas);
      return undefined;
    }
    // Another page must never be seen under this one's number.
    const isSamePage = drawnPage.current?.page === page && drawnPage.current.opened === opened;
    if (!isSamePage) host.replaceChildren();
    const ending = new AbortController();
    const draw = () => {
      opened.draw(page, scale, ending.signal).then(
        ({ canvas }) => !ending.signal.aborted && put(canvas),
        (error: unknown) => !ending.signal.aborted && latest.current.onFailure(error),
      );
    };
    const timer = setTimeout(draw, isSamePage ? restMillis : 0);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [opened, page, scale]);

  return (
    <div
      ref={frame}
      className={styles.pane}
      role="group"
      tabIndex={0}
      aria-label={label}
      data-testid="page-pane"
    >
      <div
        ref={sheet}
        className={styles.sheet}
        data-inverted={view.isInverted}
        data-testid="page-sheet"
        style={shown === null || size === null || pane === null ? hidden : placed(shown, size, pane)}
      />
    </div>
  );
}

const hidden = { visibility: 'hidden' } as const;

function placed(view: View, size: PageSize, pane: Box) {
  const [width, height] = [Math.round(size.width * view.zoom), Math.round(size.height * view.zoom)];
  return {
    width,
    height,
    // Whole pixels: a page between two of them is blurred.
    left: Math.round((pane.width - width) / 2 + view.x),
    top: Math.round((pane.height - height) / 2 + view.y),
    transform: view.rotation === 0 ? undefined : `rotate(${view.rotation}deg)`,
  };
}

function useSize(element: React.RefObject<HTMLElement | null>): Box | null {
  const [size, setSize] = useState<Box | null>(null);
  useLayoutEffect(() => {
    const target = element.current;
    if (target === null) return undefined;
    const read = () => setSize({ width: target.clientWidth, height: target.clientHeight });
    read();
    const observer = new ResizeObserver(read);
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

function usePageSize(
  opened: ShelvedDocument,
  page: number,
  onFailure: (error: unknown) => void,
): PageSize | null {
  const [known, setKnown] = useState<{ opened: ShelvedDocument; page: number; size: PageSize } | null>(null);
  const fail = useRef(onFailure);
  useLayoutEffect(() => {
    fail.current = onFailure;
  });
  useEffect(() => {
    let isWanted = true;
    opened.pageSize(page).then(
      (size) => isWanted && setKnown({ opened, page, size }),
      (error: unknown) => isWanted && fail.current(error),
    );
    return () => {
      isWanted = false;
    };
  }, [opened, page]);
  const isCurrent = known !== null && known.opened === opened && known.page === page;
  return isCurrent ? known.size : opened.knownSize(page);
}
