import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '../database.ts';
import type { Json } from '../http.ts';
import type { Keys } from '../keys.ts';
import type { Tokens } from '../tokens.ts';
import { AuthRefusal } from './errors.ts';
import { describeUser, findUser, listFactors, type UserRow } from './users.ts';

export type AuthContext = {
  readonly database: Database;
  readonly tokens: Tokens;
  readonly keys: Keys;
  /** `<gateway>/auth/v1` */
  readonly issuer: () => string;
  /** Password of every demo account. */
  readonly demoPassword: string;
  /** Seconds an access token lasts. */
  readonly lifetime: number;
  /** Seconds in which a refresh token that was just used may be used again, by a client that lost the answer. */
  readonly reuseWindow: number;
};

type SessionRow = { id: string; user_id: string; aal: string; not_after: Date | null };
type RefreshRow = {
  id: string;
  token: string;
  parent: string | null;
  revoked: boolean;
  session_id: string;
  age: number;
};

/** Opens a session and returns what `/token` answers. */
export async function openSession(
  context: AuthContext,
  userId: string,
  method: string,
  client: { readonly userAgent: string; readonly address: string },
): Promise<Json> {
  const opened = await context.database.transaction(async (sql) => {
    const session = await sql.query<SessionRow>(
      `insert into auth.sessions (user_id, user_agent, ip) values ($1, $2, nullif($3, '')::inet)
       returning id, user_id, aal, not_after`,
      [userId, client.userAgent, client.address],
    );
    const id = session.rows[0]?.id ?? '';
    await addAuthenticationMethod(sql, id, method);
    return { id, refreshToken: await issueRefreshToken(sql, id, userId, null) };
  });
  return sessionAnswer(context, userId, opened.id, opened.refreshToken);
}

/**
 * Exchanges a refresh token for a new access token, and rotates it. A client whose answer got lost asks again with the
 * token it has: while the token that it should have got is unused, or within the reuse window, it gets that one, and
 * nobody is signed out. A token that is used again later was stolen, so the whole family ends.
 */
export async function refreshSession(context: AuthContext, token: string): Promise<Json> {
  const outcome = await context.database.transaction((sql) => rotate(context, sql, token));
  if (outcome instanceof AuthRefusal) throw outcome;
  return sessionAnswer(context, outcome.userId, outcome.sessionId, outcome.refreshToken);
}

/** A refusal is returned, not thrown, so that ending a stolen family is committed. */
async function rotate(
  context: AuthContext,
  sql: pg.PoolClient,
  token: string,
): Promise<{ userId: string; sessionId: string; refreshToken: string } | AuthRefusal> {
  const unknown = new AuthRefusal(
    400,
    'refresh_token_not_found',
    'Invalid Refresh Token: Refresh Token Not Found',
  );
  const owner = await sql.query<{ session_id: string | null }>(
    'select session_id from auth.refresh_tokens where token = $1',
    [token],
  );
  const sessionId = owner.rows[0]?.session_id;
  if (sessionId === undefined || sessionId === null) return unknown;
  // One refresh of a session at a time: the second of two sees what the first one did.
  const sessions = await sql.query<SessionRow & { banned_until: Date | null }>(
    `select s.id, s.user_id, s.aal, s.not_after, u.banned_until
     from auth.sessions s join auth.users u on u.id = s.user_id and u.deleted_at is null
     where s.id = $1 for update of s`,
    [sessionId],
  );
  const session = sessions.rows[0];
  if (session === undefined) return unknown;
  if (session.banned_until !== null && session.banned_until > new Date()) {
    return new AuthRefusal(400, 'user_banned', 'Invalid Refresh Token: User Banned');
  }
  if (session.not_after !== null && session.not_after < new Date()) {
    return new AuthRefusal(400, 'session_expired', 'Invalid Refresh Token: Session Expired');
  }
  const presented = await findRefreshToken(sql, 'token = $1', token);
  if (presented === undefined) return unknown;
  const answer = { userId: session.user_id, sessionId };
  if (!presented.revoked) {
    await sql.query(
      'update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp() where id = $1',
      [presented.id],
    );
    await sql.query(
      `update auth.sessions set refreshed_at = clock_timestamp() at time zone 'UTC' where id = $1`,
      [sessionId],
    );
    return {
      ...answer,
      refreshToken: await issueRefreshToken(sql, sessionId, session.user_id, presented.token),
    };
  }
  const active = await findRefreshToken(sql, 'session_id = $1 and not revoked', sessionId);
  const isLostAnswer = active !== undefined && active.parent === presented.token;
  if (active !== undefined && (isLostAnswer || presented.age <= context.reuseWindow)) {
    return { ...answer, refreshToken: active.token };
  }
  await sql.query('update auth.refresh_tokens set revoked = true where session_id = $1 and not revoked', [
    sessionId,
  ]);
  return new AuthRefusal(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');
}

/** What `/token` and `/factors/:id/verify` answer for a session. */
export async function sessionAnswer(
  context: AuthContext,
  userId: string,
  sessionId: string,
  refreshToken: string,
): Promise<Json> {
  const user = await findUser(context.database, userId);
  if (user === undefined)
    throw new AuthRefusal(403, 'user_not_found', 'User from sub claim in JWT does not exist');
  const [factors, accessToken] = await Promise.all([
    listFactors(context.database, userId),
    accessTokenFor(context, user, sessionId),
  ]);
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: context.lifetime,
    expires_at: Math.floor(Date.now() / 1000) + context.lifetime,
    refresh_token: refreshToken,
    user: describeUser(user, factors),
  };
}

/** Notes how the session was proved; the claims `aal` and `amr` follow from it. */
export async function addAuthenticationMethod(
  sql: pg.PoolClient,
  sessionId: string,
  method: string,
): Promise<void> {
  await sql.query(
    `insert into auth.mfa_amr_claims (session_id, authentication_method) values ($1, $2)
     on conflict (session_id, authentication_method) do update set updated_at = now()`,
    [sessionId, method],
  );
}

export async function issueRefreshToken(
  sql: pg.PoolClient,
  sessionId: string,
  userId: string,
  parent: string | null,
): Promise<string> {
  const token = randomBytes(15).toString('base64url');
  await sql.query(
    'insert into auth.refresh_tokens (token, user_id, session_id, parent) values ($1, $2, $3, $4)',
    [token, userId, sessionId, parent],
  );
  return token;
}

async function findRefreshToken(
  sql: pg.PoolClient,
  where: string,
  value: string,
): Promise<RefreshRow | undefined> {
  const rows = await sql.query<RefreshRow>(
    `select id, token, parent, revoked, session_id,
            extract(epoch from clock_timestamp() - updated_at)::float8 as age
     from auth.refresh_tokens where ${where} order by id desc limit 1`,
    [value],
  );
  return rows.rows[0];
}

async function accessTokenFor(context: AuthContext, user: UserRow, sessionId: string): Promise<string> {
  const rows = await context.database.query<{ aal: string; method: string | null; at: number | null }>(
    `select s.aal, c.authentication_method as method, floor(extract(epoch from c.updated_at))::float8 as at
     from auth.sessions s left join auth.mfa_amr_claims c on c.session_id = s.id
     where s.id = $1 order by c.updated_at desc`,
    [sessionId],
  );
  return context.tokens.sign(
    {
      iss: context.issuer(),
      sub: user.id,
      aud: 'authenticated',
      email: user.email ?? '',
      phone: user.phone ?? '',
      app_metadata: user.raw_app_meta_data ?? {},
      user_metadata: user.raw_user_meta_data ?? {},
      role: 'authenticated',
      aal: rows[0]?.aal ?? 'aal1',
      amr: rows.flatMap(({ method, at }) => (method === null ? [] : [{ method, timestamp: at }])),
      session_id: sessionId,
      is_anonymous: user.is_anonymous,
    },
    context.lifetime,
  );
}
