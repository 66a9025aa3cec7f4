import { Loader, Select } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Notice } from '#renderer/ui/notice.tsx';
import type { ViewerDocument } from './open-document.ts';
import { PagePane } from './page-pane.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import type { ChangeView } from './use-pane-gestures.ts';
import { useOpened } from './use-opened.ts';
import type { View } from './view.ts';
import styles from './viewer.module.css';

/** An earlier upload of the same person, fetched only when it is looked at. */
export type EarlierAttempt = {
  readonly id: string;
  /** When and how it ended, such as "12 May 2026 · rejected". */
  readonly label: string;
  readonly load: (signal: AbortSignal) => Promise<ViewerDocument>;
};

type Shared = {
  page: number;
  view: View;
  changeView: ChangeView;
  turnPage: (by: 1 | -1) => void;
};

/** An earlier attempt beside the one in view: same zoom, same place, same turn. */
export function ComparePane({ earlier, ...shared }: Shared & { earlier: readonly EarlierAttempt[] }) {
  const [chosenId, setChosenId] = useState(earlier[0]?.id ?? '');
  const chosen = earlier.find((attempt) => attempt.id === chosenId) ?? earlier[0];
  if (chosen === undefined) return null;
  return (
    <section className={styles.compare} aria-label="Earlier attempt">
      <Select
        aria-label="Earlier attempt"
        data={earlier.map(({ id, label }) => ({ value: id, label }))}
        value={chosen.id}
        onChange={(value) => setChosenId(value ?? '')}
      />
      <Loaded key={chosen.id} attempt={chosen} {...shared} />
    </section>
  );
}

function Loaded({ attempt, ...shared }: Shared & { attempt: EarlierAttempt }) {
  const [loaded, setLoaded] = useState<ViewerDocument | Error | null>(null);
  const { load } = attempt;
  useEffect(() => {
    const ending = new AbortController();
    load(ending.signal).then(
      (document) => !ending.signal.aborted && setLoaded(document),
      (error: unknown) =>
        !ending.signal.aborted && setLoaded(error instanceof Error ? error : new Error(String(error))),
    );
    return () => ending.abort();
  }, [load]);
  if (loaded === null) return <Waiting />;
  if (!(loaded instanceof Error)) return <Shown document={loaded} label={attempt.label} {...shared} />;
  return (
    <Notice icon="warning" title="The earlier attempt is not here" tone="alert">
      <p>{loaded.message}</p>
    </Notice>
  );
}

function Shown({ document, label, page, ...shared }: Shared & { document: ViewerDocument; label: string }) {
  const result = useOpened(document);
  if (result.state === 'failed') return <ProblemNotice problem={result.problem} onRetry={result.again} />;
  if (result.state === 'opening') return <Waiting />;
  const shownPage = Math.min(page, result.opened.pageCount);
  return (
    <PagePane
      opened={result.opened}
      page={shownPage}
      label={`Page ${shownPage} of ${result.opened.pageCount}, earlier attempt, ${label}`}
      onFailure={result.fail}
      {...shared}
    />
  );
}

function Waiting() {
  return (
    <div className={styles.waiting}>
      <Loader size="sm" aria-label="Loading the earlier attempt" />
    </div>
  );
}
