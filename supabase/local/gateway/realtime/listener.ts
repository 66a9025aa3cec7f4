import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '#stack/process/child';

export type Listener = { stop(): Promise<void> };

/**
 * Keeps one connection that listens, opening it anew whenever it breaks.
 * @param onLost is called after a break: announcements may have been missed
 */
export function startListener(options: {
  readonly databaseUrl: string;
  readonly channels: Readonly<Record<string, (payload: string) => void>>;
  readonly onLost: () => void;
  readonly log?: Log | undefined;
}): Listener {
  const stopping = new AbortController();
  let client: pg.Client | undefined;

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
    for (const channel of Object.keys(options.channels)) await current.query(`listen ${channel}`);
    await ended;
    await current.end().catch(() => undefined);
  }

  async function keepListening(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await listen();
        if (!stopping.signal.aborted) options.onLost();
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
