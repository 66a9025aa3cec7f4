import { renderSVG } from 'uqr';
import { text, type Json } from '../http.ts';
import { sqlState } from '../database.ts';
import type { Caller } from './account.ts';
import { AuthRefusal } from './errors.ts';
import { addAuthenticationMethod, issueRefreshToken, sessionAnswer, type AuthContext } from './sessions.ts';
import { matchingStep, newSecret, otpAuthUri } from './totp.ts';
import { listFactors, type FactorRow } from './users.ts';

/** Seconds in which a challenge has to be answered. */
const challengeLifetime = 300;
const maxFactors = 10;

/** `POST /factors`: a TOTP factor, which counts once it has been verified. */
export async function enrollFactor(context: AuthContext, caller: Caller, body: Json): Promise<Json> {
  if (body['factor_type'] !== 'totp') {
    throw new AuthRefusal(422, 'mfa_phone_enroll_not_enabled', 'Only TOTP factors can be enrolled');
  }
  const factors = await listFactors(context.database, caller.user.id);
  requireSecondFactor(caller, factors);
  if (factors.length >= maxFactors) {
    throw new AuthRefusal(
      422,
      'too_many_enrolled_mfa_factors',
      'Maximum number of factors reached, unenroll to continue',
    );
  }
  const friendlyName = text(body['friendly_name']);
  const secret = newSecret();
  const rows = await context.database
    .query<{ id: string }>(
      `insert into auth.mfa_factors (user_id, friendly_name, factor_type, status, secret)
       values ($1, $2, 'totp', 'unverified', $3) returning id`,
      [caller.user.id, friendlyName, secret],
    )
    .catch((error: unknown) => {
      if (sqlState(error) !== '23505') throw error;
      throw new AuthRefusal(
        422,
        'mfa_factor_name_conflict',
        `A factor with the friendly name "${friendlyName}" for this user already exists`,
      );
    });
  const uri = otpAuthUri(
    text(body['issuer']) || 'iTutor Console',
    caller.user.email ?? caller.user.id,
    secret,
  );
  return {
    id: rows[0]?.id,
    type: 'totp',
    friendly_name: friendlyName,
    totp: { qr_code: renderSVG(uri, { ecc: 'M', border: 4 }), secret, uri },
  };
}

/** `POST /factors/:id/challenge` */
export async function challengeFactor(context: AuthContext, caller: Caller, factorId: string): Promise<Json> {
  const factor = await ownFactor(context, caller, factorId);
  const rows = await context.database.query<{ id: string; created_at: Date }>(
    'insert into auth.mfa_challenges (factor_id) values ($1) returning id, created_at',
    [factor.id],
  );
  const challenge = rows[0];
  if (challenge === undefined) throw new Error('no challenge was made');
  return {
    id: challenge.id,
    type: 'totp',
    expires_at: Math.floor(challenge.created_at.getTime() / 1000) + challengeLifetime,
  };
}

/** `POST /factors/:id/verify`: raises the session to aal2 and answers it anew, with tokens that say so. */
export async function verifyFactor(
  context: AuthContext,
  caller: Caller,
  factorId: string,
  body: Json,
): Promise<Json> {
  const factor = await ownFactor(context, caller, factorId);
  const challengeId = text(body['challenge_id']);
  if (!/^[0-9a-f-]{36}$/i.test(challengeId)) {
    throw new AuthRefusal(400, 'validation_failed', 'challenge_id must be an UUID');
  }
  const refreshToken = await context.database.transaction(async (sql) => {
    const challenges = await sql.query<{ is_fresh: boolean }>(
      `select created_at > now() - make_interval(secs => $3) as is_fresh from auth.mfa_challenges
       where id = $1 and factor_id = $2 and verified_at is null for update`,
      [challengeId, factor.id, challengeLifetime],
    );
    const challenge = challenges.rows[0];
    if (challenge === undefined) {
      throw new AuthRefusal(
        422,
        'mfa_factor_not_found',
        'MFA factor with the provided challenge ID not found',
      );
    }
    if (!challenge.is_fresh) {
      throw new AuthRefusal(
        422,
        'mfa_challenge_expired',
        'MFA challenge has expired, verify against another challenge or create a new challenge.',
      );
    }
    const locked = await sql.query<FactorRow>('select * from auth.mfa_factors where id = $1 for update', [
      factor.id,
    ]);
    const lastStep = locked.rows[0]?.last_used_step ?? null;
    const step = matchingStep(
      factor.secret ?? '',
      text(body['code']).trim(),
      Date.now(),
      lastStep === null ? undefined : Number(lastStep),
    );
    if (step === undefined)
      throw new AuthRefusal(422, 'mfa_verification_failed', 'Invalid TOTP code entered');
    await sql.query('update auth.mfa_challenges set verified_at = now() where id = $1', [challengeId]);
    await sql.query(
      `update auth.mfa_factors set status = 'verified', last_used_step = $2, updated_at = now() where id = $1`,
      [factor.id, step],
    );
    if (factor.status === 'unverified') {
      // Sessions that were opened before the second factor existed do not outlive its arrival.
      await sql.query('delete from auth.sessions where user_id = $1 and id <> $2', [
        caller.user.id,
        caller.sessionId,
      ]);
      await sql.query(`delete from auth.mfa_factors where user_id = $1 and status = 'unverified'`, [
        caller.user.id,
      ]);
    }
    await sql.query(
      `update auth.sessions set aal = 'aal2', factor_id = $2, updated_at = now() where id = $1`,
      [caller.sessionId, factor.id],
    );
    await addAuthenticationMethod(sql, caller.sessionId, 'totp');
    await sql.query('update auth.refresh_tokens set revoked = true where session_id = $1', [
      caller.sessionId,
    ]);
    return issueRefreshToken(sql, caller.sessionId, caller.user.id, null);
  });
  return sessionAnswer(context, caller.user.id, caller.sessionId, refreshToken);
}

/** `DELETE /factors/:id`: a verified factor only by a session that proved it. */
export async function unenrollFactor(context: AuthContext, caller: Caller, factorId: string): Promise<Json> {
  const factor = await ownFactor(context, caller, factorId);
  if (factor.status === 'verified') requireSecondFactor(caller, [factor]);
  await context.database.transaction(async (sql) => {
    await sql.query(
      `update auth.sessions set aal = 'aal1', factor_id = null where user_id = $1 and factor_id = $2`,
      [caller.user.id, factor.id],
    );
    await sql.query(
      `delete from auth.mfa_amr_claims c using auth.sessions s
       where c.session_id = s.id and s.user_id = $1 and s.aal = 'aal1' and c.authentication_method = 'totp'`,
      [caller.user.id],
    );
    await sql.query('delete from auth.mfa_factors where id = $1', [factor.id]);
  });
  return { id: factor.id };
}

async function ownFactor(context: AuthContext, caller: Caller, factorId: string): Promise<FactorRow> {
  const factors = await listFactors(context.database, caller.user.id);
  const factor = factors.find(({ id }) => id === factorId);
  if (factor === undefined) throw new AuthRefusal(404, 'mfa_factor_not_found', 'Factor not found');
  return factor;
}

function requireSecondFactor(caller: Caller, factors: readonly FactorRow[]): void {
  if (factors.some(({ status }) => status === 'verified') && caller.claims['aal'] !== 'aal2') {
    throw new AuthRefusal(403, 'insufficient_aal', 'AAL2 session is required for this operation');
  }
}
