import { isJson, text, type Json } from '../http.ts';

/** A message of Phoenix channels, as Realtime uses it. */
export type Message = {
  readonly joinRef: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: Json;
};

/** What somebody sends to a channel: JSON, or bytes that are passed on as they are. */
export type Broadcast = {
  readonly event: string;
  readonly payload: unknown;
  readonly meta?: Json | undefined;
};

export type ProtocolVersion = '1.0.0' | '2.0.0';

/** A client's frame; undefined when it is malformed. */
export function decodeFrame(version: ProtocolVersion, data: Buffer, isBinary: boolean): Message | undefined {
  try {
    if (isBinary) return version === '2.0.0' ? decodePush(data) : undefined;
    const value: unknown = JSON.parse(data.toString('utf8'));
    if (Array.isArray(value)) return toMessage(value[0], value[1], value[2], value[3], value[4]);
    if (!isJson(value)) return undefined;
    return toMessage(value['join_ref'], value['ref'], value['topic'], value['event'], value['payload']);
  } catch {
    return undefined;
  }
}

export function encodeFrame(version: ProtocolVersion, message: Message): string {
  const { joinRef, ref, topic, event, payload } = message;
  if (version === '2.0.0') return JSON.stringify([joinRef, ref, topic, event, payload]);
  return JSON.stringify({ topic, event, payload, ref, join_ref: joinRef });
}

/** A broadcast to a client: a binary frame of kind 4, or JSON in the old protocol, which cannot carry bytes. */
export function encodeBroadcast(
  version: ProtocolVersion,
  topic: string,
  broadcast: Broadcast,
): Buffer | string {
  const { event, payload, meta } = broadcast;
  if (version === '1.0.0') {
    const envelope = { type: 'broadcast', event, payload, ...(meta === undefined ? {} : { meta }) };
    return encodeFrame(version, { joinRef: null, ref: null, topic, event: 'broadcast', payload: envelope });
  }
  const isBytes = Buffer.isBuffer(payload);
  const fields = [topic, event, meta === undefined ? '' : JSON.stringify(meta)].map((field) =>
    Buffer.from(field, 'utf8'),
  );
  const lengths = fields.map((field) => field.length);
  if (lengths.some((length) => length > 255))
    throw new Error('a topic, event or meta is longer than 255 bytes');
  const header = Buffer.from([4, ...lengths, isBytes ? 0 : 1]);
  return Buffer.concat([header, ...fields, isBytes ? payload : Buffer.from(JSON.stringify(payload ?? {}))]);
}

/** The broadcast of a message with the event `broadcast`. */
export function broadcastOf(payload: Json): Broadcast {
  return { event: text(payload['event']), payload: payload['payload'] ?? {} };
}

/** Frame kind 3: lengths of join_ref, ref, topic, event and meta, an encoding, then these fields and the payload. */
function decodePush(data: Buffer): Message | undefined {
  const headerLength = 7;
  if (data[0] !== 3 || data.length < headerLength) return undefined;
  let offset = headerLength;
  const fields = [...data.subarray(1, 6)].map((length) => {
    const field = data.toString('utf8', offset, offset + length);
    offset += length;
    return field;
  });
  if (offset > data.length) return undefined;
  const [joinRef = '', ref = '', topic = '', event = ''] = fields;
  const body = data.subarray(offset);
  const payload: unknown = data[6] === 1 ? JSON.parse(body.toString('utf8')) : Buffer.from(body);
  return toMessage(joinRef || null, ref || null, topic, 'broadcast', { type: 'broadcast', event, payload });
}

function toMessage(
  joinRef: unknown,
  ref: unknown,
  topic: unknown,
  event: unknown,
  payload: unknown,
): Message | undefined {
  if (typeof topic !== 'string' || typeof event !== 'string') return undefined;
  return {
    joinRef: typeof joinRef === 'string' ? joinRef : null,
    ref: typeof ref === 'string' ? ref : null,
    topic,
    event,
    payload: isJson(payload) ? payload : {},
  };
}
