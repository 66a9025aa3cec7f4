import type { Database } from 'better-sqlite3';
import type { SyncTransport } from '#core/sync/types';

/**
 * Where a console can be made to die. Every transaction on the cache file and every call to the server passes one of
 * these, so `CRASH_AT=before-commit:7` is the instant before the seventh commit.
 */
export const crashPoints = [
  'begin',
  'before-commit',
  'after-commit',
  'before-request',
  'after-answer',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** Counts passes and kills this process, by the signal that nobody can catch, at the one that `crashAt` names. */
export function createCrasher(crashAt: string | undefined): (point: CrashPoint) => void {
  const passes = new Map<CrashPoint, number>();
  return (point) => {
    const count = (passes.get(point) ?? 0) + 1;
    passes.set(point, count);
    if (crashAt === `${point}:${count}`) process.kill(process.pid, 'SIGKILL');
  };
}

/** The same database, which passes a point at each step of a transaction. The product has no hook for this. */
export function withCrashPoints(db: Database, pass: (point: CrashPoint) => void): Database {
  function transaction(work: (...args: unknown[]) => unknown) {
    const real = db.transaction((...args: unknown[]) => {
      pass('begin');
      const result = work(...args);
      pass('before-commit');
      return result;
    });
    const after =
      (run: (...args: unknown[]) => unknown) =>
      (...args: unknown[]) => {
        const result = run(...args);
        pass('after-commit');
        return result;
      };
    return Object.assign(after(real), { immediate: after((...args) => real.immediate(...args)) });
  }
  return new Proxy(db, {
    get(target, key) {
      if (key === 'transaction') return transaction;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

export function transportWithCrashPoints(
  inner: SyncTransport,
  pass: (point: CrashPoint) => void,
): SyncTransport {
  async function around<T>(call: () => Promise<T>): Promise<T> {
    pass('before-request');
    const answer = await call();
    pass('after-answer');
    return answer;
  }
  return {
    ...inner,
    pull: (request, signal) => around(() => inner.pull(request, signal)),
    push: (clientId, mutations, signal) => around(() => inner.push(clientId, mutations, signal)),
  };
}
