import * as z from 'zod';
import { changedColumns, type Draft, type DraftKinds } from '#shared/domain/draft';
import type { Row } from '#shared/domain/effects/effect';
import type { Micros } from '#shared/domain/instant';
import type { draftItem, draftOutcome } from '#shared/rpc/contract';
import { AppError } from '#shared/rpc/errors';
import { readOnlyError, toAppError } from '../cache/errors.ts';
import type { Cache, Clock, Log } from '../cache/types.ts';
import { durably } from '../sync/edits.ts';
import { createRows } from '../sync/rows.ts';
import { uuidv7 } from '../sync/uuid.ts';
import { ask, type AskOptions } from './call.ts';
import {
  allDrafts,
  deleteDraft,
  draftAbout,
  findDraft,
  markConfirmed,
  markConfirming,
  markDraft,
  noteDoubt,
  putDraft,
  setBase,
  type StoredDraft,
} from './store.ts';

export type DraftItem = z.output<typeof draftItem>;
export type DraftOutcome = z.output<typeof draftOutcome>;

export type DraftsOptions = AskOptions & {
  readonly cache: Cache;
  readonly userId: string;
  readonly kinds: DraftKinds;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId?: (now: Micros) => string;
  /** Resolves when the cache shows what the server has now; rejects with AppError. */
  readonly pull: () => Promise<void>;
  /** Server clock minus this machine's. */
  readonly serverOffset: () => number;
  readonly onChanged: () => void;
};

/** The drafts of one user's cache. Everything that writes throws AppError READ_ONLY in the second instance. */
export type Drafts = {
  list(): readonly DraftItem[];
  /**
   * Keeps a decision, over the row as it is shown now; a draft about the same row is replaced. Durable when it returns.
   * AppError BAD_INPUT, NOT_FOUND (no such row here), CONFLICT (the earlier one is being confirmed).
   */
  save(kind: string, args: unknown): { readonly id: string };
  /** The user has seen what changed since, and stands by it. */
  accept(id: string): void;
  /** Drops it; AppError CONFLICT while it is not known whether the server has done it. */
  discard(id: string): void;
  /**
   * Looks at the row anew and, when nothing is in the way, has the server do it. AppError OFFLINE and others when that
   * cannot be begun; once begun it ends with an outcome. Two calls at once are one.
   */
  confirm(id: string): Promise<DraftOutcome>;
  /** Finds out what became of every decision whose answer got lost. Quiet when the server cannot be asked. */
  settle(): Promise<void>;
  /** Resolves when no call is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
};

export function createDrafts(options: DraftsOptions): Drafts {
  const { cache, clock, kinds, userId, log } = options;
  const { db } = cache;
  const newId = options.newId ?? uuidv7;
  const rows = createRows(db);
  const target = { db, rows, userId };
  const underWay = new Map<string, Promise<DraftOutcome>>();
  const stopped = new AbortController();
  let settling: Promise<void> | null = null;

  const serverNow = () => clock.now() + options.serverOffset();

  function write<T>(work: () => T): T {
    if (cache.isReadOnly) throw readOnlyError();
    try {
      const done = durably(target, work);
      options.onChanged();
      return done;
    } catch (error) {
      throw toAppError(error);
    }
  }

  function meaningOf(stored: StoredDraft): Draft | null {
    return kinds[stored.kind]?.(JSON.parse(stored.content)) ?? null;
  }

  function rowOf(draft: Pick<Draft, 'table' | 'rowId'>): Row | null {
    return rows.get(draft.table, draft.rowId);
  }

  function toItem(stored: StoredDraft): DraftItem {
    const draft = meaningOf(stored);
    const row = draft === null ? null : rowOf(draft);
    const obstacle =
      draft === null || row === null ? null : draft.obstacle(row, rows, { userId, now: serverNow() });
    const base = baseOf(stored);
    const changes =
      draft === null || row === null
        ? []
        : changedColumns(draft.watches, base, row).map((field) => ({
            field,
            base: base[field] ?? null,
            theirs: row[field] ?? null,
          }));
    return {
      id: stored.key,
      kind: stored.kind,
      title: stored.title,
      table: stored.tbl,
      rowId: stored.row_id,
      createdAt: stored.made_at,
      lines: draft === null ? [] : [...draft.lines(rows)],
      changes: stored.state === 'draft' ? changes : [],
      problem: stored.problem ?? (stored.state === 'draft' ? obstacle : null),
      problemCode: stored.problem_code,
      state: stateOf(stored, { draft, row, obstacle, isChanged: changes.length > 0 }),
    };
  }

  function stateOf(
    stored: StoredDraft,
    seen: { draft: Draft | null; row: Row | null; obstacle: string | null; isChanged: boolean },
  ): DraftItem['state'] {
    if (stored.state === 'confirmed') return 'confirmed';
    if (stored.state === 'confirming') return underWay.has(stored.key) ? 'confirming' : 'in-doubt';
    if (underWay.has(stored.key)) return 'confirming';
    if (seen.draft === null) return 'update-required';
    if (seen.row === null) return 'gone';
    if (seen.isChanged) return 'review';
    if (seen.obstacle !== null) return 'blocked';
    return stored.problem === null || stored.problem_code === withdrawn ? 'ready' : 'refused';
  }

  async function confirmOnce(id: string): Promise<DraftOutcome> {
    const asked = requireDraft(id);
    if (asked.state === 'confirming') await settleOne(asked);
    const settled = requireDraft(id);
    if (settled.state === 'confirmed') return { outcome: 'confirmed', problem: null, result: null };
    if (settled.state === 'confirming') return doubtOf(settled);
    await options.pull();
    const stored = requireDraft(id);
    const draft = meaningOf(stored);
    const row = draft === null ? null : rowOf(draft);
    if (draft === null || row === null || changedColumns(draft.watches, baseOf(stored), row).length > 0) {
      return { outcome: 'review', problem: null, result: null };
    }
    const obstacle = draft.obstacle(row, rows, { userId, now: serverNow() });
    if (obstacle !== null) return { outcome: 'review', problem: obstacle, result: null };
    const unready = await prepare(draft, row);
    if (unready !== null) return unready;
    const { rpc, params } = draft.call(row);
    const key = newId(clock.now());
    // On the disk before the call leaves: whatever happens from here on, the key tells what became of it.
    write(() => markConfirming(db, id, key));
    const answer = await ask(options, rpc, { p_key: key, ...params }, stopped.signal);
    log('info', 'draft.asked', { kind: stored.kind, outcome: answer.kind });
    if (answer.kind === 'done') {
      write(() => deleteDraft(db, id));
      return {
        outcome: 'confirmed',
        problem: null,
        result: z.json().nullable().catch(null).parse(answer.result),
      };
    }
    if (answer.kind === 'refused') {
      const { code, message } = answer.error;
      write(() => markDraft(db, id, message, code));
      return { outcome: 'refused', problem: message, result: null };
    }
    return doubtOf(requireDraft(id));
  }

  /** Makes the calls that have to come first; why the decision cannot be sent, or null when it can. */
  async function prepare(draft: Draft, row: Row): Promise<DraftOutcome | null> {
    for (const first of draft.prepare?.(row, rows, { userId, now: serverNow() }) ?? []) {
      const answer = await ask(options, first.rpc, first.params, stopped.signal);
      if (answer.kind === 'doubt') throw answer.error;
      const problem = answer.kind === 'refused' ? answer.error.message : first.problem(answer.result);
      if (problem !== null) return { outcome: 'review', problem, result: null };
    }
    return null;
  }

  /** Asks what became of a decision. When the server cannot be asked, it stays in doubt. */
  async function settleOne(stored: StoredDraft): Promise<void> {
    const params = { p_key: stored.confirm_key, p_kind: stored.kind };
    const answer = await ask(options, 'console_once_settle', params, stopped.signal);
    // Settled by another call in the meantime.
    const now = findDraft(db, stored.key);
    if (now?.state !== 'confirming' || now.confirm_key !== stored.confirm_key) return;
    if (answer.kind !== 'done') {
      if (answer.kind === 'refused') write(() => noteDoubt(db, stored.key, answer.error.message));
      return;
    }
    const isDone = isRecord(answer.result) && answer.result['state'] === 'done';
    log('info', 'draft.settled', { kind: stored.kind, outcome: isDone ? 'done' : 'withdrawn' });
    write(() =>
      isDone
        ? markConfirmed(db, stored.key)
        : markDraft(
            db,
            stored.key,
            'The connection was lost before the server got this. Nothing was done; confirm it again.',
            withdrawn,
          ),
    );
  }

  async function settleAll(): Promise<void> {
    for (const stored of allDrafts(db)) {
      if (stopped.signal.aborted) return;
      if (stored.state === 'confirming' && !underWay.has(stored.key)) await settleOne(stored);
    }
  }

  function requireDraft(id: string): StoredDraft {
    const found = findDraft(db, id);
    if (found === undefined) throw new AppError('NOT_FOUND', 'This draft is not here any more.');
    return found;
  }

  /** Those of another way to the server (settling, another window of the same user) are left alone. */
  function requireQuiet(stored: StoredDraft): void {
    if (stored.state === 'confirming' || underWay.has(stored.key)) {
      throw new AppError(
        'CONFLICT',
        'It is not known yet whether the server has done this. It is found out as soon as the server can be asked.',
      );
    }
  }

  return {
    list: () => allDrafts(db).map(toItem),
    save(kind, args) {
      const draft = kinds[kind]?.(args) ?? null;
      if (draft === null) throw new AppError('BAD_INPUT', 'This is no decision that the console knows.');
      const row = rowOf(draft);
      if (row === null) throw new AppError('NOT_FOUND', 'What this is about is not here any more.');
      return write(() => {
        const earlier = draftAbout(db, draft.table, draft.rowId);
        if (earlier !== undefined) requireQuiet(earlier);
        const id = earlier?.key ?? newId(clock.now());
        putDraft(db, {
          key: id,
          kind,
          content: JSON.stringify(args),
          title: draft.title(rows),
          tbl: draft.table,
          row_id: draft.rowId,
          base: baseText(draft, row),
          made_at: earlier?.made_at ?? serverNow(),
        });
        return { id };
      });
    },
    accept(id) {
      write(() => {
        const stored = requireDraft(id);
        requireQuiet(stored);
        const draft = meaningOf(stored);
        const row = draft === null ? null : rowOf(draft);
        if (draft === null || row === null) {
          throw new AppError('NOT_FOUND', 'What this is about is not here any more.');
        }
        setBase(db, id, baseText(draft, row));
      });
    },
    discard(id) {
      write(() => {
        requireQuiet(requireDraft(id));
        deleteDraft(db, id);
      });
    },
    confirm(id) {
      if (cache.isReadOnly) return Promise.reject(readOnlyError());
      const already = underWay.get(id);
      if (already !== undefined) return already;
      const run = confirmOnce(id).finally(() => {
        underWay.delete(id);
        if (db.open) options.onChanged();
      });
      underWay.set(id, run);
      options.onChanged();
      return run;
    },
    settle() {
      if (cache.isReadOnly || !db.open) return Promise.resolve();
      settling ??= settleAll().finally(() => {
        settling = null;
      });
      return settling;
    },
    async idle() {
      await Promise.allSettled([...underWay.values(), settling]);
    },
    async stop() {
      stopped.abort();
      await Promise.allSettled([...underWay.values(), settling]);
    },
  };
}

/** The code of a draft whose key was taken out of use: nothing refused it. */
const withdrawn = 'withdrawn';

function doubtOf(stored: StoredDraft): DraftOutcome {
  return { outcome: 'in-doubt', problem: stored.problem, result: null };
}

function baseText(draft: Draft, row: Row): string {
  return JSON.stringify(Object.fromEntries(draft.watches.map((column) => [column, row[column] ?? null])));
}

function baseOf(stored: StoredDraft): Row {
  const base: Row = JSON.parse(stored.base);
  return base;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
