import { useEffect, useSyncExternalStore } from 'react';
import type { AppContract } from '#shared/rpc/contract';
import type { Call, InputOf, OutputOf } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import { core, link } from '../rpc.ts';
import { tablesRead, type LiveName } from './tables-read.ts';

export type Live<T> = {
  /** The last answer; kept while a newer one is fetched, so that a screen never blanks. */
  data: T | undefined;
  error: AppError | undefined;
  /** True until the first answer or error. */
  isLoading: boolean;
  retry: () => void;
};

type AnswerOf<K extends LiveName> = OutputOf<AppContract[K] & Call>;
type QuestionOf<K extends LiveName> = InputOf<AppContract[K] & Call>;

/** Asks the core and asks again whenever a table behind the answer has changed. Pass null to ask nothing. */
export function useLive<K extends LiveName>(name: K, input: QuestionOf<K> | null): Live<AnswerOf<K>> {
  const key = input === null ? null : `${name} ${JSON.stringify(input)}`;
  const query = key === null ? null : queryFor(key, name, input);
  const snapshot = useSyncExternalStore(
    query === null ? neverChanges : query.subscribe,
    query === null ? nothing : query.read,
  );
  useEffect(() => (query === null ? undefined : query.hold()), [query]);
  // Sound by construction: a key names one procedure, and only its answers are stored under it.
  return snapshot as Live<AnswerOf<K>>;
}

/** Starts following what changes in the core. Call once. */
export function followChanges(): () => void {
  return link.watch('changes.watch', {}, ({ tables }) => {
    // An empty list is the first value after a (re)connect: anything may have changed in between.
    for (const query of queries.values()) {
      if (tables.length === 0 || tables.some((table) => query.tables.has(table))) query.refresh();
    }
  });
}

/** Forgets every answer; for when another person signs in. */
export function forgetAnswers(): void {
  for (const query of queries.values()) query.forget();
}

type Query = {
  tables: ReadonlySet<string>;
  subscribe: (listener: () => void) => () => void;
  read: () => Live<unknown>;
  hold: () => () => void;
  refresh: () => void;
  forget: () => void;
};

const queries = new Map<string, Query>();
const keepMillis = 60_000;

function queryFor(key: string, name: LiveName, input: unknown): Query {
  const known = queries.get(key);
  if (known !== undefined) return known;
  const made = createQuery(key, name, input);
  queries.set(key, made);
  return made;
}

function createQuery(key: string, name: LiveName, input: unknown): Query {
  const listeners = new Set<() => void>();
  let holders = 0;
  let isAsking = false;
  let isStale = true;
  let removal: ReturnType<typeof setTimeout> | undefined;

  const publish = (next: Live<unknown>) => {
    live = next;
    for (const listener of listeners) listener();
  };
  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    // Changes that arrive while an answer is on its way make one more round, not one each.
    while (isStale && holders > 0) {
      isStale = false;
      try {
        const client = await core();
        const call = client[name] as (input: unknown) => Promise<unknown>;
        const data = await call(input);
        publish({ data, error: undefined, isLoading: false, retry: refresh });
      } catch (error) {
        publish({ data: live.data, error: toAppError(error), isLoading: false, retry: refresh });
      }
    }
    isAsking = false;
  };
  const refresh = () => {
    isStale = true;
    if (holders > 0) void ask();
  };
  let live: Live<unknown> = { data: undefined, error: undefined, isLoading: true, retry: refresh };

  return {
    tables: new Set(tablesRead[name]),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: () => live,
    hold() {
      clearTimeout(removal);
      holders += 1;
      if (isStale) void ask();
      return () => {
        holders -= 1;
        if (holders === 0) removal = setTimeout(() => queries.delete(key), keepMillis);
      };
    },
    refresh,
    forget() {
      isStale = true;
      publish({ data: undefined, error: undefined, isLoading: true, retry: refresh });
      if (holders > 0) void ask();
    },
  };
}

/** Anything thrown, as an AppError: only the core's own errors carry words for people. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('INTERNAL', error instanceof Error ? error.message : 'Something unexpected happened.');
}

const idle: Live<unknown> = { data: undefined, error: undefined, isLoading: false, retry: () => undefined };
const nothing = () => idle;
const neverChanges = () => () => undefined;
