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
 * asks every second and a half. An unanswered heartbeat is a suspicion first, and the end of the socket when the next one is
 * due, or at once when a probe got through; a line that answers slowly is given more time.
 */
export function createPulse({ realtime, clock, random, onSilent }: PulseOptions): Pulse {
  let isAwaited = false;
  let sentAt = 0;
  let overdue = 0;
  /** How long an answer may take: a slow line is given more. */
  let patience = leastPatience;
  let isHurrying = false;
  let cancel = plan();
  realtime.onHeartbeat((status, latency = 0) => {
    isAwaited = status === 'sent';
    overdue = 0;
    if (isAwaited) sentAt = clock.now();
    else if (status === 'timeout') {
      patience = Math.min(patience * 2, mostPatience);
      onSilent();
    } else patience = Math.min(Math.max(leastPatience, latency * 2.5), mostPatience);
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
    if (clock.now() - sentAt < patience * 1000) return;
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

const beatMillis = 1_500;
const leastPatience = 1_200;
const mostPatience = 20_000;
