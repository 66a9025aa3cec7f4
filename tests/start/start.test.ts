import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build } from '#scripts/lib/build';
import { cleanUp, newDataDir, processesOn, startConsole } from './support/console-process.ts';

let data: string;
beforeEach(async () => {
  await build(() => {});
  data = newDataDir();
});
afterEach(() => cleanUp(data));

describe('npm start', () => {
  it('serves the console and a seeded backend, and leaves nothing behind when it is stopped', async () => {
    const console_ = startConsole(data, ['--no-open']);
    const { link, url } = await console_.ready;
    const opened = await fetch(link, { redirect: 'manual' });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await fetch(new URL('/', link), { headers: { cookie } });
    expect(await page.text()).toContain('<title>iTutor Console</title>');
    const settings = await (await fetch(`${url}/auth/v1/settings`)).json();
    expect(JSON.stringify(settings)).toContain('tutor@demo.itutor.tt');

    console_.child.kill('SIGINT');
    expect(await console_.exited).toBe(0);
    expect(processesOn(data)).toEqual([]);
    expect(existsSync(join(data, 'start.pid'))).toBe(false);
  });

  it('killed without a chance to clean up takes its backend and its host with it', async () => {
    const console_ = startConsole(data, ['--no-open']);
    await console_.ready;
    expect(processesOn(data).length).toBeGreaterThan(2);
    console_.child.kill('SIGKILL');
    await expect.poll(() => processesOn(data), { timeout: 20_000 }).toEqual([]);
    const again = startConsole(data, ['--no-open']);
    expect((await again.ready).link).toContain('/open?t=');
  });

  it('ends when npm is ended, although the shell between them passes no signal on', async () => {
    const console_ = startConsole(data, ['--no-open'], {}, 'npm');
    await console_.ready;
    console_.child.kill('SIGTERM');
    await expect.poll(() => processesOn(data), { timeout: 20_000 }).toEqual([]);
  });

  it('--reset begins anew, and refuses while a console runs on the data', async () => {
    const first = startConsole(data, ['--no-open']);
    await first.ready;
    const refused = startConsole(data, ['--no-open', '--reset']);
    expect(await refused.exited).toBe(1);
    expect(refused.said()).toContain('Stop it first, then reset.');
    expect(processesOn(data).length).toBeGreaterThan(2);
    first.child.kill('SIGTERM');
    await first.exited;

    const note = join(data, 'console', 'note.txt');
    writeFileSync(note, 'from before');
    const anew = startConsole(data, ['--no-open', '--reset']);
    await anew.ready;
    expect(existsSync(note)).toBe(false);
  });

  it('with a backend of its own starts none', async () => {
    const env = { CONSOLE_SUPABASE_URL: 'http://127.0.0.1:9', CONSOLE_SUPABASE_KEY: 'sb_publishable_x' };
    const console_ = startConsole(data, ['--no-open'], env);
    expect((await console_.ready).url).toBe(env.CONSOLE_SUPABASE_URL);
    expect(existsSync(join(data, 'stack'))).toBe(false);
  });

  it('says what is wrong when the port that was asked for is taken, and ends everything', async () => {
    const first = startConsole(data, ['--no-open']);
    const port = new URL((await first.ready).link).port;
    const other = newDataDir();
    try {
      const second = startConsole(other, ['--no-open', '--port', port]);
      expect(await second.exited).toBe(1);
      expect(second.said()).toContain(`Port ${port} is taken.`);
      expect(processesOn(other)).toEqual([]);
    } finally {
      await cleanUp(other);
    }
  });
});

describe('npm start with an Electron binary', () => {
  /** A program in Electron's place: it notes what it was given and stays until it is stopped. */
  function writeElectron(script: string): NodeJS.ProcessEnv {
    const distribution = join(data, 'electron');
    mkdirSync(distribution);
    writeFileSync(join(distribution, 'electron'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(distribution, 'electron'), 0o755);
    return { ELECTRON_OVERRIDE_DIST_PATH: distribution };
  }

  it('runs it on the repository, with the backend in its environment, and ends with it', async () => {
    const note = join(data, 'note.txt');
    const env = writeElectron(
      `echo "$1 $CONSOLE_SUPABASE_URL $CONSOLE_EMBEDDED $CONSOLE_DATA_DIR" > ${note}`,
    );
    const console_ = startConsole(data, [], env);
    expect(await console_.exited).toBe(0);
    expect(console_.said()).toMatch(/Host +Electron/);
    expect(readFileSync(note, 'utf8')).toMatch(
      new RegExp(`^${process.cwd()} http://127\\.0\\.0\\.1:\\d+ 1 ${join(data, 'console')}\\n$`),
    );
    expect(processesOn(data)).toEqual([]);
  });

  it('uses the browser host when there is none, and says why in one line', async () => {
    const console_ = startConsole(data, [], { ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent', CI: '1' });
    expect((await console_.ready).link).toContain('/open?t=');
  });
});
