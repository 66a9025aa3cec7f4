import { SegmentedControl } from '@mantine/core';
import { checklistOf, checkResult, type CheckResult } from '#shared/domain/verification/checklist';
import type { VerificationKind } from '#shared/domain/verification/status';
import { tick } from '../desk/evidence.ts';
import { Section } from '../desk/section.tsx';
import styles from './second-screen.module.css';

type Props = {
  caseId: string;
  kind: VerificationKind;
  ticks: Readonly<Record<string, CheckResult>>;
};

const choices = [
  { value: 'pass', label: 'Yes' },
  { value: 'fail', label: 'No' },
  { value: 'na', label: 'n/a' },
];

/** The same checklist as the first time, answered anew. */
export function AskedAgain({ caseId, kind, ticks }: Props) {
  const items = checklistOf(kind);
  const answered = items.filter(({ id }) => ticks[id] !== undefined).length;
  return (
    <Section
      title="Checklist"
      note={`${answered} of ${items.length}`}
      tone={answered < items.length ? 'warning' : 'calm'}
    >
      <ul className={styles.checks}>
        {items.map(({ id, label, hint }) => (
          <li key={id} className={styles.check}>
            <div>
              <p>{label}</p>
              <p className={styles.detail}>{hint}</p>
            </div>
            <SegmentedControl
              aria-label={label}
              data={choices}
              value={ticks[id] ?? ''}
              onChange={(value) => tick(caseId, id, checkResult.parse(value))}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}
