import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { banner } from './lib/banner.ts';
import { demoAccounts, startEmbeddedStack } from './lib/backend.ts';
import { build } from './lib/build.ts';
import { root } from './lib/command.ts';
import { claim, dataDirOf, reset } from './lib/data-dir.ts';
import { findElectron, type ElectronChoice } from './lib/electron-binary.ts';
import { openWindow } from './lib/open-window.ts';
import { startService, type Service } from './lib/service.ts';
import { onStopRequest } from './lib/stop-request.ts';

/**
 * `npm start [-- --no-open] [--reset] [--port N] [--data DIR] [--scale N] [--json]`: builds when the sources have
 * changed, starts the embedded backend (unless CONSOLE_SUPABASE_URL and CONSOLE_SUPABASE_KEY name another one) and
 * opens the console, in Electron where that can be had, else in a browser.
 */

/** How long anything may take to stop; Ctrl-C is done within a second. */
const patience = 800;

const { values: flags } = parseArgs({
  options: {
    'no-open': { type: 'boolean', default: false },
    reset: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    scale: { type: 'string', default: '1' },
    /** One JSON line instead of the banner, for programs. */
    json: { type: 'boolean', default: false },
  },
});

const say = (line: string) => process.stderr.write(`${line}\n`);
const data = dataDirOf(flags.data, process.env);
const stoppers: (() => Promise<void> | void)[] = [];
const aborted = new AbortController();
onStopRequest(() => stopAll(0));

try {
  if (flags.reset) reset(data);
  stoppers.push(claim(data));
  const backend = startBackend();
  // It is awaited below; until then its failure must not count as nobody's.
  backend.catch(() => {});
  const [electron] = await Promise.all([chooseElectron(), build((line) => say(line))]);
  if (electron.path === null) await runBrowserHost(backend, electron.reason);
  else runElectron(await backend, electron.path);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  await stopAll(1);
}

type Backend = {
  readonly url: string;
  readonly key: string;
  readonly isEmbedded: boolean;
  readonly accounts: readonly { email: string; label: string }[];
  readonly databasePort: number | null;
};

async function startBackend(): Promise<Backend> {
  const { CONSOLE_SUPABASE_URL: url, CONSOLE_SUPABASE_KEY: key } = process.env;
  if (url !== undefined && url !== '' && key !== undefined && key !== '') {
    return { url, key, isEmbedded: false, accounts: [], databasePort: null };
  }
  const stack = await startEmbeddedStack({
    dataDir: data.stack,
    scale: Number(flags.scale),
    onNote: say,
    onStarted: (service) => stoppers.push(() => service.stop(patience)),
  });
  endWith(stack.service, 'The embedded backend');
  return {
    url: stack.url,
    key: stack.publishableKey,
    isEmbedded: true,
    accounts: await demoAccounts(stack),
    databasePort: stack.databasePort,
  };
}

async function chooseElectron(): Promise<ElectronChoice> {
  if (flags['no-open']) return { path: null, reason: '--no-open' };
  return findElectron(process.env, 5_000, aborted.signal);
}

/** The host's process loads while the backend starts, and is told which it is on its stdin. */
async function runBrowserHost(starting: Promise<Backend>, reason: string): Promise<void> {
  const host = startService(
    [join(root, 'out/main/browser-host.js'), '--data', data.console, '--port', flags.port],
    {
      env: { NODE_ENV: 'production' },
      onNote: say,
      onEvent: (event) => say(`Another link: ${String(event['link'])}`),
    },
  );
  stoppers.push(() => host.stop(patience));
  endWith(host, 'The browser host');
  const backend = await starting;
  host.say(
    JSON.stringify({ supabaseUrl: backend.url, supabaseKey: backend.key, isEmbedded: backend.isEmbedded }),
  );
  const { link, origin } = await host.ready;
  if (flags.json) {
    process.stdout.write(
      `${JSON.stringify({ event: 'ready', host: 'browser', link, origin, url: backend.url })}\n`,
    );
  }
  const opened = flags['no-open'] ? null : openWindow(String(link), data.browser, process.env);
  if (opened !== null) {
    stoppers.push(() => opened.close());
    void opened.closed.then(() => stopAll(0));
  }
  if (!flags.json) {
    const where = opened?.where ?? null;
    console.log(banner({ host: `browser host (${reason})`, link: String(link), where, backend, data }));
  }
  if (process.stdin.isTTY) {
    createInterface({ input: process.stdin }).on('line', () => host.say('link'));
  }
}

function runElectron(backend: Backend, path: string): void {
  const child = spawn(path, [root], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      CONSOLE_SUPABASE_URL: backend.url,
      CONSOLE_SUPABASE_KEY: backend.key,
      CONSOLE_EMBEDDED: backend.isEmbedded ? '1' : '0',
      CONSOLE_DATA_DIR: data.console,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  stoppers.push(() => {
    child.kill('SIGTERM');
    return exited;
  });
  child.once('error', (error) => say(`Electron could not be started: ${error.message}`));
  child.once('exit', (code) => void stopAll(code ?? 1));
  console.log(banner({ host: 'Electron', link: null, where: 'its own window', backend, data }));
}

/** Nothing works without this process: when it ends by itself, so does everything. */
function endWith(service: Service, name: string): void {
  void service.exited.then((code) => {
    if (aborted.signal.aborted) return;
    say(`${name} has stopped (exit code ${code}).`);
    return stopAll(1);
  });
}

async function stopAll(code: number): Promise<void> {
  if (aborted.signal.aborted) return;
  aborted.abort();
  await Promise.allSettled(stoppers.map(async (stop) => stop()));
  process.exit(code);
}
