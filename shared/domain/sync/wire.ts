import * as z from 'zod';

/** A whole pg_snapshot as text, or '1:1:' before the first pull. Source: facts of design 5, "whole-snapshot cursor". */
export const snapshot = z.string().regex(/^\d+:\d+:(\d+(,\d+)*)?$/);
export const noSnapshot = '1:1:';
export const zeroId = '00000000-0000-0000-0000-000000000000';

/** Where a table's paging stands: rows after (xid, id) that `snap` did not see. Null when the table is done. */
export const tableCursor = z.object({
  snap: snapshot,
  xid: z.string().regex(/^\d+$/),
  id: z.uuid(),
});
export type TableCursor = z.infer<typeof tableCursor>;

/** Where the visibility log's paging stands. */
export const logCursor = z.object({
  snap: snapshot,
  xid: z.string().regex(/^\d+$/),
  seq: z.number().int().nonnegative(),
});
export type LogCursor = z.infer<typeof logCursor>;

/** The one argument of `sync_pull(p_request jsonb)`. Tables left out are not asked for. */
export const pullRequest = z.object({
  version: z.literal(1),
  tables: z.record(z.string(), tableCursor),
  log: logCursor.nullable(),
  limit: z.number().int().min(1).max(5000),
  /** Asks for `total`; set on the first page of a first pull, because counting costs. */
  wantsTotal: z.boolean().optional(),
});
export type PullRequest = z.infer<typeof pullRequest>;

/** One value of a row on the wire. */
const wireValue = z.json();
export type WireValue = z.infer<typeof wireValue>;

/** A row on the wire: values in the order of `columns`. STRICT tables check them; parsing 100,000 rows here would cost seconds. */
const wireRows = z.array(z.custom<readonly WireValue[]>(Array.isArray));

/**
 * What `sync_pull` answers: one statement, so one snapshot. `columns` names the row positions. A table's `more` is
 * the cursor of its next page, null when it is exhausted. `log` lists rows to re-check: those still visible come
 * along in `rows` of `rechecked`, all other rows named there have to go.
 */
export const pullResponse = z.object({
  epoch: z.string(),
  snapshot,
  /** The server's clock in microseconds. */
  now: z.number().int(),
  accessEpoch: z.number().int(),
  /** Rows of the asked tables that this principal may see, when the request wanted it. */
  total: z.number().int().nullable(),
  /** Tables this principal may cache at all; the client drops every other. */
  scope: z.array(z.string()),
  tables: z.record(
    z.string(),
    z.object({
      columns: z.array(z.string()),
      rows: wireRows,
      more: z.object({ xid: z.string(), id: z.uuid() }).nullable(),
    }),
  ),
  log: z
    .object({
      entries: z.array(z.tuple([z.string(), z.uuid(), z.enum(['D', 'R', 'G'])])),
      rechecked: z.record(z.string(), z.object({ columns: z.array(z.string()), rows: wireRows })),
      more: z.object({ xid: z.string(), seq: z.number().int() }).nullable(),
    })
    .nullable(),
});
export type PullResponse = z.infer<typeof pullResponse>;

/** SQLSTATEs of `sync_pull` that mean the cursor is of no use: from the future, or older than the purged log. */
export const cursorFromFuture = 'SY001';
export const cursorPurged = 'SY002';

/** The server rows an edit was based on, in wire form; compared by typed value. */
export const expectation = z.object({
  table: z.string(),
  id: z.uuid(),
  fields: z.record(z.string(), wireValue),
  rowVersion: z.number().int().optional(),
});
export type Expectation = z.infer<typeof expectation>;

export const pushMutation = z.object({
  id: z.uuid(),
  seq: z.number().int().positive(),
  kind: z.string(),
  args: z.record(z.string(), wireValue),
  expect: z.array(expectation),
});
export type PushMutation = z.infer<typeof pushMutation>;

export const mutationOutcome = z.enum(['applied', 'conflict', 'rejected', 'gone', 'unknown_kind']);
export type MutationOutcome = z.infer<typeof mutationOutcome>;

/** What `sync_push(p_client_id uuid, p_mutations jsonb)` answers, one result a mutation and in their order. */
export const pushResponse = z.object({
  now: z.number().int(),
  results: z.array(
    z.object({
      id: z.uuid(),
      outcome: mutationOutcome,
      duplicate: z.boolean(),
      /**
       * For refusals: the rule's name and words for people. `data.rows` = [{table, id, row}]: for conflicts the
       * server's rows in wire form; for applied edits only {table, id, rowVersion} of the expected rows.
       */
      code: z.string().nullable(),
      message: z.string().nullable(),
      data: z.record(z.string(), z.json()).nullable(),
    }),
  ),
});
export type PushResponse = z.infer<typeof pushResponse>;

/** What every answer of the self-check begins with; it speaks of the cache only while these are the cache's own. */
const digestHead = {
  epoch: z.string(),
  snapshot,
  accessEpoch: z.number().int(),
  scope: z.array(z.string()),
};

/** What `sync_digest(p_tables jsonb)` answers: per table [bucket, rows, hash] of each bucket that has rows. */
export const digestResponse = z.object({
  ...digestHead,
  tables: z.record(
    z.string(),
    z.object({
      columns: z.array(z.string()),
      buckets: z.array(z.tuple([z.number().int(), z.number().int(), z.number().int()])),
    }),
  ),
});
export type DigestResponse = z.infer<typeof digestResponse>;

/** The one argument of `sync_list_bucket(p_request jsonb)`; `snap` is the cursor up to which the cache is complete. */
export type ListRequest = {
  readonly table: string;
  readonly buckets: readonly number[];
  readonly snap: string;
};

/** All rows of the buckets, and the ids whose newest change `snap` did not see. Null: not the caller's to cache. */
export const listResponse = z.object({
  ...digestHead,
  list: z.object({ columns: z.array(z.string()), rows: wireRows, newer: z.array(z.uuid()) }).nullable(),
});
export type ListResponse = z.infer<typeof listResponse>;

/** What `console_sync_health()` answers. */
export const serverHealth = z.object({
  /** The server's clock in microseconds. */
  now: z.number().int(),
  snapshot,
  /** Transactions that have written and are still open, in every database of the cluster. */
  openWrites: z.number().int(),
  /** The oldest of them whose age the server may tell; `place`: in this database, in another one, or prepared. */
  oldestWrite: z
    .object({ ageMicros: z.number().int(), place: z.enum(['here', 'elsewhere', 'prepared']) })
    .nullable(),
  /** True when there are open ones whose age the server may not tell. */
  isPartial: z.boolean(),
});
export type ServerHealth = z.infer<typeof serverHealth>;
