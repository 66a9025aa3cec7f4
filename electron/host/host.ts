import { homedir } from 'node:os';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { hostContract, maxHostInputBytes } from '#shared/rpc/host-contract';
import type { Port } from '#shared/rpc/port';
import { serve as serveContract } from '#shared/rpc/server';
import { coreLimits, superviseCore } from '#shared/rpc/supervisor';
import { hostServices } from './host-services.ts';
import { openSecrets } from './secrets.ts';
import { servePages, type PageServer } from './serve.ts';

export type HostOptions = {
  /** 0 for any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** The built renderer. */
  readonly rendererDir: string;
  /** The core's entry, a module that Node can run. */
  readonly coreEntry: URL;
  readonly environment: CoreEnvironment;
  readonly version: string;
  /** Where exported files go; the user's downloads folder when not given. */
  readonly exportDir?: string;
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void;
};

/** The backend that the environment prescribes, if it does. */
export type CoreEnvironment = {
  readonly supabaseUrl?: string | undefined;
  readonly supabaseKey?: string | undefined;
  readonly isEmbedded?: boolean | undefined;
};

export type BrowserHost = Pick<PageServer, 'origin' | 'createLink'> & { stop(): Promise<void> };

/** Starts the core and serves it to browsers on this machine. */
export async function startBrowserHost(options: HostOptions): Promise<BrowserHost> {
  const { dataDir, environment, log } = options;
  const services = hostServices({
    version: options.version,
    secrets: openSecrets(join(dataDir, 'browser-secrets.json')),
    exportDir: options.exportDir ?? defaultExportDir(dataDir),
  });
  const core = superviseCore<MessagePort>({
    start: () =>
      new Worker(options.coreEntry, { workerData: { dataDir, environment }, resourceLimits: coreLimits }),
    channel: () => new MessageChannel(),
    serveHost: (port) => {
      serveContract(hostContract, services, portOf(port), {
        log,
        checkOutput: false,
        maxInputBytes: maxHostInputBytes,
      });
    },
    now: () => performance.now(),
    wait: (milliseconds) => wait(milliseconds, undefined, { ref: false }),
    log,
  });
  const pages = await servePages({
    port: options.port,
    rendererDir: options.rendererDir,
    connect: () => core.connect(),
    log,
  });
  return {
    origin: pages.origin,
    createLink: () => pages.createLink(),
    async stop() {
      await Promise.all([pages.close(), core.stop()]);
    },
  };
}

function portOf(port: MessagePort): Port {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (receive) => void port.on('message', receive),
    onClose: (closed) => void port.once('close', closed),
    close: () => port.close(),
  };
}

function defaultExportDir(dataDir: string): string {
  const downloads = join(homedir(), 'Downloads');
  return existsSync(downloads) ? downloads : join(dataDir, 'exports');
}
