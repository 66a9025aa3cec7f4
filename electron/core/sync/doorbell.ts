import type { SupabaseClient } from '@supabase/supabase-js';
import type { Clock, Log } from '../cache/types.ts';
import type { Doorbell } from './types.ts';

export type DoorbellOptions = {
  readonly client: Pick<SupabaseClient, 'channel' | 'removeChannel' | 'realtime'>;
  readonly userId: string;
  /** Staff hear every change; tutors their own. */
  readonly isStaff: boolean;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Rings on the private Broadcast topics of a principal. Realtime says SUBSCRIBED a little too early and keeps no
 * queue for those who were away, so it also rings on every SUBSCRIBED, and once more three seconds later.
 */
export function createDoorbell(options: DoorbellOptions): Doorbell & { close(): Promise<void> } {
  const { client, clock, log } = options;
  const listeners = new Set<() => void>();
  const timers = new Set<() => void>();
  const ring = () => {
    for (const listener of listeners) listener();
  };
  const topics = [`sync:${options.userId}`, ...(options.isStaff ? ['sync:staff'] : [])];
  const channels = topics.map((topic) =>
    client
      .channel(topic, { config: { private: true } })
      .on('broadcast', { event: 'changed' }, ring)
      .subscribe((status) => {
        log('info', 'doorbell.status', { status });
        if (status !== 'SUBSCRIBED') return;
        ring();
        const cancel = clock.after(3000, () => {
          timers.delete(cancel);
          ring();
        });
        timers.add(cancel);
      }),
  );
  return {
    onRing(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      for (const cancel of timers) cancel();
      timers.clear();
      await Promise.all(channels.map((channel) => client.removeChannel(channel)));
    },
  };
}
