import { spotlight } from '@mantine/spotlight';
import { Icon } from '../ui/icons.tsx';
import { Keys } from './commands/keys-hint.tsx';
import styles from './top-bar.module.css';

/** Looks like a search field and opens the palette. */
export function CommandField() {
  return (
    <button type="button" className={styles.field} onClick={() => spotlight.open()}>
      <Icon name="search" size={14} />
      <span className={styles.fieldText}>Search or run a command</span>
      <Keys keys="mod+K" />
    </button>
  );
}
