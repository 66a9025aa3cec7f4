import type { Log } from '#stack/process/child';
import { header, readJson, sendJson, type Exchange } from '../http.ts';
import type { Keys } from '../keys.ts';
import type { Claims } from '../tokens.ts';
import { createBucket, deleteBucket, emptyBucket, getBucket, listBuckets, updateBucket } from './buckets.ts';
import { copyObject, moveObject, removeObjects } from './changes.ts';
import { describeObject, sendObject } from './download.ts';
import { asRefusal, refusals, sendStorageError } from './errors.ts';
import { listObjects, listObjectsV2 } from './list.ts';
import { findAny, findBucket, findVisible, parseObjectPath, type StorageContext } from './objects.ts';
import { signObject, signObjects, signUpload, verifyDownload, verifyUpload } from './sign.ts';
import { uploadObject } from './upload.ts';

/** Answers everything below /storage/v1. */
export async function handleStorage(
  context: StorageContext,
  keys: Keys,
  exchange: Exchange,
  log: Log | undefined,
): Promise<void> {
  const { response } = exchange;
  try {
    const answer = (await answerLink(context, exchange)) ?? (await answerCaller(context, keys, exchange));
    if (answer !== 'sent') sendJson(response, 200, answer);
  } catch (error) {
    if (asRefusal(error) === undefined)
      log?.(`storage: ${exchange.method} ${exchange.path}: ${String(error)}`);
    if (response.headersSent) response.destroy();
    else sendStorageError(response, error);
  }
}

/** An answer to put into JSON, or 'sent' when the response is complete already. */
type Answer = object | 'sent';

/** What needs no token of a user: links that carry their own, and public buckets. Undefined for everything else. */
async function answerLink(context: StorageContext, exchange: Exchange): Promise<Answer | undefined> {
  const { method, path, url } = exchange;
  const isReading = method === 'GET' || method === 'HEAD';
  const token = url.searchParams.get('token') ?? '';
  const rest = (prefix: string) => (path.startsWith(prefix) ? path.slice(prefix.length) : undefined);

  const upload = rest('/object/upload/sign/');
  if (upload !== undefined && method === 'PUT') {
    const object = parseObjectPath(upload);
    const { claims, isUpsert } = await verifyUpload(context, object, token);
    return uploadObject(context, claims, exchange, object, isUpsert);
  }
  const signed = rest('/object/sign/');
  if (signed !== undefined && isReading) {
    const object = parseObjectPath(signed);
    await verifyDownload(context, object, token);
    const row = await findAny(context, object);
    if (row === undefined) throw refusals.noObject();
    await sendObject(context, exchange, row);
    return 'sent';
  }
  const open = rest('/object/public/');
  if (open !== undefined && isReading) {
    const object = parseObjectPath(open);
    const bucket = await findBucket(context, object.bucket);
    const row = bucket.public ? await findAny(context, object) : undefined;
    if (row === undefined) throw refusals.noObject();
    await sendObject(context, exchange, row);
    return 'sent';
  }
  return undefined;
}

async function answerCaller(context: StorageContext, keys: Keys, exchange: Exchange): Promise<Answer> {
  const { request, url, method, path } = exchange;
  const claims = await keys.requestClaims(request, url).catch((error: Error) => {
    throw refusals.denied(error.message);
  });
  const [, first = '', second = '', third = ''] = path.split('/');
  if (first === 'bucket') return answerBucket(context, claims, exchange, decodeURIComponent(second), third);
  if (first !== 'object') throw refusals.noRoute(path);
  const after = (segments: number) =>
    path
      .split('/')
      .slice(segments + 1)
      .join('/');

  switch (`${method} ${second}`) {
    case 'POST move':
      return moveObject(context, claims, await readJson(request));
    case 'POST copy':
      return copyObject(context, claims, await readJson(request));
    case 'POST list':
      return listObjects(context, claims, decodeURIComponent(third), await readJson(request));
    case 'POST list-v2':
      return listObjectsV2(context, claims, decodeURIComponent(third), await readJson(request));
    case 'POST sign': {
      const body = await readJson(request);
      if (after(3) === '') return signObjects(context, claims, decodeURIComponent(third), body);
      return signObject(context, claims, parseObjectPath(after(2)), body);
    }
    case 'POST upload':
      return signUpload(context, claims, parseObjectPath(after(3)), isUpsert(exchange));
    case 'GET info':
    case 'HEAD info': {
      const isLong = third === 'authenticated' && after(4) !== '';
      return describeObject(await findVisible(context, claims, parseObjectPath(after(isLong ? 3 : 2))));
    }
    case 'GET authenticated':
    case 'HEAD authenticated':
      await sendObject(context, exchange, await findVisible(context, claims, parseObjectPath(after(2))));
      return 'sent';
    default:
      return answerObject(context, claims, exchange, after(1));
  }
}

async function answerObject(
  context: StorageContext,
  claims: Claims,
  exchange: Exchange,
  encoded: string,
): Promise<Answer> {
  const { request, method } = exchange;
  if (method === 'DELETE' && !encoded.includes('/')) {
    return removeObjects(context, claims, decodeURIComponent(encoded), await readJson(request));
  }
  const object = parseObjectPath(encoded);
  switch (method) {
    case 'GET':
    case 'HEAD':
      await sendObject(context, exchange, await findVisible(context, claims, object));
      return 'sent';
    case 'POST':
      return uploadObject(context, claims, exchange, object, isUpsert(exchange));
    case 'PUT':
      return uploadObject(context, claims, exchange, object, true);
    case 'DELETE': {
      const removed = await removeObjects(context, claims, object.bucket, { prefixes: [object.name] });
      if (removed.length === 0) throw refusals.noObject();
      return { message: 'Successfully deleted' };
    }
    default:
      throw refusals.noRoute(exchange.path);
  }
}

async function answerBucket(
  context: StorageContext,
  claims: Claims,
  exchange: Exchange,
  id: string,
  action: string,
): Promise<Answer> {
  const { request, method } = exchange;
  switch (`${method} ${id === '' ? '' : ':id'}${action === '' ? '' : `/${action}`}`) {
    case 'GET ':
      return listBuckets(context, claims);
    case 'POST ':
      return createBucket(context, claims, await readJson(request));
    case 'GET :id':
      return getBucket(context, claims, id);
    case 'PUT :id':
      return updateBucket(context, claims, id, await readJson(request));
    case 'POST :id/empty':
      return emptyBucket(context, claims, id);
    case 'DELETE :id':
      return deleteBucket(context, claims, id);
    default:
      throw refusals.noRoute(exchange.path);
  }
}

function isUpsert({ request }: Exchange): boolean {
  return header(request, 'x-upsert') === 'true';
}
