import { Loader } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type { AppError } from '#shared/rpc/errors';
import { announce } from '#renderer/app/announcer.tsx';
import { Failure } from '#renderer/ui/failure.tsx';
import { useDelayed } from '#renderer/ui/use-delayed.ts';
import { ComparePane, type EarlierAttempt } from './compare-pane.tsx';
import type { DocumentNotice, ViewerDocument } from './open-document.ts';
import { PagePane, type Geometry } from './page-pane.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import type { ShelvedDocument } from './shelf.ts';
import { Thumbnails } from './thumbnails.tsx';
import { useOpened } from './use-opened.ts';
import { useViewerCommands } from './viewer-commands.ts';
import { ViewerToolbar } from './viewer-toolbar.tsx';
import { firstView, settle, type View } from './view.ts';
import styles from './viewer.module.css';

/** Where the document to show is: on its way, not to be had, or here. */
export type ViewerContent =
  | { readonly state: 'loading'; readonly name: string }
  | { readonly state: 'failed'; readonly name: string; readonly error: AppError }
  | { readonly state: 'ready'; readonly document: ViewerDocument };

export type ViewerProps = {
  content: ViewerContent;
  /** Earlier uploads of the same person, newest first; comparing is offered when there is one. */
  earlier?: readonly EarlierAttempt[];
  /** Hands the document to another program. Called for documents that are not shown as well. */
  onOpenExternally: () => void;
  /** Fetches again what could not be fetched. */
  onRetry: () => void;
  /** A page has been on the screen, sharp. Evidence of looking; called again for a page that is shown again. */
  onPageSeen?: (page: number, pageCount: number) => void;
};

const noAttempts: readonly EarlierAttempt[] = [];

/**
 * Shows one document. Its keys (+ - 0 F R I [ ] C) are registered while it is mounted; give it a pane of its own, because
 * it fills its container. To have the next case at once, call `shelf.prepare` with what was fetched ahead.
 */
export function Viewer({ content, ...rest }: ViewerProps) {
  if (content.state === 'ready') {
    return <ReadyViewer key={content.document.id} document={content.document} {...rest} />;
  }
  return (
    <section className={styles.viewer} aria-label={`Document ${content.name}`}>
      {content.state === 'failed' ? (
        <Failure error={content.error} retry={rest.onRetry} />
      ) : (
        <Waiting text={`Fetching ${content.name}`} />
      )}
    </section>
  );
}

type ReadyProps = Omit<ViewerProps, 'content'> & { document: ViewerDocument };

function ReadyViewer({ document, earlier = noAttempts, onOpenExternally, onPageSeen }: ReadyProps) {
  const result = useOpened(document);
  const [page, setPage] = useState(1);
  const [view, setView] = useState<View>(firstView);
  const [geometry, setGeometry] = useState<Geometry | null>(null);
  const [isComparing, setIsComparing] = useState(false);
  const [drawnPage, setDrawnPage] = useState<number | null>(null);
  const opened = result.state === 'open' ? result.opened : null;
  const pageCount = opened?.pageCount ?? 1;
  const shown = geometry === null ? view : settle(view, geometry.page, geometry.pane);

  const changeView = useCallback(
    (change: (view: View) => View) =>
      setView((before) => {
        if (geometry === null) return change(before);
        // From what is really shown: a fit has become a zoom, and a page at its edge goes no further.
        return settle(change(settle(before, geometry.page, geometry.pane)), geometry.page, geometry.pane);
      }),
    [geometry],
  );
  const goTo = useCallback(
    (to: number) => {
      const next = Math.min(pageCount, Math.max(1, to));
      setPage(next);
      announce(`Page ${next} of ${pageCount}`);
    },
    [pageCount],
  );
  const turnPage = useCallback((by: 1 | -1) => goTo(page + by), [goTo, page]);

  const canCompare = opened !== null && earlier.length > 0;
  useViewerCommands({
    view: shown,
    changeView,
    page,
    pageCount,
    turnPage,
    canCompare,
    isComparing: isComparing && canCompare,
    compare: () => setIsComparing((before) => !before),
    openExternally: onOpenExternally,
    isOpen: opened !== null,
  });

  if (result.state === 'failed') {
    return (
      <section className={styles.viewer} aria-label={`Document ${document.name}`}>
        <ProblemNotice problem={result.problem} onRetry={result.again} onOpenExternally={onOpenExternally} />
      </section>
    );
  }
  return (
    <section className={styles.viewer} aria-label={`Document ${document.name}`}>
      <ViewerToolbar
        page={page}
        pageCount={pageCount}
        zoom={geometry === null ? null : shown.zoom}
        isInverted={view.isInverted}
        isComparing={isComparing && canCompare}
      />
      {opened === null ? (
        <Waiting text={`Opening ${document.name}`} />
      ) : (
        <>
          <Notices opened={opened} page={page} />
          <div className={styles.body}>
            {pageCount > 1 && <Thumbnails opened={opened} page={page} onPage={goTo} />}
            <PagePane
              opened={opened}
              page={page}
              view={view}
              label={`Page ${page} of ${pageCount}, ${document.name}`}
              changeView={changeView}
              turnPage={turnPage}
              onGeometry={setGeometry}
              onDrawn={(drawn) => {
                setDrawnPage(drawn);
                onPageSeen?.(drawn, pageCount);
              }}
              onFailure={result.fail}
            />
            {isComparing && canCompare && (
              <ComparePane
                earlier={earlier}
                page={page}
                view={shown.fit === null ? shown : { ...shown, fit: null }}
                changeView={changeView}
                turnPage={turnPage}
              />
            )}
          </div>
          {/* After the picture, which most people wait for. */}
          {drawnPage === page && <PageText opened={opened} page={page} />}
        </>
      )}
    </section>
  );
}

/** What the page does not show. Looked at after each page, because drawing is what finds it out. */
function Notices({ opened, page }: { opened: ShelvedDocument; page: number }) {
  const [found, setFound] = useState<readonly DocumentNotice[]>([]);
  useEffect(() => {
    const read = () => setFound((before) => same(before, [...opened.notices()]));
    read();
    return opened.onNotice(read);
  }, [opened, page]);
  if (found.length === 0) return null;
  return (
    <ul className={styles.notices} role="status">
      {found.map((notice) => (
        <li key={notice}>{noticeWords[notice]}</li>
      ))}
    </ul>
  );
}

function same(before: readonly DocumentNotice[], now: readonly DocumentNotice[]): readonly DocumentNotice[] {
  return before.length === now.length ? before : now;
}

const noticeWords: Readonly<Record<DocumentNotice, string>> = {
  'picture-reduced': 'This picture is very large and is shown with fewer pixels than it has.',
  'image-left-out': 'A picture on this document is too large and was left out. Open it externally to see it.',
  'image-damaged': 'A picture on this document could not be read. What you see may not be all there is.',
};

/** The page's words for who cannot see it. */
function PageText({ opened, page }: { opened: ShelvedDocument; page: number }) {
  const [words, setWords] = useState<{ page: number; text: string } | null>(null);
  useEffect(() => {
    let isWanted = true;
    opened.text(page).then(
      (text) => isWanted && setWords({ page, text }),
      () => isWanted && setWords({ page, text: '' }),
    );
    return () => {
      isWanted = false;
    };
  }, [opened, page]);
  const text = words?.page === page ? words.text : null;
  return (
    <section className="visually-hidden" aria-label={`Text of page ${page}`} data-testid="page-text">
      {text === null
        ? ''
        : text === ''
          ? 'This page is a picture; it has no text that can be read out.'
          : text}
    </section>
  );
}

/** Shown only when it takes long enough to be noticed. */
function Waiting({ text }: { text: string }) {
  const isLong = useDelayed(true, 150);
  return (
    <div className={styles.waiting} role="status">
      {isLong && (
        <>
          <Loader size="sm" aria-hidden="true" />
          <span>{text}</span>
        </>
      )}
    </div>
  );
}
