import type { Json, Exchange } from '../http.ts';
import { header, isJson, text } from '../http.ts';
import { bearerOf } from '../keys.ts';
import type { Claims } from '../tokens.ts';
import { AuthRefusal } from './errors.ts';
import { openSession, type AuthContext } from './sessions.ts';
import { describeUser, findUser, listFactors, type UserRow } from './users.ts';

/** The signed-in caller of an endpoint that needs one. */
export type Caller = { readonly user: UserRow; readonly claims: Claims; readonly sessionId: string };

/** Checks the token and that its session still exists. */
export async function requireCaller(context: AuthContext, exchange: Exchange): Promise<Caller> {
  const bearer = bearerOf(exchange.request);
  if (bearer === '')
    throw new AuthRefusal(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  const claims = await context.tokens.verify(bearer).catch((error: Error) => {
    throw new AuthRefusal(
      403,
      'bad_jwt',
      `invalid JWT: unable to parse or verify signature, ${error.message}`,
    );
  });
  const [userId, sessionId] = [text(claims['sub']), text(claims['session_id'])];
  if (userId === '') throw new AuthRefusal(403, 'bad_jwt', 'invalid claim: missing sub claim');
  const sessions = await context.database.query(
    'select 1 from auth.sessions where id = $1 and user_id = $2 and (not_after is null or not_after > now())',
    [sessionId === '' ? null : sessionId, userId],
  );
  if (sessions.length === 0) {
    throw new AuthRefusal(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
  }
  const user = await findUser(context.database, userId);
  if (user === undefined)
    throw new AuthRefusal(403, 'user_not_found', 'User from sub claim in JWT does not exist');
  return { user, claims, sessionId };
}

/** `POST /token?grant_type=password`. The same refusal for an unknown address and a wrong password. */
export async function signInWithPassword(
  context: AuthContext,
  exchange: Exchange,
  body: Json,
): Promise<Json> {
  const [email, password] = [text(body['email']), text(body['password'])];
  if (email === '' || password === '') {
    throw new AuthRefusal(400, 'validation_failed', 'missing email or password');
  }
  const rows = await context.database.query<{ id: string; banned_until: Date | null; is_confirmed: boolean }>(
    `update auth.users set last_sign_in_at = now()
     where lower(email) = lower($1) and deleted_at is null
       and encrypted_password = extensions.crypt($2, encrypted_password)
     returning id, banned_until, email_confirmed_at is not null as is_confirmed`,
    [email, password],
  );
  const user = rows[0];
  if (user === undefined) throw new AuthRefusal(400, 'invalid_credentials', 'Invalid login credentials');
  if (user.banned_until !== null && user.banned_until > new Date()) {
    throw new AuthRefusal(400, 'user_banned', 'User is banned');
  }
  if (!user.is_confirmed) throw new AuthRefusal(400, 'email_not_confirmed', 'Email not confirmed');
  return openSession(context, user.id, 'password', {
    userAgent: header(exchange.request, 'user-agent'),
    address: (exchange.request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  });
}

export async function describeCaller(context: AuthContext, caller: Caller): Promise<Json> {
  return describeUser(caller.user, await listFactors(context.database, caller.user.id));
}

/** `PUT /user`: password, user_metadata. An address cannot be changed here, because no mail is sent. */
export async function updateUser(context: AuthContext, caller: Caller, body: Json): Promise<Json> {
  const { password, data, email } = body;
  if (typeof email === 'string' && email.toLowerCase() !== caller.user.email?.toLowerCase()) {
    throw new AuthRefusal(
      422,
      'email_provider_disabled',
      'The embedded backend sends no mail, so it cannot change addresses',
    );
  }
  if (password !== undefined) await changePassword(context, caller, text(password));
  if (data !== undefined) {
    if (!isJson(data)) throw new AuthRefusal(400, 'validation_failed', 'data must be an object');
    await context.database.query(
      `update auth.users set updated_at = now(),
         raw_user_meta_data = jsonb_strip_nulls(coalesce(raw_user_meta_data, '{}') || $2::jsonb) where id = $1`,
      [caller.user.id, JSON.stringify(data)],
    );
  }
  const user = await findUser(context.database, caller.user.id);
  return describeUser(user ?? caller.user, await listFactors(context.database, caller.user.id));
}

/** `POST /logout?scope=`: ends sessions; their refresh tokens go with them. */
export async function signOut(context: AuthContext, caller: Caller, scope: string): Promise<void> {
  const condition =
    scope === 'local'
      ? 'and id = $2'
      : scope === 'others'
        ? 'and id <> $2'
        : 'and ($2::uuid is not null or true)';
  await context.database.query(`delete from auth.sessions where user_id = $1 ${condition}`, [
    caller.user.id,
    caller.sessionId,
  ]);
}

async function changePassword(context: AuthContext, caller: Caller, password: string): Promise<void> {
  if (password.length < 6) {
    throw new AuthRefusal(422, 'weak_password', 'Password should be at least 6 characters.', {
      weak_password: { reasons: ['length'], message: 'Password should be at least 6 characters.' },
    });
  }
  if (Buffer.byteLength(password) > 72) {
    // bcrypt reads no more than 72 bytes.
    throw new AuthRefusal(422, 'validation_failed', 'Password cannot be longer than 72 characters');
  }
  const rows = await context.database.query(
    `update auth.users set encrypted_password = extensions.crypt($2, extensions.gen_salt('bf', 8)), updated_at = now()
     where id = $1 and encrypted_password is distinct from extensions.crypt($2, encrypted_password) returning 1`,
    [caller.user.id, password],
  );
  if (rows.length === 0) {
    throw new AuthRefusal(422, 'same_password', 'New password should be different from the old password.');
  }
  // Whoever knew the old password is out; this session stays.
  await context.database.query('delete from auth.sessions where user_id = $1 and id <> $2', [
    caller.user.id,
    caller.sessionId,
  ]);
}
