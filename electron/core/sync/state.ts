import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { logCursor, snapshot, tableCursor } from '#shared/domain/sync/wire';
import { syncCheck } from '#shared/rpc/contract';
import { statement } from '../cache/query.ts';
import type { SyncCheck } from './types.ts';

/** A pull round under way: what is still to be asked, and the snapshot of its first page, which becomes the cursor. */
const roundState = z.object({
  number: z.number().int(),
  first: snapshot.nullable(),
  tables: z.record(z.string(), tableCursor),
  log: logCursor.nullable(),
  pulled: z.number().int(),
  total: z.number().int().nullable(),
});
export type RoundState = z.infer<typeof roundState>;

const pullState = z.object({
  epoch: z.string().nullable(),
  accessEpoch: z.number().int().nullable(),
  scope: z.array(z.string()).nullable(),
  /** Per table the snapshot up to which it is complete. Absent: its baseline is still to come. */
  synced: z.record(z.string(), snapshot),
  /** The snapshot up to which the visibility log was read; null before the first pull. */
  logSynced: snapshot.nullable(),
  round: roundState.nullable(),
  lastSyncedAt: z.number().int().nullable(),
  /** Per table the declared columns that the server, being older, does not send: empty in the rows that are here. */
  lacking: z.record(z.string(), z.array(z.string())).default({}),
});
export type PullState = z.infer<typeof pullState>;

/** Where a fresh or purged cache stands. */
export const emptyPullState: PullState = {
  epoch: null,
  accessEpoch: null,
  scope: null,
  synced: {},
  logSynced: null,
  round: null,
  lastSyncedAt: null,
  lacking: {},
};

export function readPullState(db: Database): PullState {
  const found = statement<[], { value: string }>(db, `SELECT value FROM sync_state WHERE key = 'pull'`).get();
  return found === undefined ? emptyPullState : pullState.parse(JSON.parse(found.value));
}

/** Call inside the transaction that stores the rows which the state speaks of. */
export function writePullState(db: Database, state: PullState): void {
  statement(
    db,
    `INSERT INTO sync_state(key, value) VALUES ('pull', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value`,
  ).run(JSON.stringify(state));
}

/** A counter of the file that survives purges: 'rounds' begun, 'seq' of the last mutation. */
export function readCounter(db: Database, key: 'rounds' | 'seq'): number {
  const found = statement<[string], { value: string }>(db, 'SELECT value FROM file_state WHERE key = ?').get(
    key,
  );
  return found === undefined ? 0 : Number(found.value);
}

export function nextCounter(db: Database, key: 'rounds' | 'seq'): number {
  const next = readCounter(db, key) + 1;
  writeFileState(db, key, String(next));
  return next;
}

/** The server's clock minus this machine's in microseconds, as last seen; kept, so that it is right offline too. */
export function readOffset(db: Database): number {
  const found = statement<[], { value: string }>(
    db,
    `SELECT value FROM file_state WHERE key = 'offset'`,
  ).get();
  return found === undefined ? 0 : Number(found.value);
}

export function writeOffset(db: Database, offset: number): void {
  writeFileState(db, 'offset', String(offset));
}

/** What the last self-check of this file found; null before the first one. */
export function readCheck(db: Database): SyncCheck | null {
  const found = statement<[], { value: string }>(
    db,
    `SELECT value FROM file_state WHERE key = 'check'`,
  ).get();
  return found === undefined ? null : syncCheck.parse(JSON.parse(found.value));
}

export function writeCheck(db: Database, check: SyncCheck): void {
  writeFileState(db, 'check', JSON.stringify(check));
}

/** Who this file is to the server's ledger: new with every file, because a rebuilt one counts from 1 again. */
export function clientId(db: Database, make: () => string): string {
  const found = statement<[], { value: string }>(
    db,
    `SELECT value FROM file_state WHERE key = 'client'`,
  ).get();
  if (found !== undefined) return found.value;
  const made = make();
  writeFileState(db, 'client', made);
  return made;
}

function writeFileState(db: Database, key: string, value: string): void {
  statement(
    db,
    'INSERT INTO file_state(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value',
  ).run(key, value);
}
