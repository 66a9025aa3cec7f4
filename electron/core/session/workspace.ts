import type { Me } from '#shared/domain/roles';
import type { Cache } from '../cache/types.ts';
import type { Answer } from '../drafts/call.ts';
import type { Documents } from '../documents/documents.ts';
import type { Drafts } from '../drafts/drafts.ts';
import type { DoorbellWay } from '../sync/doorbell.ts';
import type { SyncEngine } from '../sync/types.ts';
import type { Bulks } from '../verification/bulk.ts';

/** What is open while somebody is signed in: that user's cache of this backend, and its synchronisation. */
export type Workspace = {
  readonly userId: string;
  readonly cache: Cache;
  readonly engine: SyncEngine;
  readonly drafts: Drafts;
  readonly bulks: Bulks;
  /** Calls a function of the schema as this user; never rejects but for an abort. */
  ask(rpc: string, params: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Answer>;
  readonly documents: Documents;
  /** How the console hears of changes, for diagnostics. */
  readonly doorbell: () => DoorbellWay;
  /** The machine woke or the network changed: finds out at once what that means, and pulls. */
  wake(): void;
  /** The user's rights as the server has them now. */
  update(who: Me): void;
  /** Stops synchronising and closes the file; it and its waiting edits stay on disk. */
  close(): Promise<void>;
  /** The same, and deletes the file with everything in it. */
  remove(): Promise<void>;
};

/** Why an open workspace has to be opened anew: its file is damaged, or the instance that could write is gone. */
export type Loss = 'damaged' | 'writer-left';

export type OpenHow = {
  /** Why it is opened anew; null at first. */
  readonly after: Loss | null;
  /** What could be read from a damaged file through the connection that was open. */
  readonly rescued?: ReturnType<Cache['rescue']>;
  /** Called at most once, when this workspace is of no more use. */
  readonly onLost: (loss: Loss) => void;
};

export type OpenWorkspace = (who: Me, how: OpenHow) => Promise<Workspace>;
