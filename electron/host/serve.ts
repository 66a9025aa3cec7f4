import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { WebSocketServer } from 'ws';
import { assetPath, contentTypeOf } from '#shared/security/assets';
import {
  assetSecurityPolicy,
  contentSecurityPolicy,
  securityHeaders,
  withNonce,
} from '#shared/security/content-policy';
import { Guards, type Refusal } from './guards.ts';
import { maxFrameBytes, relay, type SocketLog } from './socket.ts';

export type PageServer = {
  /** Where the console is, without the right to open it. */
  readonly origin: string;
  /** Makes a link that opens the console in a browser, once. */
  createLink(): string;
  close(): Promise<void>;
};

const maxSockets = 32;

/**
 * Serves the renderer and its socket on 127.0.0.1.
 * @param options.port 0 for any free one.
 * @param options.connect gives a port of the core for a page, null when there is no core any more.
 */
export async function servePages(options: {
  readonly port: number;
  readonly rendererDir: string;
  readonly connect: () => MessagePort | null;
  readonly log: SocketLog;
}): Promise<PageServer> {
  const { rendererDir, connect, log } = options;
  const server = createServer();
  const guards = new Guards(await listen(server, options.port));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => {
      log('host.request.failed', { error });
      if (!response.headersSent) refuse(response, { status: 500, reason: 'The console could not answer.' });
      else response.destroy();
    });
  });

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // A stream that breaks while it is refused must not end the process.
    stream.on('error', () => stream.destroy());
    const refusal = guards.refuseAddress(request) ?? refuseUpgrade(request);
    const port = refusal === null ? connect() : null;
    if (port === null) {
      const { status, reason } = refusal ?? { status: 503, reason: 'The core has stopped.' };
      log('host.socket.refused', { status, reason });
      stream.end(
        `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: ${reason.length}\r\n\r\n${reason}`,
      );
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => relay(socket, port, log));
  });

  return {
    origin: guards.origin,
    createLink: () => guards.createLink(),
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };

  function refuseUpgrade(request: IncomingMessage): Refusal | null {
    if (request.url !== '/rpc') return { status: 404, reason: 'No such socket.' };
    if (sockets.clients.size >= maxSockets) return { status: 503, reason: 'Too many pages are open.' };
    return guards.refuseSocket(request);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = guards.refuseAddress(request);
    if (address !== null) return refuse(response, address);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refuse(response, { status: 405, reason: 'Only GET is answered.' });
    }
    // Not `new URL`, which would tidy up a path that ought to be refused.
    const [pathname = '', query = ''] = (request.url ?? '').split('?', 2);
    if (pathname === '/open') return open(query, response);
    const refusal = guards.refusePage(request);
    if (refusal !== null) return refuse(response, refusal);
    const path = assetPath(pathname);
    const content = path === null ? null : await readAsset(join(rendererDir, path));
    if (path === null || content === null) {
      return refuse(response, { status: 404, reason: 'There is nothing here.' });
    }
    if (path === 'index.html') return sendPage(content, response);
    response.writeHead(200, {
      ...securityHeaders,
      'content-type': contentTypeOf(path),
      'content-security-policy': assetSecurityPolicy(path),
      // The names of built assets hold a hash of their content.
      'cache-control': path.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    });
    response.end(content);
  }

  function open(query: string, response: ServerResponse): void {
    const cookie = guards.redeem(new URLSearchParams(query).get('t') ?? '');
    if (cookie === null) {
      const reason =
        'This link was used already or is not from this console. The terminal can show a new one.';
      return refuse(response, { status: 403, reason });
    }
    response.writeHead(303, {
      ...securityHeaders,
      location: '/',
      'set-cookie': cookie,
      'cache-control': 'no-store',
    });
    response.end();
  }
}

function sendPage(content: Buffer, response: ServerResponse): void {
  const nonce = randomBytes(16).toString('base64');
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': contentTypeOf('index.html'),
    'content-security-policy': contentSecurityPolicy(nonce),
    'cache-control': 'no-store',
  });
  response.end(withNonce(content.toString('utf8'), nonce));
}

function refuse(response: ServerResponse, { status, reason }: Refusal): void {
  response.writeHead(status, {
    ...securityHeaders,
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  });
  response.end(`${reason}\n`);
}

async function readAsset(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return null;
    throw error;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(
        isTaken
          ? new Error(`Port ${port} is taken. Choose another one, or none for any that is free.`)
          : error,
      );
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.removeAllListeners('error');
      // A server that listens on a TCP port has an address of this shape.
      resolve((server.address() as AddressInfo).port);
    });
  });
}
