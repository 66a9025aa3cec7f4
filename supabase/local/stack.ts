import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '#stack/process/child';
import { freePort } from '#stack/process/ports';
import { supervise } from '#stack/process/supervise';
import { bootstrapDatabase } from './bootstrap.ts';
import { claimDataDirectory, type Claim, type Running } from './claim.ts';
import { readFunctions } from './functions/config.ts';
import { startFunctions } from './functions/host.ts';
import { startGateway } from './gateway/server.ts';
import { createTokens } from './gateway/tokens.ts';
import { migrate } from './migrate.ts';
import { startCluster, type Cluster } from './postgres/cluster.ts';
import { startPostgrest } from './postgrest.ts';
import { readCronJobs, startScheduler } from './schedule/scheduler.ts';
import { loadSecrets, type Secrets } from './secrets.ts';

export type StackOptions = {
  /** Everything that is kept is in here. */
  readonly dataDir: string;
  /** 54321 by default; a free port when it is taken. */
  readonly gatewayPort?: number | undefined;
  /** 54322 by default; a free port when it is taken. */
  readonly databasePort?: number | undefined;
  /** Starts the Deno functions and the scheduler of the cron functions; true by default. */
  readonly functions?: boolean | undefined;
  /** False gives up crash safety for speed, for tests. */
  readonly durable?: boolean | undefined;
  /** Runs after the migrations and before anybody can connect through the gateway: for seeding. */
  readonly prepare?:
    | ((database: { readonly databaseUrl: string; readonly demoPassword: string }) => Promise<void>)
    | undefined;
  readonly log?: Log | undefined;
};

export type Stack = {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** As `postgres`, the role that a hosted project gives to its owner. */
  readonly databaseUrl: string;
  readonly gatewayPort: number;
  readonly databasePort: number;
  readonly demoPassword: string;
  /** True when this start made the database, so that it has no data yet. */
  readonly wasCreated: boolean;
  /** True when another process runs the stack of this data directory; `stop` then leaves it running. */
  readonly isAttached: boolean;
  stop(): Promise<void>;
};

/**
 * Starts PostgreSQL, PostgREST, the functions and the gateway on a data directory, or attaches to the stack that
 * another process runs on it. The database is migrated. Nothing outlives this process, however it ends.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = path.resolve(options.dataDir);
  const outcome = await claimDataDirectory(dataDir);
  if ('running' in outcome) return attach(await loadSecrets(dataDir), outcome.running);
  const opened: Closer[] = [() => Promise.resolve(outcome.claim.release())];
  try {
    return await open(options, dataDir, outcome.claim, opened);
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** The folder of this repository that is also the Supabase CLI's. */
const supabaseDir = fileURLToPath(new URL('..', import.meta.url));

type Closer = () => Promise<void>;

async function open(options: StackOptions, dataDir: string, claim: Claim, opened: Closer[]): Promise<Stack> {
  const { log } = options;
  const secrets = await loadSecrets(dataDir);
  const cluster = await openDatabase(options, dataDir, secrets, opened);
  const adminUrl = cluster.urlFor('postgres');
  const ownerUrl = cluster.urlFor('postgres', 'postgres');
  const tokens = await createTokens(secrets.signingKey);
  const functions = options.functions === false ? [] : readFunctions(supabaseDir);
  const [restPort, functionsPort] = [await freePort(), await freePort()];
  const isOpen = new Set(functions.filter(({ verifyJwt }) => !verifyJwt).map(({ name }) => name));

  const gateway = await startGateway({
    port: options.gatewayPort ?? 54321,
    databaseUrl: adminUrl,
    secrets,
    postgrestPort: restPort,
    functions:
      functions.length === 0 ? undefined : { port: functionsPort, isProtected: (name) => !isOpen.has(name) },
    storageDir: storageDirectory(dataDir),
    instanceId: claim.instanceId,
    log,
  });
  opened.push(() => gateway.stop());
  const services = [
    supervise(
      'PostgREST',
      () =>
        startPostgrest({
          databaseUrl: cluster.urlFor('postgres', 'authenticator'),
          jwks: JSON.stringify(tokens.jwks),
          port: restPort,
          log,
        }),
      log,
    ),
    ...(functions.length === 0
      ? []
      : [
          supervise(
            'Deno',
            () =>
              startFunctions({
                supabaseDir,
                functions,
                environment: {
                  SUPABASE_URL: gateway.url,
                  SUPABASE_ANON_KEY: secrets.publishableKey,
                  SUPABASE_SERVICE_ROLE_KEY: secrets.secretKey,
                  SUPABASE_DB_URL: ownerUrl,
                  CRON_SECRET: secrets.cronSecret,
                },
                cacheDir: path.join(dataDir, 'deno'),
                port: functionsPort,
                log,
              }),
            log,
          ),
        ]),
  ];
  // Each that starts has to be stopped, also when another does not.
  const outcomes = await Promise.allSettled(services);
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') opened.push(outcome.value);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  if (functions.length > 0) {
    const functionsUrl = `http://127.0.0.1:${functionsPort}`;
    const scheduler = startScheduler({
      jobs: readCronJobs(supabaseDir),
      functionsUrl,
      cronSecret: secrets.cronSecret,
      log,
    });
    opened.push(() => scheduler.stop());
  }

  claim.announce({ url: gateway.url, gatewayPort: gateway.port, databasePort: cluster.port });
  return {
    url: gateway.url,
    publishableKey: secrets.publishableKey,
    secretKey: secrets.secretKey,
    databaseUrl: ownerUrl,
    gatewayPort: gateway.port,
    databasePort: cluster.port,
    demoPassword: secrets.demoPassword,
    wasCreated: cluster.wasCreated,
    isAttached: false,
    stop: () => closeAll(opened),
  };
}

/** PostgreSQL with the schema in it, and with data when the caller wants to put some there first. */
async function openDatabase(
  options: StackOptions,
  dataDir: string,
  secrets: Secrets,
  opened: Closer[],
): Promise<Cluster> {
  const { log } = options;
  const start = (port: number) =>
    startCluster({ dataDir, password: secrets.databasePassword, port, durable: options.durable, log });
  let cluster = await start(options.databasePort ?? 54322);
  const first = cluster;
  let isFirst = true;
  const stop = await supervise(
    'PostgreSQL',
    async () => {
      // Everything else knows the port, so it stays the same.
      if (!isFirst) cluster = await start(first.port);
      isFirst = false;
      return cluster;
    },
    log,
  );
  opened.push(stop);
  await bootstrapDatabase(cluster.urlFor('postgres'), secrets.databasePassword);
  const databaseUrl = cluster.urlFor('postgres', 'postgres');
  await migrate({ databaseUrl, ...(log === undefined ? {} : { log }) });
  await options.prepare?.({ databaseUrl, demoPassword: secrets.demoPassword });
  return first;
}

function attach(secrets: Secrets, running: Running): Stack {
  const password = encodeURIComponent(secrets.databasePassword);
  return {
    url: running.url,
    publishableKey: secrets.publishableKey,
    secretKey: secrets.secretKey,
    databaseUrl: `postgresql://postgres:${password}@127.0.0.1:${running.databasePort}/postgres`,
    gatewayPort: running.gatewayPort,
    databasePort: running.databasePort,
    demoPassword: secrets.demoPassword,
    wasCreated: false,
    isAttached: true,
    stop: () => Promise.resolve(),
  };
}

/** Last opened, first closed; every one is closed, also when another cannot be. */
async function closeAll(opened: Closer[]): Promise<void> {
  for (const close of opened.splice(0).toReversed()) await close().catch(() => undefined);
}

function storageDirectory(dataDir: string): string {
  const directory = path.join(dataDir, 'storage');
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}
