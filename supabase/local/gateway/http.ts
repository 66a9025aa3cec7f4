import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request and its response, as handed from the server to the part that answers it. */
export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly url: URL;
  /** The path below the part's prefix, decoded by nobody yet: "/object/a%20b". */
  readonly path: string;
  /** Whether the caller is on this machine, by the address of its socket and by nothing that it says itself. */
  readonly isNear: boolean;
};

/** A body that the client sent and that we cannot take. Its status is for the caller to report. */
export class BadRequest extends Error {
  readonly status: number;
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export type Json = Readonly<Record<string, unknown>>;

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

export function sendEmpty(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-length': 0 });
  response.end();
}

/** Reads the whole body. Throws BadRequest 413 above `limit` bytes. */
export async function readBody(request: IncomingMessage, limit = 1_048_576): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // A refusal in the middle must not close the connection, or the client never reads why.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > limit) throw new BadRequest('Request body is too large', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads a JSON object; an empty body is the empty object. Throws BadRequest for anything else. */
export async function readJson(request: IncomingMessage, limit?: number): Promise<Json> {
  const text = (await readBody(request, limit)).toString('utf8');
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadRequest('Could not parse request body as JSON');
  }
  if (!isJson(value)) throw new BadRequest('Could not parse request body as a JSON object');
  return value;
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as text, or the empty string. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The header's single value, or the empty string. */
export function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** Whether a host name, as in a Host or Origin header, is this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** Whether a socket's address is of the loopback interface: 127.0.0.0/8 or ::1, also written as IPv6. Unknown is far. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return /^((::ffff:)?127\.\d+\.\d+\.\d+|::1)$/i.test(address ?? '');
}
