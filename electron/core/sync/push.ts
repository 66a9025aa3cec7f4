import type { PushMutation, PushResponse } from '#shared/domain/sync/wire';
import { statement } from '../cache/query.ts';
import type { Clock, Log } from '../cache/types.ts';
import type { Target } from './apply.ts';
import { durably, replay } from './edits.ts';
import { failureOf } from './failures.ts';
import { throwIfAbandoned } from './loop.ts';
import { allEdits, dueEdits, expectationsOf, findEdit, type StoredEdit } from './outbox.ts';
import { recordOutcome } from './outcomes.ts';
import type { SyncTransport } from './types.ts';

export type PushOptions = {
  readonly target: Target;
  readonly transport: SyncTransport;
  readonly clock: Clock;
  readonly log: Log;
  readonly clientId: string;
  readonly holdMicros: number;
  readonly onChanged: (tables: ReadonlySet<string>) => void;
};

const largestBatch = 50;

/**
 * Sends every edit that is due until none is left, at most one an entity at a time. Returns how many got an outcome.
 * Rejects with TransportError when the server could not be asked; the edits then wait for the next call.
 */
export async function pushDue(options: PushOptions, signal: AbortSignal): Promise<number> {
  const { target } = options;
  let decided = 0;
  let size = largestBatch;
  for (;;) {
    signal.throwIfAborted();
    const due = dueEdits(allEdits(target.db), options.clock.now(), options.holdMicros).slice(0, size);
    if (due.length === 0) return decided;
    markSending(target, due);
    let answer: PushResponse;
    try {
      answer = await options.transport.push(options.clientId, due.map(toWire), signal);
    } catch (error) {
      throwIfAbandoned(signal);
      const failure = failureOf(error);
      const isBatch = due.length > 1;
      const isRefused = ['too-large', 'refused', 'update'].includes(failure.kind);
      // The call as a whole was refused, so it had no effect and does not count as tried.
      if (isRefused) markUntried(target, due);
      if (failure.kind === 'too-large' && isBatch) {
        size = Math.max(1, Math.floor(size / 2));
        continue;
      }
      // It says nothing about the single edits: ask one by one.
      if (isRefused && isBatch) {
        size = 1;
        continue;
      }
      if (failure.kind === 'refused' || failure.kind === 'too-large' || failure.kind === 'update') {
        const [edit] = due;
        // A server that lacks the function, or the right to it, is being changed. What it did with an earlier try whose
        // answer was lost only its ledger can say: to call that refused would invite a second effect.
        const isChanging =
          failure.kind === 'update' || (failure.kind === 'refused' && failure.code === '42501');
        if (edit !== undefined && !(isChanging && edit.attempts > 0)) {
          options.onChanged(refuseWhole(target, edit, failure));
          decided += 1;
          continue;
        }
      }
      markQueued(target, due);
      throw error;
    }
    // Another run may be sending the same edits by now: it gets the same answer from the ledger.
    throwIfAbandoned(signal);
    decided += store(options, due, answer);
  }
}

/** Puts edits that were on their way when the process ended back into the queue; the ledger knows them. */
export function requeueInterrupted(target: Target): void {
  target.db.exec(`UPDATE outbox SET state = 'queued' WHERE state = 'sending'`);
}

function store(options: PushOptions, sent: readonly StoredEdit[], answer: PushResponse): number {
  const { target } = options;
  let decided = 0;
  const tables = durably(target, () => {
    for (const result of answer.results) {
      const edit = findEdit(target.db, result.id);
      if (edit?.state !== 'sending') continue;
      recordOutcome(target.db, edit, result);
      decided += 1;
      options.log('info', 'push.outcome', { kind: edit.kind, outcome: result.outcome, code: result.code });
    }
    return replay(target);
  });
  // A server that leaves an edit out has not decided it.
  markQueued(target, sent);
  options.onChanged(tables);
  if (decided === 0) throw new Error('the server answered none of the edits that were sent');
  return decided;
}

function refuseWhole(
  target: Target,
  edit: StoredEdit,
  failure: { readonly kind: string; readonly code?: string; readonly message?: string },
): ReadonlySet<string> {
  return durably(target, () => {
    recordOutcome(target.db, edit, {
      id: edit.id,
      outcome: failure.kind === 'update' ? 'unknown_kind' : 'rejected',
      duplicate: false,
      code: failure.code ?? failure.kind,
      message: failure.message ?? null,
      data: null,
    });
    return replay(target);
  });
}

function markSending(target: Target, edits: readonly StoredEdit[]): void {
  durably(target, () => {
    const mark = statement(
      target.db,
      `UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE position = ?`,
    );
    for (const edit of edits) mark.run(edit.position);
  });
}

function markUntried(target: Target, edits: readonly StoredEdit[]): void {
  durably(target, () => {
    const mark = statement(
      target.db,
      `UPDATE outbox SET state = 'queued', attempts = attempts - 1 WHERE position = ?`,
    );
    for (const edit of edits) mark.run(edit.position);
  });
}

function markQueued(target: Target, edits: readonly StoredEdit[]): void {
  const mark = statement(
    target.db,
    `UPDATE outbox SET state = 'queued' WHERE position = ? AND state = 'sending'`,
  );
  target.db.transaction(() => {
    for (const edit of edits) mark.run(edit.position);
  })();
}

function toWire(edit: StoredEdit): PushMutation {
  return {
    id: edit.id,
    seq: edit.seq,
    kind: edit.kind,
    args: JSON.parse(edit.args) as PushMutation['args'],
    expect: [...expectationsOf(edit)],
  };
}
