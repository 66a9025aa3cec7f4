import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSecrets } from '#stack/secrets';
import { descendantsOf, livingOf, startStackProcess, type StackProcess } from '../support/stack-process.ts';

// Processes are counted by /proc; what they test is the same code on every system.
const onLinux = { skip: process.platform !== 'linux' };

let dataDir: string;
let running: StackProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'itutor-lifecycle-'));
  running = [];
});
afterEach(async () => {
  for (const stack of running) await stack.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('kill -9 leaves no process behind, and the next start has the data', onLinux, async () => {
  const first = await start(['--no-functions']);
  await query(first, 'create table public.kept (n int); insert into public.kept values (7)');
  const family = [first.pid, ...descendantsOf(first.pid)];
  expect(family.length).toBeGreaterThan(3);
  process.kill(first.pid, 'SIGKILL');
  await expect.poll(() => livingOf(family), { timeout: 15_000 }).toEqual([]);
  const second = await start(['--no-functions']);
  expect(await query(second, 'select n from public.kept')).toEqual([{ n: 7 }]);
});

test(
  'the files of a demonstration are made by a process of low priority, which goes with the stack',
  onLinux,
  async () => {
    const stack = await start(['--no-functions', '--seed-scale', '0.02']);
    const maker = () => descendantsOf(stack.pid).filter((pid) => commandOf(pid).includes('upload-main'));
    await expect.poll(maker).toHaveLength(1);
    const [pid = 0] = maker();
    await expect.poll(() => os.getPriority(pid)).toBe(os.constants.priority.PRIORITY_LOW);
    const stored = "select from public.verification_cases where file_state <> 'missing'";
    await expect.poll(async () => (await query(stack, stored)).length).toBeGreaterThan(2);
    await stack.stop();
    expect(livingOf([pid])).toEqual([]);
  },
);

test('a server that outlived its parent is recognised and replaced', onLinux, async () => {
  const first = await start(['--no-functions']);
  const family = descendantsOf(first.pid);
  const watchdog = family.find((pid) => commandOf(pid).includes('watchdog-main'));
  const server = serverPid();
  process.kill(watchdog ?? 0, 'SIGKILL');
  process.kill(first.pid, 'SIGKILL');
  await expect.poll(() => livingOf([first.pid])).toEqual([]);
  expect(livingOf([server])).toEqual([server]);
  const second = await start(['--no-functions']);
  expect(livingOf([server])).toEqual([]);
  expect(await query(second, 'select 1 as n')).toEqual([{ n: 1 }]);
  for (const pid of livingOf(family)) process.kill(pid, 'SIGKILL');
});

test('a foreign process whose number stands in postmaster.pid is never signalled', onLinux, async () => {
  const first = await start(['--no-functions']);
  const file = path.join(dataDir, 'pg', 'postmaster.pid');
  const lines = readFileSync(file, 'utf8').split('\n');
  await first.stop();
  // It even claims the right directory on its command line; program and start time tell it apart.
  const stranger = spawn(process.execPath, [
    '-e',
    'setInterval(() => {}, 1000)',
    '--',
    '-D',
    path.join(dataDir, 'pg'),
  ]);
  await once(stranger, 'spawn');
  const signals: string[] = [];
  stranger.once('exit', (_code, signal) => signals.push(String(signal)));
  writeFileSync(file, [stranger.pid, ...lines.slice(1)].join('\n'));
  const second = await start(['--no-functions']);
  expect(await query(second, 'select 1 as n')).toEqual([{ n: 1 }]);
  await second.stop();
  expect(signals).toEqual([]);
  stranger.kill('SIGKILL');
});

test('a second start of the same directory attaches to the first and does not end it', async () => {
  const first = await start(['--no-functions']);
  const second = await start(['--no-functions']);
  expect(second).toMatchObject({ url: first.url, databaseUrl: first.databaseUrl, isAttached: true });
  await second.stop();
  expect((await fetch(`${first.url}/health`)).status).toBe(200);
});

test('two starts at once share one stack', async () => {
  const [first, second] = await Promise.all([start(['--no-functions']), start(['--no-functions'])]);
  expect(first.url).toBe(second.url);
  expect([first.isAttached, second.isAttached].toSorted()).toEqual([false, true]);
});

test('a port that is taken is replaced by a free one, and the ready line says which', async () => {
  const holder = net.createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  const stack = await start(['--no-functions', '--port', String(taken), '--db-port', String(taken)]);
  expect(stack.gatewayPort).not.toBe(taken);
  expect(stack.databasePort).not.toBe(taken);
  expect((await fetch(`${stack.url}/health`)).status).toBe(200);
  holder.close();
});

test('works for an ordinary user', onLinux, async () => {
  const nobody = { uid: 65534, gid: 65534 };
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(dataDir, nobody.uid, nobody.gid);
  const stack = await start(['--no-functions'], isRoot ? nobody : {});
  expect(await query(stack, 'select current_user as name')).toEqual([{ name: 'postgres' }]);
});

const asRoot = { skip: process.getuid?.() !== 0 };
test('as root, a directory that others may not enter holds everything but the database', asRoot, async () => {
  chmodSync(dataDir, 0o700);
  const hidden = path.join(dataDir, 'inner');
  const first = await startStackProcess(hidden);
  running.push(first);
  await query(first, 'create table public.kept (n int)');
  expect(existsSync(path.join(hidden, 'pg'))).toBe(false);
  const rows = await query(first, `select setting from pg_settings where name = 'data_directory'`);
  const home = path.dirname(String(Object.values(rows[0] ?? {})[0]));
  expect(home.startsWith(os.tmpdir())).toBe(true);
  await first.stop();
  const second = await startStackProcess(hidden);
  running.push(second);
  expect(await query(second, 'select count(*)::int as n from public.kept')).toEqual([{ n: 0 }]);
  await second.stop();
  await rm(home, { recursive: true });
});

test('everything listens on the loopback interface only', onLinux, async () => {
  const stack = await start([]);
  const family = [stack.pid, ...descendantsOf(stack.pid)];
  const inodes = new Set(family.flatMap(socketsOf));
  const open = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.has(fields[9] ?? ''));
  expect(open.length).toBeGreaterThanOrEqual(4);
  expect(open.filter((fields) => !fields[1]?.startsWith('0100007F:'))).toEqual([]);
  const wide = readFileSync('/proc/net/tcp6', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  expect(wide.filter((fields) => fields[3] === '0A' && inodes.has(fields[9] ?? ''))).toEqual([]);
});

test('PostgreSQL and PostgREST that die are started again, on the same ports', onLinux, async () => {
  const stack = await start(['--no-functions']);
  const server = serverPid();
  const rest = descendantsOf(stack.pid).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgrest'),
  );
  process.kill(rest ?? 0, 'SIGKILL');
  process.kill(server, 'SIGQUIT');
  const answers = () =>
    fetch(`${stack.url}/rest/v1/subjects?limit=1`, { headers: { apikey: stack.publishableKey } }).then(
      ({ status }) => status < 500,
      () => false,
    );
  await expect.poll(() => livingOf([server, rest ?? 0])).toEqual([]);
  await expect.poll(answers, { timeout: 20_000, interval: 100 }).toBe(true);
  expect(serverPid()).not.toBe(server);
});

test('an object of 300 MB goes through without being held in memory', onLinux, async () => {
  const stack = await start(['--no-functions']);
  await query(stack, `insert into storage.buckets (id, name) values ('films', 'films')`);
  const { secretKey } = await loadSecrets(dataDir);
  const megabyte = Buffer.alloc(1_048_576, 7);
  const body = Readable.from(
    (function* chunks() {
      for (let n = 0; n < 300; n += 1) yield megabyte;
    })(),
  );
  const before = peakMemory(stack.pid);
  const request = http.request(`${stack.url}/storage/v1/object/films/lesson.mp4`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'video/mp4' },
  });
  const answered = new Promise<number | undefined>((resolve) => {
    request.once('response', ({ statusCode }) => resolve(statusCode));
  });
  await pipeline(body, request);
  expect(await answered).toBe(200);
  expect(peakMemory(stack.pid) - before).toBeLessThan(150);
});

async function start(args: readonly string[], account = {}): Promise<StackProcess> {
  const stack = await startStackProcess(dataDir, args, account);
  running.push(stack);
  return stack;
}

async function query(stack: StackProcess, sql: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  const result = await client.query<object>(sql);
  await client.end();
  return result.rows;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function serverPid(): number {
  return Number(readFileSync(path.join(dataDir, 'pg', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** The inodes of a process's sockets. */
function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : [inode];
    } catch {
      return [];
    }
  });
}

/** Megabytes. */
function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
