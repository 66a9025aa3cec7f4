import http from 'node:http';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { sendJson, type Exchange } from './http.ts';

/**
 * Forwards a request as it is, with another Authorization, and streams the answer back.
 * @param target what to call: port on 127.0.0.1 and the path with its query
 * @param unavailable the body of the 503 when nobody answers there
 */
export function forward(
  exchange: Exchange,
  target: { readonly port: number; readonly path: string; readonly authorization: string | undefined },
  unavailable: unknown,
): Promise<void> {
  const { request, response } = exchange;
  const headers: http.OutgoingHttpHeaders = { ...request.headers };
  for (const name of hopByHop) delete headers[name];
  if (target.authorization !== undefined) headers['authorization'] = `Bearer ${target.authorization}`;
  headers['x-forwarded-host'] = request.headers.host;

  return new Promise((resolve) => {
    const upstream = http.request(
      { host: '127.0.0.1', port: target.port, path: target.path, method: request.method, headers, agent },
      (answer) => {
        const received = { ...answer.headers };
        for (const name of [...hopByHop, 'access-control-allow-origin', 'access-control-expose-headers']) {
          delete received[name];
        }
        const shouldCompress = isWorthCompressing(exchange, answer);
        if (shouldCompress) {
          delete received['content-length'];
          received['content-encoding'] = 'gzip';
        }
        response.writeHead(answer.statusCode ?? 502, received);
        if (shouldCompress) pipeline(answer, createGzip({ level: 1 }), response, () => resolve());
        else pipeline(answer, response, () => resolve());
      },
    );
    upstream.on('error', () => {
      request.unpipe(upstream);
      if (response.headersSent) response.destroy();
      else sendJson(response, 503, unavailable);
      resolve();
    });
    // The client went away: nobody waits for the answer.
    response.once('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    request.pipe(upstream);
  });
}

const agent = new http.Agent({ keepAlive: false, maxSockets: 256 });

const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
];

/** On the loopback interface compression costs more than it saves; so it does for what fits one packet. */
function isWorthCompressing({ request, isNear }: Exchange, answer: http.IncomingMessage): boolean {
  if (isNear || answer.headers['content-encoding'] !== undefined || request.method === 'HEAD') return false;
  const accepts = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  return accepts && Number(answer.headers['content-length'] ?? Infinity) > 1_400;
}
