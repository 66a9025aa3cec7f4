import { coalesced } from './signal.ts';

/** Which tables changed. `revision` grows with every commit, so that a screen can tell news from what it has. */
export type Change = { readonly revision: number; readonly tables: string[] };

export type Changes = {
  /** Says that a commit changed these tables. */
  publish(tables: Iterable<string>): void;
  /** An empty change at once, then one for every commit or for several together. Ends with `abort`. */
  watch(abort: AbortSignal): AsyncGenerator<Change>;
};

export function createChanges(): Changes {
  const listeners = new Set<(change: Change) => void>();
  let revision = 0;
  return {
    publish(tables) {
      revision += 1;
      const change = { revision, tables: [...tables] };
      for (const listener of listeners) listener(change);
    },
    watch: (abort) =>
      coalesced<Change>(
        abort,
        (push) => {
          listeners.add(push);
          return () => listeners.delete(push);
        },
        { revision, tables: [] },
        (waiting, change) => ({
          revision: change.revision,
          tables: [...new Set([...waiting.tables, ...change.tables])],
        }),
      ),
  };
}
