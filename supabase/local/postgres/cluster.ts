import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { canEnter, serviceAccount, type Account } from '#stack/process/account';
import { startChild, waitUntilReady, type Child, type Log } from '#stack/process/child';
import { availablePort, freePort } from '#stack/process/ports';
import { postgresBinaries, type PostgresBinaries } from './binaries.ts';
import { clearStalePidFile, readPidFile } from './pid-file.ts';

export type Cluster = {
  readonly port: number;
  readonly pid: number;
  /** Where PostgreSQL keeps its files; differs from what was asked when root's own directory is closed to others. */
  readonly directory: string;
  /** True when this start made the cluster. */
  readonly wasCreated: boolean;
  /** A connection string. `supabase_admin` is the superuser, `postgres` what a hosted project gives its owner. */
  urlFor(database: string, user?: 'supabase_admin' | 'postgres' | 'authenticator'): string;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
};

export type ClusterOptions = {
  /** The stack's data directory; PostgreSQL gets a folder in it. */
  readonly dataDir: string;
  /** Password of every login role. */
  readonly password: string;
  readonly port?: number | undefined;
  /** False for tests: nothing is flushed to disk, a crash of the machine loses the data. */
  readonly durable?: boolean | undefined;
  readonly log?: Log | undefined;
};

/** Starts PostgreSQL 17 on 127.0.0.1, making the cluster when there is none. The caller holds the claim on `dataDir`. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const account = serviceAccount();
  const home = reachableHome(options.dataDir, account, options.log);
  const directory = path.join(home, 'pg');
  const binaries = postgresBinaries(account, home);
  await clearStalePidFile(directory);
  if (home !== options.dataDir) dropAbandoned(directory, options.dataDir);
  const wasCreated = !fs.existsSync(path.join(directory, 'PG_VERSION'));
  if (wasCreated) await createCluster(binaries, directory, account, options.password);

  let port = await availablePort(options.port);
  let child: Child;
  for (let attempt = 1; ; attempt += 1) {
    try {
      child = await startServer(binaries, directory, port, account, options);
      break;
    } catch (error) {
      // Someone may have taken the port since we looked.
      if (
        attempt === 3 ||
        !(error instanceof Error) ||
        !/address already in use|could not create any TCP/i.test(error.message)
      ) {
        throw error;
      }
      port = await freePort();
    }
  }
  const password = encodeURIComponent(options.password);
  return {
    port,
    pid: child.pid,
    directory,
    wasCreated,
    urlFor: (database, user = 'supabase_admin') =>
      `postgresql://${user}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    exited: child.exited,
    stop: () => child.stop(8_000),
  };
}

async function startServer(
  binaries: PostgresBinaries,
  directory: string,
  port: number,
  account: Account | undefined,
  options: ClusterOptions,
): Promise<Child> {
  const child = await startChild(
    binaries.postgres,
    ['-D', directory, '-p', String(port), ...settings(options)],
    {
      ...account,
      cwd: directory,
      // macOS: without a locale in the environment the postmaster becomes multithreaded and refuses to start.
      env: {
        PATH: process.env['PATH'] ?? '',
        LC_ALL: 'C',
        TZ: 'UTC',
        SystemRoot: process.env['SystemRoot'] ?? '',
      },
      stopSignal: 'SIGINT',
      log: options.log,
    },
  );
  await waitUntilReady('PostgreSQL', child, () => {
    const file = readPidFile(directory);
    return file?.pid === child.pid && file.status === 'ready';
  });
  return child;
}

function settings(options: ClusterOptions): string[] {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '64MB',
    shared_preload_libraries: 'pg_stat_statements',
    wal_level: 'logical',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    log_line_prefix: '%m [%p] %u@%d ',
    'pg_stat_statements.track': 'all',
  };
  if (options.durable === false) {
    Object.assign(values, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** initdb writes to a folder of its own that is renamed when complete, so that a crash leaves nothing half made. */
async function createCluster(
  binaries: PostgresBinaries,
  directory: string,
  account: Account | undefined,
  password: string,
): Promise<void> {
  const partial = `${directory}.new`;
  fs.rmSync(partial, { recursive: true, force: true });
  fs.mkdirSync(partial, { recursive: true, mode: 0o700 });
  const passwordFile = path.join(path.dirname(directory), `.password-${randomUUID()}`);
  fs.writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) {
    fs.chownSync(partial, account.uid, account.gid);
    fs.chownSync(passwordFile, account.uid, account.gid);
  }
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  try {
    await promisify(execFile)(
      binaries.initdb,
      [
        '-D',
        partial,
        '-U',
        'supabase_admin',
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        ...locale,
        '--no-instructions',
        '--no-sync',
      ],
      { ...account, cwd: partial, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' } },
    );
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
  fs.renameSync(partial, directory);
}

/**
 * A cluster that lies elsewhere outlives the deletion of its data directory, and would refuse the password of the new
 * one. The data directory notes that it has one; where the note is missing, the cluster belongs to nobody any more.
 */
function dropAbandoned(directory: string, dataDir: string): void {
  const note = path.join(dataDir, 'cluster-elsewhere');
  if (!fs.existsSync(note)) fs.rmSync(directory, { recursive: true, force: true });
  fs.writeFileSync(note, `${directory}\n`);
}

/** The folder that holds the cluster: the data directory, or one under the system's temporary directory for root. */
function reachableHome(dataDir: string, account: Account | undefined, log: Log | undefined): string {
  fs.mkdirSync(dataDir, { recursive: true });
  if (account === undefined) return dataDir;
  // Others may pass through but not look; the secrets in it are readable by us alone.
  fs.chmodSync(dataDir, 0o711);
  if (canEnter(account, dataDir)) return dataDir;
  const name = createHash('sha256').update(path.resolve(dataDir)).digest('hex').slice(0, 16);
  const home = path.join(os.tmpdir(), `itutor-console-${name}`);
  fs.mkdirSync(home, { recursive: true, mode: 0o711 });
  const { uid } = fs.lstatSync(home);
  if (uid !== 0 || fs.lstatSync(home).isSymbolicLink())
    throw new Error(`${home} belongs to someone else; remove it.`);
  log?.(`PostgreSQL's account may not enter ${dataDir}; its files are in ${home}`);
  return home;
}
