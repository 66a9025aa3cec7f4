import { useCore } from '../state/core-state.ts';
import { useDelayed } from '../ui/use-delayed.ts';
import { Icon } from '../ui/icons.tsx';
import styles from './link-banner.module.css';

/** Says that the window has lost the console's own process, which is not the same as being offline. */
export function LinkBanner() {
  const isLost = useCore((state) => state.link === 'lost');
  // A restart of the core takes well under a second; that is not worth a word.
  const isShown = useDelayed(isLost, 800);
  if (!isShown) return null;
  return (
    <div className={styles.banner} role="alert">
      <Icon name="warning" />
      <span>
        The console’s own process does not answer. It is tried again every few seconds; edits you have made
        are safe. If this stays, start the console again.
      </span>
    </div>
  );
}
