import type { IncomingMessage } from 'node:http';
import { header } from './http.ts';
import type { Claims, Tokens } from './tokens.ts';

/** What a request proves: the API key that lets it in, and the token that says who it is. */
export type Keys = {
  readonly publishableKey: string;
  readonly secretKey: string;
  /** Whether the request carries a key of this stack (`apikey` header or parameter, or the bearer itself). */
  hasKey(request: IncomingMessage, url: URL): Promise<boolean>;
  /** The token that stands for the request: the session's, or the internal one of its key. Undefined when it has none. */
  tokenOf(request: IncomingMessage, url?: URL): Promise<string | undefined>;
  /** The claims of any token or key. Rejects when it is not ours or has expired. */
  claimsOf(tokenOrKey: string): Promise<Claims>;
  /** The claims of the request. Rejects when its token is not ours or has expired. */
  requestClaims(request: IncomingMessage, url?: URL): Promise<Claims>;
};

export function createKeys(tokens: Tokens, publishableKey: string, secretKey: string): Keys {
  const internal = new Map([
    [publishableKey, internalToken(tokens, 'anon')],
    [secretKey, internalToken(tokens, 'service_role')],
  ]);
  const resolve = async (value: string) => (await internal.get(value)?.()) ?? value;
  const claimsOf = async (value: string) => tokens.verify(await resolve(value));
  const apiKey = (request: IncomingMessage, url?: URL) =>
    header(request, 'apikey') || (url?.searchParams.get('apikey') ?? '');

  async function tokenOf(request: IncomingMessage, url?: URL): Promise<string | undefined> {
    const bearer = bearerOf(request) || apiKey(request, url);
    return bearer === '' ? undefined : resolve(bearer);
  }

  return {
    publishableKey,
    secretKey,
    async hasKey(request, url) {
      const key = apiKey(request, url) || bearerOf(request);
      if (internal.has(key)) return true;
      return key !== '' && claimsOf(key).then(Boolean, () => false);
    },
    tokenOf,
    claimsOf,
    async requestClaims(request, url) {
      const token = await tokenOf(request, url);
      if (token === undefined) throw new Error('no API key or token in the request');
      return tokens.verify(token);
    },
  };
}

export function bearerOf(request: IncomingMessage): string {
  return /^Bearer\s+(.+)$/i.exec(header(request, 'authorization'))?.[1]?.trim() ?? '';
}

/** The opaque keys never reach PostgREST: they stand for a short-lived token of their role. */
function internalToken(tokens: Tokens, role: string): () => Promise<string> {
  const lifetime = 3600;
  let current: { token: Promise<string>; until: number } | undefined;
  return () => {
    if (current === undefined || Date.now() > current.until) {
      current = {
        token: tokens.sign({ iss: 'supabase', ref: 'local', role }, lifetime),
        until: Date.now() + (lifetime / 2) * 1000,
      };
    }
    return current.token;
  };
}
