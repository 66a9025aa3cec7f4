import { Worker } from 'node:worker_threads';
import { AppError } from '#shared/rpc/errors';
import type { Query } from './query.ts';
import type { Log } from './types.ts';

export type Reader = {
  read<I, O>(query: Query<I, O>, input: I, signal?: AbortSignal): Promise<O>;
  close(): Promise<void>;
};

type Waiting = {
  readonly name: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};
type Answer = {
  readonly id: number;
  readonly value?: unknown;
  readonly problem?: string;
  readonly millis: number;
};

/** A read that takes longer is felt. */
const slowMillis = 40;

/**
 * Reads in a worker of its own: in the writer's thread a read would wait for the writer's transactions. The worker
 * starts with the first read and is started again when it dies; a slow query is logged by its name.
 */
export function createReader(path: string, log: Log): Reader {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let lastId = 0;
  let isClosed = false;

  function start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const started = new Worker(new URL(`./reader-worker.${extension}`, import.meta.url), {
      workerData: { path },
    });
    started.on('message', (answer: Answer) => {
      const found = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.millis > slowMillis) {
        log('warn', 'reader.slow', { query: found?.name ?? '', millis: Math.round(answer.millis) });
      }
      if (answer.problem === undefined) found?.resolve(answer.value);
      else found?.reject(new AppError('INTERNAL', `The local data could not be read: ${answer.problem}`));
    });
    started.on('error', (error) => log('error', 'reader.died', { message: error.message }));
    started.on('exit', () => {
      if (worker === started) worker = null;
      for (const each of waiting.values()) each.reject(new AppError('CANCELLED', 'The read was cut off.'));
      waiting.clear();
    });
    started.unref();
    return started;
  }

  return {
    async read<I, O>(query: Query<I, O>, input: I, signal?: AbortSignal): Promise<O> {
      signal?.throwIfAborted();
      if (isClosed) throw new AppError('CANCELLED', 'The local data was closed.');
      worker ??= start();
      const id = (lastId += 1);
      const used = worker;
      return await new Promise<O>((resolve, reject) => {
        waiting.set(id, { name: query.name, resolve: (value) => resolve(value as O), reject });
        signal?.addEventListener('abort', () => {
          if (waiting.delete(id)) reject(new AppError('CANCELLED', 'The read was cancelled.'));
        });
        used.postMessage({ id, name: query.name, input });
      });
    },
    async close() {
      isClosed = true;
      await worker?.terminate();
    },
  };
}
