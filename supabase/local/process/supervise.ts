import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './child.ts';

/** A program that runs for as long as the stack does. */
export type Service = { readonly exited: Promise<void>; stop(): Promise<void> };

/**
 * Starts a service and starts it again whenever it ends by itself, after 0.2 s at first and never more than 5 s.
 * Rejects when the first start fails.
 * @param start is called again with the same meaning each time, so it has to settle its port itself
 */
export async function supervise(
  name: string,
  start: () => Promise<Service>,
  log: Log | undefined,
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  let current = await start();

  async function watch(): Promise<void> {
    let failures = 0;
    for (;;) {
      const startedAt = performance.now();
      await current.exited;
      if (stopping.signal.aborted) return;
      failures = performance.now() - startedAt > 60_000 ? 0 : failures + 1;
      log?.(`${name} ended unexpectedly and is started again`);
      const next = await restart(failures);
      if (next === undefined) return;
      current = next;
      if (stopping.signal.aborted) return current.stop();
    }
  }

  async function restart(failures: number): Promise<Service | undefined> {
    for (let attempt = failures; ; attempt += 1) {
      const pause = Math.min(5_000, 100 * 2 ** Math.min(attempt, 6));
      await delay(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return undefined;
      try {
        return await start();
      } catch (error) {
        log?.(`${name} cannot be started: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  const watching = watch();
  return async () => {
    stopping.abort();
    await current.stop();
    await watching;
  };
}
