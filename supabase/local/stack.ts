import fs from 'node:fs';
import path from 'node:path';
import type { Log } from '#stack/process/child';
import { bootstrapDatabase } from './bootstrap.ts';
import { claimDataDirectory, type Claim, type Running } from './claim.ts';
import { startGateway } from './gateway/server.ts';
import { createTokens } from './gateway/tokens.ts';
import { migrate } from './migrate.ts';
import { startCluster } from './postgres/cluster.ts';
import { startPostgrest } from './postgrest.ts';
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

type Closer = () => Promise<void>;

async function open(options: StackOptions, dataDir: string, claim: Claim, opened: Closer[]): Promise<Stack> {
  const { log } = options;
  const secrets = await loadSecrets(dataDir);
  const password = secrets.databasePassword;
  const cluster = await startCluster({
    dataDir,
    password,
    port: options.databasePort ?? 54322,
    durable: options.durable,
    log,
  });
  opened.push(() => cluster.stop());
  const adminUrl = cluster.urlFor('postgres');
  await bootstrapDatabase(adminUrl, password);
  await migrate({
    databaseUrl: cluster.urlFor('postgres', 'postgres'),
    ...(log === undefined ? {} : { log }),
  });

  const tokens = await createTokens(secrets.signingKey);
  const postgrest = await startPostgrest({
    databaseUrl: cluster.urlFor('postgres', 'authenticator'),
    jwks: JSON.stringify(tokens.jwks),
    log,
  });
  opened.push(() => postgrest.stop());
  const gateway = await startGateway({
    port: options.gatewayPort ?? 54321,
    databaseUrl: adminUrl,
    secrets,
    postgrestPort: postgrest.port,
    storageDir: storageDirectory(dataDir),
    instanceId: claim.instanceId,
    log,
  });
  opened.push(() => gateway.stop());

  claim.announce({ url: gateway.url, gatewayPort: gateway.port, databasePort: cluster.port });
  return {
    url: gateway.url,
    publishableKey: secrets.publishableKey,
    secretKey: secrets.secretKey,
    databaseUrl: cluster.urlFor('postgres', 'postgres'),
    gatewayPort: gateway.port,
    databasePort: cluster.port,
    demoPassword: secrets.demoPassword,
    wasCreated: cluster.wasCreated,
    isAttached: false,
    stop: () => closeAll(opened),
  };
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
