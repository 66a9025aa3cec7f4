import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPostgrest } from '#stack/postgrest';
import { isServerOf } from '#stack/postgres/pid-file';
import { inspectProcess, signalIdentified } from '#stack/process/identity';
import { loadSecrets } from '#stack/secrets';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-programs-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('PostgREST is taken from POSTGREST_BIN, else from npm, else from PATH', async () => {
  const name = process.platform === 'win32' ? 'postgrest.exe' : 'postgrest';
  const own = path.join(directory, name);
  await writeFile(own, '');
  expect(findPostgrest({ POSTGREST_BIN: own }, '/packaged')).toBe(own);
  expect(findPostgrest({ PATH: directory }, '/packaged')).toBe('/packaged');
  expect(findPostgrest({ PATH: ['/nowhere', directory].join(path.delimiter) }, null)).toBe(own);
  expect(() => findPostgrest({ POSTGREST_BIN: '/missing' }, '/packaged')).toThrow(
    /POSTGREST_BIN is \/missing/,
  );
});

test('where PostgREST is missing, the error says how to install it', () => {
  const install = { darwin: /brew install postgrest/, win32: /scoop install postgrest/ };
  expect(() => findPostgrest({ PATH: directory }, null, 'darwin')).toThrow(install.darwin);
  expect(() => findPostgrest({ PATH: directory }, null, 'win32')).toThrow(install.win32);
  expect(() => findPostgrest({ PATH: directory }, null, 'linux')).toThrow(/POSTGREST_BIN/);
});

test('a process is told from a later one with the same number, and only the right one is signalled', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const identity = inspectProcess(child.pid ?? 0);
  expect(Math.abs((identity?.startedAt ?? 0) - Date.now() / 1000)).toBeLessThan(10);
  if (identity === undefined) throw new Error('not found');
  expect(signalIdentified({ ...identity, birth: `${identity.birth}0` }, 'SIGKILL')).toBe(false);
  expect(inspectProcess(identity.pid)?.birth).toBe(identity.birth);
  expect(signalIdentified(identity, 'SIGKILL')).toBe(true);
  await once(child, 'exit');
  expect(inspectProcess(identity.pid)?.birth).not.toBe(identity.birth);
});

test('a process is our PostgreSQL only by program, data directory and start time together', () => {
  const recorded = { pid: 7, dataDirectory: directory, startedAt: 1000, port: 5432, status: 'ready' };
  const server = {
    pid: 7,
    birth: 'x',
    startedAt: 1001,
    executable: '/opt/postgres',
    args: ['postgres', '-D', directory],
  };
  expect(isServerOf(server, recorded, directory)).toBe(true);
  expect(isServerOf({ ...server, executable: '/usr/bin/node' }, recorded, directory)).toBe(false);
  expect(isServerOf({ ...server, args: ['postgres', '-D', os.tmpdir()] }, recorded, directory)).toBe(false);
  expect(isServerOf({ ...server, startedAt: 1060 }, recorded, directory)).toBe(false);
});

test('the secrets of a directory are made once, and are for the owner alone', async () => {
  const first = await loadSecrets(directory);
  expect(await loadSecrets(directory)).toEqual(first);
  expect(first.publishableKey).toMatch(/^sb_publishable_[A-Za-z0-9]{22}_[A-Za-z0-9-]{8}$/);
  expect((await stat(path.join(directory, 'secrets.json'))).mode & 0o777).toBe(0o600);
  await writeFile(path.join(directory, 'secrets.json'), '{}');
  await expect(loadSecrets(directory)).rejects.toThrow(/damaged/);
});
