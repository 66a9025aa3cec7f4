import type { SupportedStorage } from '@supabase/supabase-js';
import type * as z from 'zod';
import { me as meSchema, sectionsOf, type Me } from '#shared/domain/roles';
import type { sessionState } from '#shared/rpc/contract';
import { toMillis } from '#shared/domain/instant';
import type { Client } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import type { HostContract } from '#shared/rpc/host-contract';
import type { Backend } from '../backend/backend.ts';
import { needsSignIn } from '../backend/errors.ts';
import { storageKeyOf } from '../backend/storage.ts';
import type { Clock, Log } from '../cache/types.ts';
import { createSignal, type Signal } from '../live/signal.ts';
import { demoOf } from './demo.ts';
import { createExclusive } from './exclusive.ts';
import { countDrafts, countWaiting, exportOf, waitingEdits } from './pending.ts';
import type { Loss, OpenHow, OpenWorkspace, Workspace } from './workspace.ts';

export type SessionState = z.output<typeof sessionState>;
export type PendingChoice = 'ask' | 'send' | 'export' | 'discard';

/** Who is signed in to one backend, and what is open for them. */
export type SessionService = {
  readonly state: Signal<SessionState>;
  /** The open cache and engine, null when nobody is signed in or the user has no section of the console. */
  workspace(): Workspace | null;
  /** The same; throws AppError when there is none: NEEDS_SIGN_IN, FORBIDDEN, or why the cache cannot be opened. */
  require(): Workspace;
  /** Goes on where the last run ended, without the network if need be. */
  restore(): Promise<void>;
  demoAccounts(signal?: AbortSignal): Promise<readonly { email: string; label: string; role: string }[]>;
  signIn(email: string, password: string): Promise<SessionState>;
  signInDemo(email: string): Promise<SessionState>;
  /** Wipes the cache. With edits waiting, 'ask' throws AppError PENDING_EDITS {count} and changes nothing. */
  signOut(pending: PendingChoice): Promise<{ readonly exportedTo: string | null }>;
  /** Asks the server again who this is. Quiet when it cannot be reached. */
  verify(): Promise<void>;
  /** Closes what is open; the session itself stays for the next run. */
  stop(): Promise<void>;
};

export type SessionOptions = {
  readonly backend: Backend;
  readonly storage: SupportedStorage;
  readonly host: Client<HostContract>;
  readonly openWorkspace: OpenWorkspace;
  readonly clock: Clock;
  readonly log: Log;
};

/** How often the server is asked whether this user's rights changed, and how soon after it could not be reached. */
const verifyMillis = 5 * 60_000;
const retryMillis = 10_000;

export function createSession(options: SessionOptions): SessionService {
  const { backend, storage, host, clock, log } = options;
  const state = createSignal<SessionState>({ status: 'restoring' });
  const exclusive = createExclusive();
  const meKey = `${storageKeyOf(backend.project)}-me`;
  let workspace: Workspace | null = null;
  /** Why the cache could not be opened, as long as it could not. */
  let openFailure: AppError | null = null;
  let cancelVerify: () => void = () => {};
  let isStopped = false;
  /** When the cache was rebuilt lately. */
  let rebuilds: readonly number[] = [];

  backend.tokens.onLost(() => {
    // The engine finds out by itself and stops sending; `start` sets it going again after a new sign-in.
    const who = meOf(state.get());
    cancelVerify();
    state.set(who === null ? { status: 'signed-out' } : { status: 'needs-sign-in', me: who });
  });

  /** Opens the user's cache and starts synchronising; another user's is closed first and stays on disk. */
  async function open(who: Me, after: Omit<OpenHow, 'onLost'> = { after: null }): Promise<void> {
    if (workspace !== null && workspace.userId !== who.userId) await closeWorkspace();
    // A student's or parent's account has nothing to cache.
    if (workspace === null && sectionsOf(who).length > 0) {
      try {
        let lost: (loss: Loss) => void = () => {};
        const early = new Promise<Loss>((resolve) => (lost = resolve));
        const opened = await options.openWorkspace(who, { ...after, onLost: (loss) => lost(loss) });
        workspace = opened;
        openFailure = null;
        void early.then((loss) => replace(loss, opened));
      } catch (error) {
        // Signed in all the same: whatever needs the cache says why it cannot, and each `verify` tries again.
        log('error', 'session.cache.failed', { error });
        openFailure =
          error instanceof AppError ? error : new AppError('INTERNAL', 'The local data cannot be opened.');
      }
    }
    workspace?.update(who);
    workspace?.engine.start();
  }

  async function reopen(who: Me): Promise<void> {
    await open(who);
    if (workspace !== null) state.set({ ...state.get() });
  }

  /** Opens the files of who is signed in anew, after what was open turned out to be of no more use. */
  async function replace(loss: Loss, lost: Workspace): Promise<void> {
    await exclusive(async () => {
      const who = meOf(state.get());
      if (isStopped || workspace !== lost || who?.userId !== lost.userId) return;
      log(loss === 'damaged' ? 'error' : 'info', 'session.cache.replaced', { reason: loss });
      if (loss === 'damaged' && !mayRebuild()) {
        await leave(lost, damagedForGood());
        return;
      }
      const rescued = loss === 'damaged' ? { rescued: lost.cache.rescue() } : {};
      await leave(lost, beingRebuilt());
      // The other instance may have renewed the session, or ended it.
      if (loss === 'writer-left' && (await backend.tokens.load())?.userId !== who.userId) {
        openFailure = null;
        cancelVerify();
        state.set({ status: 'signed-out' });
        return;
      }
      await open(who, { after: loss, ...rescued });
      // For those who want to know that another file is open, or none.
      state.set({ ...state.get() });
      if (workspace === null) verifyLater(retryMillis);
    });
  }

  /** A disk that damages one file after the other is not helped by more of them. */
  function mayRebuild(): boolean {
    const now = clock.now();
    rebuilds = [...rebuilds.filter((at) => now - at < rebuildMicros), now];
    return rebuilds.length <= mostRebuilds;
  }

  /** Until another one is open, whoever needs it is told why there is none. */
  async function leave(lost: Workspace, why: AppError): Promise<void> {
    openFailure = why;
    try {
      await closeWorkspace();
    } catch (error) {
      // A damaged file may refuse even that. Its lock goes with its connection.
      log('error', 'session.cache.close.failed', { error });
      await lost.cache.close().catch(() => undefined);
    }
  }

  async function closeWorkspace(): Promise<void> {
    const closing = workspace;
    workspace = null;
    await closing?.close();
  }

  async function fetchMe(): Promise<Me> {
    const answer = meSchema.safeParse(await backend.rpc('console_me', {}));
    if (!answer.success) {
      throw new AppError(
        'BACKEND_INVALID',
        'The backend and this console do not fit together. Update the older one.',
        {
          reason: 'schema',
        },
      );
    }
    await storage.setItem(meKey, JSON.stringify(answer.data));
    return answer.data;
  }

  async function readMe(userId: string): Promise<Me | null> {
    const text = await storage.getItem(meKey);
    const parsed = text === null ? null : parseMe(text);
    return parsed?.userId === userId ? parsed : null;
  }

  function verifyLater(millis: number): void {
    cancelVerify();
    if (!isStopped) cancelVerify = clock.after(millis, () => void verify());
  }

  async function verify(): Promise<void> {
    if (state.get().status !== 'signed-in') return;
    try {
      const who = await fetchMe();
      await exclusive(async () => {
        const now = state.get();
        if (now.status !== 'signed-in' || now.me.userId !== who.userId) return;
        state.set({ status: 'signed-in', me: who, isFresh: true });
        await open(who);
      });
      verifyLater(openFailure === null ? verifyMillis : retryMillis);
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'INTERNAL';
      log('info', 'session.verify.failed', { code });
      if (code === 'NEEDS_SIGN_IN') {
        needSignIn();
        return;
      }
      const who = meOf(state.get());
      // Without network too: there may be room on the disk again.
      if (openFailure !== null && who !== null) await exclusive(() => reopen(who));
      verifyLater(retryMillis);
    }
  }

  /** The server takes neither the token nor a renewed one. */
  function needSignIn(): void {
    const now = state.get();
    if (now.status !== 'signed-in') return;
    state.set({ status: 'needs-sign-in', me: now.me });
  }

  async function enter(email: string, password: string): Promise<SessionState> {
    await backend.signIn(email, password);
    try {
      const who = await fetchMe();
      await open(who);
      state.set({ status: 'signed-in', me: who, isFresh: true });
      verifyLater(verifyMillis);
      return state.get();
    } catch (error) {
      // Half signed in would be worse than not at all. Who was here before has no session any more either.
      const before = meOf(state.get());
      await backend.signOut();
      cancelVerify();
      state.set(before === null ? { status: 'signed-out' } : { status: 'needs-sign-in', me: before });
      throw error;
    }
  }

  async function settleWaiting(open: Workspace, pending: PendingChoice): Promise<string | null> {
    // A decision that is being asked for at this moment gets its answer first.
    await Promise.all([open.drafts.idle(), open.bulks.idle()]);
    if (pending === 'send') {
      if (countWaiting(open.engine) > 0) await open.engine.flush();
      await Promise.all([open.drafts.settle(), open.bulks.settle()]);
    }
    const count = countWaiting(open.engine);
    // Not knowing what a bulk did is as good as a draft: its report would be lost with the file.
    const drafts = countDrafts(open.drafts) + open.bulks.inDoubt();
    if (count + drafts === 0 || pending === 'discard') return null;
    if (pending === 'export') {
      const edits = await open.cache.read(waitingEdits, {});
      const file = exportOf(backend.url, edits, open.drafts.list(), new Date(toMillis(clock.now())));
      return (await host['files.export'](file)).path;
    }
    throw new AppError('PENDING_EDITS', pendingWords(count, drafts, pending === 'send'), { count, drafts });
  }

  return {
    state,
    workspace: () => workspace,
    require() {
      if (workspace !== null) return workspace;
      if (openFailure !== null) throw openFailure;
      if (meOf(state.get()) === null) throw needsSignIn();
      throw new AppError('FORBIDDEN', 'This console is for tutors and staff of iTutor.');
    },
    verify,
    restore: () =>
      exclusive(async () => {
        const found = await backend.tokens.load();
        const who = found === null ? null : await readMe(found.userId);
        if (found !== null && who === null) {
          // The last run ended between the password and the first answer.
          await backend.signOut();
        }
        if (who === null) {
          state.set({ status: 'signed-out' });
          return;
        }
        await open(who);
        state.set({ status: 'signed-in', me: who, isFresh: false });
        verifyLater(0);
      }),
    async demoAccounts(signal) {
      const demo = demoOf(await backend.authSettings(signal));
      return demo?.accounts ?? [];
    },
    signIn: (email, password) => exclusive(() => enter(email, password)),
    signInDemo: (email) =>
      exclusive(async () => {
        const demo = demoOf(await backend.authSettings());
        if (demo === null || !demo.accounts.some((account) => account.email === email)) {
          throw new AppError('NOT_FOUND', 'This backend offers no such demo account.');
        }
        return enter(email, demo.password);
      }),
    signOut: (pending) =>
      exclusive(async () => {
        const leaving = workspace;
        if (leaving?.cache.isReadOnly === true) {
          throw new AppError(
            'READ_ONLY',
            'Another window of the console holds the local data. Sign out there.',
          );
        }
        const exportedTo = leaving === null ? null : await settleWaiting(leaving, pending);
        cancelVerify();
        workspace = null;
        openFailure = null;
        await Promise.all([leaving?.remove(), backend.signOut(), storage.removeItem(meKey)]);
        state.set({ status: 'signed-out' });
        return { exportedTo };
      }),
    stop() {
      isStopped = true;
      cancelVerify();
      return exclusive(closeWorkspace);
    },
  };
}

const rebuildMicros = 600_000_000;
const mostRebuilds = 3;

function beingRebuilt(): AppError {
  return new AppError(
    'STORAGE_CORRUPT',
    'The local data was damaged and is being rebuilt. It takes a moment.',
  );
}

function damagedForGood(): AppError {
  return new AppError(
    'STORAGE_CORRUPT',
    'The local data was damaged again and again. The disk may be failing: have it looked at, then start the console anew.',
  );
}

/** Who a state speaks of, null when of nobody. */
export function meOf(state: SessionState): Me | null {
  return state.status === 'signed-in' || state.status === 'needs-sign-in' ? state.me : null;
}

function pendingWords(count: number, drafts: number, isTried: boolean): string {
  const edits = count === 1 ? 'One edit has' : `${count} edits have`;
  if (count > 0) {
    return isTried
      ? `${edits} not been taken by the server. Look at the outbox, export or discard.`
      : `${edits} not reached the server yet. Send, export or discard before signing out.`;
  }
  const kept = drafts === 1 ? 'One decision is' : `${drafts} decisions are`;
  return `${kept} only a draft. Drafts are confirmed one by one in the outbox; export or discard them otherwise.`;
}

function parseMe(text: string): Me | null {
  try {
    const parsed = meSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
