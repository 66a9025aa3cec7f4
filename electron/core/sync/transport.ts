import { digestResponse, listResponse, pullResponse, pushResponse } from '#shared/domain/sync/wire';
import type { Patience, Wait } from './patience.ts';
import type { SyncTransport } from './types.ts';

/** Why the server could not be asked, or what it answered instead. Status 0: nothing came back. */
export class TransportError extends Error {
  readonly status: number;
  /** SQLSTATE or PostgREST code; '' when there is none. */
  readonly code: string;
  readonly retryAfterMillis: number | null;
  /** DETAIL of the database's error, null when there is none. */
  readonly detail: string | null;

  constructor(
    message: string,
    details: { status: number; code?: string; retryAfterMillis?: number | null; detail?: string | null },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'TransportError';
    this.status = details.status;
    this.code = details.code ?? '';
    this.retryAfterMillis = details.retryAfterMillis ?? null;
    this.detail = details.detail ?? null;
  }
}

export type HttpTransportOptions = {
  readonly url: string;
  /** The publishable key. */
  readonly key: string;
  /** Whose cache this serves: a session of anyone else is refused here, before a row or an edit could mix. */
  readonly userId: string;
  /** The session's token, or null when nobody is signed in. */
  readonly accessToken: () => Promise<string | null>;
  readonly fetch?: typeof fetch;
  /** Milliseconds after which an answer is no longer waited for. */
  readonly timeoutMillis?: number;
  /** For networks that die without a word; without it only the time-out ends a wait. */
  readonly patience?: Patience;
};

/** One call of a function of the schema; rejects with TransportError. */
export type RemoteCall = (
  name: string,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<unknown>;

/**
 * `sync_pull`, `sync_push`, the functions of the self-check and, as `call`, any other over PostgREST. Every failure is a
 * TransportError; an abort is passed on.
 */
export function createHttpTransport(
  options: HttpTransportOptions,
): SyncTransport & { readonly call: RemoteCall } {
  const call = options.fetch ?? fetch;

  async function rpc(
    name: string,
    body: unknown,
    signal: AbortSignal,
    patience?: Patience,
  ): Promise<unknown> {
    const limit = AbortSignal.timeout(options.timeoutMillis ?? 30_000);
    for (let trial = 1; ; trial += 1) {
      const wait = patience?.begin();
      const ended = AbortSignal.any([signal, limit, ...(wait === undefined ? [] : [wait.ended])]);
      try {
        return await ask(name, body, signal, ended, wait);
      } catch (error) {
        const isGivenUp = wait?.ended.aborted === true && !signal.aborted && !limit.aborted;
        // The server is there, so it is slow or the connection is dead: another one, and twice the time.
        if (!isGivenUp || patience?.isReached() !== true || trial === mostTrials) throw error;
      } finally {
        wait?.done();
      }
    }
  }

  async function ask(
    name: string,
    body: unknown,
    signal: AbortSignal,
    ended: AbortSignal,
    wait: Wait | undefined,
  ): Promise<unknown> {
    let token: string | null;
    try {
      token = await untilAborted(options.accessToken(), ended);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof TransportError ? error : noAnswer(error);
    }
    if (token === null) throw new TransportError('Nobody is signed in.', { status: 401 });
    if (subjectOf(token) !== options.userId)
      throw new TransportError('Someone else is signed in.', { status: 401 });
    let response: Response;
    let text: string;
    try {
      const asking = call(`${options.url}/rest/v1/rpc/${name}`, {
        method: 'POST',
        headers: {
          apikey: options.key,
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-profile': 'public',
        },
        body: JSON.stringify(body),
        signal: ended,
      });
      // After a sleep a socket may hang and not even notice that it was ended.
      response = await untilAborted(asking, ended);
      wait?.heard();
      text = new TextDecoder().decode(await untilAborted(bytesOf(response, wait), ended));
    } catch (error) {
      signal.throwIfAborted();
      throw noAnswer(error);
    }
    if (!response.ok) throw refusal(response, text);
    return parse(text);
  }

  return {
    call: (name, params, signal) => rpc(name, params, signal),
    async pull(request, signal) {
      return pullResponse.parse(await rpc('sync_pull', { p_request: request }, signal, options.patience));
    },
    async push(clientId, mutations, signal) {
      const body = { p_client_id: clientId, p_mutations: mutations };
      return pushResponse.parse(await rpc('sync_push', body, signal, options.patience));
    },
    async digest(tables, signal) {
      return digestResponse.parse(await rpc('sync_digest', { p_tables: tables }, signal));
    },
    async list(request, signal) {
      return listResponse.parse(await rpc('sync_list_bucket', { p_request: request }, signal));
    },
  };
}

function noAnswer(error: unknown): TransportError {
  return new TransportError('The server did not answer.', { status: 0 }, { cause: error });
}

/** Waits for `work` until `signal` fires, also where `work` itself does not listen to it. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Who a token says it belongs to. The server checks the signature; here only a mix-up is to be found. */
function subjectOf(token: string): string | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null && 'sub' in claims ? String(claims.sub) : null;
  } catch {
    return null;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TransportError('The answer was cut off.', { status: 0 }, { cause: error });
  }
}

function refusal(response: Response, text: string): TransportError {
  let code = '';
  let detail: string | null = null;
  let message = `The server answered ${response.status}.`;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) {
      if ('code' in body && typeof body.code === 'string') code = body.code;
      if ('message' in body && typeof body.message === 'string') message = body.message;
      if ('details' in body && typeof body.details === 'string') detail = body.details;
    }
  } catch {
    // Not from PostgREST (a proxy's page): the status alone has to do.
  }
  return new TransportError(message, {
    status: response.status,
    code,
    detail,
    retryAfterMillis: retryAfter(response.headers.get('retry-after')),
  });
}

/** Seconds only; the date form would need a clock that agrees with the server's. */
function retryAfter(header: string | null): number | null {
  const seconds = header === null ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, 600_000) : null;
}

/** The whole body; whoever waits is told of each piece. */
async function bytesOf(response: Response, wait: Wait | undefined): Promise<Uint8Array | ArrayBuffer> {
  if (wait === undefined || response.body === null) return await response.arrayBuffer();
  const pieces: Uint8Array[] = [];
  for await (const piece of response.body) {
    wait.heard();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Of a call that got no sign of life, before it is a failure for its caller to see. */
const mostTrials = 3;
