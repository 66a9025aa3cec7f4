import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findInstalledBrowser } from './chromium.ts';
import { whyNoWindow } from './electron-binary.ts';

export type OpenedWindow = {
  /** In what it was opened, for the banner; null when nobody could open it. */
  readonly where: string | null;
  /** Resolves when the window's own process has ended; never for a tab in the user's browser. */
  readonly closed: Promise<void>;
  close(): void;
};

const never = new Promise<void>(() => {});

/**
 * Opens the console's link: as an app window of an installed Chrome, Edge or Chromium, else in the default browser.
 * @param profileDir the app window's own profile, so that it can be closed without touching the user's browser.
 */
export function openWindow(link: string, profileDir: string, env: NodeJS.ProcessEnv): OpenedWindow {
  if (whyNoWindow(env) !== null) return { where: null, closed: never, close: () => {} };
  const browser = findInstalledBrowser(env);
  if (browser === null) return openDefaultBrowser(link);
  const child = spawn(
    browser.path,
    [
      `--app=${link}`,
      `--user-data-dir=${join(profileDir)}`,
      '--no-first-run',
      '--no-default-browser-check',
      '--window-size=1440,900',
    ],
    { stdio: 'ignore' },
  );
  const closed = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      // A browser that cannot start leaves the console running: its address is in the banner.
      if (code === 0) resolve();
    });
    child.once('error', () => {});
  });
  return { where: `a window of ${browser.name}`, closed, close: () => child.kill('SIGTERM') };
}

function openDefaultBrowser(link: string): OpenedWindow {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [link]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', link]]
        : ['xdg-open', [link]];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
  return { where: 'your browser', closed: never, close: () => {} };
}
