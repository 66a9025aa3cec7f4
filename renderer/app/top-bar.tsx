import type { Me } from '#shared/domain/roles';
import { Mark } from '../ui/icons.tsx';
import { CommandField } from './command-field.tsx';
import { SyncPill } from './sync-pill.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { UserMenu } from './user-menu.tsx';
import styles from './top-bar.module.css';

export function TopBar({ me }: { me: Me }) {
  return (
    <section className={styles.bar} aria-label="Console">
      <div className={styles.brand}>
        <Mark />
        <span className={styles.name}>iTutor Console</span>
      </div>
      <CommandField />
      <div className={styles.end}>
        <SyncPill />
        <ThemeSwitch />
        <UserMenu me={me} />
      </div>
    </section>
  );
}
