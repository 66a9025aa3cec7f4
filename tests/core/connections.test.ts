import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { createConnections } from '#core/backend/connections';
import { createPatience } from '#core/sync/patience';
import { createHttpTransport, TransportError } from '#core/sync/transport';
import { manualClock } from '../support/sync-rig.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(answer: RequestListener): Promise<{ url: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer(answer);
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

test('a compressed answer is read as what it was, and the server is told that it may compress', async () => {
  const text = JSON.stringify({ rows: Array.from({ length: 5000 }, (_, n) => n) });
  let accepted: unknown;
  const { url } = await serve((request, response) => {
    accepted = request.headers['accept-encoding'];
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(text));
  });
  const answer = await createConnections().fetch(url);
  expect(await answer.text()).toBe(text);
  expect(answer.headers.get('content-encoding')).toBeNull();
  expect(accepted).toMatch('gzip');
});

test('a compressed answer that is cut off fails, and is no shorter answer', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    const zip = createGzip();
    zip.pipe(response);
    zip.write('{"rows":[1,2,3');
    zip.flush(() => request.socket.destroy());
  });
  const answer = await createConnections().fetch(url);
  await expect(answer.text()).rejects.toThrow();
});

test('a body is sent and an answer kept with its status and headers', async () => {
  const { url } = await serve((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => response.writeHead(429, { 'retry-after': '7' }).end(`${request.method} ${body}`));
  });
  const answer = await createConnections().fetch(url, { method: 'POST', body: 'ä', headers: { a: 'b' } });
  expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([
    429,
    '7',
    'POST ä',
  ]);
});

test('connections are kept for the next request, until they are dropped', async () => {
  const { url, sockets } = await serve((_request, response) => response.end('ok'));
  const connections = createConnections();
  const ask = async () => await (await connections.fetch(url)).text();
  await ask();
  await ask();
  expect(sockets).toHaveLength(1);
  connections.drop();
  await ask();
  expect(sockets).toHaveLength(2);
});

test('a kept connection that the server closed meanwhile is no failure', async () => {
  let count = 0;
  const { url, sockets } = await serve((request, response) => {
    count += 1;
    // Answers the first on each connection, and hangs up on the second without a word.
    if (count === 2) request.socket.resetAndDestroy();
    else response.end('ok');
  });
  const { fetch } = createConnections();
  expect(await (await fetch(url)).text()).toBe('ok');
  expect(await (await fetch(url)).text()).toBe('ok');
  expect(sockets).toHaveLength(2);
});

test('an abort ends the request, before and in the middle of its answer', async () => {
  const { url } = await serve((request, response) => {
    if (request.url === '/half') response.writeHead(200).write('half');
  });
  const { fetch } = createConnections();
  const early = new AbortController();
  const waiting = fetch(url, { signal: early.signal });
  early.abort();
  await expect(waiting).rejects.toThrow('aborted');
  const late = new AbortController();
  const answer = await fetch(`${url}/half`, { signal: late.signal });
  late.abort();
  await expect(answer.text()).rejects.toThrow();
});

test('a call whose connection died is made again on another one, while the server answers others', async () => {
  let count = 0;
  const { url } = await serve((_request, response) => {
    count += 1;
    if (count > 1) response.end('[]');
  });
  const clock = manualClock();
  let isReached = false;
  const claims = Buffer.from(JSON.stringify({ sub: 'me' })).toString('base64url');
  const transport = createHttpTransport({
    url,
    key: 'key',
    userId: 'me',
    accessToken: () => Promise.resolve(`a.${claims}.c`),
    fetch: createConnections().fetch,
    patience: createPatience({ clock, onSilent: () => void (isReached = true), isReached: () => isReached }),
  });
  const pushed = transport.push('client', [], new AbortController().signal).catch((error: unknown) => error);
  await expect.poll(() => count).toBe(1);
  clock.advance(2_000);
  await expect.poll(() => count).toBe(2);
  // The answer is none of sync's, which is what the call then fails of.
  expect(await pushed).not.toBeInstanceOf(TransportError);
});
