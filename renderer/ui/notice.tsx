import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';
import styles from './notice.module.css';

type Props = {
  icon: IconName;
  title: string;
  children?: ReactNode;
  /** Buttons that lead on. */
  actions?: ReactNode;
  tone?: 'calm' | 'alert';
  /** Heading level, where the notice is the page's own heading. */
  isPage?: boolean;
};

/** An empty, failed or forbidden place: what it is, why, and what to do. */
export function Notice({ icon, title, children, actions, tone = 'calm', isPage = false }: Props) {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <div className={styles.notice} data-tone={tone} role={tone === 'alert' ? 'alert' : undefined}>
      <span className={styles.icon}>
        <Icon name={icon} size={22} />
      </span>
      <Heading className={styles.title}>{title}</Heading>
      {children !== undefined && <div className={styles.text}>{children}</div>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
