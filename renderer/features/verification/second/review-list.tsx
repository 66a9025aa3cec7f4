import type { ReactNode } from 'react';
import type { SecondReview } from '#shared/rpc/verification-contract';
import { agoLabel, count } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { standingOf, standingWords } from './standing.ts';
import styles from './second-screen.module.css';

type Props = {
  reviews: readonly SecondReview[];
  /** How many are free to be taken. */
  waiting: number;
  chosenId: string | null;
  onChoose: (reviewId: string) => void;
};

/** One's own first, then what an admin has to settle, then what came of the others. */
export function ReviewList({ reviews, waiting, chosenId, onChoose }: Props) {
  const now = useNow(30_000);
  const done = reviews.filter((review) => review.status === 'DONE');
  const item = (review: SecondReview, detail: string) => (
    <li key={review.id}>
      <button
        type="button"
        className={styles.item}
        aria-current={review.id === chosenId ? 'true' : undefined}
        onClick={() => onChoose(review.id)}
      >
        <span className={styles.name}>{review.tutorName}</span>
        <span className={styles.detail}>{detail}</span>
      </button>
    </li>
  );
  const outcome = (review: SecondReview) =>
    item(
      review,
      `${standingWords[standingOf(review)]} · ${review.kind} · ${agoLabel(review.done?.at ?? now, now)}`,
    );
  return (
    <div className={styles.list} role="region" aria-label="Second reviews" tabIndex={0}>
      <p className={styles.free}>
        {waiting === 0
          ? 'None waits to be taken'
          : `${count(waiting, 'case waits', 'cases wait')} to be judged again`}
      </p>
      <Group
        title="Yours"
        items={reviews
          .filter((review) => review.isMine)
          .map((review) => item(review, `${review.kind}, to be judged`))}
      />
      <Group title="Disputed" items={done.filter((one) => standingOf(one) === 'disputed').map(outcome)} />
      <Group title="Done" items={done.filter((one) => standingOf(one) !== 'disputed').map(outcome)} />
    </div>
  );
}

function Group({ title, items }: { title: string; items: readonly ReactNode[] }) {
  if (items.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className={styles.group}>
        {title} <span className={styles.detail}>{items.length}</span>
      </h2>
      <ul>{items}</ul>
    </section>
  );
}
