import {
  AuthClient,
  createClient,
  isAuthRetryableFetchError,
  type SupabaseClient,
  type SupportedStorage,
  type WebSocketLikeConstructor,
} from '@supabase/supabase-js';
import { AppError } from '#shared/rpc/errors';
import type { Clock, Log } from '../cache/types.ts';
import { settledWithin } from '../clock.ts';
import { offline, toAppError } from './errors.ts';
import { fetchWithin, type Fetch } from './fetch.ts';
import { projectOf, storageKeyOf } from './storage.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** One Supabase project, as this console uses it. */
export type Backend = {
  readonly url: string;
  /** What tells this backend from others, see projectOf. */
  readonly project: string;
  readonly tokens: Tokens;
  /** supabase-js with our tokens and without its retries: an offline read would take 7 s to say so. */
  readonly client: SupabaseClient;
  /**
   * Calls a function of the schema as who is signed in. A token that the server refuses is renewed once.
   * Fails with AppError: OFFLINE, BACKEND_UNREACHABLE, NEEDS_SIGN_IN, FORBIDDEN, REJECTED, CONFLICT, NOT_FOUND, INTERNAL.
   */
  rpc(name: string, args: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<unknown>;
  /** Checks a password and takes over the session. AppError BAD_CREDENTIALS, OFFLINE, BACKEND_UNREACHABLE. */
  signIn(email: string, password: string): Promise<{ readonly userId: string }>;
  /** Ends the session on the server, if it can be told now, and forgets it here in any case. */
  signOut(): Promise<void>;
  /** What auth says of itself at `/auth/v1/settings`. */
  authSettings(signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
};

export type BackendOptions = {
  readonly url: string;
  readonly key: string;
  readonly isEmbedded: boolean;
  readonly storage: SupportedStorage;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch?: Fetch;
};

const requestMillis = 20_000;
const signOutMillis = 3_000;
const farewellMillis = 300;

export function createBackend(options: BackendOptions): Backend {
  const { url, key, storage } = options;
  const project = projectOf(url, options.isEmbedded);
  const storageKey = storageKeyOf(project);
  const within = fetchWithin(requestMillis, options.fetch);
  const tokens = createTokens({ ...options, storageKey, fetch: within });
  const client = createClient(url, key, {
    // Realtime asks for itself when it connects again; with nobody signed in there is none to give.
    accessToken: () => tokens.access().catch(() => tokens.current()),
    db: { retry: false },
    global: { fetch: within },
    realtime: {
      // The same but for the type of one event, of which realtime-js uses nothing that differs.
      transport: QuickWebSocket as unknown as WebSocketLikeConstructor,
      reconnectAfterMs: reconnectMillis,
    },
  });
  // Its own client, because supabase-js gives up `auth` where it is handed tokens. It never refreshes by itself.
  const auth = new AuthClient({
    url: `${url}/auth/v1`,
    headers: { apikey: key },
    storage,
    storageKey,
    autoRefreshToken: false,
    persistSession: true,
    detectSessionInUrl: false,
    skipAutoInitialize: true,
    fetch: within,
  });

  return {
    url,
    project,
    tokens,
    client,
    async rpc(name, args, signal) {
      const once = async () => {
        await tokens.access();
        const request = client.rpc(name, args);
        return signal === undefined ? await request : await request.abortSignal(signal);
      };
      let answer = await once();
      if (answer.status === 401 && (await tokens.renew())) answer = await once();
      signal?.throwIfAborted();
      if (answer.error !== null) throw toAppError(answer.status, answer.error);
      return answer.data;
    },
    async signIn(email, password) {
      const { data, error } = await auth.signInWithPassword({ email, password });
      if (error !== null) throw signInError(error);
      await tokens.take(data.session);
      return { userId: data.user.id };
    },
    async signOut() {
      const token = tokens.current();
      await tokens.forget();
      if (token === null) return;
      // Best effort: offline, the refresh token runs out by itself.
      await fetchWithin(signOutMillis, options.fetch)(`${url}/auth/v1/logout?scope=local`, {
        method: 'POST',
        headers: { apikey: key, authorization: `Bearer ${token}` },
      }).catch(() => {});
    },
    async authSettings(signal) {
      const answer = await within(`${url}/auth/v1/settings`, {
        headers: { apikey: key },
        ...(signal === undefined ? {} : { signal }),
      }).catch((error: unknown) => {
        throw offline(error);
      });
      if (!answer.ok) throw toAppError(answer.status, {});
      return answer.json();
    },
    async close() {
      await auth.dispose();
      if (client.getChannels().length > 0) await settledWithin(farewellMillis, client.removeAllChannels());
    },
  };
}

function signInError(error: Error & { code?: unknown; status?: unknown }): AppError {
  if (isAuthRetryableFetchError(error)) return error.status === 0 ? offline(error) : toAppError(503, {});
  switch (error.code) {
    case 'invalid_credentials':
    case 'validation_failed':
      return new AppError('BAD_CREDENTIALS', 'The e-mail address or the password is wrong.');
    case 'email_not_confirmed':
      return new AppError(
        'FORBIDDEN',
        'This e-mail address is not confirmed yet. Follow the link in the message you were sent.',
      );
    case 'user_banned':
      return new AppError('FORBIDDEN', 'This account is blocked. Ask an administrator.');
    case 'over_request_rate_limit':
      return new AppError('REJECTED', 'Too many attempts. Wait a minute and try again.', {
        rule: 'auth.rate',
      });
    default:
      return new AppError(
        'BACKEND_INVALID',
        'The backend’s sign-in answered in a way the console does not know.',
        {
          reason: 'auth',
          status: typeof error.status === 'number' ? error.status : 0,
        },
      );
  }
}

/** realtime-js waits a second and a half for a dead connection to say goodbye before it makes another. */
class QuickWebSocket extends WebSocket {
  override close(code?: number, reason?: string): void {
    super.close(code, reason);
    Object.defineProperty(this, 'readyState', { value: WebSocket.CLOSED });
  }
}

/** Spread, because all consoles lose a server that restarts at the same moment. */
function reconnectMillis(tries: number): number {
  const bound = [500, 1500, 4000][tries - 1] ?? 10_000;
  return bound * (0.5 + Math.random());
}
