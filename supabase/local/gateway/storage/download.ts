import { pipeline } from 'node:stream/promises';
import { header, sendEmpty, type Exchange, type Json } from '../http.ts';
import { refusals } from './errors.ts';
import type { ObjectRow, StorageContext } from './objects.ts';

/** Streams an object to the client: whole, a range of it, or only its headers. */
export async function sendObject(
  context: StorageContext,
  exchange: Exchange,
  object: ObjectRow,
): Promise<void> {
  const { request, response, url } = exchange;
  const metadata = object.metadata ?? {};
  const [size, eTag] = [Number(metadata['size'] ?? 0), String(metadata['eTag'] ?? '')];
  if (object.version === null || !(await context.files.exists(object.version))) throw refusals.noObject();
  response.setHeader('etag', eTag);
  if (eTag !== '' && header(request, 'if-none-match') === eTag) return sendEmpty(response, 304);

  const range = parseRange(header(request, 'range'), size);
  if (range === 'unsatisfiable') {
    response.setHeader('content-range', `bytes */${size}`);
    return sendEmpty(response, 416);
  }
  response.writeHead(range === undefined ? 200 : 206, {
    'content-type': String(metadata['mimetype'] ?? 'application/octet-stream'),
    'content-length': range === undefined ? size : range.end - range.start + 1,
    'cache-control': String(metadata['cacheControl'] ?? 'no-cache'),
    'last-modified': object.updated_at.toUTCString(),
    'accept-ranges': 'bytes',
    // What was uploaded must not run as a page of this origin.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
    ...disposition(url.searchParams.get('download'), object.name),
  });
  if (exchange.method === 'HEAD') {
    response.end();
    return;
  }
  // A client that goes away in the middle is no error of ours.
  await pipeline(context.files.read(object.version, range), response).catch(() => undefined);
}

/** What `/object/info` answers. */
export function describeObject(object: ObjectRow): Json {
  const metadata = object.metadata ?? {};
  return {
    id: object.id,
    name: object.name,
    version: object.version ?? '',
    bucket_id: object.bucket_id,
    size: metadata['size'] ?? null,
    content_type: metadata['mimetype'] ?? null,
    cache_control: metadata['cacheControl'] ?? null,
    etag: metadata['eTag'] ?? null,
    metadata: object.user_metadata ?? {},
    last_modified: object.updated_at,
    created_at: object.created_at,
  };
}

function parseRange(
  value: string,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(value);
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const isSuffix = match[1] === '';
  const start = isSuffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = isSuffix || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}

function disposition(download: string | null, name: string): Record<string, string> {
  if (download === null) return {};
  const fileName = download === '' ? (name.split('/').at(-1) ?? name) : download;
  const plain = fileName.replace(/[^\x20-\x7e]|["\\]/g, '_');
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return { 'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encoded}` };
}
