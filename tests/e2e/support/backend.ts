import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { root, runCommand } from '#scripts/lib/command';
import { startService, type Service } from '#scripts/lib/service';

/** Wednesday 18 November 2026, nine in the morning in Trinidad and Tobago: what the backend's clock shows at first. */
export const baseInstant = Date.parse('2026-11-18T13:00:00Z');

/** The embedded stack in its own process, on a data directory of its own, seeded, with a shifted clock. */
export type E2eBackend = {
  readonly url: string;
  readonly key: string;
  /** Runs a statement as superuser and returns its rows. */
  query<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Takes the backend away, as a lost connection would; nothing answers until `start`. */
  stop(): Promise<void>;
  /** Brings it back under the same address. */
  start(): Promise<void>;
  remove(): Promise<void>;
};

/** A data directory to copy from: migrated, clock set, seeded. Made once a run, because it takes seconds. */
export async function makeTemplate(): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-e2e-template-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  const service = startStack(directory, 0);
  try {
    const { databaseUrl } = await coordinatesOf(service);
    await asSuperuser(databaseUrl, (client) =>
      client.query(
        `alter database postgres set itutor.clock_offset = '${(baseInstant - Date.now()) / 1000} seconds'`,
      ),
    );
    const { demoPassword } = JSON.parse(await readFile(path.join(directory, 'secrets.json'), 'utf8'));
    const seed = await runCommand(process.execPath, [
      path.join(root, 'scripts/seed.ts'),
      '--db-url',
      databaseUrl,
      '--scale',
      '0.05',
      '--demo-password',
      demoPassword,
    ]);
    if (seed.code !== 0) throw new Error(`The seed failed.\n${seed.output}`);
  } catch (error) {
    await service.stop(10_000);
    await remove();
    throw error;
  }
  await service.stop(10_000);
  return { directory, remove };
}

/** A backend of its own on a copy of the template. */
export async function startBackend(template: string): Promise<E2eBackend> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-e2e-'));
  await cp(template, directory, { recursive: true, preserveTimestamps: true });
  await takeOwnershipLike(template, directory);
  let service = startStack(directory, 0);
  const first = await coordinatesOf(service);
  return {
    url: first.url,
    key: first.publishableKey,
    query: async <R extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      asSuperuser(first.databaseUrl, async (client) => (await client.query<R>(sql, [...values])).rows),
    stop: () => service.stop(10_000),
    async start() {
      service = startStack(directory, first.gatewayPort, first.databasePort);
      await service.ready;
    },
    async remove() {
      await service.stop(10_000);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

type Coordinates = {
  readonly url: string;
  readonly publishableKey: string;
  readonly databaseUrl: string;
  readonly gatewayPort: number;
  readonly databasePort: number;
};

function startStack(directory: string, port: number, databasePort = 0): Service {
  return startService([
    path.join(root, 'supabase/local/main.ts'),
    '--data',
    directory,
    '--port',
    String(port),
    '--db-port',
    String(databasePort),
    '--no-functions',
  ]);
}

async function coordinatesOf(service: Service): Promise<Coordinates> {
  const ready = await service.ready;
  const text = (name: string) => String(ready[name]);
  return {
    url: text('url'),
    publishableKey: text('publishableKey'),
    databaseUrl: text('databaseUrl'),
    gatewayPort: Number(ready['gatewayPort']),
    databasePort: Number(ready['databasePort']),
  };
}

async function asSuperuser<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl.replace('//postgres:', '//supabase_admin:') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** PostgreSQL runs under another account where the tests run as root; a copy belongs to root until told otherwise. */
async function takeOwnershipLike(template: string, directory: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const result = await runCommand('chown', [
    '-R',
    `--reference=${path.join(template, 'pg')}`,
    path.join(directory, 'pg'),
  ]);
  if (result.code !== 0) throw new Error(result.output);
}
