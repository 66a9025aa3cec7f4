/**
 * The first thing every npm script runs: `node scripts/bootstrap.mjs VERB [arguments]`.
 *
 * It has no dependencies and runs on any Node from 18 on, because on a fresh clone there is nothing else. It brings
 * node_modules in line with the lock file, finds Node 24, and runs scripts/VERB.ts under it (`a:b` is scripts/a-b.ts).
 * Whatever it says goes to stderr, so that scripts which print JSON keep a clean stdout.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const isWindows = process.platform === 'win32';

const [verb = '', ...args] = process.argv.slice(2);
const script = join('scripts', `${verb.replaceAll(':', '-')}.ts`);
if (!/^[a-z][a-z0-9:-]*$/.test(verb) || !existsSync(join(root, script))) {
  fail(`There is no script "${verb}". See "scripts" in package.json.`);
}
if (!isInstalled()) install();
run(findNode());

/**
 * True when node_modules holds exactly what the lock file says. npm leaves a copy of what it installed inside
 * node_modules, written last, so that an interrupted installation counts as none.
 */
function isInstalled() {
  const installed = readPackages(join(modules, '.package-lock.json'));
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (installed === null || wanted === null) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const present = installed[path];
    // Optional packages of other platforms are in the lock file and never installed.
    if (present === undefined) return entry.optional === true || entry.devOptional === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}

function install() {
  process.stderr.write('Installing dependencies (npm ci) ...\n');
  // npm deletes node_modules first, and with it the Node that may be running this: use the machine's own.
  const env = { ...process.env, PATH: pathWithoutModules() };
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env,
    stdio: ['ignore', 2, 2],
    shell: isWindows,
  });
  if (result.error !== undefined || result.status !== 0) {
    fail(
      'npm ci failed (see above). Check the network and that npm is in PATH, then run the same command again.',
    );
  }
}

function pathWithoutModules() {
  const entries = (process.env.PATH ?? '').split(delimiter);
  return entries.filter((entry) => !entry.split(sep).includes('node_modules')).join(delimiter);
}

/** The path of a Node 24 or newer: this one, else the one that came with the dependencies. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24 && existsSync(process.execPath))
    return process.execPath;
  const platform = isWindows ? 'win' : process.platform;
  const packaged = join(modules, `node-${platform}-${process.arch}`, 'bin', isWindows ? 'node.exe' : 'node');
  if (existsSync(packaged)) return packaged;
  fail(
    `Node 24 or newer is required; this is ${process.version}, and for ${process.platform} ${process.arch} there is ` +
      'no packaged one.\nInstall Node 24 (https://nodejs.org, or "brew install node@24") and run the same command again.',
  );
}

function run(node) {
  const child = spawn(node, [join(root, script), ...args], {
    cwd: root,
    // The channel tells a long-running script that this process has gone, even by SIGKILL.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
      // Node keeps what it compiled, which makes every later start quicker.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(modules, '.cache', 'node-compile'),
      PATH: [join(modules, '.bin'), dirname(node), process.env.PATH ?? ''].join(delimiter),
    },
  });
  // This process waits for the child to finish its clean-up. Ctrl-C reaches the child by itself, from the terminal.
  process.on('SIGINT', () => {
    if (process.stdin.isTTY !== true) child.kill('SIGINT');
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWithNpm(child);
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGTERM' ? 15 : 9);
    if (child.connected) child.disconnect();
  });
}

/** Between npm and this process stands a shell that dies of npm's signal without passing it on. */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined || isWindows) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 500);
  watch.unref();
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
