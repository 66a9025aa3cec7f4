import type * as z from 'zod';
import type { Micros } from '#shared/domain/instant';
import type { Mutation } from '#shared/domain/mutations';
import type { SyncTable } from '#shared/domain/sync/tables';
import type {
  DigestResponse,
  ListRequest,
  ListResponse,
  PullRequest,
  PullResponse,
  PushMutation,
  PushResponse,
} from '#shared/domain/sync/wire';
import type { outboxItem, syncCheck, syncStatus } from '#shared/rpc/contract';
import type { healthReport, syncAlarm, syncFault, syncPull } from '#shared/rpc/health-report';
import type { Cache, Clock, Log } from '../cache/types.ts';
import type { Queued } from './edit-groups.ts';
import type { OutboxGroup } from './groups.ts';
import type { Link } from './link.ts';

export type SyncStatus = z.output<typeof syncStatus>;
export type SyncCheck = z.output<typeof syncCheck>;
export type SyncAlarm = z.output<typeof syncAlarm>;
export type SyncFault = z.output<typeof syncFault>;
export type SyncPull = z.output<typeof syncPull>;
export type OutboxItem = z.output<typeof outboxItem>;

/** The way to the server. Failures are TransportError; tests drop, delay and double answers here. */
export type SyncTransport = {
  pull(request: PullRequest, signal: AbortSignal): Promise<PullResponse>;
  push(clientId: string, mutations: readonly PushMutation[], signal: AbortSignal): Promise<PushResponse>;
  digest(tables: readonly string[], signal: AbortSignal): Promise<DigestResponse>;
  list(request: ListRequest, signal: AbortSignal): Promise<ListResponse>;
};

/** Rings when the server has something new. A ring only means "pull"; it carries nothing. */
export type Doorbell = {
  /** `listener` is called on every ring and whenever the connection was made again. Returns the disposer. */
  onRing(listener: () => void): () => void;
  /** It stays silent though there was something to ring for: takes up the connection anew. */
  refresh?(): void;
};

/** How synchronisation stands, beyond its status. Instants are by this machine's clock. */
export type SyncHealth = Pick<
  z.output<typeof healthReport>,
  | 'lastPull'
  | 'lastChange'
  | 'check'
  | 'oldestEditAt'
  | 'lastAnswerAt'
  | 'pullRetryAt'
  | 'pushRetryAt'
  | 'lastRingAt'
  | 'faults'
  | 'restarts'
>;

export type SyncEngineOptions = {
  readonly cache: Cache;
  readonly transport: SyncTransport;
  readonly userId: string;
  readonly clock: Clock;
  /** 0 (inclusive) to 1, for back-off. */
  readonly random: () => number;
  readonly log: Log;
  /** Makes ids of edits and of the file; UUIDv7 unless a simulation has to repeat. */
  readonly newId?: (now: Micros) => string;
  /** Renews the session; the engine never has two of these under way. False: a password is needed. */
  readonly refreshSession: () => Promise<boolean>;
  readonly doorbell?: Doorbell;
  /** Says when a server that was out of reach is back; without it the engine tries again by its back-off. */
  readonly link?: Link;
  /** The tables that the cache was opened with; other than the declared ones only in a simulated next version. */
  readonly tables?: readonly SyncTable[];
  /** Told when a pull has found that what the user may see changed as a whole: role, suspension, family. */
  readonly onAccess?: () => void;
  /** Rows a table and page; smaller in tests. */
  readonly pageSize?: number;
  /** How long an edit waits before it is sent, in milliseconds; 5,000 unless a test says otherwise. */
  readonly holdMillis?: number;
  /** Longest time between two pulls in milliseconds; 30,000 to 60,000 unless a test says otherwise. */
  readonly pollMillis?: number;
};

/** Says which cache tables a local commit changed. */
export type ChangeListener = (tables: ReadonlySet<string>) => void;

/** What the rest of the core knows of synchronisation. One engine serves one cache file, so one user. */
export type SyncEngine = {
  /** Starts pulling and pushing. Idempotent. */
  start(): void;
  /** Ends every timer and request; what waits in the outbox stays there. */
  stop(): Promise<void>;
  /** Resolves after a pull round that began after this call; rejects with AppError when it could not. */
  pull(signal?: AbortSignal): Promise<void>;
  /**
   * Pulls, compares the cache with the server row by row (by digests) and repairs what differs. Rejects with AppError
   * when it could not.
   */
  check(signal?: AbortSignal): Promise<SyncCheck>;
  /**
   * Throws every row away and pulls all of them again; edits and drafts stay. Only once the server has answered: when it
   * cannot be reached everything stays as it is. Rejects with AppError.
   */
  rebuild(signal?: AbortSignal): Promise<void>;
  /** Ends the pull that runs. What it stored stays, and the next pull goes on from there. */
  cancelPull(): void;
  /** Resolves when every edit that can be sent now has an outcome; rejects with AppError OFFLINE otherwise. */
  flush(signal?: AbortSignal): Promise<void>;
  status(): SyncStatus;
  health(): SyncHealth;
  onStatus(listener: (status: SyncStatus) => void): () => void;
  onChange(listener: ChangeListener): () => void;
  /** Queues an edit and shows its effect, in one durable transaction. Throws AppError when it cannot apply. */
  add(edit: Mutation): { readonly mutationId: string };
  /** Takes back an edit that was never sent; AppError CONFLICT when it is on its way. */
  undo(mutationId: string): void;
  /** Queues a refused edit again, over what the server has now; sends a waiting one at once. */
  retry(mutationId: string): void;
  /** Drops an edit that was refused or waits; AppError CONFLICT while it is on its way or done. */
  discard(mutationId: string): void;
  /** Puts a changed edit into the place of a refused one; AppError when it cannot apply, and nothing changes. */
  replace(mutationId: string, edit: Mutation): { readonly mutationId: string };
  /** Queues a refused edit again so that what others changed elsewhere in the same row stands beside it. */
  keepBoth(mutationId: string): void;
  /** Queues edits made together in one durable transaction; says of each that cannot apply why. */
  addMany(
    title: string,
    edits: readonly Mutation[],
  ): { readonly groupId: string; readonly results: readonly Queued[] };
  /** Takes back what was not sent of a group. */
  undoGroup(groupId: string): { readonly undone: number; readonly left: number };
  retryGroup(groupId: string): { readonly count: number };
  discardGroup(groupId: string): { readonly count: number };
  groups(): readonly OutboxGroup[];
  outbox(): readonly OutboxItem[];
};

/** Makes the engine of one open cache; `start()` sets it going. */
export type CreateSyncEngine = (options: SyncEngineOptions) => SyncEngine;
