import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js';
import type { Clock, Log } from '../cache/types.ts';
import { createPulse } from './pulse.ts';
import type { Doorbell } from './types.ts';

/** How a console hears of changes: private Broadcast, failing that postgres_changes, failing that by its polls only. */
export type DoorbellWay = 'connecting' | 'broadcast' | 'changes' | 'none';

export type WorkspaceDoorbell = Doorbell & {
  /** Staff hear every change, others their own. Joins and leaves topics as the role is gained or lost. */
  setStaff(isStaff: boolean): void;
  /** Joins anew: what may be listened to has changed, or it is silent where it should have rung. */
  refresh(): void;
  /** The network may be back, or the machine woke: connects now, and looks whether an open connection still lives. */
  hurry(): void;
  /** `listener` is called when the connection is lost, or does not answer. */
  onLost(listener: () => void): () => void;
  readonly way: DoorbellWay;
  close(): Promise<void>;
};

export type DoorbellOptions = {
  readonly client: Pick<SupabaseClient, 'channel' | 'removeChannel' | 'realtime'>;
  readonly userId: string;
  readonly isStaff: boolean;
  /** The tables to listen to where private topics are refused. */
  readonly tables: () => readonly string[];
  readonly clock: Clock;
  /** 0 (inclusive) to 1: spreads what many consoles would else do at the same moment. */
  readonly random: () => number;
  readonly log: Log;
};

/**
 * Rings when the server has something new. Realtime says SUBSCRIBED a little too early and keeps no queue for those who
 * were away, so it also rings on every SUBSCRIBED, and once more three seconds later.
 */
export function createDoorbell(options: DoorbellOptions): WorkspaceDoorbell {
  const { client, clock, log, random } = options;
  const ringers = new Set<() => void>();
  const losers = new Set<() => void>();
  const seats = new Map<string, Seat>();
  let isStaff = options.isStaff;
  let isClosed = false;
  let way: DoorbellWay = 'connecting';
  /** Whether private topics were refused; they are tried again after a while. */
  let isRefused = false;
  let cancelEcho: (() => void) | null = null;
  let cancelTrial: (() => void) | null = null;
  let cancelRejoin: (() => void) | null = null;
  /** Channels that the server ended soon after they were joined, in a row. */
  let closings = 0;
  /** Leaving a channel takes an answer; the same topic must not be joined before it. */
  let last: Promise<void> = Promise.resolve();

  const lose = () => {
    for (const listener of losers) listener();
  };
  const pulse = createPulse({ realtime: client.realtime, clock, random, onSilent: lose });

  function ring(): void {
    for (const listener of ringers) listener();
  }

  function subscribed(): void {
    ring();
    cancelEcho ??= clock.after(echoMillis, () => {
      cancelEcho = null;
      ring();
    });
  }

  function setWay(next: DoorbellWay): void {
    if (way === next) return;
    way = next;
    log('info', 'doorbell.way', { state: next });
  }

  /** Joins what is wanted and leaves what is not, one after the other. */
  function settle(): void {
    last = last
      .then(async () => {
        const wanted = wantedTopics();
        for (const [topic, seat] of seats) if (!wanted.has(topic)) await leave(topic, seat);
        const missing = [...wanted].filter(([topic]) => !seats.has(topic));
        if (missing.length === 0) return;
        // A join that leaves before the session's token is known is one of a stranger, and refused.
        await client.realtime.setAuth();
        for (const [topic, open] of missing) if (!isClosed) open(topic);
      })
      .catch((error: unknown) => log('warn', 'doorbell.failed', { error }));
  }

  function wantedTopics(): Map<string, (topic: string) => void> {
    const wanted = new Map<string, (topic: string) => void>();
    if (isClosed) return wanted;
    const isHeard = [...seats].some(([topic, seat]) => isPrivate(topic) && seat.isJoined);
    if (!isRefused) {
      wanted.set(`sync:${options.userId}`, joinPrivate);
      if (isStaff) wanted.set('sync:staff', joinPrivate);
    }
    // While the better way is tried again the other one goes on.
    if (isRefused || (seats.has(changesTopic) && !isHeard)) wanted.set(changesTopic, joinChanges);
    return wanted;
  }

  function joinPrivate(topic: string): void {
    const channel = client.channel(topic, { config: { private: true } });
    const seat = take(topic, channel.on('broadcast', { event: 'changed' }, ring));
    channel.subscribe((status, error) => {
      heard(topic, seat, status, error);
      if (status !== 'SUBSCRIBED' || seat.isLeaving) return;
      setWay('broadcast');
      settle();
    });
  }

  function joinChanges(topic: string): void {
    const tables = options.tables();
    if (tables.length === 0) {
      // Nothing was pulled yet, so the scope is not known.
      setWay('none');
      return rejoin(echoMillis);
    }
    const channel = client.channel(topic);
    for (const table of tables) channel.on('postgres_changes', { event: '*', schema: 'public', table }, ring);
    const seat = take(topic, channel);
    channel.on('system', {}, (payload: { extension?: unknown; status?: unknown }) => {
      if (payload.extension !== 'postgres_changes' || seat.isLeaving || way === 'broadcast') return;
      // A table that is not published makes the server refuse them all; it says so after the join.
      setWay(payload.status === 'ok' ? 'changes' : 'none');
      if (payload.status === 'ok') subscribed();
    });
    channel.subscribe((status, error) => heard(topic, seat, status, error));
  }

  function take(topic: string, channel: RealtimeChannel): Seat {
    const seat: Seat = { channel, isJoined: false, isLeaving: false, refusals: 0, since: clock.now() };
    seats.set(topic, seat);
    return seat;
  }

  function heard(topic: string, seat: Seat, status: string, error: Error | undefined): void {
    if (seat.isLeaving || isClosed) return;
    log('info', 'doorbell.status', { status });
    seat.isJoined = status === 'SUBSCRIBED';
    if (status === 'SUBSCRIBED') {
      seat.refusals = 0;
      return subscribed();
    }
    if (status === 'CLOSED') {
      // The server ended it, because a token ran out for example; realtime-js does not join again by itself.
      seats.delete(topic);
      closings = clock.now() - seat.since < 60_000_000 ? closings + 1 : 0;
      return rejoin(rejoinMillis * 2 ** Math.min(closings, 5));
    }
    const reason = refusalOf(error);
    if (reason === null) return lose();
    if (/JWT|token/i.test(reason)) return void client.realtime.setAuth().catch(() => undefined);
    seat.refusals += 1;
    // What is no clear no may pass; realtime-js joins again by itself.
    if (!/^Unauthorized|permission|PrivateOnly/i.test(reason) && seat.refusals < 3) return;
    refused(topic);
  }

  function refused(topic: string): void {
    log('info', 'doorbell.refused', { kind: isPrivate(topic) ? 'broadcast' : 'changes' });
    if (isPrivate(topic)) isRefused = true;
    else {
      setWay('none');
      const seat = seats.get(topic);
      if (seat !== undefined) last = last.then(() => leave(topic, seat));
    }
    if (isPrivate(topic)) settle();
    cancelTrial?.();
    cancelTrial = clock.after(spread(betterWayMillis), () => {
      isRefused = false;
      settle();
    });
  }

  function rejoin(millis: number): void {
    cancelRejoin?.();
    cancelRejoin = clock.after(spread(millis), settle);
  }

  function spread(millis: number): number {
    return millis * (0.75 + random() / 2);
  }

  async function leave(topic: string, seat: Seat): Promise<void> {
    if (seat.isLeaving) return;
    seat.isLeaving = true;
    seats.delete(topic);
    await client.removeChannel(seat.channel);
  }

  settle();
  return {
    onRing(listener) {
      ringers.add(listener);
      return () => ringers.delete(listener);
    },
    onLost(listener) {
      losers.add(listener);
      return () => losers.delete(listener);
    },
    setStaff(value) {
      if (isStaff === value || isClosed) return;
      isStaff = value;
      // Other rights are a reason to ask again for what was refused.
      isRefused = false;
      settle();
    },
    refresh() {
      for (const [topic, seat] of seats) last = last.then(() => leave(topic, seat));
      settle();
    },
    hurry() {
      if (!isClosed) pulse.hurry();
    },
    get way() {
      return way;
    },
    async close() {
      isClosed = true;
      ringers.clear();
      losers.clear();
      pulse.stop();
      cancelEcho?.();
      cancelTrial?.();
      cancelRejoin?.();
      settle();
      await last;
    },
  };
}

type Seat = {
  readonly channel: RealtimeChannel;
  isJoined: boolean;
  /** Left by us: what it still says is of no interest. */
  isLeaving: boolean;
  /** Times in a row that the server answered a join with an error. */
  refusals: number;
  /** Microseconds: when it was asked for. */
  readonly since: number;
};

const changesTopic = 'console-changes';
const echoMillis = 3_000;
const rejoinMillis = 2_000;
/** How often the better way is tried again while the other one, or none, is in use. */
const betterWayMillis = 300_000;

function isPrivate(topic: string): boolean {
  return topic !== changesTopic;
}

/** What the server answered to a join; null when the connection broke instead. */
function refusalOf(error: Error | undefined): string | null {
  const cause = error?.cause;
  if (typeof cause !== 'object' || cause === null || !('reason' in cause) || 'code' in cause) return null;
  return typeof cause.reason === 'string' ? cause.reason : 'unknown';
}
