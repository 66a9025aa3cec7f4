import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What may happen to one request on its way to the backend and back. */
export type Fault =
  | { readonly kind: 'pass' }
  /** The connection dies before the backend hears of the request. */
  | { readonly kind: 'drop-request' }
  /** The backend does its work, the answer never arrives. */
  | { readonly kind: 'drop-response' }
  /** Held until `release()`; other requests overtake it, so this is also how requests are reordered. */
  | { readonly kind: 'hold'; readonly where: 'request' | 'response' }
  /** The backend gets it twice at the same time; the first answer is returned. */
  | { readonly kind: 'duplicate' }
  /** The answer announces its full length and ends after `bytes`. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** The connection is reset (RST) after `bytes` of the answer's body. */
  | { readonly kind: 'reset'; readonly bytes: number }
  /** Answered by the proxy; the backend hears nothing. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The answer ends after `bytes` and says that this is all of it, as behind a proxy that cuts. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** The answer is whole, under a content type that is not its own. */
  | { readonly kind: 'mislabel'; readonly type: string }
  /** Accepted and never answered; ends at `heal()`. */
  | { readonly kind: 'half-open' };

export type ProxiedRequest = { readonly number: number; readonly method: string; readonly path: string };

export type FaultProxy = {
  readonly url: string;
  /** Decides each request's fate; called once a request, in order of arrival. */
  setFault(decide: (request: ProxiedRequest) => Fault): void;
  /**
   * in: answers are lost; out: requests are lost; both: nothing passes, open sockets included. A silent one tells nobody:
   * connections stay open, swallow what is sent, and are dead for good, as behind a router that forgot them.
   */
  partition(direction: 'in' | 'out' | 'both', manner?: 'told' | 'silent'): void;
  /** Ends the partition and every half-open connection, and lets everything pass. */
  heal(): void;
  /** Lets held requests and answers go, oldest first. Returns how many there were. */
  release(): number;
  /** Resolves when `count` requests are being held. */
  held(count: number): Promise<void>;
  /** Everything that arrived, with what was done to it. */
  readonly log: readonly (ProxiedRequest & { readonly fault: Fault['kind'] })[];
  stop(): Promise<void>;
};

type Answer = { status: number; headers: IncomingMessage['headers']; body: Buffer };

/**
 * An HTTP and WebSocket proxy on 127.0.0.1 that spoils what a test tells it to spoil, and nothing else: no fault
 * depends on a timer, so a seed that decides the faults repeats.
 * @param target origin of the backend, such as http://127.0.0.1:54321
 */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const backend = new URL(target);
  const log: (ProxiedRequest & { fault: Fault['kind'] })[] = [];
  const holding: (() => void)[] = [];
  const heldWaiters: { count: number; resolve: () => void }[] = [];
  const halfOpen = new Set<Socket>();
  const tunnels = new Set<Duplex>();
  let decide: (request: ProxiedRequest) => Fault = () => ({ kind: 'pass' });
  let cut: 'none' | 'in' | 'out' | 'both' = 'none';
  let isSilent = false;
  /** Connections that a silent partition killed: nothing of theirs arrives or is answered ever again. */
  const dead = new WeakSet<Socket>();
  const open = new Set<Socket>();
  let count = 0;

  function hold(): Promise<void> {
    return new Promise((resolve) => {
      holding.push(resolve);
      for (const waiter of heldWaiters) if (holding.length >= waiter.count) waiter.resolve();
    });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = { number: count++, method: request.method ?? 'GET', path: request.url ?? '/' };
    const fault = faultOf(seen);
    log.push({ ...seen, fault: fault.kind });
    const body = await readAll(request);
    if (isSilent && cut !== 'none') dead.add(request.socket);
    if (dead.has(request.socket) && fault.kind !== 'drop-response') return;
    if (fault.kind === 'drop-request') return void request.socket.destroy();
    if (fault.kind === 'half-open') return void halfOpen.add(request.socket);
    if (fault.kind === 'status')
      return void response.writeHead(fault.status, fault.headers).end(fault.body ?? '{}');
    if (fault.kind === 'hold' && fault.where === 'request') await hold();
    const copies = fault.kind === 'duplicate' ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: copies }, () => forward(backend, request, body)));
    const answer = answers[0];
    if (dead.has(request.socket)) return;
    if (answer === undefined || fault.kind === 'drop-response') return void request.socket.destroy();
    if (fault.kind === 'hold' && fault.where === 'response') await hold();
    if (dead.has(request.socket)) return;
    if (cut === 'in' || cut === 'both') return void request.socket.destroy();
    send(answer, fault, request.socket, response);
  }

  function faultOf(seen: ProxiedRequest): Fault {
    if (cut === 'out' || cut === 'both') return { kind: 'drop-request' };
    if (cut === 'in') return { kind: 'drop-response' };
    return decide(seen);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.on('upgrade', (request, socket, head) => {
    if (cut !== 'none' && isSilent) return;
    if (cut !== 'none') return void socket.destroy();
    const upstream = connect(Number(backend.port), backend.hostname, () => {
      const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [socket, upstream]) {
      tunnels.add(end);
      end.on('error', () => end.destroy());
      end.on('close', () => {
        tunnels.delete(end);
        socket.destroy();
        upstream.destroy();
      });
    }
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${address.port}`,
    log,
    setFault: (next) => void (decide = next),
    partition(direction, manner = 'told') {
      cut = direction;
      isSilent = manner === 'silent';
      if (isSilent) {
        for (const socket of open) dead.add(socket);
        for (const end of tunnels) {
          end.unpipe();
          end.pause();
        }
        return;
      }
      for (const end of tunnels) end.destroy();
      if (direction === 'both') server.closeAllConnections();
    },
    heal() {
      cut = 'none';
      decide = () => ({ kind: 'pass' });
      for (const socket of halfOpen) socket.destroy();
      halfOpen.clear();
      proxy.release();
    },
    release() {
      const released = holding.splice(0);
      for (const go of released) go();
      return released.length;
    },
    held: (wanted) =>
      holding.length >= wanted
        ? Promise.resolve()
        : new Promise((resolve) => heldWaiters.push({ count: wanted, resolve })),
    async stop() {
      proxy.heal();
      for (const end of tunnels) end.destroy();
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function readAll(stream: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => resolve(Buffer.concat(chunks)));
    stream.on('error', reject);
  });
}

function forward(backend: URL, request: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, connection: __, ...headers } = request.headers;
    const upstream = httpRequest(
      {
        host: backend.hostname,
        port: backend.port,
        method: request.method,
        path: request.url,
        headers: { ...headers, host: backend.host, 'content-length': String(body.length) },
      },
      (answer) => {
        readAll(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }),
          reject,
        );
      },
    );
    upstream.on('error', reject);
    upstream.end(body);
  });
}

function send(answer: Answer, fault: Fault, socket: Socket, response: ServerResponse): void {
  const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers;
  const body = fault.kind === 'cut' ? answer.body.subarray(0, fault.bytes) : answer.body;
  if (fault.kind === 'mislabel') headers['content-type'] = fault.type;
  response.writeHead(answer.status, { ...headers, 'content-length': String(body.length) });
  if (fault.kind === 'truncate') {
    response.write(body.subarray(0, fault.bytes), () => socket.end());
  } else if (fault.kind === 'reset') {
    // Behind a whole body it would be chance whether the reset or the answer is seen first.
    const bytes = Math.min(fault.bytes, Math.max(0, body.length - 1));
    response.write(body.subarray(0, bytes), () => socket.resetAndDestroy());
  } else {
    response.end(body);
  }
}
