import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { routeOfArguments, routeOfLink } from '#shell/deep-link';
import { externalUrl, openExternal } from '#shell/external-links';
import { menuTemplate } from '#shell/menu';
import { isOwnPage } from '#shell/origin';
import { placeWindow, readWindowState, writeWindowState } from '#shell/window-state';

const id = '0199d3a0-1111-7222-8333-444455556666';

describe('a page of our own', () => {
  it.each(['app://console/', 'app://console/#/schedule', 'app://console/assets/a.js', 'APP://console/'])(
    'is %s',
    (url) => {
      expect(isOwnPage(url)).toBe(true);
    },
  );

  it.each([
    'app://console.evil/',
    'app://evil/',
    'app://console@evil/',
    'app://user@console/',
    'app://console:1/',
    'app:/console/',
    'https://console/',
    'file:///console/',
    'about:blank',
    'javascript:app://console/',
    '',
    null,
    {},
  ])('is not %j', (url) => {
    expect(isOwnPage(url)).toBe(false);
  });
});

describe('a link to the outside', () => {
  it.each([
    ['https://supabase.com/docs', 'https://supabase.com/docs'],
    ['HTTPS://Example.COM/a b', 'https://example.com/a%20b'],
    ['https://example.com\\..\\x', 'https://example.com/x'],
  ])('%s is opened as %s', (given, opened) => {
    expect(externalUrl(given)).toBe(opened);
  });

  it.each([
    'http://example.com',
    'file:///etc/passwd',
    '\\\\server\\share',
    '//server/share',
    'C:\\Windows\\System32\\calc.exe',
    'ms-msdt:/id',
    'search-ms:query=x',
    'smb://server/x',
    'javascript:alert(1)',
    'data:text/html,x',
    'mailto:a@example.com',
    'https://user:password@example.com/',
    `https://example.com/${'a'.repeat(3000)}`,
    '',
    undefined,
    42,
    { href: 'https://example.com' },
  ])('%j is not opened', async (given) => {
    const opened: string[] = [];
    const open = async (url: string) => void opened.push(url);
    expect(await openExternal(given, open)).toBe(false);
    expect(opened).toEqual([]);
  });
});

describe('a deep link', () => {
  it.each([
    ['itutor-console://schedule', '/schedule'],
    ['itutor-console://schedule/', '/schedule'],
    ['itutor-console://schedule/2026-11-23', '/schedule?on=2026-11-23'],
    [`itutor-console://schedule/booking/${id}`, `/schedule?booking=${id}`],
    [`itutor-console://verification/${id}`, `/verification?case=${id}`],
    ['itutor-console://operations', '/operations'],
  ])('%s shows %s', (link, route) => {
    expect(routeOfLink(link)).toBe(route);
  });

  it.each([
    'itutor-console://schedule/2026-13-45',
    'itutor-console://schedule/booking/1;drop',
    'itutor-console://schedule/../settings',
    'itutor-console://settings',
    'itutor-console://schedule?next=https://evil.invalid',
    'itutor-console://schedule#/settings',
    'itutor-console://user@schedule',
    'itutor-console://schedule:80',
    'itutor-console:schedule',
    'itutor-consoles://schedule',
    'https://schedule',
    `itutor-console://verification/${id}/approve`,
    `itutor-console://schedule/${'a'.repeat(300)}`,
    '',
    null,
  ])('%j shows nothing', (link) => {
    expect(routeOfLink(link)).toBeNull();
  });

  it('is found anywhere among the arguments of a second start', () => {
    const argv = ['console', '--allow-file-access-from-files', 'itutor-console://schedule', '--flag', 'last'];
    expect(routeOfArguments(argv)).toBe('/schedule');
    expect(routeOfArguments(['console', '--flag'])).toBeNull();
  });
});

describe('the window', () => {
  const screens = [
    { x: 0, y: 0, width: 1920, height: 1040 },
    { x: 1920, y: 0, width: 1280, height: 800 },
  ];
  const saved = { x: 2000, y: 50, width: 1100, height: 700, isMaximized: false };

  it('comes back where it was', () => {
    expect(placeWindow(saved, screens)).toEqual(saved);
  });

  it('comes to the main screen, centred, when its own has gone', () => {
    expect(placeWindow(saved, screens.slice(0, 1))).toEqual({
      x: 240,
      y: 70,
      width: 1440,
      height: 900,
      isMaximized: false,
    });
  });

  it.each([
    ['only a corner is visible', { ...saved, x: 3150 }],
    ['the title bar is above the screen', { ...saved, y: -30 }],
    ['the title bar is below the screen', { ...saved, y: 790 }],
  ])('comes to the main screen when %s', (_reason, state) => {
    expect(placeWindow(state, screens)).toMatchObject({ x: 240, y: 70 });
  });

  it('is never larger than its screen or too small to use', () => {
    expect(placeWindow({ ...saved, width: 5000, height: 5000 }, screens)).toMatchObject({
      width: 1280,
      height: 800,
    });
    expect(placeWindow({ ...saved, width: 10, height: 10 }, screens)).toMatchObject({
      width: 960,
      height: 640,
    });
  });

  it('forgets a place that cannot be read, and remembers one that was written', () => {
    const folder = mkdtempSync(join(tmpdir(), 'itutor-console-window-'));
    try {
      const path = join(folder, 'window.json');
      expect(readWindowState(path)).toBeNull();
      writeFileSync(path, '{"x":"left"}');
      expect(readWindowState(path)).toBeNull();
      writeWindowState(path, saved);
      expect(readWindowState(path)).toEqual(saved);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the menu', () => {
  const command = { menu: 'view', label: 'Schedule', accelerator: 'CmdOrCtrl+1', run: () => {} } as const;

  it('has the given commands in their places, with their keys', () => {
    const view = menuTemplate([command], 'linux', false).find(({ role }) => role === 'viewMenu');
    expect(view?.submenu).toContainEqual({
      label: 'Schedule',
      accelerator: 'CmdOrCtrl+1',
      click: command.run,
    });
  });

  it('offers developer tools only where they are allowed', () => {
    expect(JSON.stringify(menuTemplate([], 'win32', false))).not.toContain('toggleDevTools');
    expect(JSON.stringify(menuTemplate([], 'win32', true))).toContain('toggleDevTools');
  });

  it('follows the platform: an application menu on macOS, About under Help elsewhere', () => {
    expect(menuTemplate([], 'darwin', false).map(({ role }) => role)).toContain('appMenu');
    expect(JSON.stringify(menuTemplate([], 'win32', false))).toContain('about');
  });
});
