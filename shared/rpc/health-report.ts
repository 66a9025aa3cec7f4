import * as z from 'zod';
import { errorCodes } from './errors.ts';

const micros = z.number().int();
const count = z.number().int();

/** What does not get better by itself soon. `since` by this machine's clock. */
export const syncAlarm = z.object({
  /** pull-stalled, push-stalled: nothing was answered for long though the server is in reach, and starting anew did not help;
      wal-grown: something keeps the write-ahead log from being folded back; disk-full, disk-read-only: nothing can be stored. */
  kind: z.enum(['pull-stalled', 'push-stalled', 'wal-grown', 'disk-full', 'disk-read-only']),
  since: micros,
});

/** A pull that ended well, and what it brought. Instants by this machine's clock. */
export const syncPull = z.object({
  startedAt: micros,
  endedAt: micros,
  changes: z.array(z.object({ table: z.string(), received: count, removed: count })),
});

/** Something that failed, without a word of what it was about. */
export const syncFault = z.object({
  at: micros,
  source: z.enum(['pull', 'push', 'check', 'edit', 'read']),
  code: z.enum(errorCodes),
  /** The server's code or status; '' when nothing came back. */
  detail: z.string(),
});

/** How the local data stands, in numbers: no name, no content, nothing of anybody. Instants by this machine's clock. */
export const healthReport = z.object({
  at: micros,
  /** What the server said last; null before it was asked. */
  server: z
    .object({
      askedAt: micros,
      openWrites: count,
      oldestWrite: z
        .object({ ageMicros: count, place: z.enum(['here', 'elsewhere', 'prepared']) })
        .nullable(),
      isPartial: z.boolean(),
      /** Transactions begun on the server since the cursor; null before the first pull. */
      behind: count.nullable(),
    })
    .nullable(),
  /** Why the server could not be asked this time; null when it could. */
  serverProblem: z.enum(errorCodes).nullable(),
  lastPull: syncPull.nullable(),
  /** The last pull that brought or took rows. */
  lastChange: syncPull.nullable(),
  /** Tables compared so far by the self-check under way; null when there is none. */
  check: z.object({ done: count, total: count }).nullable(),
  /** When the oldest edit that is not decided yet was made. */
  oldestEditAt: micros.nullable(),
  /** When the server last decided on an edit. */
  lastAnswerAt: micros.nullable(),
  /** When it is tried again after a failure. */
  pullRetryAt: micros.nullable(),
  pushRetryAt: micros.nullable(),
  lastRingAt: micros.nullable(),
  /** Newest first. */
  faults: z.array(syncFault).readonly(),
  /** How often the watchdog started something anew. */
  restarts: count,
  /** Null when the rows cannot be counted. */
  tables: z.array(z.object({ name: z.string(), rows: count })).nullable(),
  fileBytes: count,
  walBytes: count,
  /** From this size of the log on no more rows are taken in. */
  walFullBytes: count,
  /** Reads that wait, and since when the one in front does. */
  reading: z.object({ waiting: count, since: micros.nullable() }),
  /** How the console hears of changes. */
  doorbell: z.enum(['connecting', 'broadcast', 'changes', 'none']),
});
