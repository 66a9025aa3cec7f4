import type { Database } from 'better-sqlite3';
import { takeWriterLock } from '../cache/lock.ts';
import type { Clock } from '../cache/types.ts';

const everyMillis = 1000;

/**
 * Calls `changed` when another instance has written to the file that this one may only read. SQLite tells by
 * `data_version`; it does not say which tables. Returns the disposer.
 */
export function watchOtherWriter(db: Database, clock: Clock, changed: () => void): () => void {
  const version = () => db.pragma('data_version', { simple: true });
  let known = version();
  let cancel = () => {};
  const look = () => {
    if (!db.open) return;
    const now = version();
    if (now !== known) changed();
    known = now;
    cancel = clock.after(everyMillis, look);
  };
  cancel = clock.after(everyMillis, look);
  return () => cancel();
}

/** Calls `left` once when the instance that could write `path` is gone, however it ended. Returns the disposer. */
export function watchWriterLock(path: string, clock: Clock, left: () => void): () => void {
  let cancel = () => {};
  const look = () => {
    const release = takeWriterLock(`${path}.lock`);
    if (release === null) {
      cancel = clock.after(everyMillis, look);
      return;
    }
    // Whoever opens the file takes it again; another instance that waits may be quicker, and this one goes on waiting.
    release();
    left();
  };
  cancel = clock.after(everyMillis, look);
  return () => cancel();
}
