/**
 * Frames that carry bytes, for wires that only have JSON and byte messages (a WebSocket): the length of the JSON as four
 * bytes, the JSON in ASCII, the bytes. Only `value.bytes` of an answer can carry them, so that no text can pretend to.
 */

/** The message for a frame whose value has bytes; null for any other, which travels as JSON. */
export function packFrame(frame: unknown): Uint8Array | null {
  const value = isObject(frame) ? frame['value'] : undefined;
  const bytes = isObject(value) ? value['bytes'] : undefined;
  if (!isObject(frame) || !isObject(value) || !(bytes instanceof Uint8Array)) return null;
  const { bytes: _taken, ...rest } = value;
  const json = asciiOf(JSON.stringify({ ...frame, value: rest }));
  const packed = new Uint8Array(4 + json.length + bytes.length);
  new DataView(packed.buffer).setUint32(0, json.length);
  for (let index = 0; index < json.length; index += 1) packed[4 + index] = json.charCodeAt(index);
  packed.set(bytes, 4 + json.length);
  return packed;
}

/** The frame of such a message; undefined when it is none. The bytes are a view of the message. */
export function unpackFrame(message: Uint8Array): unknown {
  if (message.length < 4) return undefined;
  const length = new DataView(message.buffer, message.byteOffset, message.byteLength).getUint32(0);
  if (length > message.length - 4 || length > longestJson) return undefined;
  try {
    const frame: unknown = JSON.parse(textOf(message.subarray(4, 4 + length)));
    const value = isObject(frame) ? frame['value'] : undefined;
    if (!isObject(frame) || !isObject(value)) return undefined;
    return { ...frame, value: { ...value, bytes: message.subarray(4 + length) } };
  } catch {
    return undefined;
  }
}

/** What goes with the bytes is a few words about them. */
const longestJson = 1_000_000;

function asciiOf(json: string): string {
  return json.replaceAll(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
