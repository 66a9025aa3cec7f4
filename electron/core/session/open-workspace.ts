import { basename, join } from 'node:path';
import type { SupportedStorage } from '@supabase/supabase-js';
import type { DraftKinds } from '#shared/domain/draft';
import { syncTables } from '#shared/domain/sync/tables';
import { AppError } from '#shared/rpc/errors';
import type { Backend } from '../backend/backend.ts';
import type { Fetch } from '../backend/fetch.ts';
import { cacheName, openCache } from '../cache/open.ts';
import type { Cache, Clock, Log, Recovery } from '../cache/types.ts';
import { settledWithin } from '../clock.ts';
import { ask } from '../drafts/call.ts';
import { createDocuments } from '../documents/documents.ts';
import { mayReview } from '../documents/handlers.ts';
import { createDrafts } from '../drafts/drafts.ts';
import { createDoorbell } from '../sync/doorbell.ts';
import { createSyncEngine } from '../sync/engine.ts';
import { createLink } from '../sync/link.ts';
import { createPatience } from '../sync/patience.ts';
import { readPullState } from '../sync/state.ts';
import { createHttpTransport, TransportError } from '../sync/transport.ts';
import type { SyncStatus } from '../sync/types.ts';
import { createBulks } from '../verification/bulk.ts';
import { watchOtherWriter, watchWriterLock } from './other-writer.ts';
import type { Loss, OpenWorkspace } from './workspace.ts';

export type WorkspaceOptions = {
  readonly dataDir: string;
  readonly backend: Backend;
  readonly key: string;
  readonly clock: Clock;
  readonly log: Log;
  /** For calls of sync, which may be made twice. */
  readonly fetch: Fetch;
  /** Gives up the connections of `fetch` that are not in use. */
  readonly dropConnections: () => void;
  readonly draftKinds: DraftKinds;
  /** Where the host keeps secrets. */
  readonly storage: SupportedStorage;
  /** Deletes what was handed to other programs. */
  readonly forgetOpened: () => Promise<unknown>;
  /** Milliseconds, see SyncEngineOptions; only tests set them. */
  readonly holdMillis?: number | undefined;
  readonly pollMillis?: number | undefined;
  onStatus(status: SyncStatus): void;
  /** Tables of the cache that changed, 'outbox', 'drafts' and 'bulks' among them. */
  onChange(tables: Iterable<string>): void;
  /** A pull found other rights than before: whoever shows roles should ask again. */
  onAccess(): void;
};

/** Opens a user's cache of one backend and makes its engine. */
export function workspaceOpener(options: WorkspaceOptions): OpenWorkspace {
  const { backend, clock, log } = options;
  return async ({ userId, staffRoles }, how) => {
    const cache = await openCache({
      directory: join(options.dataDir, 'cache'),
      project: backend.project,
      userId,
      clock,
      log,
      isDamaged: how.after === 'damaged',
      ...(how.rescued === undefined ? {} : { rescued: how.rescued }),
    });
    const doorbell = createDoorbell({
      client: backend.client,
      userId,
      isStaff: staffRoles.length > 0,
      tables: () => readPullState(cache.db).scope ?? [],
      clock,
      random: Math.random,
      log,
    });
    const link = createLink({
      // Auth's health costs neither PostgREST nor the database anything.
      probe: async (signal) => {
        const url = `${backend.url}/auth/v1/health`;
        const answer = await options.fetch(url, {
          headers: { apikey: options.key },
          signal: AbortSignal.any([signal, AbortSignal.timeout(probeMillis)]),
        });
        await answer.arrayBuffer();
      },
      drop: options.dropConnections,
      clock,
      random: Math.random,
    });
    doorbell.onLost(link.suspect);
    link.onBack(doorbell.hurry);
    const transport = createHttpTransport({
      url: backend.url,
      key: options.key,
      userId,
      accessToken: () => transportToken(backend),
      fetch: options.fetch,
      patience: createPatience({ clock, onSilent: link.suspect, isReached: () => link.isSeen }),
    });
    const refreshSession = () => backend.tokens.renew();
    const engine = createSyncEngine({
      cache,
      userId,
      clock,
      log,
      random: Math.random,
      transport,
      refreshSession,
      doorbell,
      link,
      onAccess() {
        doorbell.refresh();
        options.onAccess();
      },
      ...(options.holdMillis === undefined ? {} : { holdMillis: options.holdMillis }),
      ...(options.pollMillis === undefined ? {} : { pollMillis: options.pollMillis }),
    });

    const notice = noticeOf(cache, how.after);
    const tell = (status: SyncStatus) => options.onStatus({ ...status, notice });

    const drafts = createDrafts({
      cache,
      userId,
      clock,
      log,
      refreshSession,
      kinds: options.draftKinds,
      call: transport.call,
      pull: () => engine.pull(),
      serverOffset: () => engine.status().serverOffset,
      onChanged() {
        tell(engine.status());
        options.onChange(['drafts']);
      },
    });
    const bulks = createBulks({
      cache,
      userId,
      clock,
      log,
      refreshSession,
      call: transport.call,
      serverOffset: () => engine.status().serverOffset,
      onChanged: () => options.onChange(['bulks']),
    });
    const keyName = `documents-${cacheName(backend.project, userId)}`;
    const documents = createDocuments({
      backend,
      key: options.key,
      fetch: options.fetch,
      log,
      folder: `${cache.path}.documents`,
      readKey: async () => options.storage.getItem(keyName),
      writeKey: async (value) => options.storage.setItem(keyName, value),
      removeKey: async () => options.storage.removeItem(keyName),
    });
    const wipeDocuments = async () => {
      await documents.wipe();
      await options.forgetOpened();
    };

    // A pull that came through says that the server can be asked what became of a decision in doubt.
    let syncedAt = engine.status().lastSyncedAt;
    const settleAfterPull = (status: SyncStatus) => {
      if (status.lastSyncedAt === syncedAt) return;
      syncedAt = status.lastSyncedAt;
      void drafts.settle().catch((error: unknown) => log('warn', 'draft.settle.failed', { error }));
      void bulks.settle().catch((error: unknown) => log('warn', 'bulk.settle.failed', { error }));
    };

    // Edits pass from held to queued to sent without any row changing, so the outbox is compared by what it shows.
    let shown = '';
    const outboxChanged = () => {
      let now = '';
      try {
        now = JSON.stringify(engine.outbox());
      } catch (error) {
        // A damaged file: it has been noticed, and everything is read anew from the next one.
        log('warn', 'outbox.unreadable', { error });
        return false;
      }
      if (now === shown) return false;
      shown = now;
      return true;
    };
    outboxChanged();
    const disposers = [
      engine.onChange((tables) => options.onChange(outboxChanged() ? [...tables, 'outbox'] : tables)),
      engine.onStatus((status) => {
        tell(status);
        settleAfterPull(status);
        if (outboxChanged()) options.onChange(['outbox']);
      }),
    ];
    tell(engine.status());
    if (cache.isReadOnly) {
      const everything = [...syncTables.map((table) => table.name), 'outbox', 'drafts', 'bulks'];
      disposers.push(watchOtherWriter(cache.db, clock, () => options.onChange(everything)));
      disposers.push(watchWriterLock(cache.path, clock, () => how.onLost('writer-left')));
    } else disposers.push(cache.onDamage(() => how.onLost('damaged')));

    const end = async (finish: () => Promise<void>) => {
      for (const dispose of disposers.splice(0)) dispose();
      documents.close();
      await Promise.all([drafts.stop(), bulks.stop(), engine.stop()]);
      await settledWithin(farewellMillis, doorbell.close());
      await finish();
    };
    return {
      userId,
      cache,
      engine,
      drafts,
      bulks,
      ask: (rpc, params, signal) => ask({ call: transport.call, refreshSession }, rpc, params, signal),
      documents,
      doorbell: () => doorbell.way,
      wake() {
        link.suspect();
        doorbell.hurry();
      },
      update(who) {
        doorbell.setStaff(who.staffRoles.length > 0);
        if (mayReview(who)) return;
        wipeDocuments().catch((error: unknown) => log('error', 'document.wipe.failed', { error }));
      },
      close: () => end(cache.close),
      remove: () =>
        end(async () => {
          await wipeDocuments();
          await cache.remove();
        }),
    };
  };
}

const probeMillis = 8_000;
/** How long closing waits for realtime to say goodbye. */
const farewellMillis = 300;

/** What the user is told once about the file that was opened. */
function noticeOf(cache: Cache, after: Loss | null): string | null {
  if (cache.recovery !== null) return recoveryNotice(cache.recovery);
  if (after !== 'writer-left' || cache.isReadOnly) return null;
  return 'The other window has closed. Changes can be made here now.';
}

function recoveryNotice({ keptAt, savedEdits }: Recovery): string {
  const edits =
    savedEdits === 0
      ? 'No edit was waiting in it.'
      : `${savedEdits === 1 ? 'One edit that was' : `${savedEdits} edits that were`} not sent yet ${savedEdits === 1 ? 'was' : 'were'} saved and will be sent.`;
  return `The local data was damaged and is fetched again. ${edits} The damaged file is kept as ${basename(keptAt)}.`;
}

/** The engine tells failures apart by status: nobody signed in is 401, no network is 0. */
async function transportToken(backend: Backend): Promise<string | null> {
  try {
    return await backend.tokens.access();
  } catch (error) {
    if (error instanceof AppError && error.code === 'NEEDS_SIGN_IN') return null;
    throw new TransportError('The session cannot be renewed now.', { status: 0 }, { cause: error });
  }
}
