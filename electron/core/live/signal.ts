/** A value that changes, and those who want to know. */
export type Signal<T> = {
  get(): T;
  set(value: T): void;
  subscribe(listener: (value: T) => void): () => void;
};

export function createSignal<T>(initial: T): Signal<T> {
  const listeners = new Set<(value: T) => void>();
  let current = initial;
  return {
    get: () => current,
    set(value) {
      current = value;
      for (const listener of listeners) listener(value);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The value now and after every change, until `abort`. A reader that is slow gets the latest and misses what lay
 * between, so that nothing piles up behind it.
 */
export async function* watchSignal<T>(signal: Signal<T>, abort: AbortSignal): AsyncGenerator<T> {
  yield* coalesced(
    abort,
    (push) => signal.subscribe(push),
    signal.get(),
    (_waiting, value) => value,
  );
}

/**
 * What `subscribe` pushes, beginning with `first`. Values that come while the reader is busy are merged into one.
 */
export async function* coalesced<T>(
  abort: AbortSignal,
  subscribe: (push: (value: T) => void) => () => void,
  first: T,
  merge: (waiting: T, value: T) => T,
): AsyncGenerator<T> {
  let waiting: { value: T } | null = { value: first };
  let wake: () => void = () => {};
  const onAbort = () => wake();
  const unsubscribe = subscribe((value) => {
    waiting = { value: waiting === null ? value : merge(waiting.value, value) };
    wake();
  });
  abort.addEventListener('abort', onAbort, { once: true });
  try {
    while (!abort.aborted) {
      if (waiting === null) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const { value } = waiting;
      waiting = null;
      yield value;
    }
  } finally {
    abort.removeEventListener('abort', onAbort);
    unsubscribe();
  }
}
