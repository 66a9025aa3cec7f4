import type { Json } from '../http.ts';
import { text } from '../http.ts';
import type { Claims } from '../tokens.ts';
import { refusals } from './errors.ts';
import {
  findVisible,
  objectColumns,
  type ObjectPath,
  type ObjectRow,
  type StorageContext,
} from './objects.ts';

/** Two hours, as hosted. */
const uploadLifetime = 7200;

/** `POST /object/sign/:bucket/:name`: a link for whoever holds it. The path is not encoded, because the client does that. */
export async function signObject(
  context: StorageContext,
  claims: Claims,
  path: ObjectPath,
  body: Json,
): Promise<Json> {
  const lifetime = requireLifetime(body);
  const object = await findVisible(context, claims, path);
  return { signedURL: await signedUrl(context, object, lifetime) };
}

/** `POST /object/sign/:bucket`: many links at once; what is not there or not visible gets an error of its own. */
export async function signObjects(
  context: StorageContext,
  claims: Claims,
  bucket: string,
  body: Json,
): Promise<Json[]> {
  const lifetime = requireLifetime(body);
  const paths = Array.isArray(body['paths']) ? body['paths'].map(text) : [];
  const found = await context.database.transactionAs(claims, (sql) =>
    sql.query<ObjectRow>(
      `select ${objectColumns} from storage.objects where bucket_id = $1 and name = any ($2)`,
      [bucket, paths],
    ),
  );
  const byName = new Map(found.rows.map((row) => [row.name, row]));
  return Promise.all(
    paths.map(async (path): Promise<Json> => {
      const object = byName.get(path);
      if (object !== undefined)
        return { error: null, path, signedURL: await signedUrl(context, object, lifetime) };
      const error = 'Either the object does not exist or you do not have access to it';
      return { error, path, signedURL: null };
    }),
  );
}

/** `POST /object/upload/sign/:bucket/:name`: lets whoever holds it store this one object, as the caller. */
export async function signUpload(
  context: StorageContext,
  claims: Claims,
  path: ObjectPath,
  isUpsert: boolean,
): Promise<Json> {
  const url = `${path.bucket}/${path.name}`;
  const token = await context.tokens.sign(
    { purpose: 'upload', url, upsert: isUpsert, owner: claims['sub'] ?? null, as: claims['role'] ?? 'anon' },
    uploadLifetime,
  );
  return { url: `/object/upload/sign/${encodeURI(url)}?token=${token}`, token };
}

/** Checks the token of a link for reading. */
export async function verifyDownload(
  context: StorageContext,
  path: ObjectPath,
  token: string,
): Promise<void> {
  await verify(context, path, token, 'download');
}

/** Checks the token of a link for writing; returns on whose behalf it is. */
export async function verifyUpload(
  context: StorageContext,
  path: ObjectPath,
  token: string,
): Promise<{ readonly claims: Claims; readonly isUpsert: boolean }> {
  const signed = await verify(context, path, token, 'upload');
  const owner = signed['owner'];
  return {
    claims: { role: signed['as'], ...(typeof owner === 'string' ? { sub: owner } : {}) },
    isUpsert: signed['upsert'] === true,
  };
}

async function signedUrl(context: StorageContext, object: ObjectRow, lifetime: number): Promise<string> {
  const url = `${object.bucket_id}/${object.name}`;
  return `/object/sign/${url}?token=${await context.tokens.sign({ purpose: 'download', url }, lifetime)}`;
}

async function verify(
  context: StorageContext,
  path: ObjectPath,
  token: string,
  purpose: string,
): Promise<Claims> {
  const signed = await context.tokens.verify(token).catch((error: Error) => {
    throw refusals.badToken(error.message);
  });
  if (signed['purpose'] !== purpose || signed['url'] !== `${path.bucket}/${path.name}`) {
    throw refusals.badToken('The token is for another object');
  }
  return signed;
}

function requireLifetime(body: Json): number {
  const lifetime = Number(body['expiresIn']);
  if (!Number.isFinite(lifetime) || lifetime <= 0)
    throw refusals.badRequest('body/expiresIn must be a positive number');
  return Math.floor(lifetime);
}
