import type { Event, WebContents } from 'electron';
import { openExternal } from './external-links.ts';
import { isOwnPage } from './origin.ts';

/** Keeps a window on the console's own pages: nothing navigates away, nothing opens a window or a webview. */
export function guardNavigation(
  contents: WebContents,
  open: (url: string) => Promise<void>,
  log: (event: string, fields: Readonly<Record<string, unknown>>) => void,
): void {
  const refuse = (event: Event, url: string) => {
    event.preventDefault();
    // The scheme is enough to find the cause; an address may hold a secret.
    log('shell.navigation.refused', { scheme: url.split(':', 1)[0] });
  };
  contents.on('will-navigate', (event) => {
    if (!isOwnPage(event.url)) refuse(event, event.url);
  });
  // Frames: the policy allows none, so that none of them has anywhere to go.
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isOwnPage(event.url)) refuse(event, event.url);
  });
  contents.on('will-redirect', (event) => refuse(event, event.url));
  contents.on('will-attach-webview', (event) => refuse(event, 'webview:'));
  contents.setWindowOpenHandler(({ url }) => {
    openExternal(url, open).catch((error: unknown) => log('shell.link.failed', { error }));
    return { action: 'deny' };
  });
}
