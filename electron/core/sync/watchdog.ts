import type { Micros } from '#shared/domain/instant';
import type { Clock, Log } from '../cache/types.ts';
import type { Loop } from './loop.ts';
import type { SyncAlarm } from './types.ts';

/** Sees to it that pulls and pushes never stand still unnoticed: it starts anew what stands, and then tells. */
export type Watchdog = {
  start(): void;
  /** Looks now. Whoever notices anything may call it: its own timer may be the one that was lost. */
  look(): void;
  /** What a restart did not help. */
  alarms(): readonly SyncAlarm[];
  /** How often something was started anew since the console was. */
  readonly restarts: number;
  stop(): void;
};

export type Ward = {
  readonly kind: 'pull' | 'push';
  readonly loop: Loop;
  /** Since when something is owed: by this machine's clock. Null when there is nothing to do, or nothing can be done now. */
  owedSince(): Micros | null;
  /** Before the loop is started anew: puts right what the run that is given up left behind. */
  release(): void;
  /** How long the loop may be idle, with something owed and nothing planned. Milliseconds. */
  readonly idleMillis: number;
  /** After how long it is an alarm that something is owed although the server is in reach. Milliseconds. */
  readonly alarmMillis: number;
};

export type WatchdogOptions = {
  readonly wards: readonly Ward[];
  readonly clock: Clock;
  readonly log: Log;
  readonly isOffline: () => boolean;
  readonly onAlarm: () => void;
  /** Told what looking threw. */
  readonly onFailed: (error: unknown) => void;
};

/** What is wrong with a loop. Pure: the watchdog decides by it. */
export function faultOf(
  loop: Pick<Loop, 'aliveAt' | 'retryAt'>,
  owedSince: Micros | null,
  idleMillis: number,
  now: Micros,
): 'silent' | 'timer-lost' | null {
  const { aliveAt, retryAt } = loop;
  // Either way: a clock that was set back must not hide for a day that something stands.
  if (aliveAt !== null) return Math.abs(now - aliveAt) > silentMillis * 1000 ? 'silent' : null;
  if (retryAt !== null) {
    return now - retryAt > lateMillis * 1000 || retryAt - now > longestRetryMillis * 1000
      ? 'timer-lost'
      : null;
  }
  return owedSince !== null && now - owedSince > idleMillis * 1000 ? 'timer-lost' : null;
}

export function createWatchdog(options: WatchdogOptions): Watchdog {
  const { wards, clock, log } = options;
  const states = wards.map((ward) => ({ ward, restartedAt: null as Micros | null, count: 0 }));
  let raised: SyncAlarm[] = [];
  let restarts = 0;
  let lookedAt: Micros | null = null;
  let timers: (() => void)[] = [];

  /** Two timers that set each other anew, so that the loss of one is no loss. */
  function arm(): void {
    for (const cancel of timers) cancel();
    timers = [everyMillis, everyMillis * 1.5].map((millis) => clock.after(millis, look));
  }

  function look(): void {
    const now = clock.now();
    const isWoken = lookedAt !== null && Math.abs(now - lookedAt) > sleepMillis * 1000;
    if (isWoken) {
      log('info', 'watchdog.woken');
      // Whatever was on its way when the machine fell asleep is lost; timers may be late.
      for (const { ward } of states) restart(ward);
    }
    lookedAt = now;
    try {
      for (const state of states) attend(state, now);
      compare(states.flatMap(({ ward, restartedAt }) => alarmOf(ward, restartedAt, now)));
    } catch (error) {
      options.onFailed(error);
    }
    arm();
  }

  function compare(alarms: SyncAlarm[]): void {
    if (JSON.stringify(alarms) !== JSON.stringify(raised)) {
      for (const { kind } of alarms) {
        if (!raised.some((alarm) => alarm.kind === kind)) log('error', 'watchdog.alarm', { kind });
      }
      raised = alarms;
      options.onAlarm();
    }
  }

  function attend(state: (typeof states)[number], now: Micros): void {
    const { ward } = state;
    const owed = ward.owedSince();
    const fault = faultOf(ward.loop, owed, ward.idleMillis, now);
    if (fault === null) {
      if (owed === null || now - owed < ward.alarmMillis * 1000) state.count = 0;
      return;
    }
    // A part that fell still again and again is not started in a hurry.
    const pause = Math.min(8, 2 ** state.count) * lateMillis * 1000;
    if (state.restartedAt !== null && now - state.restartedAt < pause) return;
    state.restartedAt = now;
    state.count += 1;
    restarts += 1;
    log('error', 'watchdog.restarted', { kind: ward.kind, reason: fault, attempts: state.count });
    restart(ward);
  }

  function restart(ward: Ward): void {
    ward.release();
    ward.loop.restart();
  }

  function alarmOf(ward: Ward, restartedAt: Micros | null, now: Micros): SyncAlarm[] {
    const since = ward.owedSince();
    if (since === null || options.isOffline()) return [];
    if (now - since < ward.alarmMillis * 1000) return [];
    // What was started anew a moment ago may get on yet.
    if (restartedAt !== null && now - restartedAt < lateMillis * 1000) return [];
    return [{ kind: ward.kind === 'pull' ? 'pull-stalled' : 'push-stalled', since }];
  }

  return {
    start() {
      lookedAt = clock.now();
      arm();
    },
    look,
    alarms: () => raised,
    get restarts() {
      return restarts;
    },
    stop() {
      for (const cancel of timers.splice(0)) cancel();
    },
  };
}

/** The machine may wake right behind a look: the next one is to come soon. */
const everyMillis = 3_000;
/** Longer without an answer or a step than every limit of a single request together. */
const silentMillis = 120_000;
/** A timer that is this late will not come. */
const lateMillis = 15_000;
/** Between two looks at most this goes by while the machine is awake. */
const sleepMillis = 60_000;
/** Beyond this nothing is planned: the longest Retry-After that is heeded, and a little. */
const longestRetryMillis = 660_000;
