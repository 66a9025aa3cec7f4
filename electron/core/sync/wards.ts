import type { Micros } from '#shared/domain/instant';
import type { Clock } from '../cache/types.ts';
import type { Target } from './apply.ts';
import type { Health } from './health.ts';
import type { Journal } from './journal.ts';
import type { Loop } from './loop.ts';
import { allEdits, dueEdits } from './outbox.ts';
import { requeueInterrupted } from './push.ts';
import type { Ward } from './watchdog.ts';

export type WardOptions = {
  readonly target: Target;
  readonly clock: Clock;
  readonly health: Health;
  readonly journal: Journal;
  readonly pulls: Loop;
  readonly pushes: Loop;
  readonly holdMicros: number;
  readonly pollMillis: number | undefined;
  /** When synchronisation was started; null while it rests, as it does when stopped or without a session. */
  readonly startedAt: () => Micros | null;
};

/** What the watchdog looks after: that pulls come through, and that edits which could be sent are answered. */
export function wardsOf(options: WardOptions): readonly Ward[] {
  const { target, clock, health, journal, holdMicros, startedAt } = options;
  const longestPoll = options.pollMillis ?? 60_000;
  return [
    {
      kind: 'pull',
      loop: options.pulls,
      owedSince() {
        const started = startedAt();
        return started === null ? null : (journal.lastPull?.endedAt ?? started);
      },
      release: health.dropRenewal,
      idleMillis: longestPoll + 30_000,
      alarmMillis: Math.max(600_000, 3 * longestPoll),
    },
    {
      kind: 'push',
      loop: options.pushes,
      owedSince() {
        const started = startedAt();
        const due = started === null ? [] : dueEdits(allEdits(target.db), clock.now(), holdMicros);
        if (started === null || due.length === 0) return null;
        return Math.max(started, journal.lastAnswerAt ?? 0, Math.min(...due.map((each) => each.send_at)));
      },
      release() {
        health.dropRenewal();
        requeueInterrupted(target);
      },
      idleMillis: 30_000,
      alarmMillis: 180_000,
    },
  ];
}
