import { useMemo } from 'react';
import { compareFields, differences, type Likeness } from '#shared/domain/verification/comparison';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { count } from '#renderer/ui/time-labels.ts';
import { Section } from './section.tsx';
import styles from './comparison.module.css';

type Stated = Pick<VerificationCase, 'claimed' | 'extracted'> & {
  readonly item: Pick<VerificationCase['item'], 'kind'>;
};

/** What the tutor states beside what was read, with every difference marked in words as well as in colour. */
export function Comparison({ found }: { found: Stated }) {
  const { claimed, extracted, item } = found;
  const lines = useMemo(() => compareFields(item.kind, claimed, extracted), [item.kind, claimed, extracted]);
  const open = differences(lines);
  const isUnread = lines.every(({ likeness }) => likeness === 'unread' || likeness === 'same');
  if (lines.length === 0) return null;
  return (
    <Section
      title="Stated and read"
      note={
        open > 0
          ? `${count(open, 'difference')}`
          : isUnread && extracted === null
            ? 'nothing was read'
            : undefined
      }
      tone={open > 0 ? 'warning' : 'calm'}
    >
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Field</span>
            </th>
            <th scope="col">Stated</th>
            <th scope="col">{item.kind === 'degree' ? 'On the degree' : 'Read'}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ id, label, claimed: left, extracted: right, likeness }) => (
            <tr key={id} data-likeness={likeness}>
              <th scope="row">{label}</th>
              <td>{left ?? '–'}</td>
              <td>
                {right ?? '–'}
                {marks[likeness] !== null && <span className={styles.mark}>{marks[likeness]}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

const marks: Readonly<Record<Likeness, string | null>> = {
  same: null,
  similar: 'similar',
  different: 'differs',
  absent: 'not read',
  unread: null,
  extra: null,
};
