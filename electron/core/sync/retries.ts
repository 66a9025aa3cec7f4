import { backoffMillis, failureOf } from './failures.ts';
import type { Health } from './health.ts';
import type { Link } from './link.ts';
import type { Loop } from './loop.ts';
import { TransportError } from './transport.ts';

/** When what failed is tried again. */
export type Retries = {
  /** Milliseconds to wait after a failure; null when something other than time ends the wait. */
  after(error: unknown, attempt: number): number | null;
  succeeded(): void;
  /** Something rang: pulls now, unless the server asked to be left alone. */
  pullSoon(): void;
  /** Heeds what the link says, until the disposer is called. */
  listen(): () => void;
};

export type RetriesOptions = {
  readonly health: Health;
  readonly link?: Link;
  readonly random: () => number;
  readonly pulls: () => Loop;
  readonly pushes: () => Loop;
  /** Puts edits that were on their way back into the queue. */
  readonly requeue: () => void;
};

export function createRetries({ health, link, random, ...given }: RetriesOptions): Retries {
  /** The last failure was one that the server answered: its back-off holds, whoever rings. */
  let isTroubled = false;

  const retries: Retries = {
    after(error, attempt) {
      const failure = failureOf(error);
      isTroubled = !(failure.kind === 'retry' && failure.isOffline);
      if (error instanceof TransportError && error.status > 0) link?.answered();
      if (health.needsSignIn) return null;
      if (!isTroubled && link !== undefined) {
        link.lost();
        return null;
      }
      const wished = failure.kind === 'retry' ? failure.afterMillis : null;
      return Math.max(wished ?? 0, backoffMillis(attempt, random));
    },
    succeeded() {
      isTroubled = false;
      health.succeeded();
      link?.answered();
    },
    pullSoon() {
      if (isTroubled) given.pulls().nudge();
      else given.pulls().kick();
    },
    listen() {
      // A console that asks for nothing is to say that it is offline, too.
      const disposers = [link?.onDown(() => given.pulls().nudge()), link?.onBack(back)];
      return () => {
        for (const dispose of disposers) dispose?.();
      };
    },
  };

  /** What was on its way while the server was out of reach will never be answered. */
  function back(wasDown: boolean): void {
    const [pulls, pushes] = [given.pulls(), given.pushes()];
    if (wasDown) health.dropRenewal();
    if (wasDown && pushes.aliveAt !== null) {
      given.requeue();
      pushes.restart();
    }
    if (wasDown && pulls.aliveAt !== null) pulls.restart();
    else retries.pullSoon();
  }
  return retries;
}
