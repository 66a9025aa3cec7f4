import type { ReactNode } from 'react';
import { Mark } from './icons.tsx';
import styles from './entry-page.module.css';

/** The page before anybody is signed in: one card on a calm ground. */
export function EntryPage({
  title,
  lead,
  children,
}: {
  title: string;
  lead: ReactNode;
  children: ReactNode;
}) {
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Mark size={28} />
          <span>iTutor Console</span>
        </div>
        <h1 className={styles.title}>{title}</h1>
        <div className={styles.lead}>{lead}</div>
        {children}
      </div>
    </main>
  );
}
