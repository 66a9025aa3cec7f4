import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Log } from '#stack/process/child';
import type { Database } from '../database.ts';
import { isJson, text, type Json } from '../http.ts';
import type { Keys } from '../keys.ts';
import type { Claims } from '../tokens.ts';
import { everything, permissionsOn, type Permissions } from './authorize.ts';
import { unpublished, type Subscription } from './changes.ts';
import type { Channels, Member } from './channels.ts';
import {
  broadcastOf,
  decodeFrame,
  encodeBroadcast,
  encodeFrame,
  type Message,
  type ProtocolVersion,
} from './frames.ts';

export type RealtimeContext = {
  readonly database: Database;
  readonly keys: Keys;
  readonly channels: Channels;
  readonly log?: Log | undefined;
};

/** A client that says nothing for this long is gone; a living one sends a heartbeat every 25 s. */
const silenceLimit = 90_000;

type Seat = { readonly member: Member; readonly joinRef: string | null; expiry: NodeJS.Timeout | undefined };

/** Serves one client until its socket closes. Messages are handled one after another, as they came. */
export function serveSocket(
  context: RealtimeContext,
  socket: WebSocket,
  version: ProtocolVersion,
  apiKey: string,
): void {
  const seats = new Map<string, Seat>();
  let queue = Promise.resolve();
  let silence: NodeJS.Timeout | undefined;

  const write = (data: string | Buffer) => {
    if (socket.readyState === socket.OPEN) socket.send(data);
  };
  const push = (
    topic: string,
    event: string,
    payload: Json,
    joinRef: string | null = null,
    ref: string | null = null,
  ) => write(encodeFrame(version, { joinRef, ref, topic, event, payload }));
  const reply = ({ joinRef, ref, topic }: Message, status: 'ok' | 'error', response: Json = {}) =>
    push(topic, 'phx_reply', { status, response }, joinRef, ref);

  function vacate(topic: string): Seat | undefined {
    const seat = seats.get(topic);
    if (seat === undefined) return undefined;
    clearTimeout(seat.expiry);
    seats.delete(topic);
    context.channels.leave(seat.member);
    return seat;
  }

  /** Ends a channel from our side; the client does not join again by itself. */
  function expel(topic: string, message: string): void {
    const seat = vacate(topic);
    if (seat === undefined) return;
    const channel = seat.member.topic;
    push(topic, 'system', { message, status: 'error', extension: 'system', channel }, seat.joinRef);
    push(topic, 'phx_close', {}, seat.joinRef, seat.joinRef);
  }

  function watchExpiry(topic: string, seat: Seat): void {
    clearTimeout(seat.expiry);
    const expiresAt = seat.member.claims['exp'];
    if (seat.member.claims['sub'] === undefined || typeof expiresAt !== 'number') return;
    const left = Math.min(expiresAt * 1000 - Date.now(), 2 ** 31 - 1);
    seat.expiry = setTimeout(() => expel(topic, 'Token has expired'), Math.max(left, 0));
    seat.expiry.unref();
  }

  async function join(message: Message): Promise<void> {
    const { topic } = message;
    const name = /^realtime:(.+)$/s.exec(topic)?.[1];
    if (name === undefined) return reply(message, 'error', { reason: 'unmatched topic' });
    vacate(topic);
    const config = object(message.payload['config']);
    const token = text(message.payload['access_token']) || apiKey;
    const claims = await context.keys.claimsOf(token).catch((error: Error) => error);
    if (claims instanceof Error) return reply(message, 'error', { reason: tokenTrouble(claims) });
    const isPrivate = config['private'] === true;
    const permissions = isPrivate ? await permissionsOn(context.database, claims, name) : everything;
    if (!permissions.broadcast.read) {
      const reason = `Unauthorized: You do not have permissions to read from this Channel topic: ${name}`;
      return reply(message, 'error', { reason });
    }
    const member = newMember(name, isPrivate, claims, permissions, config);
    const seat: Seat = { member, joinRef: message.joinRef, expiry: undefined };
    seats.set(topic, seat);
    context.channels.join(member);
    watchExpiry(topic, seat);
    reply(message, 'ok', {
      postgres_changes: member.subscriptions.map((subscription) => ({ ...subscription })),
    });
    if (member.subscriptions.length > 0) {
      const missing = await unpublished(context.database, member.subscriptions);
      // As hosted: one table that is not published and none of the subscriptions is made.
      if (missing !== undefined) member.subscriptions = [];
      const system = {
        message:
          missing === undefined
            ? 'Subscribed to PostgreSQL'
            : `Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: [schema: ${missing.schema}, table: ${missing.table}]`,
        status: missing === undefined ? 'ok' : 'error',
        extension: 'postgres_changes',
        channel: name,
      };
      push(topic, 'system', system, message.joinRef);
    }
    if (member.seesPresence && permissions.presence.read) {
      push(topic, 'presence_state', context.channels.presenceState(member), message.joinRef);
    }
  }

  function newMember(
    topic: string,
    isPrivate: boolean,
    claims: Claims,
    permissions: Permissions,
    config: Json,
  ): Member {
    const [broadcast, presence] = [object(config['broadcast']), object(config['presence'])];
    return {
      topic,
      isPrivate,
      claims,
      permissions,
      wantsAcknowledgement: broadcast['ack'] === true,
      wantsOwnBroadcasts: broadcast['self'] === true,
      presenceKey: text(presence['key']) || randomUUID(),
      seesPresence: presence['enabled'] === true,
      subscriptions: subscriptionsOf(config['postgres_changes']),
      presence: undefined,
      send: (event, payload) => push(`realtime:${topic}`, event, payload),
      sendBroadcast: (sent) => write(encodeBroadcast(version, `realtime:${topic}`, sent)),
    };
  }

  async function renewToken(message: Message, seat: Seat): Promise<void> {
    const token = text(message.payload['access_token']);
    // An opaque key says nothing new about who the client is.
    if (token === '' || token.startsWith('sb_')) return;
    try {
      const claims = await context.keys.claimsOf(token);
      const { member } = seat;
      const permissions = member.isPrivate
        ? await permissionsOn(context.database, claims, member.topic)
        : everything;
      if (!permissions.broadcast.read) {
        return expel(message.topic, 'You do not have permissions to read from this Channel topic');
      }
      Object.assign(member, { claims, permissions });
      watchExpiry(message.topic, seat);
    } catch (error) {
      expel(message.topic, tokenTrouble(error));
    }
  }

  function broadcast(message: Message, { member }: Seat): void {
    if (!member.permissions.broadcast.write) {
      return reply(message, 'error', {
        reason: 'Unauthorized: You do not have permissions to write to this Channel',
      });
    }
    context.channels.broadcast(member.topic, member.isPrivate, broadcastOf(message.payload), member);
    if (member.wantsAcknowledgement) reply(message, 'ok');
  }

  function presence(message: Message, { member }: Seat): void {
    const isTracking = text(message.payload['event']).toLowerCase() === 'track';
    if (!member.permissions.presence.write) {
      return reply(message, 'error', {
        reason: 'Unauthorized: You do not have permissions to track presence',
      });
    }
    context.channels.track(member, isTracking ? object(message.payload['payload']) : undefined);
    reply(message, 'ok');
  }

  async function handle(message: Message): Promise<void> {
    if (message.topic === 'phoenix') return reply(message, 'ok');
    if (message.event === 'phx_join') return join(message);
    const seat = seats.get(message.topic);
    if (seat === undefined) return reply(message, 'error', { reason: 'unmatched topic' });
    switch (message.event) {
      case 'phx_leave':
        vacate(message.topic);
        reply(message, 'ok');
        return push(message.topic, 'phx_close', {}, message.joinRef, message.ref);
      case 'access_token':
        return renewToken(message, seat);
      case 'broadcast':
        return broadcast(message, seat);
      case 'presence':
        return presence(message, seat);
      default:
        return reply(message, 'error', { reason: `unknown event ${message.event}` });
    }
  }

  function listenForSilence(): void {
    clearTimeout(silence);
    silence = setTimeout(() => socket.terminate(), silenceLimit);
    silence.unref();
  }

  socket.on('message', (data, isBinary) => {
    listenForSilence();
    const bytes = Buffer.isBuffer(data)
      ? data
      : Array.isArray(data)
        ? Buffer.concat(data)
        : Buffer.from(data);
    const message = decodeFrame(version, bytes, isBinary);
    if (message === undefined) return context.log?.('realtime: a malformed frame was ignored');
    queue = queue
      .then(() => handle(message))
      .catch((error: unknown) => {
        context.log?.(`realtime: ${message.event}: ${String(error)}`);
        reply(message, 'error', { reason: 'UnknownErrorOnChannel: the service cannot answer at the moment' });
      });
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(silence);
    for (const topic of seats.keys()) vacate(topic);
  });
  listenForSilence();
}

let lastSubscriptionId = 0;

function subscriptionsOf(value: unknown): Subscription[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isJson).map((wanted): Subscription => {
    lastSubscriptionId += 1;
    const optional = (name: string) => (typeof wanted[name] === 'string' ? { [name]: wanted[name] } : {});
    return {
      event: text(wanted['event']) || '*',
      schema: text(wanted['schema']) || 'public',
      ...optional('table'),
      ...optional('filter'),
      id: lastSubscriptionId,
    };
  });
}

function tokenTrouble(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /"exp"|expired/.test(message)
    ? 'InvalidJWTExpiration: Token has expired'
    : `JwtSignatureError: Failed to validate JWT signature: ${message}`;
}

function object(value: unknown): Json {
  return isJson(value) ? value : {};
}
