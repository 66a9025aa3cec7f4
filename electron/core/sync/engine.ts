import type { Mutation } from '#shared/domain/mutations';
import { AppError } from '#shared/rpc/errors';
import { readOnlyError, toAppError } from '../cache/errors.ts';
import { dropBaselines, type Target } from './apply.ts';
import { checkCache } from './check.ts';
import { createChecks } from './checks.ts';
import { addGroup, discardGroup, retryGroup, undoGroup } from './edit-groups.ts';
import { addEdit, discardEdit, replaceEdit, retryEdit, undoEdit, type EditOptions } from './edits.ts';
import { backoffMillis, failureOf } from './failures.ts';
import { allGroups } from './groups.ts';
import { createHealth, pullError } from './health.ts';
import { hoursConflict } from './conflicts.ts';
import { createJournal } from './journal.ts';
import { createLoop, isAbandoned, throwIfAbandoned } from './loop.ts';
import { allEdits, dueEdits, findEdit, isWaiting, nextDueAt, toItem } from './outbox.ts';
import { pullRound } from './pull.ts';
import { pushDue, requeueInterrupted } from './push.ts';
import { createRows } from './rows.ts';
import { clientId, readCheck } from './state.ts';
import { createStatus } from './status.ts';
import { releaseHolds } from './holds.ts';
import type { ChangeListener, SyncEngine, SyncEngineOptions, SyncHealth } from './types.ts';
import { uuidv7 } from './uuid.ts';
import { createWatchdog } from './watchdog.ts';

/** Makes the engine of one open cache. Nothing happens before `start()`, except that edits can be added. */
export function createSyncEngine(options: SyncEngineOptions): SyncEngine {
  const { cache, clock, random, log } = options;
  const target: Target = { db: cache.db, rows: createRows(cache.db, options.tables), userId: options.userId };
  const newId = options.newId ?? uuidv7;
  const holdMicros = (options.holdMillis ?? 5000) * 1000;
  const changeListeners = new Set<ChangeListener>();
  const health = createHealth(options.refreshSession);
  const client = cache.isReadOnly ? '' : prepare(target, () => newId(clock.now()));
  const journal = createJournal(clock);
  const status = createStatus({
    target,
    cache,
    health,
    clock,
    holdMicros,
    alarms: () => watchdog.alarms(),
  });
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
    status.publish();
  }

  const pulls = createLoop({
    clock,
    async run(signal) {
      status.setPulling(true);
      journal.beginPull();
      try {
        const isRenewed = await health.withSession(() =>
          pullRound(
            {
              target,
              transport: options.transport,
              log,
              pageSize: options.pageSize,
              onChanged: changed,
              onProgress(state, answer) {
                alive();
                journal.received(answer);
                status.progress(state, answer);
              },
              onAccess: options.onAccess,
            },
            signal,
          ),
        );
        throwIfAbandoned(signal);
        health.succeeded();
        journal.endPull();
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
          health.succeeded();
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
    wards: [
      {
        kind: 'pull',
        loop: pulls,
        owedSince: () => (isResting() ? null : (journal.lastPull?.endedAt ?? startedAt)),
        release() {
          health.dropRenewal();
          checking = null;
        },
        idleMillis: (options.pollMillis ?? 60_000) + 30_000,
        alarmMillis: Math.max(600_000, 3 * (options.pollMillis ?? 0)),
      },
      {
        kind: 'push',
        loop: pushes,
        owedSince() {
          const due = isResting() ? [] : dueEdits(allEdits(target.db), clock.now(), holdMicros);
          if (due.length === 0) return null;
          return Math.max(startedAt, journal.lastAnswerAt ?? 0, Math.min(...due.map((each) => each.send_at)));
        },
        release() {
          health.dropRenewal();
          requeueInterrupted(target);
        },
        idleMillis: 30_000,
        alarmMillis: 180_000,
      },
    ],
    isOffline: () => health.isOffline,
    onAlarm: () => status.publish(),
  });

  /** Whether standing still is as it should be. */
  function isResting(): boolean {
    return !isStarted || isStopped || cache.isReadOnly || health.needsSignIn;
  }

  /** A push that waits for a pull gets on as long as that does. */
  function alive(): void {
    pulls.alive();
    if (isAwaitingPull) pushes.alive();
  }

  function failed(what: 'pull' | 'push', error: unknown, attempt: number): number | null {
    const failure = failureOf(error);
    health.failed(toAppError(error));
    journal.failed(what, error, pullError(error));
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

  function rung(): void {
    journal.rang();
    watchdog.look();
    pulls.kick();
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
        startedAt = clock.now();
        status.setStarted(true);
        planPoll();
        watchdog.start();
        // A rebuilt file holds nothing that was ever compared.
        checks.start(cache.recovery === null ? (readCheck(target.db)?.at ?? null) : null);
        if (options.doorbell !== undefined) disposers.push(options.doorbell.onRing(rung));
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
    health() {
      const waiting = allEdits(target.db).filter(isWaiting);
      return {
        lastPull: journal.lastPull,
        check: checking,
        oldestEditAt: waiting.length === 0 ? null : Math.min(...waiting.map((each) => each.created_at)),
        lastAnswerAt: journal.lastAnswerAt,
        pullRetryAt: pulls.retryAt,
        pushRetryAt: pushes.retryAt,
        lastRingAt: journal.lastRingAt,
        faults: journal.faults,
        restarts: watchdog.restarts,
      };
    },
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
    groups: () => allGroups(target.db),
    outbox() {
      const all = allEdits(target.db);
      const now = clock.now();
      const { serverOffset } = status.read();
      return all.map((each) => {
        const item = toItem(each, all, { now, holdMicros, serverOffset });
        if (item.state !== 'conflict') return item;
        const fields = hoursConflict(each, target.rows)?.fields;
        return fields === undefined ? item : { ...item, fields: [...fields] };
      });
    },
  };
}

function prepare(target: Target, makeId: () => string): string {
  dropBaselines(target);
  requeueInterrupted(target);
  return clientId(target.db, makeId);
}
