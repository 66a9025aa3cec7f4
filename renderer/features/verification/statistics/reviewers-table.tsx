import type { ReviewerFigures } from './figures.ts';
import type { Range } from './range.ts';
import styles from './statistics-screen.module.css';
import { agreementText, partText, secondsText, shareText } from './words.ts';

type Props = {
  reviewers: readonly ReviewerFigures[];
  userId: string;
  isAdmin: boolean;
  range: Range;
};

/** How reviewers decide: how much, how fast, what did not stand, and how far they agree with each other. */
export function ReviewersTable({ reviewers, userId, isAdmin, range }: Props) {
  return (
    <section className={styles.card} aria-label="Reviewers">
      <h2 className={styles.heading}>{isAdmin ? 'Reviewers' : 'Your decisions'}</h2>
      {reviewers.length === 0 ? (
        <p className={styles.empty}>
          {isAdmin ? 'Nobody' : 'You have not'} {isAdmin ? 'has decided' : 'decided'} anything in the last{' '}
          {range} days.
        </p>
      ) : (
        <div className={styles.tableBox} tabIndex={0} role="region" aria-label="Reviewers, table">
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Reviewer</th>
                <th scope="col">Decisions</th>
                <th scope="col">Approved</th>
                <th scope="col">Against the system</th>
                <th scope="col">Overturned</th>
                <th scope="col">Reversed</th>
                <th scope="col">Median time</th>
                <th scope="col">90% within</th>
                <th scope="col">Second reviews</th>
                <th scope="col">Agreement beyond chance</th>
              </tr>
            </thead>
            <tbody>
              {reviewers.map((one) => (
                <Row key={one.reviewerId} one={one} isSelf={one.reviewerId === userId} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className={styles.note}>
        Times run from claim to decision. Overturned: revoked or reopened by somebody else. Reversed: taken
        back in time by the reviewer. Agreement is Cohen’s kappa over verdicts that two people gave without
        knowing of each other: 1 is full agreement, 0 is chance; under 20 pairs it says little.
        {!isAdmin && ' You see your own figures; admins see everybody’s.'}
      </p>
    </section>
  );
}

function Row({ one, isSelf }: { one: ReviewerFigures; isSelf: boolean }) {
  const { aa, ar, ra, rr } = one.agreement;
  const agreement = agreementText(one.agreement, one.kappa);
  return (
    <tr>
      <th scope="row">
        {one.reviewer ?? 'Somebody who left'}
        {isSelf && <span className={styles.aside}> (you)</span>}
      </th>
      <td>{one.decisions}</td>
      <td>
        {shareText(one.approved, one.approved + one.rejected)}
        <span className={styles.under}>
          {one.approved} of {one.approved + one.rejected}
        </span>
      </td>
      <td>{partText(one.againstSystem, one.decisions)}</td>
      <td>{partText(one.overturned, one.decisions)}</td>
      <td>{one.reversed}</td>
      <td>{secondsText(one.medianSeconds)}</td>
      <td>{secondsText(one.p90Seconds)}</td>
      <td>
        {aa + rr} agree
        <span className={styles.under}>{ar + ra} differ</span>
      </td>
      <td>
        {agreement.figure}
        <span className={styles.under}>{agreement.words}</span>
      </td>
    </tr>
  );
}
