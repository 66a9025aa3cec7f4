import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { bootstrapDatabase } from '#stack/bootstrap';
import { startGateway } from '#stack/gateway/server';
import { createTokens } from '#stack/gateway/tokens';
import { migrate } from '#stack/migrate';
import { startCluster } from '#stack/postgres/cluster';
import { startPostgrest } from '#stack/postgrest';
import { createSecrets, type Secrets } from '#stack/secrets';
import { startFaultProxy, type FaultProxy } from '#tests/support/fault-proxy';
import { devolve, evolveTo } from './evolution.ts';
import { trips } from './trips.ts';

/** A PostgreSQL with a migrated template database. */
export type StageCluster = {
  readonly port: number;
  readonly secrets: Secrets;
  readonly templateDatabase: string;
};

/** The backend of one simulation after another: one database, PostgREST, the gateway, and the proxy in front. */
export type Stage = {
  /** Of the proxy: what the consoles are told is the server. */
  readonly url: string;
  readonly publishableKey: string;
  readonly proxy: FaultProxy;
  /** As superuser. */
  readonly sql: pg.Pool;
  connect(): Promise<pg.Client>;
  tokenFor(userId: string): Promise<string>;
  /** How many versions the server is ahead of the migrations. */
  readonly version: 0 | 1 | 2;
  /** Brings the server to its next version, if there is one; does nothing where an open transaction is in the way. */
  evolve(): Promise<void>;
  /** Empties every table of the last simulation and takes its next version back. */
  reset(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a cluster of its own; `npm test` has one already. */
export async function startStageCluster(): Promise<StageCluster & { stop(): Promise<void> }> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'itutor-sim-'));
  const secrets = await createSecrets();
  const cluster = await startCluster({ dataDir, password: secrets.databasePassword, durable: false });
  const stop = async () => {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await bootstrapDatabase(cluster.urlFor('postgres'), secrets.databasePassword);
    await withClient(cluster.urlFor('postgres'), (admin) =>
      admin.query('create database template owner postgres'),
    );
    await bootstrapDatabase(cluster.urlFor('template'), secrets.databasePassword);
    await migrate({ databaseUrl: cluster.urlFor('template', 'postgres') });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port: cluster.port, secrets, templateDatabase: 'template', stop };
}

export type StageOptions = {
  /** Waits for locks as long as a backend does: for consoles that run by the real clock. */
  readonly isPatient?: boolean;
};

export async function startStage(cluster: StageCluster, options: StageOptions = {}): Promise<Stage> {
  const { secrets } = cluster;
  const name = `sim_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const urlFor = (user: string, database = name) =>
    `postgresql://${user}:${encodeURIComponent(secrets.databasePassword)}@127.0.0.1:${cluster.port}/${database}`;
  const admin = urlFor('supabase_admin', 'postgres');
  await withClient(admin, async (client) => {
    await client.query(
      `create database ${name} owner postgres template ${cluster.templateDatabase} strategy file_copy`,
    );
    if (options.isPatient === true) return;
    // A step that has to wait for an open transaction of another step would wait for ever: it fails instead.
    await client.query(`alter database ${name} set lock_timeout = '100ms'`);
    for (const role of ['authenticator', 'authenticated']) {
      await client.query(`alter role ${role} in database ${name} set lock_timeout = '100ms'`);
      await client.query(`alter role ${role} in database ${name} set statement_timeout = '8s'`);
    }
  });
  const sql = new pg.Pool({ connectionString: urlFor('supabase_admin'), max: 4 });
  sql.on('error', () => undefined);
  await sql.query(repeatableIds);
  await sql.query(trips);
  const storageDir = await mkdtemp(path.join(os.tmpdir(), 'itutor-sim-storage-'));
  const tokens = await createTokens(secrets.signingKey);
  const postgrest = await startPostgrest({
    databaseUrl: urlFor('authenticator'),
    jwks: JSON.stringify(tokens.jwks),
    poolSize: 3,
  });
  const gateway = await startGateway({
    port: 0,
    databaseUrl: urlFor('supabase_admin'),
    secrets,
    postgrestPort: postgrest.port,
    storageDir,
    instanceId: randomUUID(),
  });
  const proxy = await startFaultProxy(gateway.url);
  let version: 0 | 1 | 2 = 0;

  return {
    url: proxy.url,
    publishableKey: secrets.publishableKey,
    proxy,
    sql,
    async connect() {
      const client = new pg.Client({ connectionString: urlFor('supabase_admin') });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    },
    tokenFor: (userId) =>
      tokens.sign({ sub: userId, role: 'authenticated', aud: 'authenticated', iss: gateway.url }, 86_400),
    get version() {
      return version;
    },
    async evolve() {
      if (version === 2) return;
      const next = version === 0 ? 1 : 2;
      if (await evolveTo(sql, next)) version = next;
    },
    async reset() {
      if (version > 0) await devolve(sql);
      version = 0;
      await sql.query(emptyEverything);
    },
    async stop() {
      await proxy.stop();
      await gateway.stop();
      await postgrest.stop();
      await sql.end();
      await withClient(admin, (client) => client.query(`drop database if exists ${name} with (force)`));
      await rm(storageDir, { recursive: true, force: true });
    },
  };
}

/** Rows that the server names itself get ids that repeat with the seed: the order of a page depends on them. */
const repeatableIds = `
  create schema sim;
  create sequence sim.ids;
  grant usage on schema sim to public;
  create function sim.next_id() returns uuid language sql volatile security definer set search_path = '' as $$
    select overlay(overlay(pg_catalog.md5(pg_catalog.nextval('sim.ids')::text)
      placing '4' from 13) placing '8' from 17)::uuid
  $$;
  alter table public.booking_messages alter column id set default sim.next_id();
  alter table public.sessions alter column id set default sim.next_id();
  alter table public.notifications alter column id set default sim.next_id();
  alter table public.tutor_schedules alter column id set default sim.next_id();
  alter table public.noshow_claims alter column id set default sim.next_id();`;

/** The audit log refuses to be emptied by anything but a session that has its triggers off. */
const emptyEverything = `
  begin;
  set local session_replication_role = replica;
  truncate auth.users, public.profiles, public.people, public.staff_members, public.subjects, public.tutor_schedules,
    public.bookings, public.notifications, public.notification_outbox, public.audit_log, private.audit_chain,
    private.access_epochs, sync.visibility_log, sync.mutations, sim.trips cascade;
  update sync.meta set purged_xid = '0';
  alter sequence sim.ids restart;
  commit`;

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
