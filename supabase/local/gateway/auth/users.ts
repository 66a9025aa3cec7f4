import type { Database, Row } from '../database.ts';
import type { Json } from '../http.ts';

export type UserRow = Row & {
  id: string;
  email: string | null;
  phone: string | null;
  email_confirmed_at: Date | null;
  last_sign_in_at: Date | null;
  raw_app_meta_data: Json | null;
  raw_user_meta_data: Json | null;
  created_at: Date;
  updated_at: Date;
  banned_until: Date | null;
  is_anonymous: boolean;
};

export type FactorRow = Row & {
  id: string;
  user_id: string;
  friendly_name: string | null;
  factor_type: string;
  status: 'unverified' | 'verified';
  created_at: Date;
  updated_at: Date;
  secret: string | null;
  last_used_step: string | null;
};

export const userColumns = `u.id, u.email, u.phone, u.email_confirmed_at, u.last_sign_in_at, u.raw_app_meta_data,
  u.raw_user_meta_data, u.created_at, u.updated_at, u.banned_until, u.is_anonymous`;

export async function findUser(database: Database, id: string): Promise<UserRow | undefined> {
  const rows = await database.query<UserRow>(
    `select ${userColumns} from auth.users u where u.id = $1 and u.deleted_at is null`,
    [id],
  );
  return rows[0];
}

export function listFactors(database: Database, userId: string): Promise<FactorRow[]> {
  return database.query<FactorRow>(
    `select id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret, last_used_step
     from auth.mfa_factors where user_id = $1 order by created_at`,
    [userId],
  );
}

/** The user object of Supabase Auth. */
export function describeUser(user: UserRow, factors: readonly FactorRow[]): Json {
  return {
    id: user.id,
    aud: 'authenticated',
    role: 'authenticated',
    email: user.email ?? '',
    ...(user.email_confirmed_at === null
      ? {}
      : { email_confirmed_at: user.email_confirmed_at, confirmed_at: user.email_confirmed_at }),
    phone: user.phone ?? '',
    ...(user.last_sign_in_at === null ? {} : { last_sign_in_at: user.last_sign_in_at }),
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    ...(factors.length === 0 ? {} : { factors: factors.map(describeFactor) }),
    identities: [
      {
        identity_id: user.id,
        id: user.id,
        user_id: user.id,
        identity_data: { email: user.email, sub: user.id, email_verified: user.email_confirmed_at !== null },
        provider: 'email',
        last_sign_in_at: user.last_sign_in_at,
        created_at: user.created_at,
        updated_at: user.updated_at,
        email: user.email,
      },
    ],
    created_at: user.created_at,
    updated_at: user.updated_at,
    is_anonymous: user.is_anonymous,
  };
}

export function describeFactor(factor: FactorRow): Json {
  return {
    id: factor.id,
    friendly_name: factor.friendly_name ?? '',
    factor_type: factor.factor_type,
    status: factor.status,
    created_at: factor.created_at,
    updated_at: factor.updated_at,
  };
}
