import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { banner } from '#scripts/lib/banner';
import { findInstalledBrowser } from '#scripts/lib/chromium';
import { root } from '#scripts/lib/command';
import { claim, dataDirOf, holderOf, reset } from '#scripts/lib/data-dir';
import { findElectron, whyNoWindow } from '#scripts/lib/electron-binary';
import { startService } from '#scripts/lib/service';
import { countPlaywright, countVitest } from '#scripts/lib/suites';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'itutor-console-scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('counting tests', () => {
  const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2 };

  it('adds a file that could not be loaded to the failures', () => {
    const testResults = [
      { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
      { status: 'failed', assertionResults: [] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ];
    expect(countVitest({ ...report, testResults })).toEqual({ passed: 3, failed: 2, skipped: 2 });
  });

  it('takes a test of the browser that only passed at a later try for a failure', () => {
    const stats = { expected: 4, unexpected: 1, flaky: 1, skipped: 0 };
    expect(countPlaywright({ stats, errors: [] })).toEqual({ passed: 4, failed: 2, skipped: 0 });
    expect(countPlaywright({ stats, errors: [{ message: 'no browser' }] }).failed).toBe(3);
  });
});

describe('the data directory', () => {
  const env = { CONSOLE_DATA_DIR: '/from/environment' };

  it('is what the command says, else the environment, else the repository’s own', () => {
    expect(dataDirOf('/from/command', env).path).toBe('/from/command');
    expect(dataDirOf(undefined, env).path).toBe('/from/environment');
    expect(dataDirOf(undefined, {}).path).toBe(join(root, '.data'));
  });

  it('loses only what is the console’s when it is reset', () => {
    const data = dataDirOf(folder, {});
    claim(data)();
    mkdirSync(data.stack);
    writeFileSync(join(folder, 'letter.txt'), 'somebody else’s');
    reset(data);
    expect(existsSync(data.stack)).toBe(false);
    expect(existsSync(data.console)).toBe(false);
    expect(existsSync(join(folder, 'letter.txt'))).toBe(true);
  });

  it('is free when its note names a process that is none of ours, or none at all', () => {
    const data = dataDirOf(folder, {});
    expect(holderOf(data)).toBeNull();
    writeFileSync(join(folder, 'start.pid'), String(process.ppid));
    expect(holderOf(data)).toBeNull();
    writeFileSync(join(folder, 'start.pid'), 'rubbish');
    expect(holderOf(data)).toBeNull();
  });
});

describe('the browser', () => {
  it('is the one that is named, else the first that can be run', () => {
    expect(findInstalledBrowser({ CHROMIUM_PATH: '/mine' })?.path).toBe('/mine');
    expect(findInstalledBrowser({ PATH: folder })).toBeNull();
    writeFileSync(join(folder, 'chromium'), '#!/bin/sh\n');
    expect(findInstalledBrowser({ PATH: folder })).toBeNull();
    chmodSync(join(folder, 'chromium'), 0o755);
    expect(findInstalledBrowser({ PATH: folder })).toEqual({
      name: 'Chromium',
      path: join(folder, 'chromium'),
    });
  });

  it('gets no window in CI or without a display', () => {
    expect(whyNoWindow({ CI: 'true', DISPLAY: ':0' })).toBe('running in CI');
    expect(whyNoWindow({})).toBe('there is no display');
  });
});

describe('Electron', () => {
  const { signal } = new AbortController();

  it('is taken from the folder that is named, and never fetched when that has none', async () => {
    const env = { ELECTRON_OVERRIDE_DIST_PATH: folder };
    expect(await findElectron(env, 1, signal)).toMatchObject({ path: null });
    writeFileSync(join(folder, 'electron'), '');
    expect(await findElectron(env, 1, signal)).toEqual({ path: join(folder, 'electron') });
  });

  it('is not looked for where no window can be opened', async () => {
    expect(await findElectron({ CI: '1' }, 1, signal)).toEqual({ path: null, reason: 'running in CI' });
  });
});

describe('a service', () => {
  const service = (code: string) => startService(['--input-type=module', '-e', code]);

  it('is ready with its line, and stops when its input ends', async () => {
    const started = service(
      `process.stdin.on('end', () => process.exit(0)).resume(); console.log('{"event":"ready","port":7}');`,
    );
    expect(await started.ready).toEqual({ event: 'ready', port: 7 });
    await started.stop(10_000);
    expect(await started.exited).toBeDefined();
  });

  it('that fails is told by its own last words', async () => {
    await expect(service(`console.error('the disk is full'); process.exit(3);`).ready).rejects.toThrow(
      /the disk is full\n\(exit code 3\)/,
    );
  });

  it('that does not stop is killed', async () => {
    const started = service(
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('{"event":"ready"}');`,
    );
    await started.ready;
    await started.stop(50);
    expect(await started.exited).not.toBe(0);
  });
});

describe('the banner', () => {
  const backend = { url: 'http://127.0.0.1:54321', isEmbedded: true, databasePort: 54322 };
  const accounts = [{ email: 'tutor@demo.itutor.tt', label: 'A tutor' }];
  const facts = { host: 'browser host (no display)', link: 'http://127.0.0.1:1/open?t=x', where: null };

  it('says where the console is, who can sign in, where the data lies and how to stop', () => {
    const text = banner({ ...facts, backend: { ...backend, accounts }, data: dataDirOf(folder, {}) });
    for (const part of [facts.link, facts.host, 'tutor@demo.itutor.tt', folder, '--reset', 'Ctrl-C']) {
      expect(text).toContain(part);
    }
  });
});

describe('the bootstrap', () => {
  it('knows only the scripts that are there', () => {
    for (const verb of ['nonsense', '../etc/passwd', '']) {
      const result = spawnSync(process.execPath, ['scripts/bootstrap.mjs', verb], {
        cwd: root,
        encoding: 'utf8',
      });
      expect([result.status, result.stdout]).toEqual([1, '']);
      expect(result.stderr).toContain('There is no script');
    }
  });
});
