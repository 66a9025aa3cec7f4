import type { DraftKinds } from '#shared/domain/draft';
import { draftKinds } from '#shared/domain/drafts';
import { syncTables } from '#shared/domain/sync/tables';
import { toMillis } from '#shared/domain/instant';
import type { Me } from '#shared/domain/roles';
import type { AppContract } from '#shared/rpc/contract';
import type { Client, Handlers } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import type { HostContract } from '#shared/rpc/host-contract';
import { createBackend, type Backend } from './backend/backend.ts';
import { createConnections } from './backend/connections.ts';
import { fetchUntil, fetchWithin, type Fetch } from './backend/fetch.ts';
import { secretStorage } from './backend/storage.ts';
import type { Clock } from './cache/types.ts';
import { openConnections, stateOf, type Connection, type Environment } from './connection/connection.ts';
import { probe } from './connection/probe.ts';
import { cacheLines } from './diagnostics/cache.ts';
import { diagnosticsText, hostInfo } from './diagnostics/diagnostics.ts';
import { documentHandlers } from './documents/handlers.ts';
import { createHealth } from './diagnostics/health.ts';
import { createChanges } from './live/changes.ts';
import { createSignal, watchSignal } from './live/signal.ts';
import type { LogFile } from './log/log.ts';
import { outboxHandlers } from './sync/handlers.ts';
import { scheduleHandlers } from './schedule/handlers.ts';
import { createExclusive } from './session/exclusive.ts';
import { workspaceOpener } from './session/open-workspace.ts';
import { createSession, meOf, type SessionService, type SessionState } from './session/session.ts';
import type { Workspace } from './session/workspace.ts';
import { verificationHandlers } from './verification/handlers.ts';
import { openSettings } from './settings/settings.ts';
import type { SyncStatus } from './sync/types.ts';

export type AppOptions = {
  readonly dataDir: string;
  readonly environment: Environment;
  readonly host: Client<HostContract>;
  readonly clock: Clock;
  readonly log: LogFile;
  readonly fetch?: Fetch;
  /** See SyncEngineOptions; only tests set them. */
  readonly holdMillis?: number;
  readonly pollMillis?: number;
  readonly draftKinds?: DraftKinds;
};

export type App = {
  readonly handlers: Handlers<AppContract>;
  /** Takes up the backend and the session of the last run. Resolves when the first screen can be shown. */
  start(): Promise<void>;
  /** The machine woke, or its network changed. */
  wake(): void;
  /** Closes everything; what waits stays on disk. */
  stop(): Promise<void>;
};

/** Everything that belongs to one backend. */
type Link = { readonly connection: Connection; readonly backend: Backend; readonly session: SessionService };

/** Puts the core together: one handler for each procedure of the contract. */
export function createApp(options: AppOptions): App {
  const { dataDir, host, clock } = options;
  const { log } = options.log;
  const settings = openSettings(dataDir);
  const connections = openConnections(dataDir, options.environment);
  const sessionState = createSignal<SessionState>({ status: 'restoring' });
  const syncStatus = createSignal<SyncStatus>(nothingToSync);
  const changes = createChanges();
  const exclusive = createExclusive();
  const stopped = new AbortController();
  const fetch = fetchUntil(stopped.signal, options.fetch);
  const wires = createConnections();
  let link: Link | null = null;

  /** Leaves the backend that was in use and takes up `connection`, or none. */
  async function connect(connection: Connection | null): Promise<void> {
    const before = link;
    link = null;
    await before?.session.stop();
    await before?.backend.close();
    syncStatus.set(nothingToSync);
    if (connection === null) {
      sessionState.set({ status: 'not-connected' });
      return;
    }
    sessionState.set({ status: 'restoring' });
    link = createLink(connection);
    const { session } = link;
    let shown: Workspace | null = null;
    session.state.subscribe((state) => {
      if (link?.session !== session) return;
      const workspace = session.workspace();
      if (workspace === null) syncStatus.set(nothingToSync);
      sessionState.set(state);
      // Another file is open, or none: nothing that a screen shows holds any more.
      if (workspace !== shown) changes.publish(everyTable);
      shown = workspace;
    });
    await session.restore();
  }

  function createLink(connection: Connection): Link {
    const storage = secretStorage(host, connection.isEmbedded, log);
    const shared = { clock, log, fetch };
    const { url, key, isEmbedded } = connection;
    const backend = createBackend({ url, key, isEmbedded, storage, ...shared });
    const openWorkspace = workspaceOpener({
      ...shared,
      fetch: fetchUntil(stopped.signal, options.fetch ?? wires.fetch),
      dropConnections: wires.drop,
      dataDir,
      backend,
      key: connection.key,
      holdMillis: options.holdMillis,
      pollMillis: options.pollMillis,
      draftKinds: options.draftKinds ?? draftKinds,
      storage,
      forgetOpened: () => host['documents.forget']({}),
      onStatus: (status) => syncStatus.set(status),
      onChange: (tables) => changes.publish(tables),
      onAccess: () => void session.verify(),
    });
    const session = createSession({ backend, storage, host, openWorkspace, clock, log });
    return { connection, backend, session };
  }

  function requireLink(): Link {
    if (link === null) throw new AppError('NOT_CONNECTED', 'No backend is set up yet.');
    return link;
  }

  function requireWorkspace(): { workspace: Workspace; me: Me } {
    const { session } = requireLink();
    const workspace = session.require();
    const me = meOf(session.state.get());
    // Between two users the file may be the one's already and the screen still the other's.
    if (me?.userId !== workspace.userId) throw new AppError('NEEDS_SIGN_IN', 'Sign in first.');
    return { workspace, me };
  }

  function wake(): void {
    link?.session.workspace()?.wake();
  }

  const engine = () => requireWorkspace().workspace.engine;

  const health = createHealth({
    clock,
    workspace: () => link?.session.workspace() ?? null,
    ask: (signal) => requireLink().backend.rpc('console_sync_health', {}, signal),
  });

  const handlers: Handlers<AppContract> = {
    'app.info': () => host['host.info']({}),
    'settings.read': async () => settings.read(),
    'settings.write': async (change) => settings.write(change),

    'connection.read': async () => {
      const connection = connections.read();
      if (connection === null && connections.problem !== null) throw connections.problem;
      return stateOf(connection);
    },
    'connection.probe': async ({ url, key }, signal) =>
      (await probe(url, key, fetchWithin(probeMillis, fetch), signal)).report,
    'connection.save': ({ url, key }, signal) =>
      exclusive(async () => {
        const { report, failure } = await probe(url, key, fetchWithin(probeMillis, fetch), signal);
        if (failure !== null) throw failure;
        const connection = connections.save(report.url, key.trim());
        await connect(connection);
        return stateOf(connection);
      }),
    'connection.forget': () =>
      exclusive(async () => {
        const connection = connections.forget();
        if (connection?.source !== 'environment') await connect(connection);
        return stateOf(connection);
      }),

    'session.watch': (_input, signal) => watchSignal(sessionState, signal),
    'session.demoAccounts': async (_input, signal) => ({
      accounts: [...(await requireLink().session.demoAccounts(signal))],
    }),
    'session.signIn': ({ email, password }) =>
      exclusive(() => requireLink().session.signIn(email.trim(), password)),
    'session.signInDemo': ({ email }) => exclusive(() => requireLink().session.signInDemo(email)),
    'session.signOut': ({ pending }) => exclusive(() => requireLink().session.signOut(pending)),

    'sync.watch': (_input, signal) => watchSignal(syncStatus, signal),
    'sync.now': async (_input, signal) => {
      await engine().pull(signal);
      await requireLink().session.verify();
      return {};
    },
    'sync.wake': async () => {
      wake();
      return {};
    },
    'sync.check': (_input, signal) => engine().check(signal),
    'sync.rebuild': async (_input, signal) => {
      await engine().rebuild(signal);
      return {};
    },
    'sync.cancel': async () => {
      engine().cancelPull();
      return {};
    },
    'changes.watch': (_input, signal) => changes.watch(signal),

    ...outboxHandlers({ current: () => link?.session.workspace() ?? null, require: requireWorkspace }),
    ...documentHandlers(requireWorkspace, host),
    ...scheduleHandlers({
      require: requireWorkspace,
      now: () => clock.now() + syncStatus.get().serverOffset,
    }),

    ...verificationHandlers({
      current: () => link?.session.workspace() ?? null,
      require: requireWorkspace,
      now: () => clock.now() + syncStatus.get().serverOffset,
    }),

    'health.watch': (_input, signal) => health.watch(signal),
    'diagnostics.read': async () => {
      const workspace = link?.session.workspace() ?? null;
      const sync = syncStatus.get();
      const outbox = workspace?.engine.outbox() ?? [];
      return {
        text: diagnosticsText({
          host: await hostInfo(host),
          connection: stateOf(link?.connection ?? null),
          session: sessionState.get(),
          sync,
          outbox,
          doorbell: workspace?.doorbell() ?? null,
          health: await health.read(),
          cache: workspace === null ? [] : await cacheLines(workspace.cache, sync, outbox, clock.now()),
          log: options.log.recent(200),
          now: new Date(toMillis(clock.now())),
        }),
      };
    },
  };

  return {
    handlers,
    wake,
    start: () => exclusive(() => connect(connections.read())),
    stop() {
      stopped.abort();
      return exclusive(() => connect(null));
    },
  };
}

const probeMillis = 8_000;
const everyTable: readonly string[] = [...syncTables.map((table) => table.name), 'outbox', 'drafts', 'bulks'];

/** What is shown while no cache is open. */
const nothingToSync: SyncStatus = {
  state: 'stopped',
  pulled: 0,
  total: null,
  isFirstPull: false,
  waitingEdits: 0,
  needsAttention: 0,
  drafts: 0,
  lastSyncedAt: null,
  lastCheck: null,
  serverOffset: 0,
  problem: null,
  isReadOnly: false,
  alarms: [],
  notice: null,
};
