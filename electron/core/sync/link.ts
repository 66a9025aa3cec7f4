import type { Clock } from '../cache/types.ts';
import { backoffMillis } from './failures.ts';

/** Whether the server is in reach, found out by small probes while it is in doubt. */
export type Link = {
  /** A request got no answer. It is probed until one comes. */
  lost(): void;
  /** Something may be wrong: a socket is silent, the machine woke, the network changed. Probes once, at once. */
  suspect(): void;
  /** The server answered a request, whatever it said. */
  answered(): void;
  /** `wasDown`: it was out of reach before, so what is still on its way is lost. Returns the disposer. */
  onBack(listener: (wasDown: boolean) => void): () => void;
  /** `listener` is called when the server is found to be out of reach. Returns the disposer. */
  onDown(listener: () => void): () => void;
  readonly isDown: boolean;
  /** Whether a probe was answered a moment ago. */
  readonly isSeen: boolean;
  stop(): void;
};

export type LinkOptions = {
  /** Asks the server for anything that costs it nothing. Resolves whatever it answers, rejects without an answer. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>;
  /** Gives up connections that are not in use: they may be dead, and would swallow the next request. */
  readonly drop: () => void;
  readonly clock: Clock;
  /** 0 (inclusive) to 1: consoles that lost the server together must not come back together. */
  readonly random: () => number;
};

/**
 * While the server is out of reach, waiting longer and longer before whole pulls would keep a console stale long after
 * the network is back, and networks come back without a word. So a small request goes out every second or two instead,
 * whatever became of the one before, and the first answer ends the wait. Failures that the server itself answers (429,
 * 5xx) are not for here: they back off.
 */
export function createLink({ probe, drop, clock, random }: LinkOptions): Link {
  const listeners = new Set<(wasDown: boolean) => void>();
  const downListeners = new Set<() => void>();
  let state: 'up' | 'suspect' | 'down' = 'up';
  let downAt = 0;
  /** When a probe was last answered at once. */
  let seenAt = Number.NEGATIVE_INFINITY;
  /** Whether the last good probe was followed by a good request yet. */
  let isConfirmed = true;
  /** Good probes in a row that no good request followed: a sign-in page of a hotel answers probes, too. */
  let falseStarts = 0;
  let probes: AbortController[] = [];
  let cancelNext: (() => void) | null = null;
  let cancelBack: (() => void) | null = null;

  function endProbes(): void {
    cancelNext?.();
    cancelNext = null;
    for (const each of probes.splice(0)) each.abort();
  }

  function plan(millis: number): void {
    cancelNext?.();
    cancelNext = clock.after(millis, tick);
  }

  function tick(): void {
    cancelNext = null;
    if (state === 'suspect') fall();
    drop();
    const controller = new AbortController();
    // Slow lines answer late: a probe lives on while others follow it, but only so many.
    probes = [...probes.slice(-(mostProbes - 1)), controller];
    const isMine = () => probes.includes(controller);
    probe(controller.signal).then(
      () => {
        if (isMine()) found();
      },
      () => undefined,
    );
    const isLong = clock.now() - downAt > longMicros;
    plan((isLong ? slowMillis : quickMillis) + random() * spreadMillis);
  }

  function fall(): void {
    state = 'down';
    downAt = clock.now();
    for (const listener of downListeners) listener();
  }

  function found(): void {
    const wasDown = state === 'down';
    endProbes();
    state = 'up';
    if (!wasDown) {
      seenAt = clock.now();
      return tell(false);
    }
    backIn(random() * spreadMillis * 0.5, true);
  }

  function backIn(millis: number, wasDown: boolean): void {
    isConfirmed = false;
    drop();
    cancelBack = clock.after(millis, () => {
      cancelBack = null;
      tell(wasDown);
    });
  }

  function tell(wasDown: boolean): void {
    for (const listener of listeners) listener(wasDown);
  }

  return {
    lost() {
      if (state === 'down' || cancelBack !== null) return;
      endProbes();
      // The server answered a moment ago, so it was the connection that died: on to another one.
      if (isConfirmed && clock.now() - seenAt < freshMicros) {
        state = 'up';
        return backIn(0, false);
      }
      fall();
      falseStarts = isConfirmed ? 0 : falseStarts + 1;
      plan(falseStarts === 0 ? random() * firstMillis : backoffMillis(falseStarts, random));
    },
    suspect() {
      if (state === 'up' && cancelBack === null) {
        state = 'suspect';
        drop();
        const controller = new AbortController();
        probes = [controller];
        probe(controller.signal).then(
          () => {
            if (probes.includes(controller)) found();
          },
          () => {
            if (probes.includes(controller) && state === 'suspect') tick();
          },
        );
        plan(patienceMillis);
      } else if (state === 'down' && falseStarts === 0) tick();
    },
    answered() {
      isConfirmed = true;
      falseStarts = 0;
      if (state === 'up') return;
      endProbes();
      state = 'up';
      // Whoever waits for the server to be back need not wait any longer.
      tell(false);
    },
    onBack(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onDown(listener) {
      downListeners.add(listener);
      return () => downListeners.delete(listener);
    },
    get isDown() {
      return state === 'down';
    },
    get isSeen() {
      return state === 'up' && clock.now() - seenAt < freshMicros;
    },
    stop() {
      listeners.clear();
      downListeners.clear();
      cancelBack?.();
      endProbes();
      state = 'up';
    },
  };
}

/** A probe that takes longer than this makes a suspicion a certainty. */
const patienceMillis = 1_500;
const firstMillis = 300;
const quickMillis = 500;
/** For outages that last: thousands of consoles may be waiting. */
const slowMillis = 1_200;
const freshMicros = 2_500_000;
const longMicros = 60_000_000;
const spreadMillis = 1_000;
const mostProbes = 6;
