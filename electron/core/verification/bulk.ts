import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import type { Micros } from '#shared/domain/instant';
import { verificationKind } from '#shared/domain/verification/status';
import {
  decideManyAnswer,
  decisionInput,
  keyedKinds,
  type DecideManyAnswer,
  type DecisionInput,
} from '#shared/domain/verification/wire';
import { AppError } from '#shared/rpc/errors';
import type { BulkReport, BulkRow } from '#shared/rpc/verification-contract';
import { readOnlyError, toAppError } from '../cache/errors.ts';
import { statement } from '../cache/query.ts';
import type { Cache, Clock, Log } from '../cache/types.ts';
import { ask, type Answer, type AskOptions } from '../drafts/call.ts';
import { durably } from '../sync/edits.ts';
import { createRows } from '../sync/rows.ts';
import { uuidv7 } from '../sync/uuid.ts';
import {
  allBulks,
  deleteBulk,
  findBulk,
  insertBulk,
  markBulkDone,
  markBulkNothing,
  noteBulkDoubt,
  type StoredBulk,
} from './bulk-store.ts';

export type BulksOptions = AskOptions & {
  readonly cache: Cache;
  readonly userId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Server clock minus this machine's. */
  readonly serverOffset: () => number;
  readonly onChanged: () => void;
};

/** Decisions that are made together, of one user's cache. What writes throws AppError READ_ONLY in the second instance. */
export type Bulks = {
  /** Newest first. */
  list(): readonly BulkReport[];
  /** Has the server decide them all in one call under a key that is on the disk before. Never decides a case twice. */
  decide(decisions: readonly DecisionInput[]): Promise<BulkReport>;
  /** Finds out what became of those whose answer got lost. Quiet when the server cannot be asked. */
  settle(): Promise<void>;
  /** Drops a report; AppError CONFLICT while it is not known what was done. */
  dismiss(id: string): void;
  /** How many are in doubt. */
  inDoubt(): number;
  /** Resolves when no call is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
};

export function createBulks(options: BulksOptions): Bulks {
  const { cache, clock, log } = options;
  const { db } = cache;
  const target = { db, rows: createRows(db), userId: options.userId };
  const underWay = new Map<string, Promise<unknown>>();
  const stopped = new AbortController();
  let settling: Promise<void> | null = null;

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

  async function decideOnce(key: string, decisions: readonly DecisionInput[]): Promise<BulkReport> {
    const params = { p_key: key, p_decisions: decisions };
    let answer = await ask(options, rpc, params, stopped.signal);
    // The same key brings the answer that got lost, or does now what was not done.
    if (answer.kind === 'doubt' && !stopped.signal.aborted) {
      answer = await ask(options, rpc, params, stopped.signal);
    }
    log('info', 'bulk.asked', { rows: decisions.length, outcome: answer.kind });
    note(key, answer);
    return reportOf(db, requireBulk(key), false);
  }

  function note(key: string, answer: Answer): void {
    if (stopped.signal.aborted) return;
    if (answer.kind === 'done') noteResult(key, answer.result);
    else if (answer.kind === 'refused') write(() => markBulkNothing(db, key, answer.error.message));
    else write(() => noteBulkDoubt(db, key, answer.error.message));
  }

  function noteResult(key: string, result: unknown): void {
    const read = decideManyAnswer.safeParse(result);
    write(() =>
      read.success
        ? markBulkDone(db, key, JSON.stringify(read.data))
        : noteBulkDoubt(db, key, 'The backend answered in a way this console does not know.'),
    );
  }

  async function settleOne(stored: StoredBulk): Promise<void> {
    const params = { p_key: stored.key, p_kind: keyedKinds[rpc] };
    const answer = await ask(options, 'console_once_settle', params, stopped.signal);
    if (stopped.signal.aborted || answer.kind === 'doubt') return;
    if (answer.kind === 'refused') {
      write(() => noteBulkDoubt(db, stored.key, answer.error.message));
      return;
    }
    const settled = settledAnswer.safeParse(answer.result);
    if (!settled.success) return;
    log('info', 'bulk.settled', { outcome: settled.data.state });
    if (settled.data.state === 'done') noteResult(stored.key, settled.data.result);
    else
      write(() =>
        markBulkNothing(
          db,
          stored.key,
          'The connection was lost before the server got this. No case was decided; nothing will be done later.',
        ),
      );
  }

  async function settleAll(): Promise<void> {
    for (const stored of allBulks(db)) {
      if (stopped.signal.aborted) return;
      if (stored.state === 'asking' && !underWay.has(stored.key)) await settleOne(stored);
    }
  }

  function requireBulk(key: string): StoredBulk {
    const found = findBulk(db, key);
    if (found === undefined) throw new AppError('NOT_FOUND', 'This report is not here any more.');
    return found;
  }

  return {
    list: () => allBulks(db).map((stored) => reportOf(db, stored, underWay.has(stored.key))),
    async decide(decisions) {
      const key = uuidv7(clock.now());
      const now: Micros = clock.now() + options.serverOffset();
      // On the disk before the call leaves: whatever happens from here on, the key tells what became of every row.
      write(() => {
        for (const stored of allBulks(db).slice(mostKept)) {
          if (stored.state !== 'asking') deleteBulk(db, stored.key);
        }
        insertBulk(db, {
          key,
          decisions: JSON.stringify(decisions),
          about: JSON.stringify(aboutOf(db, decisions)),
          made_at: now,
        });
      });
      const run = decideOnce(key, decisions).finally(() => {
        underWay.delete(key);
        if (db.open) options.onChanged();
      });
      underWay.set(key, run);
      options.onChanged();
      return await run;
    },
    settle() {
      if (cache.isReadOnly || !db.open) return Promise.resolve();
      settling ??= settleAll().finally(() => {
        settling = null;
      });
      return settling;
    },
    dismiss(id) {
      write(() => {
        if (requireBulk(id).state === 'asking') {
          throw new AppError(
            'CONFLICT',
            'It is not known yet what the server has done. It is found out as soon as the server can be asked.',
          );
        }
        deleteBulk(db, id);
      });
    },
    inDoubt: () => allBulks(db).filter(({ state }) => state === 'asking').length,
    async idle() {
      await Promise.allSettled([...underWay.values(), settling]);
    },
    async stop() {
      stopped.abort();
      await Promise.allSettled([...underWay.values(), settling]);
    },
  };
}

const rpc = 'console_verification_decide_many';
/** Reports that are kept when nobody dismisses them. */
const mostKept = 20;

const settledAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), result: z.json() }),
  z.object({ state: z.literal('withdrawn') }),
]);

const about = z.record(z.string(), z.object({ name: z.string(), kind: verificationKind }));

function aboutOf(db: Database, decisions: readonly DecisionInput[]): z.output<typeof about> {
  return Object.fromEntries(
    decisions.flatMap(({ caseId }) => {
      const found = statement<[string], z.output<typeof about>[string]>(
        db,
        `SELECT coalesce(p.display_name, 'A tutor') AS name, c.kind FROM verification_cases c
         LEFT JOIN people p ON p.id = c.tutor_id WHERE c.id = ?`,
      ).get(caseId);
      return found === undefined ? [] : [[caseId, found]];
    }),
  );
}

/** What is known of every row: a bulk that is done has a result for each, whatever else was asked. */
function reportOf(db: Database, stored: StoredBulk, isUnderWay: boolean): BulkReport {
  const decisions = z.array(decisionInput).parse(JSON.parse(stored.decisions));
  const names = about.parse(JSON.parse(stored.about));
  const answer = stored.answer === null ? null : decideManyAnswer.parse(JSON.parse(stored.answer));
  const results = new Map(answer?.results.map((result) => [result.caseId, result]));
  return {
    id: stored.key,
    outcome: decisions[0]?.outcome ?? 'APPROVE',
    state: stored.state === 'asking' ? (isUnderWay ? 'asking' : 'in-doubt') : stored.state,
    madeAt: stored.made_at,
    problem: stored.problem,
    rows: decisions.map(({ caseId }) => ({
      caseId,
      kind: names[caseId]?.kind ?? null,
      tutorName: names[caseId]?.name ?? 'A tutor',
      ...(stored.state === 'done'
        ? resultOf(db, results.get(caseId))
        : {
            ...nothingKnown,
            state: stored.state === 'asking' ? ('unknown' as const) : ('untouched' as const),
          }),
    })),
  };
}

type RowResult = Omit<BulkRow, 'caseId' | 'kind' | 'tutorName'>;
const nothingKnown = { decisionId: null, undoUntil: null, rule: null, message: null, by: null };

function resultOf(db: Database, result: DecideManyAnswer['results'][number] | undefined): RowResult {
  if (result === undefined) return { ...nothingKnown, state: 'untouched' };
  if (result.outcome === 'refused') {
    const by = result.data['by'] ?? result.data['holder'];
    const { rule, message } = result;
    return { ...nothingKnown, state: 'refused', rule, message, by: typeof by === 'string' ? by : null };
  }
  const { decisionId, undoUntil } = result;
  const taken = statement<[string], { reversed_at: number | null }>(
    db,
    'SELECT reversed_at FROM verification_decisions WHERE id = ?',
  ).get(decisionId);
  const isReversed = taken !== undefined && taken.reversed_at !== null;
  return { ...nothingKnown, state: isReversed ? 'reversed' : 'decided', decisionId, undoUntil };
}
