import { Mark } from '../ui/icons.tsx';
import { useDelayed } from '../ui/use-delayed.ts';
import styles from './splash.module.css';

/** What is seen while the session is being restored; nothing at all for the first moments. */
export function Splash() {
  const isShown = useDelayed(true, 250);
  const isLong = useDelayed(true, 4_000);
  return (
    <main className={styles.splash} aria-busy="true">
      {isShown && (
        <>
          <Mark size={40} />
          <p className={styles.name}>iTutor Console</p>
          <p className={styles.hint}>{isLong ? 'Still opening your local data…' : 'Opening…'}</p>
        </>
      )}
    </main>
  );
}
