import { Fragment } from 'react';
import { keyCaps } from './keys.ts';
import { isMac } from './use-commands.ts';
import styles from './keys-hint.module.css';

/** A shortcut as key caps. Hidden from assistive technology: `aria-keyshortcuts` on the control says it there. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className={styles.keys} aria-hidden="true">
      {keyCaps(keys, isMac).map((cap, index) => (
        <Fragment key={`${cap}${index}`}>
          {cap === 'then' ? (
            <span className={styles.then}>then</span>
          ) : (
            <kbd className={styles.cap}>{cap}</kbd>
          )}
        </Fragment>
      ))}
    </span>
  );
}
