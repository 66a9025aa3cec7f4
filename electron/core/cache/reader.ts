import { Worker } from 'node:worker_threads';
import type { Micros } from '#shared/domain/instant';
import { AppError } from '#shared/rpc/errors';
import { systemClock } from '../clock.ts';
import { isDamage } from './errors.ts';
import type { Query } from './query.ts';
import type { Log, ReaderOptions } from './types.ts';

export type Reader = {
  read<I, O>(query: Query<I, O>, input: I, signal?: AbortSignal): Promise<O>;
  /** Gives up the read under way, if it has been for a while: it keeps the log from being folded. */
  interrupt(): void;
  readonly waiting: number;
  /** Since when the read in front is under way; null when none is. */
  readonly since: Micros | null;
  close(): Promise<void>;
};

type Waiting = {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};
type Answer = {
  readonly id: number;
  readonly value?: unknown;
  readonly problem?: string;
  /** SQLite's, when it failed. */
  readonly code?: string;
  readonly millis: number;
};

/** A read that takes longer is felt. */
const slowMillis = 40;

/** A read that takes longer will not end, or is not worth waiting for: every other one waits behind it. */
const longestMillis = 15_000;

/** A read that is younger is not what keeps the log from being folded. */
const youngMillis = 1_000;

/**
 * Reads in a worker of its own: in the writer's thread a read would wait for the writer's transactions. The worker
 * starts with the first read and is started again when it dies, or when a read in it does not end; a slow query is
 * logged by its name. SQLite's own code cannot be interrupted: such a worker ends when it comes back from there, and
 * others are served by a new one meanwhile.
 * @param noticed told what a statement threw
 */
export function createReader(
  path: string,
  log: Log,
  noticed: (error: { readonly code: string }) => void,
  options: ReaderOptions = {},
): Reader {
  const waiting = new Map<number, Waiting>();
  const { limitMillis = longestMillis } = options;
  let worker: Worker | null = null;
  let lastId = 0;
  let isClosed = false;
  let since: Micros | null = null;
  let cancelLimit: (() => void) | null = null;

  function start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const script = options.script ?? new URL(`./reader-worker.${extension}`, import.meta.url);
    const started = new Worker(script, { workerData: { path } });
    started.on('message', (answer: Answer) => {
      // One that was given up has nothing to say any more.
      if (worker === started) take(answer);
    });
    started.on('error', (error) => log('error', 'reader.died', { message: error.message }));
    started.on('exit', () => {
      if (worker !== started) return;
      worker = null;
      for (const each of waiting.values()) each.reject(new AppError('CANCELLED', 'The read was cut off.'));
      waiting.clear();
      front();
    });
    started.unref();
    return started;
  }

  function take(answer: Answer): void {
    const found = waiting.get(answer.id);
    waiting.delete(answer.id);
    front();
    if (answer.millis > slowMillis) {
      log('warn', 'reader.slow', { query: found?.name ?? '', millis: Math.round(answer.millis) });
    }
    if (answer.code !== undefined) noticed({ code: answer.code });
    if (answer.problem === undefined) found?.resolve(answer.value);
    else if (isDamage(answer)) {
      found?.reject(new AppError('STORAGE_CORRUPT', 'The local data is damaged. It is rebuilt now.'));
    } else found?.reject(new AppError('INTERNAL', `The local data could not be read: ${answer.problem}`));
  }

  /** Another read is in front, or none. */
  function front(): void {
    cancelLimit?.();
    cancelLimit = null;
    since = waiting.size === 0 ? null : systemClock.now();
    if (since !== null) cancelLimit = systemClock.after(limitMillis, () => replace('limit'));
  }

  function replace(reason: string): void {
    const [stuck, ...others] = waiting.values();
    if (worker === null || stuck === undefined) return;
    log('error', 'reader.replaced', { name: stuck.name, reason });
    const given = worker;
    worker = null;
    void given.terminate();
    waiting.delete(stuck.id);
    stuck.reject(new AppError('INTERNAL', 'Reading the local data took too long and was given up.'));
    front();
    if (others.length === 0) return;
    worker = start();
    for (const { id, name, input } of others) worker.postMessage({ id, name, input });
  }

  return {
    async read<I, O>(query: Query<I, O>, input: I, signal?: AbortSignal): Promise<O> {
      signal?.throwIfAborted();
      if (isClosed) throw new AppError('CANCELLED', 'The local data was closed.');
      worker ??= start();
      const id = (lastId += 1);
      const used = worker;
      return await new Promise<O>((resolve, reject) => {
        const { name } = query;
        waiting.set(id, { id, name, input, resolve: (value) => resolve(value as O), reject });
        if (waiting.size === 1) front();
        signal?.addEventListener('abort', () => {
          // The worker goes on with it: it stays in front until it is done, with nobody to answer to.
          const each = waiting.get(id);
          if (each !== undefined)
            waiting.set(id, { ...each, resolve: () => undefined, reject: () => undefined });
          reject(new AppError('CANCELLED', 'The read was cancelled.'));
        });
        used.postMessage({ id, name, input });
      });
    },
    interrupt() {
      if (since !== null && systemClock.now() - since > youngMillis * 1000) replace('log');
    },
    get waiting() {
      return waiting.size;
    },
    get since() {
      return since;
    },
    async close() {
      isClosed = true;
      cancelLimit?.();
      const last = worker;
      worker = null;
      for (const each of waiting.values())
        each.reject(new AppError('CANCELLED', 'The local data was closed.'));
      waiting.clear();
      await last?.terminate();
    },
  };
}
