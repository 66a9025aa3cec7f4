import type { Mutation } from '#shared/domain/mutations';
import type { PullResponse } from '#shared/domain/sync/wire';
import { AppError } from '#shared/rpc/errors';
import { readOnlyError, toAppError } from '../cache/errors.ts';
import { dropBaselines, purge, type Target } from './apply.ts';
import { checkCache } from './check.ts';
import { createChecks } from './checks.ts';
import { addGroup, discardGroup, retryGroup, undoGroup } from './edit-groups.ts';
import { addEdit, discardEdit, replaceEdit, retryEdit, undoEdit, type EditOptions } from './edits.ts';
import { failureOf } from './failures.ts';
import { createHealth, pullError } from './health.ts';
import { hoursConflict } from './conflicts.ts';
import { createJournal } from './journal.ts';
import { createAlarms } from './alarms.ts';
import { createLoop, isAbandoned, throwIfAbandoned } from './loop.ts';
import { allEdits, dueEdits, findEdit, nextDueAt } from './outbox.ts';
import { planPolls } from './polls.ts';
import { pullRound } from './pull.ts';
import { pushDue, requeueInterrupted } from './push.ts';
import { createReports } from './reports.ts';
import { createRetries } from './retries.ts';
import { createRows } from './rows.ts';
import { clientId, readCheck, type PullState } from './state.ts';
import { createStatus } from './status.ts';
import { releaseHolds } from './holds.ts';
import type { ChangeListener, SyncEngine, SyncEngineOptions, SyncHealth } from './types.ts';
import { uuidv7 } from './uuid.ts';
import { wardsOf } from './wards.ts';
import { createWatchdog } from './watchdog.ts';

/** Makes the engine of one open cache. Nothing happens before `start()`, except that edits can be added. */
export function createSyncEngine(options: SyncEngineOptions): SyncEngine {
  const { cache, clock, log } = options;
  const target: Target = { db: cache.db, rows: createRows(cache.db, options.tables), userId: options.userId };
  const newId = options.newId ?? uuidv7;
  const holdMicros = (options.holdMillis ?? 5000) * 1000;
  const changeListeners = new Set<ChangeListener>();
  const health = createHealth(options.refreshSession);
  const client = cache.isReadOnly ? '' : prepare(target, () => newId(clock.now()));
  const journal = createJournal(clock);
  const alarms = createAlarms(cache, clock, () => watchdog.alarms());
  const status = createStatus({ target, cache, health, clock, holdMicros, alarms: alarms.all });
  let isRebuildWanted = false;
  let isStarted = false;
  let isStopped = false;
  let startedAt = clock.now();
  let checking: SyncHealth['check'] = null;
  let isAwaitingPull = false;
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
    cache.wal.afterWrite(false);
    status.publish();
  }

  const retries = createRetries({
    ...options,
    health,
    pulls: () => pulls,
    pushes: () => pushes,
    requeue: () => requeueInterrupted(target),
  });

  const pulls = createLoop({
    clock,
    async run(signal) {
      status.setPulling(true);
      journal.beginPull();
      checking = null;
      try {
        let isRenewed = await pullOnce(signal);
        if (isRebuildWanted) {
          // Only now: without a server there would be nothing to show.
          isRebuildWanted = false;
          changed(purge(target, {}));
          await pullOnce(signal);
          isRenewed = true;
        }
        retries.succeeded();
        alarms.noteStored(null);
        journal.endPull();
        cache.wal.afterWrite(true);
        if (isRenewed) checks.planSoon();
        if (journal.missedRings >= 3) options.doorbell?.refresh?.();
        await checks.runWanted(signal);
        watchdog.look();
      } finally {
        if (!isAbandoned(signal)) status.setPulling(false);
      }
      if (isStarted) pushes.nudge();
    },
    onError: (error, attempt) => failed('pull', error, attempt),
  });

  async function pullOnce(signal: AbortSignal): Promise<boolean> {
    const work = {
      target,
      transport: options.transport,
      log,
      pageSize: options.pageSize,
      onChanged: changed,
      onProgress(state: PullState, answer: PullResponse) {
        alive();
        journal.received(answer);
        status.progress(state, answer);
      },
      onAccess: options.onAccess,
      requireRoom: cache.wal.requireRoom,
    };
    const isRenewed = await health.withSession(() => pullRound(work, signal));
    throwIfAbandoned(signal);
    return isRenewed;
  }

  const checks = createChecks({
    async check(signal) {
      const onProgress = (done: number, total: number) => {
        alive();
        checking = { done, total };
        status.publish();
      };
      const { transport } = options;
      const work = { target, read: cache.read, transport, clock, log, onChanged: changed, onProgress };
      try {
        return await health.withSession(() => checkCache(work, signal));
      } finally {
        if (!isAbandoned(signal)) checking = null;
      }
    },
    pull: (signal) => pulls.request(signal),
    clock,
    log,
  });

  const pushes = createLoop({
    clock,
    async run(signal) {
      // While the server is out of reach nothing is marked as sent, so that it can still be taken back.
      if (health.isOffline) {
        isAwaitingPull = true;
        try {
          await pulls.request(signal);
        } finally {
          isAwaitingPull = false;
        }
      }
      if (dueEdits(allEdits(target.db), clock.now(), holdMicros).length > 0) {
        status.setPushing(true);
        try {
          const push = { target, transport: options.transport, clock, log, clientId: client, holdMicros };
          const decided = await health.withSession(() => pushDue({ ...push, onChanged: changed }, signal));
          throwIfAbandoned(signal);
          retries.succeeded();
          if (decided > 0) {
            journal.answered();
            pulls.kick();
            watchdog.look();
          }
        } finally {
          if (!isAbandoned(signal)) status.setPushing(false);
        }
      }
      planPush();
    },
    onError: (error, attempt) => failed('push', error, attempt),
  });

  const watchdog = createWatchdog({
    clock,
    log,
    wards: wardsOf({
      target,
      clock,
      health,
      journal,
      pulls,
      pushes,
      holdMicros,
      pollMillis: options.pollMillis,
      startedAt: () => (isBusy() ? startedAt : null),
    }),
    isOffline: () => health.isOffline,
    onAlarm: () => status.publish(),
    onFailed: noticed,
  });

  /** Whether standing still would be a fault: the link says when a server that is out of reach is back. */
  function isBusy(): boolean {
    return isStarted && !isStopped && !health.needsSignIn && options.link?.isDown !== true;
  }

  /** A push that waits for a pull gets on as long as that does. */
  function alive(): void {
    pulls.alive();
    if (isAwaitingPull) pushes.alive();
  }

  function failed(what: 'pull' | 'push', error: unknown, attempt: number): number | null {
    const failure = failureOf(error);
    cache.noticed(error);
    alarms.noteStored(toAppError(error));
    health.failed(toAppError(error));
    journal.failed(what, error, pullError(error));
    status.publish();
    log('warn', `${what}.failed`, { kind: failure.kind, attempts: attempt });
    return retries.after(error, attempt);
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

  function rung(): void {
    journal.rang();
    watchdog.look();
    retries.pullSoon();
  }

  function edit<T extends { readonly tables: ReadonlySet<string> }>(work: () => T): T {
    if (cache.isReadOnly) throw readOnlyError();
    try {
      const done = work();
      alarms.noteStored(null);
      changed(done.tables);
      planPush();
      return done;
    } catch (error) {
      const known = toAppError(error);
      cache.noticed(error);
      alarms.noteStored(known);
      status.publish();
      throw known;
    }
  }

  /** What nobody else is told of. */
  function noticed(error: unknown): void {
    if (!cache.noticed(error)) log('error', 'sync.failed', { error });
  }

  const reports = createReports({
    target,
    cache,
    clock,
    holdMicros,
    status,
    journal,
    pulls,
    pushes,
    watchdog,
    checking: () => checking,
  });

  return {
    start() {
      if (isStopped || cache.isReadOnly) return;
      health.signedIn();
      if (!isStarted) {
        isStarted = true;
        startedAt = clock.now();
        status.setStarted(true);
        disposers.push(planPolls({ ...options, pulls, pushes, onPoll: checks.poll }));
        watchdog.start();
        disposers.push(cache.wal.onChange(status.publish));
        // A rebuilt file holds nothing that was ever compared.
        checks.start(cache.recovery === null ? (readCheck(target.db)?.at ?? null) : null);
        if (options.doorbell !== undefined) disposers.push(options.doorbell.onRing(rung));
        disposers.push(retries.listen());
      }
      planPush();
      // What is due goes out when this pull has found the server: without network nothing counts as sent.
      pulls.kick();
    },
    async stop() {
      isStopped = true;
      cancelDue?.();
      watchdog.stop();
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
    async rebuild(signal) {
      if (cache.isReadOnly) throw readOnlyError();
      isRebuildWanted = true;
      log('info', 'cache.rebuild.asked');
      try {
        await pulls.request(signal);
      } catch (error) {
        throw pullError(error);
      } finally {
        isRebuildWanted = false;
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
    replace(id, edited) {
      const { mutationId } = edit(() => replaceEdit(edits, id, edited));
      return { mutationId };
    },
    keepBoth(id) {
      const stored = findEdit(target.db, id);
      const merged = stored === undefined ? null : (hoursConflict(stored, target.rows)?.merged ?? null);
      if (merged === null) edit(() => retryEdit(edits, id));
      else edit(() => replaceEdit({ ...edits, holdMicros: 0 }, id, merged));
      if (isStarted) pushes.kick();
    },
    addMany(title, many) {
      const { groupId, results } = edit(() => addGroup(edits, title, many));
      return { groupId, results };
    },
    undoGroup(groupId) {
      const { undone, left } = edit(() => undoGroup(edits, groupId));
      return { undone, left };
    },
    retryGroup(groupId) {
      const { count } = edit(() => retryGroup(edits, groupId));
      if (isStarted) pushes.kick();
      return { count };
    },
    discardGroup(groupId) {
      const { count } = edit(() => discardGroup(edits, groupId));
      if (isStarted) pushes.nudge();
      return { count };
    },
    ...reports,
  };
}

function prepare(target: Target, makeId: () => string): string {
  dropBaselines(target);
  requeueInterrupted(target);
  return clientId(target.db, makeId);
}
