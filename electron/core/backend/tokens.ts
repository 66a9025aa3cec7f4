import type { Session, SupportedStorage } from '@supabase/supabase-js';
import * as z from 'zod';
import { AppError } from '#shared/rpc/errors';
import type { Clock, Log } from '../cache/types.ts';
import { needsSignIn, offline } from './errors.ts';
import type { Fetch } from './fetch.ts';

/** Holds the session of one backend and is the only one to renew it. */
export type Tokens = {
  /** Reads what the host kept. Null when there is nothing usable; needs no network. */
  load(): Promise<{ readonly userId: string } | null>;
  /** Takes over the session of a fresh sign-in. */
  take(session: Session): Promise<void>;
  /** A token that holds for a while yet, renewed first when it does not. AppError OFFLINE or NEEDS_SIGN_IN. */
  access(): Promise<string>;
  /** The token at hand, stale or not, null when signed out. For what renews by itself, such as realtime. */
  current(): string | null;
  /** Renews now; callers share one request. False when the backend refuses: a password is needed. Throws OFFLINE. */
  renew(): Promise<boolean>;
  /** Forgets the session here; the server is not told. */
  forget(): Promise<void>;
  /** Called once when the backend has refused to go on with this session. */
  onLost(listener: () => void): void;
};

export type TokensOptions = {
  readonly url: string;
  readonly key: string;
  readonly storageKey: string;
  readonly storage: SupportedStorage;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
};

/** Renew this long before the token runs out, so that no request leaves with one that dies on the way. */
const marginMicros = 90_000_000;

export function createTokens(options: TokensOptions): Tokens {
  const { storage, storageKey, clock, log } = options;
  let held: KeptSession | null = null;
  let renewal: Promise<boolean> | null = null;
  /** Tells a renewal that was under way when the session was replaced or forgotten. */
  let generation = 0;
  let lost: () => void = () => {};

  const keep = async (session: KeptSession) => {
    held = session;
    await storage.setItem(storageKey, JSON.stringify(session));
  };

  const renewNow = async (): Promise<boolean> => {
    const mine = generation;
    if (held === null) return false;
    const answer = await requestRenewal(options, held.refresh_token);
    if (mine !== generation) return held !== null;
    if (answer === 'refused') {
      held = null;
      generation += 1;
      await storage.removeItem(storageKey);
      log('warn', 'session.renewal.refused');
      lost();
      return false;
    }
    await keep(withLocalExpiry(answer, clock));
    return true;
  };

  const renew = () => {
    renewal ??= withinLimit(clock, renewNow()).finally(() => {
      renewal = null;
    });
    return renewal;
  };

  return {
    async load() {
      const text = await storage.getItem(storageKey);
      held = text === null ? null : parseKept(text);
      return held === null ? null : { userId: held.user.id };
    },
    async take(session) {
      generation += 1;
      await keep(withLocalExpiry(grant.parse(session), clock));
    },
    async access() {
      if (held === null) throw needsSignIn();
      if (held.local_expires_at - marginMicros > clock.now()) return held.access_token;
      const isStillGood = held.local_expires_at > clock.now();
      const isRenewed = await renew().catch((error: unknown) => {
        // Inside the margin the old token still does.
        if (!isStillGood) throw error;
        return true;
      });
      if (!isRenewed || held === null) throw needsSignIn();
      return held.access_token;
    },
    current: () => held?.access_token ?? null,
    renew,
    async forget() {
      generation += 1;
      held = null;
      await storage.removeItem(storageKey);
    },
    onLost(listener) {
      lost = listener;
    },
  };
}

/** The request has a limit of its own; the host's storage has none, and everyone waits for the one renewal. */
async function withinLimit(clock: Clock, work: Promise<boolean>): Promise<boolean> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(renewalMillis, () => late.reject(offline()));
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    cancel();
  }
}

const renewalMillis = 45_000;

/** What auth answers to a grant; further fields stay, because auth-js reads the same storage. */
const grant = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
  user: z.looseObject({ id: z.uuid() }),
});
/** Micros by this machine's clock: the server's expires_at would mislead a machine whose clock is wrong. */
const kept = grant.extend({ local_expires_at: z.number() });
type KeptSession = z.output<typeof kept>;

function withLocalExpiry(session: z.output<typeof grant>, clock: Clock): KeptSession {
  return { ...session, local_expires_at: clock.now() + session.expires_in * 1_000_000 };
}

function parseKept(text: string): KeptSession | null {
  try {
    const parsed = kept.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Codes by which auth says that this session will never go on. Anything else may pass. */
const finalCodes: ReadonlySet<string> = new Set([
  'refresh_token_not_found',
  'refresh_token_already_used',
  'session_not_found',
  'session_expired',
  'user_not_found',
  'user_banned',
  'bad_jwt',
  'validation_failed',
  'invalid_grant',
]);

async function requestRenewal(
  options: TokensOptions,
  refreshToken: string,
): Promise<z.output<typeof grant> | 'refused'> {
  let answer: Response;
  let body: unknown;
  try {
    answer = await options.fetch(`${options.url}/auth/v1/token?grant_type=refresh_token`, {
      method: 'POST',
      headers: {
        apikey: options.key,
        'content-type': 'application/json',
        'x-supabase-api-version': '2024-01-01',
      },
      body: JSON.stringify({ refresh_token: refreshToken }),
    });
    body = await answer.json();
  } catch (error) {
    throw offline(error);
  }
  if (answer.ok) {
    const parsed = grant.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new AppError('BACKEND_INVALID', 'The backend answered a renewal with something else.', {
      reason: 'auth',
    });
  }
  // A captive portal's 403 must not sign anyone out: only auth's own words count.
  const isFinal =
    answer.status >= 400 && answer.status < 500 && codesOf(body).some((code) => finalCodes.has(code));
  if (isFinal) return 'refused';
  throw offline();
}

function codesOf(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  const fields: Record<string, unknown> = { ...body };
  return [fields['code'], fields['error_code'], fields['error']].filter((code) => typeof code === 'string');
}
