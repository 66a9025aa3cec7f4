import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Fetch } from './fetch.ts';

/** Connections of our own to the backend. */
export type Connections = {
  /** For requests with a text body that may be made twice: a connection that the server closed meanwhile is no failure. */
  readonly fetch: Fetch;
  /** Closes the connections that are not in use. */
  drop(): void;
};

/**
 * The built-in fetch keeps connections open and offers no way to give them up. When a network dies without a word they
 * look alive, and each would swallow a request until its time-out.
 */
export function createConnections(): Connections {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, scheduling: 'lifo' }),
    'https:': new https.Agent({ keepAlive: true, scheduling: 'lifo' }),
  };

  function ask(url: URL, init: RequestInit, isSecondTry: boolean): Promise<Response> {
    const isSecure = url.protocol === 'https:';
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const request = (isSecure ? https : http).request(url, {
      agent: isSecure ? agents['https:'] : agents['http:'],
      method: init.method ?? 'GET',
      headers: { 'accept-encoding': 'gzip', ...Object.fromEntries(new Headers(init.headers)) },
      ...(init.signal === null || init.signal === undefined ? {} : { signal: init.signal }),
    });
    request.on('response', (answer) => resolve(toResponse(answer)));
    request.on('error', (error) => {
      const isStale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      if (isStale && !isSecondTry && init.signal?.aborted !== true) resolve(ask(url, init, true));
      else reject(error);
    });
    request.end(typeof init.body === 'string' ? init.body : undefined);
    return promise;
  }

  return {
    fetch: async (input, init = {}) =>
      await ask(new URL(input instanceof Request ? input.url : input), init, false),
    drop() {
      for (const agent of Object.values(agents)) {
        for (const sockets of Object.values(agent.freeSockets)) {
          for (const socket of sockets ?? []) socket.destroy();
        }
      }
    },
  };
}

function toResponse(answer: http.IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const status = answer.statusCode ?? 502;
  if (status === 204 || status === 304) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  let body: Readable = answer;
  if (headers.get('content-encoding') === 'gzip') {
    headers.delete('content-encoding');
    headers.delete('content-length');
    // What breaks on the way breaks the reader, who is the one to know.
    body = pipeline(answer, createGunzip(), () => undefined);
  }
  return new Response(streamOf(body), { status, headers });
}

function streamOf(body: Readable): ReadableStream<Uint8Array> {
  const pieces: AsyncIterator<unknown> = body[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else if (value instanceof Uint8Array) controller.enqueue(value);
    },
    cancel: () => void body.destroy(),
  });
}
