/** What Electron's preload exposes as `window.itutor`: it asks for a port, which arrives as a message to the window. */
export type ElectronBridge = { connect(): void };

/** The message's content, the same as the channel's name in electron/preload.ts. */
const announcement = 'rpc:connect';
const patienceMillis = 10_000;

/**
 * Asks Electron for a port to the core. A MessagePort cannot cross the context bridge as a value, so the preload posts
 * it to this window. Rejects when none comes in time or `signal` fires.
 */
export function askElectron(bridge: ElectronBridge, page: Window, signal: AbortSignal): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      page.removeEventListener('message', receive);
      signal.removeEventListener('abort', abort);
      clearTimeout(timer);
      act();
    };
    const receive = (event: MessageEvent<unknown>) => {
      const port = event.source === page && event.data === announcement ? event.ports[0] : undefined;
      if (port !== undefined) finish(() => resolve(port));
    };
    const abort = () => finish(() => reject(new Error('asking for a port was cancelled')));
    const timer = setTimeout(() => finish(() => reject(new Error('no port came'))), patienceMillis);
    page.addEventListener('message', receive);
    signal.addEventListener('abort', abort, { once: true });
    bridge.connect();
  });
}
