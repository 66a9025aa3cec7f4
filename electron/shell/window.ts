import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { contentOrigin } from './origin.ts';
import { placeWindow, readWindowState, smallest, writeWindowState } from './window-state.ts';

/** Opens the console's window. The only place that makes one. */
export function createWindow(options: {
  readonly preload: string;
  /** Where the window's place is remembered. */
  readonly stateDir: string;
  readonly hasDevTools: boolean;
  /** The route to show, such as "/schedule". */
  readonly route?: string | undefined;
}): BrowserWindow {
  const statePath = join(options.stateDir, 'window.json');
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  const place = placeWindow(
    readWindowState(statePath),
    [primary, ...others].map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    x: place.x,
    y: place.y,
    width: place.width,
    height: place.height,
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: 'iTutor Console',
    // The colour of the page before it is painted: no flash of white in the dark scheme.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1a1b1e' : '#ffffff',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: options.hasDevTools,
    },
  });
  if (place.isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    writeWindowState(statePath, { ...window.getNormalBounds(), isMaximized: window.isMaximized() });
  });
  void window.loadURL(pageUrl(options.route));
  return window;
}

/** The address of a route. Changing only the part behind # keeps the page, so that nothing unsaved is lost. */
export function pageUrl(route = '/'): string {
  return `${contentOrigin}/#${route}`;
}
