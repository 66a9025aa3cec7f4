import type { ReactNode } from 'react';
import styles from './side.module.css';

type Props = { title: string; note?: string | undefined; tone?: 'calm' | 'warning'; children: ReactNode };

/** A part of the decision's side, with a heading and at its right how it stands. */
export function Section({ title, note, tone = 'calm', children }: Props) {
  return (
    <section className={styles.section} aria-label={title}>
      <h3 className={styles.heading}>
        <span>{title}</span>
        {note !== undefined && (
          <span className={styles.note} data-tone={tone}>
            {note}
          </span>
        )}
      </h3>
      {children}
    </section>
  );
}
