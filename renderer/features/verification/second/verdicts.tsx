import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { SecondReview } from '#shared/rpc/verification-contract';
import { useLive } from '#renderer/state/live.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { agoLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { DocumentArea } from '../desk/document-area.tsx';
import { kindWords, statusWords } from '../desk/labels.ts';
import { Settle } from './settle.tsx';
import { barredFrom, standingOf, verdictWords, type Standing, type Verdict } from './standing.ts';
import styles from './second-screen.module.css';

type Props = { review: SecondReview; userId: string; isAdmin: boolean };

/** Both verdicts beside each other, with the documents; and for an admin who gave neither, the end of a dispute. */
export function Verdicts({ review, userId, isAdmin }: Props) {
  const now = useNow(30_000);
  const navigate = useNavigate();
  const found = useLive('verification.case', { caseId: review.caseId }).data?.found ?? null;
  const { done, firstOutcome, secondOutcome } = review;
  if (done === null || firstOutcome === null || secondOutcome === null) return null;
  const standing = standingOf(review);
  const first = found?.decisions.find((decision) => decision.outcome === firstOutcome);
  const nameOf = (id: string | null, name: string | null) =>
    id === userId ? 'You' : (name ?? 'Somebody who left');
  return (
    <div className={styles.case}>
      {found === null ? <div /> : <DocumentArea found={found} />}
      <aside className={styles.side} aria-label="Both verdicts">
        <header className={styles.head}>
          <h2 className={styles.tutor}>{review.tutorName}</h2>
          <p className={styles.detail}>
            {kindWords[review.kind]}, judged again {agoLabel(done.at, now)}
            {done.status !== null && `; now ${statusWords[done.status].toLowerCase()}`}
          </p>
        </header>
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="What came of it">
          <p className={styles.standing} data-standing={standing}>
            <Icon name={standing === 'agreed' ? 'check' : 'warning'} />
            {sentences[standing]}
          </p>
          <div className={styles.pair}>
            <Given
              title="First"
              who={nameOf(done.firstReviewerId, done.firstReviewer)}
              outcome={firstOutcome}
              words={[first?.publicText, first?.overrideReason]}
            />
            <Given
              title="Second, blind"
              who={nameOf(done.secondReviewerId, done.secondReviewer)}
              outcome={secondOutcome}
              words={[done.note]}
            />
          </div>
          <div className={styles.part}>
            <Button
              variant="default"
              onClick={() => void navigate({ to: '/verification', search: { case: review.caseId } })}
            >
              Open the case
            </Button>
          </div>
        </div>
        {standing === 'disputed' && done.rowVersion !== null && (
          <Settle
            caseId={review.caseId}
            rowVersion={done.rowVersion}
            canReopen={done.status === 'REJECTED'}
            barred={barredFrom(review, userId, isAdmin)}
          />
        )}
      </aside>
    </div>
  );
}

const sentences: Readonly<Record<Standing, string>> = {
  agreed: 'The two verdicts agree.',
  disputed: 'The two verdicts differ. An admin who gave neither settles it.',
  settled: 'The two verdicts differed; it has been settled since.',
};

type GivenProps = {
  title: string;
  who: string;
  outcome: Verdict;
  words: readonly (string | null | undefined)[];
};

function Given({ title, who, outcome, words }: GivenProps) {
  return (
    <section className={styles.verdict} aria-label={title} data-outcome={outcome}>
      <h3 className={styles.detail}>{title}</h3>
      <p className={styles.outcome}>{verdictWords[outcome]}</p>
      <p>{who}</p>
      {words.map(
        (text) =>
          (text ?? '') !== '' && (
            <p key={text} className={styles.words}>
              {text}
            </p>
          ),
      )}
    </section>
  );
}
