import type { SupabaseClient } from '@supabase/supabase-js';
import type { Clock } from '../cache/types.ts';

export type Pulse = {
  /** Connects now if there is no connection, and asks an open one for a sign of life. */
  hurry(): void;
  stop(): void;
};

export type PulseOptions = {
  readonly realtime: SupabaseClient['realtime'];
  readonly clock: Clock;
  readonly random: () => number;
  /** The connection did not answer in time: it, or the network, is dead. */
  readonly onSilent: () => void;
};

/**
 * A network that dies without a word leaves its sockets open. realtime-js would notice after up to 50 seconds; this
 * asks every two. An unanswered heartbeat is a suspicion at once, and the end of the socket only two seconds later, so
 * that a slow line is not cut.
 */
export function createPulse({ realtime, clock, random, onSilent }: PulseOptions): Pulse {
  let isAwaited = false;
  let overdue = 0;
  let isHurrying = false;
  let cancel = plan();
  realtime.onHeartbeat((status) => {
    if (status === 'sent') isAwaited = true;
    else {
      isAwaited = false;
      overdue = 0;
    }
    if (status === 'timeout') onSilent();
  });

  function plan(): () => void {
    return clock.after(beatMillis * (0.9 + random() / 5), () => {
      beat();
      cancel = plan();
    });
  }

  function beat(): void {
    if (!realtime.isConnected()) {
      isAwaited = false;
      overdue = 0;
      return;
    }
    if (!isAwaited) return void realtime.sendHeartbeat();
    overdue += 1;
    // A heartbeat while one is awaited makes realtime-js give the socket up and connect anew.
    if (overdue === 1) onSilent();
    else void realtime.sendHeartbeat();
  }

  async function reconnect(): Promise<void> {
    if (isHurrying) return;
    isHurrying = true;
    try {
      // It waits for its own back-off; only a full stop ends that.
      await realtime.disconnect();
      realtime.connect();
    } catch {
      // Its next trial, or ours, finds out.
    } finally {
      isHurrying = false;
    }
  }

  return {
    hurry() {
      if (realtime.isConnected()) beat();
      else if (realtime.getChannels().length > 0) void reconnect();
    },
    stop() {
      cancel();
      realtime.onHeartbeat(() => undefined);
    },
  };
}

const beatMillis = 2_000;
