import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startBrowserHost, type BrowserHost } from '#host/host';
import { unpackFrame } from '#shared/rpc/binary';
import { createClient } from '#shared/rpc/client';
import type { Client } from '#shared/rpc/define';
import type { Port } from '#shared/rpc/port';
import { fakeCoreContract } from '#tests/fakes/core-contract';

export type TestHost = BrowserHost & {
  readonly dataDir: string;
  /** What the host logged, event names only. */
  readonly events: string[];
  /** The cookie that a browser gets from a fresh link. */
  cookie(): Promise<string>;
};

const page = `<!doctype html>
<html><head><meta charset="utf-8"><meta name="nonce" content=""><title>Test page</title>
<link rel="icon" href="data:,"><script type="module" src="/assets/page.js"></script></head>
<body><p id="text">Loaded</p></body></html>`;

/** A page that uses the nonce as the renderer does, and then tries what the policy forbids. */
const script = `
const nonce = document.querySelector('meta[name=nonce]').content;
const style = document.createElement('style');
style.nonce = nonce;
style.textContent = '#text { color: rgb(1, 2, 3); }';
document.head.append(style);
document.body.dataset.ready = 'yes';
`;

/** Starts a host with a small page and a stand-in for the core. */
export async function startTestHost(options: { dataDir?: string } = {}): Promise<TestHost> {
  const folder = mkdtempSync(join(tmpdir(), 'itutor-console-host-'));
  const dataDir = join(folder, options.dataDir ?? 'data');
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  mkdirSync(dataDir);
  writeFileSync(join(folder, 'page', 'index.html'), page);
  writeFileSync(join(folder, 'page', 'assets', 'page.js'), script);
  writeFileSync(join(folder, 'secret.txt'), 'not for the browser');
  const events: string[] = [];
  const host = await startBrowserHost({
    port: 0,
    dataDir,
    rendererDir: join(folder, 'page'),
    coreEntry: new URL('../../fakes/core-worker.ts', import.meta.url),
    environment: {},
    version: '1.2.3',
    log: (event) => events.push(event),
  });
  return {
    ...host,
    dataDir,
    events,
    async cookie() {
      const response = await fetch(host.createLink(), { redirect: 'manual' });
      return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    },
    async stop() {
      await host.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type TestSocket = {
  readonly socket: WebSocket;
  readonly client: Client<typeof fakeCoreContract>;
  /** The code with which the socket was closed. */
  readonly closed: Promise<number>;
};

/** Opens a socket as a page would that the host trusts. */
export async function openSocket(host: TestHost, headers: Record<string, string> = {}): Promise<TestSocket> {
  const socket = new WebSocket(`${host.origin.replace('http', 'ws')}/rpc`, {
    headers: { origin: host.origin, cookie: await host.cookie(), ...headers },
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { socket, client: createClient(fakeCoreContract, portOf(socket)), closed };
}

function portOf(socket: WebSocket): Port {
  return {
    send: (frame) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
    },
    onFrame: (receive) =>
      void socket.on('message', (data, isBinary) =>
        receive(isBinary ? unpackFrame(data as Buffer) : JSON.parse((data as Buffer).toString())),
      ),
    onClose: (closed) => void socket.once('close', closed),
    close: () => socket.close(),
  };
}
