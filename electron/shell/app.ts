import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, crashReporter, dialog, Menu, powerMonitor, session, shell, type BrowserWindow } from 'electron';
import { startCore } from './core.ts';
import { recoverWindow } from './crash.ts';
import { routeOfArguments, routeOfLink } from './deep-link.ts';
import { log } from './log.ts';
import { menuTemplate, type MenuCommand } from './menu.ts';
import { guardNavigation } from './navigation.ts';
import { linkScheme } from './origin.ts';
import { denyPermissions } from './permissions.ts';
import { registerContentScheme, serveRenderer } from './protocol.ts';
import { bridgeRpc } from './rpc-bridge.ts';
import { createWindow, pageUrl } from './window.ts';

export type ShellOptions = {
  readonly rendererDir: URL;
  readonly preload: URL;
  /** The core's entry, a module that a worker thread can run. */
  readonly coreEntry: URL;
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
};

/**
 * Runs the desktop application until it quits. A second one of the same user hands its link to the first and ends
 * before it has touched anything.
 */
export function runShell(options: ShellOptions): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  let window: BrowserWindow | null = null;
  let firstRoute = routeOfArguments(options.argv);
  const show = (route: string | null) => {
    if (window === null) firstRoute = route ?? firstRoute;
    else focus(window, route);
  };

  app.enableSandbox();
  registerContentScheme();
  // Reports stay on this machine: a dump holds whatever was in memory.
  crashReporter.start({ uploadToServer: false });
  if (app.isPackaged) app.setAsDefaultProtocolClient(linkScheme);
  app.on('second-instance', (_event, argv) => show(routeOfArguments(argv)));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    show(routeOfLink(url));
  });
  app.on('child-process-gone', (_event, { type, reason }) => log('shell.process.gone', { type, reason }));

  app
    .whenReady()
    .then(() => {
      const dataDir = options.env['CONSOLE_DATA_DIR'] ?? join(app.getPath('userData'), 'console');
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const core = startCore({ entry: options.coreEntry, dataDir, env: options.env, log });
      powerMonitor.on('resume', () => core.wake());
      core.ready.catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : '';
        dialog.showErrorBox(
          'iTutor Console cannot work',
          `${reason}\nYour data is untouched. Start it again.`,
        );
      });
      serveRenderer(fileURLToPath(options.rendererDir));
      denyPermissions(session.defaultSession);
      bridgeRpc(() => core.connect(), log);
      app.on('web-contents-created', (_event, contents) => guardNavigation(contents, openInBrowser, log));
      Menu.setApplicationMenu(
        Menu.buildFromTemplate(menuTemplate(commands(show), process.platform, !app.isPackaged)),
      );

      const open = () => {
        const preload = fileURLToPath(options.preload);
        const opened = createWindow({
          preload,
          stateDir: dataDir,
          hasDevTools: !app.isPackaged,
          route: firstRoute ?? undefined,
        });
        recoverWindow(opened, { now: Date.now, log, ask: askAfterCrashes, quit: () => app.quit() });
        opened.on('closed', () => {
          window = null;
        });
        window = opened;
      };
      open();
      app.on('activate', () => {
        if (window === null) open();
      });
      app.on('window-all-closed', () => {
        if (process.platform !== 'darwin') app.quit();
      });
      stopCoreBeforeQuit(() => core.stop());
    })
    .catch((error: unknown) => {
      log('shell.start.failed', { error });
      app.exit(1);
    });
}

function openInBrowser(url: string): Promise<void> {
  return shell.openExternal(url);
}

function focus(window: BrowserWindow, route: string | null): void {
  if (window.isMinimized()) window.restore();
  window.focus();
  if (route !== null) void window.loadURL(pageUrl(route));
}

/** Quitting waits for the core, which finishes what it is writing. */
function stopCoreBeforeQuit(stop: () => Promise<void>): void {
  let isStopped = false;
  app.on('before-quit', (event) => {
    if (isStopped) return;
    event.preventDefault();
    isStopped = true;
    void stop().finally(() => app.quit());
  });
}

async function askAfterCrashes(): Promise<'reload' | 'quit'> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'The window keeps crashing.',
    detail: 'Your data and unsent edits are safe on this computer.',
    buttons: ['Try again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0 ? 'reload' : 'quit';
}

function commands(show: (route: string) => void): readonly MenuCommand[] {
  const go = (label: string, route: string, accelerator: string): MenuCommand => ({
    menu: 'view',
    label,
    accelerator,
    run: () => show(route),
  });
  return [
    { menu: 'file', label: 'Settings…', accelerator: 'CmdOrCtrl+,', run: () => show('/settings') },
    go('Schedule', '/schedule', 'CmdOrCtrl+1'),
    go('Outbox', '/outbox', 'CmdOrCtrl+6'),
  ];
}
