import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { expect, inject } from 'vitest';
import type { ProfileRole, StaffRole } from '#shared/domain/roles';
import { readFunctions } from '#stack/functions/config';
import { startFunctions } from '#stack/functions/host';
import { startGateway } from '#stack/gateway/server';
import { createTokens } from '#stack/gateway/tokens';
import { startPostgrest } from '#stack/postgrest';
import { freePort } from '#stack/process/ports';
import { asAdmin, cloneDatabase } from './databases.ts';

export type TestUser = { readonly id: string; readonly email: string; readonly password: string };

export type NewUser = {
  readonly email?: string;
  readonly password?: string;
  readonly role?: ProfileRole;
  readonly staff?: readonly StaffRole[];
  readonly displayName?: string;
};

/** A whole backend on a database of its own. */
export type Backend = {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** As `postgres`, the owner of the schema; no superuser, as on a hosted project. */
  readonly databaseUrl: string;
  /** As superuser. */
  readonly sql: pg.Pool;
  /** What the scheduler calls cron functions with. */
  readonly cronSecret: string;
  createUser(user?: NewUser): Promise<TestUser>;
  /** A client of this user, that neither persists nor refreshes its session by itself. */
  signIn(user: Pick<TestUser, 'email' | 'password'>): Promise<SupabaseClient>;
  /** Sets the clock that the schema's rules read. It runs on from there. */
  setClock(iso: string): Promise<void>;
  stop(): Promise<void>;
};

export type BackendOptions = {
  /** Runs the Edge Functions too. */
  readonly functions?: boolean;
  /** Whose functions; the repository's by default. */
  readonly supabaseDir?: string;
  /** Further secrets of the functions. CRON_SECRET is set unless it is named here. */
  readonly functionSecrets?: Readonly<Record<string, string>>;
  /** False gives a database with what a new hosted project has, and no table of ours. */
  readonly migrated?: boolean;
  /** Seconds an access token lasts; an hour by default. */
  readonly tokenLifetime?: number;
  readonly reuseWindow?: number;
  readonly gatewayPort?: number;
  /** Answers as if every caller were on another machine. */
  readonly isFar?: boolean;
};

const repositorySupabaseDir = fileURLToPath(new URL('../../supabase/', import.meta.url));

export async function startBackend(options: BackendOptions = {}): Promise<Backend> {
  const { secrets } = inject('cluster');
  const storageDir = await mkdtemp(path.join(os.tmpdir(), 'itutor-storage-'));
  const database = await cloneDatabase(options.migrated === false ? { migrated: false } : {});
  const tokens = await createTokens(secrets.signingKey);
  const launchPostgrest = (port?: number) =>
    startPostgrest({
      databaseUrl: database.urlFor('authenticator'),
      jwks: JSON.stringify(tokens.jwks),
      poolSize: 4,
      port,
    });
  let postgrest = await launchPostgrest();
  const supabaseDir = options.supabaseDir ?? repositorySupabaseDir;
  const functions = options.functions === true ? readFunctions(supabaseDir) : [];
  const functionsPort = await freePort();
  const gateway = await startGateway({
    port: options.gatewayPort ?? 0,
    databaseUrl: database.urlFor(),
    secrets,
    postgrestPort: postgrest.port,
    functions:
      functions.length === 0
        ? undefined
        : {
            port: functionsPort,
            isProtected: (name) => functions.find((item) => item.name === name)?.verifyJwt !== false,
          },
    storageDir,
    instanceId: randomUUID(),
    tokenLifetime: options.tokenLifetime,
    reuseWindow: options.reuseWindow,
    isNear: options.isFar === true ? () => false : undefined,
  });
  const host =
    functions.length === 0
      ? undefined
      : await startFunctions({
          supabaseDir,
          functions,
          environment: {
            SUPABASE_URL: gateway.url,
            SUPABASE_ANON_KEY: secrets.publishableKey,
            SUPABASE_SERVICE_ROLE_KEY: secrets.secretKey,
            CRON_SECRET: secrets.cronSecret,
            ...options.functionSecrets,
          },
          // Compiled code does not depend on the run.
          cacheDir: path.join(os.tmpdir(), `itutor-deno-${process.getuid?.() ?? 0}`),
          port: functionsPort,
        });
  const sql = new pg.Pool({ connectionString: database.urlFor(), max: 4 });
  sql.on('error', () => undefined);

  return {
    url: gateway.url,
    publishableKey: secrets.publishableKey,
    secretKey: secrets.secretKey,
    databaseUrl: database.urlFor('postgres'),
    sql,
    cronSecret: secrets.cronSecret,
    createUser: (user = {}) => createUser(sql, user),
    async signIn({ email, password }) {
      const client = createClient(gateway.url, secrets.publishableKey, {
        auth: { persistSession: false, autoRefreshToken: false, storageKey: randomUUID() },
        db: { retry: false },
      });
      const { error } = await client.auth.signInWithPassword({ email, password });
      if (error !== null) throw error;
      return client;
    },
    async setClock(iso) {
      await asAdmin(async (admin) => {
        const offset = admin.escapeLiteral(`${(Date.parse(iso) - Date.now()) / 1000} seconds`);
        await admin.query(`alter database ${database.name} set itutor.clock_offset = ${offset}`);
        // A connection reads the setting when it opens, so every open one has to go.
        await postgrest.stop();
        await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
          database.name,
        ]);
      });
      await expect.poll(() => sql.totalCount + gateway.openConnections(), { interval: 5 }).toBe(0);
      postgrest = await launchPostgrest(postgrest.port);
    },
    async stop() {
      await host?.stop();
      await gateway.stop();
      await postgrest.stop();
      await sql.end();
      await database.drop();
      await rm(storageDir, { recursive: true, force: true });
    },
  };
}

/** As a sign-up does: a row in auth.users, whose trigger makes the profile; then what only staff may set. */
async function createUser(sql: pg.Pool, user: NewUser): Promise<TestUser> {
  const id = randomUUID();
  const email = user.email ?? `user-${id}@example.test`;
  const password = user.password ?? `password-${id}`;
  const displayName = user.displayName ?? `User ${id.slice(0, 8)}`;
  const metadata = { full_name: displayName, display_name: displayName, role: user.role ?? 'tutor' };
  await sql.query(
    `insert into auth.users (id, email, encrypted_password, email_confirmed_at, raw_user_meta_data)
     values ($1, $2, extensions.crypt($3, extensions.gen_salt('bf', 4)), now(), $4)`,
    [id, email, password, metadata],
  );
  const schema = await sql.query<{ has_profiles: boolean }>(
    `select to_regclass('public.profiles') is not null as has_profiles`,
  );
  if (schema.rows[0]?.has_profiles === true) {
    await sql.query('update public.profiles set role = $2, display_name = $3, full_name = $3 where id = $1', [
      id,
      user.role ?? 'tutor',
      displayName,
    ]);
    for (const role of user.staff ?? []) {
      await sql.query('insert into public.staff_members (user_id, role) values ($1, $2)', [id, role]);
    }
  }
  return { id, email, password };
}
