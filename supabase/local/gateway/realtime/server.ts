import type { Server } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Log } from '#stack/process/child';
import type { Database } from '../database.ts';
import { isJson, readBody, readJson, sendEmpty, sendJson, text, type Exchange, type Json } from '../http.ts';
import type { Keys } from '../keys.ts';
import type { Claims } from '../tokens.ts';
import { permissionsOn } from './authorize.ts';
import { changeFor, concerns, parseChange, type Change } from './changes.ts';
import { createChannels } from './channels.ts';
import type { Broadcast } from './frames.ts';
import { startListener } from './listener.ts';
import { serveSocket } from './socket.ts';

export type Realtime = {
  /** Answers everything below /realtime/v1 that is no WebSocket. */
  handle(exchange: Exchange): Promise<void>;
  stop(): Promise<void>;
};

/** Messages in realtime.messages are kept this long, as hosted. */
const retention = '3 days';

/** Serves Realtime on the gateway's HTTP server. */
export function startRealtime(options: {
  readonly server: Server;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly keys: Keys;
  readonly log?: Log | undefined;
}): Realtime {
  const { database, keys, log } = options;
  const channels = createChannels();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 3 * 1024 * 1024 });

  options.server.on('upgrade', (request, stream, head) => {
    const url = new URL(request.url ?? '/', 'http://gateway');
    const apiKey = url.searchParams.get('apikey') ?? '';
    stream.on('error', () => stream.destroy());
    if (url.pathname !== '/realtime/v1/websocket') return stream.destroy();
    keys.claimsOf(apiKey).then(
      () =>
        sockets.handleUpgrade(request, stream, head, (socket) => {
          const version = url.searchParams.get('vsn') === '1.0.0' ? '1.0.0' : '2.0.0';
          serveSocket({ database, keys, channels, log }, socket, version, apiKey);
        }),
      () => stream.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
    );
  });

  async function announceChange(change: Change): Promise<void> {
    for (const member of channels.members()) {
      const subscriptions = member.subscriptions.filter((subscription) => concerns(subscription, change));
      if (subscriptions.length === 0) continue;
      const payload = await changeFor(database, member.claims, subscriptions, change);
      if (payload !== undefined) member.send('postgres_changes', payload);
    }
  }

  async function announceMessage(id: string): Promise<void> {
    const rows = await database.query<{ topic: string; event: string; payload: Json; private: boolean }>(
      'select topic, event, payload, private from realtime.messages where id = $1',
      [id],
    );
    for (const row of rows) {
      channels.broadcast(row.topic, row.private, { event: row.event, payload: row.payload, meta: { id } });
    }
  }

  const inOrder = createQueue(log);
  const listener = startListener({
    databaseUrl: options.databaseUrl,
    channels: {
      realtime_change: (payload) => {
        const change = parseChange(payload);
        if (change !== undefined) inOrder(() => announceChange(change));
      },
      realtime_message: (id) => inOrder(() => announceMessage(id)),
    },
    // Whoever is connected may have missed something: having to join again is how a client learns that it has to look.
    onResumed: () => {
      for (const socket of sockets.clients) socket.close(1012, 'database connection lost');
    },
    log,
  });
  const cleaning = setInterval(() => {
    database
      .query(`delete from realtime.messages where inserted_at < now() - $1::interval`, [retention])
      .catch(() => undefined);
  }, 3_600_000);
  cleaning.unref();

  async function mayWrite(claims: Claims, topic: string, isPrivate: boolean): Promise<boolean> {
    return !isPrivate || (await permissionsOn(database, claims, topic)).broadcast.write;
  }

  async function handle(exchange: Exchange): Promise<void> {
    const { request, response, url } = exchange;
    const claims = await keys.requestClaims(request, url).catch(() => undefined);
    if (claims === undefined) return sendJson(response, 401, { error: 'Unauthorized' });
    const single = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/.exec(exchange.path);
    if (exchange.method !== 'POST' || (exchange.path !== '/api/broadcast' && single === null)) {
      return sendJson(response, 404, { error: `There is no endpoint ${exchange.path}` });
    }
    const messages =
      single === null
        ? messagesOf(await readJson(request))
        : [await messageOf(exchange, single[1], single[2])];
    for (const { topic, isPrivate, broadcast } of messages) {
      if (!(await mayWrite(claims, topic, isPrivate))) {
        return sendJson(response, 403, {
          error: `You do not have permissions to write to this Channel topic: ${topic}`,
        });
      }
      channels.broadcast(topic, isPrivate, broadcast);
    }
    sendEmpty(response, 202);
  }

  return {
    handle,
    async stop() {
      clearInterval(cleaning);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await listener.stop();
    },
  };
}

type Sent = { readonly topic: string; readonly isPrivate: boolean; readonly broadcast: Broadcast };

function messagesOf(body: Json): Sent[] {
  const { messages } = body;
  if (!Array.isArray(messages)) return [];
  return messages.filter(isJson).map((message) => ({
    topic: text(message['topic']),
    isPrivate: message['private'] === true,
    broadcast: { event: text(message['event']), payload: message['payload'] ?? {} },
  }));
}

/** POST /api/broadcast/:topic/events/:event: the body is the payload, as JSON or as bytes. */
async function messageOf(exchange: Exchange, topic = '', event = ''): Promise<Sent> {
  const isBytes = exchange.request.headers['content-type'] === 'application/octet-stream';
  const payload = isBytes
    ? await readBody(exchange.request, 3 * 1024 * 1024)
    : await readJson(exchange.request, 3 * 1024 * 1024);
  return {
    topic: decodeURIComponent(topic),
    isPrivate: exchange.url.searchParams.get('private') === 'true',
    broadcast: { event: decodeURIComponent(event), payload },
  };
}

/** Work that waits for the work before it; one that fails does not stop the next. */
function createQueue(log: Log | undefined): (work: () => Promise<void>) => void {
  let last = Promise.resolve();
  return (work) => {
    last = last.then(work).catch((error: unknown) => log?.(`realtime: ${String(error)}`));
  };
}
