import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '#stack/process/child';

export type Listener = { stop(): Promise<void> };

/**
 * Keeps one connection that listens, opening it anew whenever it breaks.
 * @param onResumed is called when it listens again after a break: announcements may have been missed meanwhile
 */
export function startListener(options: {
  readonly databaseUrl: string;
  readonly channels: Readonly<Record<string, (payload: string) => void>>;
  readonly onResumed: () => void;
  readonly log?: Log | undefined;
}): Listener {
  const stopping = new AbortController();
  let client: pg.Client | undefined;
  let hasListened = false;

  async function listen(): Promise<void> {
    const current = new pg.Client({
      connectionString: options.databaseUrl,
      application_name: 'gateway realtime',
    });
    const ended = new Promise<void>((resolve) => {
      current.on('error', () => resolve());
      current.on('end', () => resolve());
    });
    current.on('notification', ({ channel, payload }) => options.channels[channel]?.(payload ?? ''));
    await current.connect();
    client = current;
    // Stopped while it was connecting: nobody else would end this connection.
    if (stopping.signal.aborted) return await current.end();
    for (const channel of Object.keys(options.channels)) await current.query(`listen ${channel}`);
    if (hasListened) options.onResumed();
    hasListened = true;
    await ended;
    await current.end().catch(() => undefined);
  }

  async function keepListening(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await listen();
      } catch (error) {
        options.log?.(`realtime cannot listen: ${String(error)}`);
      }
      await delay(200, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = keepListening();
  return {
    async stop() {
      stopping.abort();
      await client?.end().catch(() => undefined);
      await running;
    },
  };
}
