import type { IncomingMessage } from 'node:http';
import { BadRequest, header, isJson, type Exchange, type Json } from '../http.ts';
import type { Claims } from '../tokens.ts';
import { refusals } from './errors.ts';
import type { StoredFile } from './files.ts';
import { boundaryOf, readParts } from './multipart.ts';
import { findAny, findBucket, type BucketRow, type ObjectPath, type StorageContext } from './objects.ts';

/** No object is larger, whatever its bucket says: 500 MiB. */
const sizeLimit = 500 * 1024 * 1024;

/** What the client says about the file. */
type Description = { contentType: string; cacheControl: string; userMetadata: Json | null };

/**
 * Stores an object. The right to do so is asked before the body is read; the bytes are on disk before the row is
 * written, and what they replace goes only after that, so that no failure in between loses anything.
 */
export async function uploadObject(
  context: StorageContext,
  claims: Claims,
  exchange: Exchange,
  path: ObjectPath,
  isUpsert: boolean,
): Promise<Json> {
  const bucket = await findBucket(context, path.bucket);
  await requirePermission(context, claims, path, isUpsert);
  const { stored, description } = await receive(context, exchange.request, bucket);
  try {
    const replaced = isUpsert ? (await findAny(context, path))?.version : undefined;
    // Not as the caller: RETURNING would ask for the right to read, which an upload does not need.
    const rows = await context.database.query<{ id: string }>(`${insertSql(isUpsert)} returning id`, [
      ...target(claims, path),
      stored.version,
      metadataOf(stored, description),
      description.userMetadata,
    ]);
    if (typeof replaced === 'string') await context.files.remove([replaced]);
    return { Id: rows[0]?.id, Key: `${path.bucket}/${path.name}` };
  } catch (error) {
    await context.files.remove([stored.version]);
    throw error;
  }
}

/** Asks the policies by writing the row as the caller, without keeping it. */
async function requirePermission(
  context: StorageContext,
  claims: Claims,
  path: ObjectPath,
  isUpsert: boolean,
): Promise<void> {
  await context.database.transactionAs(claims, async (sql) => {
    await sql.query(insertSql(isUpsert), [...target(claims, path), null, null, null]);
    // The commit that follows finds no transaction.
    await sql.query('rollback');
  });
}

function insertSql(isUpsert: boolean): string {
  const insert = `insert into storage.objects (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
    values ($1, $2, $3::uuid, $3::text, $4, $5, $6)`;
  if (!isUpsert) return insert;
  return `${insert} on conflict (bucket_id, name) do update set version = excluded.version, metadata = excluded.metadata,
    user_metadata = excluded.user_metadata, owner = excluded.owner, owner_id = excluded.owner_id, updated_at = now()`;
}

function target(claims: Claims, path: ObjectPath): [string, string, string | null] {
  return [path.bucket, path.name, typeof claims['sub'] === 'string' ? claims['sub'] : null];
}

async function receive(
  context: StorageContext,
  request: IncomingMessage,
  bucket: BucketRow,
): Promise<{ stored: StoredFile; description: Description }> {
  const limit = Math.min(
    sizeLimit,
    bucket.file_size_limit === null ? sizeLimit : Number(bucket.file_size_limit),
  );
  const contentType = header(request, 'content-type');
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) {
    const description = {
      contentType: contentType || 'application/octet-stream',
      cacheControl: header(request, 'cache-control') || 'no-cache',
      userMetadata: parseMetadata(Buffer.from(header(request, 'x-metadata'), 'base64').toString('utf8')),
    };
    requireAllowedType(bucket, description.contentType);
    if (Number(header(request, 'content-length')) > limit) throw refusals.tooLarge();
    return { stored: await context.files.receive(bodyOf(request), limit), description };
  }
  return receiveForm(context, request, boundary, bucket, limit);
}

/** A refusal in the middle must not close the connection, or the client never reads why. */
function bodyOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}

/** Fields may stand before and after the file. */
async function receiveForm(
  context: StorageContext,
  request: IncomingMessage,
  boundary: string,
  bucket: BucketRow,
  limit: number,
): Promise<{ stored: StoredFile; description: Description }> {
  const description: Description = { contentType: '', cacheControl: 'no-cache', userMetadata: null };
  let stored: StoredFile | undefined;
  try {
    for await (const part of readParts(bodyOf(request), boundary)) {
      if (part.isFile && stored === undefined) {
        description.contentType = part.contentType;
        requireAllowedType(bucket, part.contentType);
        stored = await context.files.receive(part.body, limit);
      } else {
        const value = await readField(part.body);
        if (part.name === 'cacheControl')
          description.cacheControl = /^\d+$/.test(value) ? `max-age=${value}` : value;
        if (part.name === 'metadata') description.userMetadata = parseMetadata(value);
        if (part.name === 'contentType' && description.contentType === '') description.contentType = value;
      }
    }
    if (stored === undefined) throw new BadRequest('the form has no file');
    return { stored, description };
  } catch (error) {
    if (stored !== undefined) await context.files.remove([stored.version]);
    throw error;
  }
}

async function readField(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > 65_536) throw new BadRequest('a field of the form is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function requireAllowedType(bucket: BucketRow, contentType: string): void {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const allowed = bucket.allowed_mime_types;
  if (allowed === null || allowed.length === 0) return;
  const isAllowed = allowed.some(
    (item) => item === type || (item.endsWith('/*') && type.startsWith(item.slice(0, -1))),
  );
  if (!isAllowed) throw refusals.badType(type);
}

function metadataOf(stored: StoredFile, description: Description): Json {
  return {
    eTag: stored.eTag,
    size: stored.size,
    mimetype: description.contentType,
    cacheControl: description.cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: stored.size,
    httpStatusCode: 200,
  };
}

function parseMetadata(text: string): Json | null {
  if (text === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : null;
  } catch {
    throw new BadRequest('metadata is no JSON');
  }
}
