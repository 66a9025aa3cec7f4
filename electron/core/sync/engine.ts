import type { Mutation } from '#shared/domain/mutations';
import { AppError } from '#shared/rpc/errors';
import { readOnlyError, toAppError } from '../cache/errors.ts';
import { dropBaselines, type Target } from './apply.ts';
import { checkCache } from './check.ts';
import { createChecks } from './checks.ts';
import { addEdit, discardEdit, retryEdit, undoEdit, type EditOptions } from './edits.ts';
import { backoffMillis, failureOf } from './failures.ts';
import { createHealth, pullError } from './health.ts';
import { createLoop } from './loop.ts';
import { allEdits, dueEdits, nextDueAt, toItem } from './outbox.ts';
import { pullRound } from './pull.ts';
import { pushDue, requeueInterrupted } from './push.ts';
import { createRows } from './rows.ts';
import { clientId, readCheck } from './state.ts';
import { createStatus } from './status.ts';
import { releaseHolds } from './holds.ts';
import type { ChangeListener, SyncEngine, SyncEngineOptions } from './types.ts';
import { uuidv7 } from './uuid.ts';

/** Makes the engine of one open cache. Nothing happens before `start()`, except that edits can be added. */
export function createSyncEngine(options: SyncEngineOptions): SyncEngine {
  const { cache, clock, random, log } = options;
  const target: Target = { db: cache.db, rows: createRows(cache.db, options.tables), userId: options.userId };
  const newId = options.newId ?? uuidv7;
  const holdMicros = (options.holdMillis ?? 5000) * 1000;
  const changeListeners = new Set<ChangeListener>();
  const health = createHealth(options.refreshSession);
  const client = cache.isReadOnly ? '' : prepare(target, () => newId(clock.now()));
  const status = createStatus({ target, cache, health, clock, holdMicros });
  let isStarted = false;
  let isStopped = false;
  const disposers: (() => void)[] = [];
  let cancelDue: (() => void) | null = null;

  const edits: EditOptions = {
    target,
    clock,
    newId,
    holdMicros,
    serverOffset: () => status.read().serverOffset,
  };

  function changed(tables: ReadonlySet<string>): void {
    if (tables.size > 0) for (const listener of changeListeners) listener(tables);
    status.publish();
  }

  const pulls = createLoop({
    clock,
    async run(signal) {
      status.setPulling(true);
      try {
        const isRenewed = await health.withSession(() =>
          pullRound(
            {
              target,
              transport: options.transport,
              log,
              pageSize: options.pageSize,
              onChanged: changed,
              onProgress: status.progress,
            },
            signal,
          ),
        );
        health.succeeded();
        if (isRenewed) checks.planSoon();
        await checks.runWanted(signal);
      } finally {
        status.setPulling(false);
      }
      if (isStarted) pushes.nudge();
    },
    onError: (error, attempt) => failed('pull', error, attempt),
  });

  const checks = createChecks({
    check: (signal) =>
      health.withSession(() =>
        checkCache({ target, transport: options.transport, clock, log, onChanged: changed }, signal),
      ),
    pull: (signal) => pulls.request(signal),
    clock,
    log,
  });

  const pushes = createLoop({
    clock,
    async run(signal) {
      // While the server is out of reach nothing is marked as sent, so that it can still be taken back.
      if (health.isOffline) await pulls.request(signal);
      if (dueEdits(allEdits(target.db), clock.now(), holdMicros).length > 0) {
        status.setPushing(true);
        try {
          const push = { target, transport: options.transport, clock, log, clientId: client, holdMicros };
          const decided = await health.withSession(() => pushDue({ ...push, onChanged: changed }, signal));
          health.succeeded();
          if (decided > 0) pulls.kick();
        } finally {
          status.setPushing(false);
        }
      }
      planPush();
    },
    onError: (error, attempt) => failed('push', error, attempt),
  });

  function failed(what: string, error: unknown, attempt: number): number | null {
    const failure = failureOf(error);
    health.failed(toAppError(error));
    status.publish();
    log('warn', `${what}.failed`, { kind: failure.kind, attempt });
    if (health.needsSignIn) return null;
    const afterMillis = failure.kind === 'retry' ? failure.afterMillis : null;
    return Math.max(afterMillis ?? 0, backoffMillis(attempt, random));
  }

  /** Wakes the queue when the next held edit becomes due. */
  function planPush(): void {
    cancelDue?.();
    cancelDue = null;
    if (!isStarted || isStopped || cache.isReadOnly) return;
    const next = nextDueAt(allEdits(target.db), clock.now(), holdMicros);
    if (next === null) return;
    cancelDue = clock.after(Math.max(0, Math.ceil((next - clock.now()) / 1000)), () => {
      status.publish();
      pushes.nudge();
    });
  }

  function planPoll(): void {
    const millis = options.pollMillis ?? 30_000 + random() * 30_000;
    const cancel = clock.after(millis, () => {
      disposers.splice(disposers.indexOf(cancel), 1);
      checks.poll();
      pulls.nudge();
      // Also the watchdog of the queue: whatever it waits for, it is looked at again.
      pushes.nudge();
      planPoll();
    });
    disposers.push(cancel);
  }

  function edit<T extends { readonly tables: ReadonlySet<string> }>(work: () => T): T {
    if (cache.isReadOnly) throw readOnlyError();
    try {
      const done = work();
      changed(done.tables);
      planPush();
      return done;
    } catch (error) {
      throw toAppError(error);
    }
  }

  return {
    start() {
      if (isStopped || cache.isReadOnly) return;
      health.signedIn();
      if (!isStarted) {
        isStarted = true;
        status.setStarted(true);
        planPoll();
        // A rebuilt file holds nothing that was ever compared.
        checks.start(cache.recovery === null ? (readCheck(target.db)?.at ?? null) : null);
        if (options.doorbell !== undefined) disposers.push(options.doorbell.onRing(() => pulls.kick()));
      }
      planPush();
      // What is due goes out when this pull has found the server: without network nothing counts as sent.
      pulls.kick();
    },
    async stop() {
      isStopped = true;
      cancelDue?.();
      for (const dispose of disposers.splice(0)) dispose();
      await Promise.all([pulls.stop(), pushes.stop()]);
      status.setStarted(false);
    },
    async pull(signal) {
      if (cache.isReadOnly) throw readOnlyError();
      try {
        await pulls.request(signal);
      } catch (error) {
        throw pullError(error);
      }
    },
    async check(signal) {
      if (cache.isReadOnly) throw readOnlyError();
      try {
        return await checks.request(signal);
      } catch (error) {
        throw pullError(error);
      }
    },
    cancelPull: pulls.cancel,
    async flush(signal) {
      if (cache.isReadOnly) throw readOnlyError();
      releaseHolds(target, clock.now());
      try {
        await pushes.request(signal);
      } catch (error) {
        throw pullError(error);
      }
      if (dueEdits(allEdits(target.db), clock.now(), holdMicros).length > 0) {
        throw new AppError('OFFLINE', 'Some edits could not be sent. They stay in the outbox.');
      }
    },
    status: status.read,
    onStatus: status.listen,
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    add(added: Mutation) {
      const { mutationId } = edit(() => addEdit(edits, added));
      return { mutationId };
    },
    undo(id) {
      edit(() => undoEdit(edits, id));
    },
    retry(id) {
      edit(() => retryEdit(edits, id));
      if (isStarted) pushes.kick();
    },
    discard(id) {
      edit(() => discardEdit(edits, id));
      if (isStarted) pushes.nudge();
    },
    outbox() {
      const all = allEdits(target.db);
      const now = clock.now();
      const { serverOffset } = status.read();
      return all.map((each) => toItem(each, all, { now, holdMicros, serverOffset }));
    },
  };
}

function prepare(target: Target, makeId: () => string): string {
  dropBaselines(target);
  requeueInterrupted(target);
  return clientId(target.db, makeId);
}
