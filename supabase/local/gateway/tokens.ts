import { randomUUID } from 'node:crypto';
import { importJWK, jwtVerify, SignJWT, type JWK } from 'jose';

export type Claims = Readonly<Record<string, unknown>>;

/** Signs and checks every token of the stack, with one ES256 key. */
export type Tokens = {
  /** Public keys (RFC 7517), for PostgREST and for clients that check tokens themselves. */
  readonly jwks: { readonly keys: readonly JWK[] };
  /** @param lifetime seconds */
  sign(claims: Claims, lifetime: number): Promise<string>;
  /** The claims of a token of ours that has not expired. Rejects otherwise. */
  verify(token: string): Promise<Claims>;
};

export async function createTokens(signingKey: JWK): Promise<Tokens> {
  const { d: _private, ...publicKey } = signingKey;
  const key = await importJWK(signingKey, 'ES256');
  const checkKey = await importJWK(publicKey, 'ES256');
  const kid = signingKey.kid ?? '';
  return {
    jwks: { keys: [{ ...publicKey, alg: 'ES256', use: 'sig', key_ops: ['verify'] }] },
    sign: (claims, lifetime) => {
      const now = Math.floor(Date.now() / 1000);
      // jti: two tokens of the same second must differ, or a client that compares them misses the newer.
      return new SignJWT({ iat: now, exp: now + lifetime, jti: randomUUID(), ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
        .sign(key);
    },
    async verify(token) {
      const { payload } = await jwtVerify(token, checkKey, { algorithms: ['ES256'] });
      return { ...payload };
    },
  };
}
