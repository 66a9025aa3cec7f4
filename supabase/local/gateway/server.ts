import http from 'node:http';
import type { Log } from '#stack/process/child';
import type { Secrets } from '#stack/secrets';
import { handleAuth } from './auth/routes.ts';
import { openDatabase } from './database.ts';
import { handleFunctions, type FunctionsTarget } from './functions.ts';
import { BadRequest, isLoopbackAddress, isLoopbackHost, sendEmpty, sendJson, type Exchange } from './http.ts';
import { createKeys } from './keys.ts';
import { startRealtime } from './realtime/server.ts';
import { handleRest } from './rest.ts';
import { openFiles } from './storage/files.ts';
import { handleStorage } from './storage/routes.ts';
import { createTokens } from './tokens.ts';

export type GatewayOptions = {
  /** Preferred port; a free one is taken when it is not given or not free. */
  readonly port: number;
  /** As superuser: the gateway takes on each caller's role itself. */
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly postgrestPort: number;
  readonly functions?: FunctionsTarget | undefined;
  /** Where the bytes of stored objects are kept. */
  readonly storageDir: string;
  /** Told to whoever asks /health, so that a second start recognises the first. */
  readonly instanceId: string;
  /** Seconds; an hour by default. */
  readonly tokenLifetime?: number | undefined;
  /** Seconds; ten by default. */
  readonly reuseWindow?: number | undefined;
  readonly log?: Log | undefined;
  /** Whether a caller's address is of this machine; answers to others are compressed. Tests make up a far one. */
  readonly isNear?: ((address: string | undefined) => boolean) | undefined;
};

export type Gateway = {
  readonly port: number;
  readonly url: string;
  /** Resolves when no connection of the gateway to the database is open, as after the server dropped them. */
  openConnections(): number;
  stop(): Promise<void>;
};

/** Starts the gateway on 127.0.0.1: what supabase-js calls a project. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const database = openDatabase(options.databaseUrl);
  const tokens = await createTokens(options.secrets.signingKey);
  const keys = createKeys(tokens, options.secrets.publishableKey, options.secrets.secretKey);
  let url = '';
  const auth = {
    database,
    tokens,
    keys,
    issuer: () => `${url}/auth/v1`,
    demoPassword: options.secrets.demoPassword,
    lifetime: options.tokenLifetime ?? 3600,
    reuseWindow: options.reuseWindow ?? 10,
  };

  const storage = { database, tokens, files: openFiles(options.storageDir) };

  async function route(exchange: Exchange): Promise<void> {
    const part = /^\/(auth|rest|storage|realtime|functions)\/v1(?=\/|$)/.exec(exchange.path)?.[0];
    const inner = { ...exchange, path: exchange.path.slice(part?.length ?? 0) || '/' };
    switch (part) {
      case '/auth/v1':
        return handleAuth(auth, inner);
      case '/rest/v1':
        return handleRest(keys, options.postgrestPort, inner);
      case '/functions/v1':
        return handleFunctions(keys, options.functions, inner);
      case '/storage/v1':
        return handleStorage(storage, keys, inner, options.log);
      case '/realtime/v1':
        return realtime.handle(inner);
      default:
        if (exchange.path === '/health') return health(exchange);
        return sendJson(exchange.response, 404, { message: 'no Route matched with those values' });
    }
  }

  async function health({ response }: Exchange): Promise<void> {
    const isUp = await database.query('select 1').then(
      () => true,
      () => false,
    );
    sendJson(response, isUp ? 200 : 503, {
      status: isUp ? 'ok' : 'database_down',
      instance: options.instanceId,
    });
  }

  const server = http.createServer((request, response) => {
    allowOrigins(request, response);
    // What was not read of the body would block the next request of the same connection.
    response.once('finish', () => request.resume());
    // A web page can make its own host name point here (DNS rebinding) and would then count as the same origin.
    if (!isLoopbackHost((request.headers.host ?? '').replace(/:\d+$/, ''))) {
      return sendJson(response, 403, {
        message: 'The embedded backend answers only as 127.0.0.1 or localhost',
      });
    }
    if (request.method === 'OPTIONS') return sendEmpty(response, 204);
    const parsed = new URL(request.url ?? '/', 'http://gateway');
    const method = request.method ?? 'GET';
    const isNear = (options.isNear ?? isLoopbackAddress)(request.socket.remoteAddress);
    route({ request, response, method, url: parsed, path: parsed.pathname, isNear }).catch(
      (error: unknown) => {
        if (error instanceof BadRequest) return sendJson(response, error.status, { message: error.message });
        options.log?.(`gateway: ${request.method} ${parsed.pathname}: ${String(error)}`);
        sendJson(response, 503, { message: 'The service cannot answer at the moment, please try again' });
      },
    );
  });
  // Longer than any client keeps an idle connection, so that none is closed under a request being sent.
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 0;
  const realtime = startRealtime({
    server,
    database,
    databaseUrl: options.databaseUrl,
    keys,
    log: options.log,
  });
  const port = await listen(server, options.port);
  url = `http://127.0.0.1:${port}`;

  return {
    port,
    url,
    openConnections: () => database.connections(),
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await realtime.stop();
      await closed;
      await database.close();
    },
  };
}

function allowOrigins(request: http.IncomingMessage, response: http.ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader(
    'access-control-expose-headers',
    'Content-Range, Content-Location, Content-Encoding, Content-Length, Location, Preference-Applied, Range-Unit, ' +
      'X-Total-Count, Link, x-supabase-api-version, x-relay-error, sb-request-id',
  );
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS');
  const asked = request.headers['access-control-request-headers'];
  response.setHeader('access-control-allow-headers', asked ?? '*');
  response.setHeader('access-control-max-age', '3600');
}

/** Listens on the preferred port, or on a free one when somebody else has it. */
function listen(server: http.Server, preferred: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the gateway has no port'));
      else resolve(address.port);
    };
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return reject(error);
      server.once('error', reject);
      server.listen(0, '127.0.0.1', done);
    });
    server.listen(preferred, '127.0.0.1', done);
  });
}
