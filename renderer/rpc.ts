import { createClient } from '#shared/rpc/client';
import { contract, type AppContract } from '#shared/rpc/contract';
import type { Client } from '#shared/rpc/define';
import { askElectron, type ElectronBridge } from './link/electron-port.ts';
import { fromMessagePort } from './link/message-port.ts';
import { createReconnectingLink, waitWithTimer } from './link/reconnecting.ts';
import { openSocketPort } from './link/socket-port.ts';

declare global {
  interface Window {
    /** Exposed by Electron's preload; absent in the browser host. */
    readonly itutor?: ElectronBridge;
  }
}

/** The one link to the core, whichever host carries it. */
export const link = createReconnectingLink<AppContract>({
  open: async (signal) =>
    window.itutor === undefined
      ? openSocketPort(new WebSocket(socketAddress()), signal)
      : fromMessagePort(await askElectron(window.itutor, window, signal)),
  createClient: (port, closed) => createClient(contract, port, closed),
  wait: waitWithTimer,
});

/** Waits for the core and returns its client: `(await core())['domain.verb'](input)`. */
export function core(signal?: AbortSignal): Promise<Client<AppContract>> {
  return link.client(signal);
}

// Timers are throttled in hidden windows, so a back-off may have grown long: look again as soon as somebody does.
window.addEventListener('online', hurry);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) hurry();
});

function hurry(): void {
  link.hurry();
  // The core finds out by itself within seconds; this only makes it quicker, so a failure is no matter.
  void core().then(
    (client) => client['sync.wake']({}).catch(() => undefined),
    () => undefined,
  );
}

function socketAddress(): string {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${location.host}/rpc`;
}
