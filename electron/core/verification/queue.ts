import type { Database } from 'better-sqlite3';
import type * as z from 'zod';
import type { Micros } from '#shared/domain/instant';
import { openStatuses } from '#shared/domain/verification/status';
import {
  queueItem,
  type QueueCounts,
  type QueueFilter,
  type QueueItem,
} from '#shared/rpc/verification-contract';
import { defineQuery, statement } from '../cache/query.ts';

export type QueueInput = {
  readonly filter: QueueFilter;
  readonly offset: number;
  readonly limit: number;
  readonly userId: string;
  readonly now: Micros;
};

/** A page of the queue and how many cases the filter leaves. */
export const queueQuery = defineQuery(
  'verification.queue',
  (db, { filter, offset, limit, userId, now }: QueueInput): { total: number; items: QueueItem[] } => {
    const { where, params } = conditionsOf(filter, userId, now);
    const isOpenQueue = filter.status === 'open';
    const order = isOpenQueue
      ? 'c.priority DESC, c.submitted_at, c.id'
      : 'coalesce(c.decided_at, c.submitted_at) DESC, c.id';
    const total = statement<[object], { total: number }>(
      db,
      `SELECT count(*) AS total FROM verification_cases c ${joins(filter)} ${where}`,
    ).get(params);
    const items = statement<[object], CaseRow>(
      db,
      // The page's ids first: sorting whole rows with their names would be most of the work.
      `${selectCases} WHERE c.id IN (
         SELECT c.id FROM verification_cases c ${joins(filter)} ${where} ORDER BY ${order} LIMIT @limit OFFSET @offset)
       ORDER BY ${order}`,
    ).all({ ...params, limit, offset });
    return { total: total?.total ?? 0, items: items.map(toQueueItem) };
  },
);

/** How many open cases there are of what the badges and filters name. */
export const countsQuery = defineQuery(
  'verification.counts',
  (db, input: { readonly userId: string; readonly now: Micros }): QueueCounts => {
    const found = statement<[object], QueueCounts>(
      db,
      `SELECT count(*) AS open,
         count(*) FILTER (WHERE c.sla_due_at > @now) AS fresh,
         count(*) FILTER (WHERE c.sla_due_at <= @now AND c.sla_late_at > @now) AS due,
         count(*) FILTER (WHERE c.sla_late_at <= @now AND c.sla_breach_at > @now) AS late,
         count(*) FILTER (WHERE c.sla_breach_at <= @now) AS breach,
         count(*) FILTER (WHERE k.holder_id = @userId AND k.expires_at > @now) AS mine,
         count(*) FILTER (WHERE c.escalated_at IS NOT NULL) AS escalated,
         (SELECT count(*) FROM verification_cases WHERE is_disputed) AS disputed,
         count(*) FILTER (WHERE c.file_state <> 'present') AS withoutFile,
         (SELECT count(*) FROM verification_second_reviews WHERE status = 'OPEN' AND opens_at <= @now
            AND (holder_id IS NULL OR holder_id = @userId OR expires_at <= @now)) AS secondReviews,
         nullif(min(
           min(iif(c.sla_due_at > @now, c.sla_due_at, 9e15)), min(iif(c.sla_late_at > @now, c.sla_late_at, 9e15)),
           min(iif(c.sla_breach_at > @now, c.sla_breach_at, 9e15)), min(iif(k.expires_at > @now, k.expires_at, 9e15))
         ), 9e15) AS changesAt
       FROM verification_cases c LEFT JOIN verification_claims k ON k.id = c.id
       WHERE c.status IN (${openList})`,
    ).get(input);
    if (found === undefined) throw new Error('a count without a row');
    return { ...found, changesAt: found.changesAt === null ? null : Number(found.changesAt) };
  },
);

/** One case as the queue shows it; null when it is not in the cache. */
export function caseItem(db: Database, caseId: string): QueueItem | null {
  const row = statement<[object], CaseRow>(db, `${selectCases} WHERE c.id = @caseId`).get({ caseId });
  return row === undefined ? null : toQueueItem(row);
}

/** A row of selectCases: what the contract says, with SQLite's numbers in place of booleans. */
type CaseRow = Omit<z.output<typeof queueItem>, 'isEscalated' | 'isDisputed'> & {
  readonly isEscalated: number;
  readonly isDisputed: number;
};

const openList = openStatuses.map((status) => `'${status}'`).join(', ');

const selectCases = `
  SELECT c.id AS caseId, c.kind, c.status, c.priority, c.attempt, c.tutor_id AS tutorId,
    coalesce(p.display_name, 'A tutor') AS tutorName, c.submitted_at AS submittedAt, c.sla_due_at AS dueAt,
    c.sla_late_at AS lateAt, c.sla_breach_at AS breachAt, c.recommendation, c.confidence, c.file_state AS fileState,
    c.escalated_at IS NOT NULL AS isEscalated, c.is_disputed AS isDisputed, k.holder_id AS holderId,
    h.display_name AS holderName, iif(k.holder_id IS NULL, NULL, k.expires_at) AS claimedUntil,
    c.decision_id AS decisionId, c.decided_by AS decidedById, d.display_name AS decidedByName, c.decided_at AS decidedAt,
    c.undo_until AS undoUntil, c.row_version AS rowVersion
  FROM verification_cases c
  LEFT JOIN people p ON p.id = c.tutor_id
  LEFT JOIN verification_claims k ON k.id = c.id
  LEFT JOIN people h ON h.id = k.holder_id
  LEFT JOIN people d ON d.id = c.decided_by`;

/** Only what the conditions name: counting 10,000 cases needs no names. */
function joins(filter: QueueFilter): string {
  return [
    filter.search === '' ? '' : 'LEFT JOIN people p ON p.id = c.tutor_id',
    filter.holder === undefined ? '' : 'LEFT JOIN verification_claims k ON k.id = c.id',
  ].join(' ');
}

function conditionsOf(filter: QueueFilter, userId: string, now: Micros) {
  const conditions: string[] = [];
  const params: Record<string, string | number> = { now };
  const add = (condition: string, values: Record<string, string | number> = {}) => {
    conditions.push(condition);
    Object.assign(params, values);
  };
  // The statuses are words of a closed list, parsed at the border, so they may stand in the text.
  add(
    filter.status === 'open'
      ? `c.status IN (${openList})`
      : `c.status IN (${filter.status.map((status) => `'${status}'`).join(', ')})`,
  );
  if (filter.kind !== undefined) add('c.kind = @kind', { kind: filter.kind });
  if (filter.recommendation === 'none') add('c.recommendation IS NULL');
  else if (filter.recommendation !== undefined) {
    add('c.recommendation = @recommendation', { recommendation: filter.recommendation });
  }
  if (filter.band !== undefined) add(bands[filter.band]);
  if (filter.holder !== undefined) add(holders[filter.holder], { userId });
  if (filter.priority !== undefined) add('c.priority = @priority', { priority: filter.priority });
  if (filter.isEscalated !== undefined) add(`c.escalated_at IS ${filter.isEscalated ? 'NOT' : ''} NULL`);
  if (filter.isDisputed !== undefined)
    add('c.is_disputed = @isDisputed', { isDisputed: Number(filter.isDisputed) });
  if (filter.isWithoutFile !== undefined) add(`c.file_state ${filter.isWithoutFile ? '<>' : '='} 'present'`);
  const search = filter.search.trim();
  if (search !== '') {
    add(
      `(p.display_name LIKE @search ESCAPE '\\' OR c.id IN (SELECT case_id FROM verification_documents
         WHERE filename LIKE @search ESCAPE '\\' OR candidate_number LIKE @search ESCAPE '\\'))`,
      { search: `%${search.replace(/[\\%_]/g, (character) => `\\${character}`)}%` },
    );
  }
  return { where: `WHERE ${conditions.join(' AND ')}`, params };
}

const bands = {
  fresh: 'c.sla_due_at > @now',
  due: 'c.sla_due_at <= @now AND c.sla_late_at > @now',
  late: 'c.sla_late_at <= @now AND c.sla_breach_at > @now',
  breach: 'c.sla_breach_at <= @now',
} as const;

const holders = {
  mine: 'k.holder_id = @userId AND k.expires_at > @now',
  free: '(k.holder_id IS NULL OR k.expires_at <= @now)',
  others: 'k.holder_id <> @userId AND k.expires_at > @now',
} as const;

function toQueueItem({ isEscalated, isDisputed, ...row }: CaseRow): QueueItem {
  return { ...row, isEscalated: isEscalated === 1, isDisputed: isDisputed === 1 };
}
