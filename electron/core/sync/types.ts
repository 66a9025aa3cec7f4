import type * as z from 'zod';
import type { Mutation } from '#shared/domain/mutations';
import type { outboxItem, syncStatus } from '#shared/rpc/contract';

export type SyncStatus = z.output<typeof syncStatus>;
export type OutboxItem = z.output<typeof outboxItem>;

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
  /** Resolves when every edit that can be sent now has an outcome; rejects with AppError OFFLINE otherwise. */
  flush(signal?: AbortSignal): Promise<void>;
  status(): SyncStatus;
  onStatus(listener: (status: SyncStatus) => void): () => void;
  onChange(listener: ChangeListener): () => void;
  /** Queues an edit and shows its effect, in one durable transaction. Throws AppError when it cannot apply. */
  add(edit: Mutation): { readonly mutationId: string };
  undo(mutationId: string): void;
  retry(mutationId: string): void;
  discard(mutationId: string): void;
  outbox(): readonly OutboxItem[];
};
