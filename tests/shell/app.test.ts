import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runShell } from '#shell/app';
import { app, becomeReady, electron, FakeWebContents, resetElectron } from '#tests/fakes/electron';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'itutor-console-shell-'));
  mkdirSync(join(folder, 'renderer', 'assets'), { recursive: true });
  writeFileSync(
    join(folder, 'renderer', 'index.html'),
    '<html><head><meta name="nonce" content="" /></head></html>',
  );
  writeFileSync(join(folder, 'renderer', 'assets', 'a.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'not for the page');
  resetElectron(folder);
});
afterEach(async () => {
  // The shell stops its core before it quits, and then quits.
  if (electron.isReady) {
    app.emit('before-quit', { preventDefault() {} });
    await vi.waitUntil(() => app.calls.includes('quit'));
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(argv: readonly string[] = []): void {
  runShell({
    rendererDir: pathToFileURL(`${folder}/renderer/`),
    preload: pathToFileURL(`${folder}/preload.cjs`),
    coreEntry: new URL('../fakes/core-worker.ts', import.meta.url),
    argv,
    env: {},
  });
}

describe('starting', () => {
  it('a second time shows the first one and touches nothing', async () => {
    app.hasLock = false;
    start();
    app.ready.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(app.calls).toEqual(['requestSingleInstanceLock', 'quit']);
    expect(electron.windows).toEqual([]);
    expect(existsSync(join(folder, 'userData'))).toBe(false);
  });

  it('turns on the sandbox, the scheme and local crash reports before Electron is ready', () => {
    start();
    expect(app.calls).toEqual(['requestSingleInstanceLock', 'enableSandbox']);
    expect(electron.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
    ]);
    expect(electron.crashReports).toEqual([{ uploadToServer: false }]);
    expect(electron.windows).toEqual([]);
  });

  it('opens one window on the console’s own page, isolated and sandboxed', async () => {
    start();
    await becomeReady();
    expect(electron.windows).toHaveLength(1);
    const [window] = electron.windows;
    expect(window?.urls).toEqual(['app://console/#/']);
    expect(window?.options.webPreferences).toEqual({
      preload: join(folder, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: true,
    });
    expect(window?.options.show).toBe(false);
    window?.emit('ready-to-show');
    expect(window?.calls).toEqual(['show']);
  });

  it('has no developer tools, and takes the link scheme, once it is packaged', async () => {
    app.isPackaged = true;
    start();
    await becomeReady();
    expect(electron.windows[0]?.options.webPreferences?.devTools).toBe(false);
    expect(JSON.stringify(electron.menus)).not.toContain('toggleDevTools');
    expect(app.calls).toContain('setAsDefaultProtocolClient itutor-console');
  });

  it('with a link goes to what the link means', async () => {
    start(['electron', '.', 'itutor-console://schedule/2026-11-23']);
    await becomeReady();
    expect(electron.windows[0]?.urls).toEqual(['app://console/#/schedule?on=2026-11-23']);
  });
});

describe('running', () => {
  it('a second start with a link focuses the window and shows the link', async () => {
    start();
    await becomeReady();
    const [window] = electron.windows;
    if (window) window.isMinimizedNow = true;
    app.emit('second-instance', {}, ['electron', '--flag', 'itutor-console://payments']);
    expect(window?.calls).toEqual(['restore', 'focus']);
    expect(window?.urls.at(-1)).toBe('app://console/#/payments');
  });

  it('a second start without a link, or with a bad one, only focuses the window', async () => {
    start();
    await becomeReady();
    app.emit('second-instance', {}, ['electron', 'itutor-console://schedule?do=delete']);
    expect(electron.windows[0]?.calls).toEqual(['focus']);
    expect(electron.windows[0]?.urls).toHaveLength(1);
  });

  it('a link on macOS is taken before and after the window is there', async () => {
    start();
    let prevented = 0;
    const event = { preventDefault: () => (prevented += 1) };
    app.emit('open-url', event, 'itutor-console://logs');
    await becomeReady();
    expect(electron.windows[0]?.urls).toEqual(['app://console/#/logs']);
    app.emit('open-url', event, 'itutor-console://operations');
    expect(electron.windows[0]?.urls.at(-1)).toBe('app://console/#/operations');
    expect(prevented).toBe(2);
  });

  it('remembers where the window was when it is closed', async () => {
    start();
    await becomeReady();
    electron.windows[0]?.emit('close');
    const saved: unknown = JSON.parse(
      readFileSync(join(folder, 'userData', 'console', 'window.json'), 'utf8'),
    );
    expect(saved).toEqual({ x: 10, y: 20, width: 1200, height: 800, isMaximized: false });
  });

  it('opens a new window when there is none and the dock asks for one', async () => {
    start();
    await becomeReady();
    electron.windows[0]?.emit('closed');
    app.emit('activate');
    expect(electron.windows).toHaveLength(2);
    app.emit('activate');
    expect(electron.windows).toHaveLength(2);
  });

  it('quits only after the core has finished', async () => {
    start();
    await becomeReady();
    let isPrevented = false;
    app.emit('before-quit', { preventDefault: () => (isPrevented = true) });
    expect(isPrevented).toBe(true);
    await expect.poll(() => app.calls).toContain('quit');
    let isPreventedAgain = false;
    app.emit('before-quit', { preventDefault: () => (isPreventedAgain = true) });
    expect(isPreventedAgain).toBe(false);
  });
});

describe('a window', () => {
  const own = 'app://console/#/schedule';
  const foreign = [
    'https://evil.invalid/',
    'app://console.evil/',
    'file:///etc/passwd',
    'javascript:alert(1)',
  ];

  async function contents(): Promise<FakeWebContents> {
    start();
    await becomeReady();
    const found = electron.windows[0]?.webContents;
    if (found === undefined) throw new Error('no window');
    return found;
  }
  function isPrevented(target: FakeWebContents, event: string, details: object): boolean {
    let prevented = false;
    target.emit(event, { ...details, preventDefault: () => (prevented = true) });
    return prevented;
  }

  it('stays on its own pages', async () => {
    const target = await contents();
    expect(isPrevented(target, 'will-navigate', { url: own })).toBe(false);
    for (const url of foreign) expect(isPrevented(target, 'will-navigate', { url })).toBe(true);
    expect(isPrevented(target, 'will-frame-navigate', { url: own, isMainFrame: true })).toBe(false);
    expect(isPrevented(target, 'will-frame-navigate', { url: own, isMainFrame: false })).toBe(true);
    expect(isPrevented(target, 'will-redirect', { url: foreign[0] })).toBe(true);
    expect(isPrevented(target, 'will-attach-webview', {})).toBe(true);
  });

  it('opens no other window; https links go to the browser and nothing else does', async () => {
    const target = await contents();
    const open = (url: string) =>
      target.openHandler?.({ url } as Parameters<NonNullable<typeof target.openHandler>>[0]);
    for (const url of ['https://supabase.com/docs', own, ...foreign.slice(1)]) {
      expect(open(url)).toEqual({ action: 'deny' });
    }
    await expect.poll(() => electron.opened).toEqual(['https://supabase.com/docs']);
  });

  it('made by anybody is guarded in the same way', async () => {
    await contents();
    const other = new FakeWebContents();
    app.emit('web-contents-created', {}, other);
    expect(isPrevented(other, 'will-navigate', { url: 'https://evil.invalid/' })).toBe(true);
  });

  it('gets no permission and no device, except to write text to the clipboard', async () => {
    await contents();
    const { request, check, device } = electron.permissions;
    const asked = (permission: string, requestingUrl: string) => {
      let granted: boolean | undefined;
      const args = [null, permission, (value: boolean) => (granted = value), { requestingUrl }];
      (request as unknown as (...values: unknown[]) => void)(...args);
      return granted;
    };
    const checked = (permission: string, origin: string) =>
      (check as unknown as (...values: unknown[]) => boolean)(null, permission, origin, {});
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'hid',
      'unknown',
    ]) {
      expect(asked(permission, own), permission).toBe(false);
      expect(checked(permission, 'app://console/'), permission).toBe(false);
    }
    expect(asked('clipboard-sanitized-write', own)).toBe(true);
    expect(checked('clipboard-sanitized-write', 'app://console/')).toBe(true);
    expect(asked('clipboard-sanitized-write', 'https://evil.invalid/')).toBe(false);
    expect(checked('clipboard-sanitized-write', 'https://evil.invalid/')).toBe(false);
    expect((device as unknown as () => boolean)()).toBe(false);
  });

  it('loads again after a crash, and asks instead of trying for ever', async () => {
    const target = await contents();
    const crash = () => target.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
    crash();
    crash();
    crash();
    expect(target.reloads).toBe(3);
    crash();
    expect(target.reloads).toBe(3);
    // The fake user answers "Try again".
    await expect.poll(() => target.reloads).toBe(4);
    target.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 });
    expect(target.reloads).toBe(4);
  });
});

describe('the scheme', () => {
  async function get(url: string, method = 'GET'): Promise<Response> {
    const handler = electron.handlers.get('app');
    if (handler === undefined) throw new Error('no handler');
    return handler(new Request(url, { method }));
  }
  beforeEach(async () => {
    start();
    await becomeReady();
  });

  it('serves the page with the policy, and the nonce of that very load in both', async () => {
    const responses = [await get('app://console/'), await get('app://console/index.html')];
    const nonces = await Promise.all(
      responses.map(async (response) => {
        const nonce = /content="([^"]+)"/.exec(await response.text())?.[1] ?? '';
        const policy = response.headers.get('content-security-policy');
        expect(policy).toContain(`'nonce-${nonce}'`);
        expect(policy).toContain("default-src 'none'");
        expect(policy).not.toMatch(/unsafe|\*/);
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });

  it('serves assets with their type', async () => {
    const response = await get('app://console/assets/a.js');
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toBe('export {};');
  });

  it.each([
    'app://console/../secret.txt',
    'app://console/%2e%2e/secret.txt',
    'app://console/..%2fsecret.txt',
    'app://console/assets/..%5c..%5csecret.txt',
    'app://console/%00',
    'app://console//etc/passwd',
    'app://console/assets/',
    'app://console/.env',
    'app://evil/index.html',
    'app://console.evil/index.html',
  ])('finds nothing at %s', async (url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('answers GET only', async () => {
    expect((await get('app://console/', 'POST')).status).toBe(405);
  });
});
