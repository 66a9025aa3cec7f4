import type { Database, Row } from '../database.ts';
import type { Json } from '../http.ts';
import type { Claims, Tokens } from '../tokens.ts';
import { refusals } from './errors.ts';
import type { Files } from './files.ts';

export type StorageContext = { readonly database: Database; readonly tokens: Tokens; readonly files: Files };

export type ObjectRow = Row & {
  id: string;
  bucket_id: string;
  name: string;
  version: string | null;
  metadata: Json | null;
  user_metadata: Json | null;
  created_at: Date;
  updated_at: Date;
  last_accessed_at: Date;
};

export type BucketRow = Row & {
  id: string;
  public: boolean;
  file_size_limit: string | null;
  allowed_mime_types: string[] | null;
};

/** A bucket and the name of an object in it. */
export type ObjectPath = { readonly bucket: string; readonly name: string };

export const objectColumns =
  'id, bucket_id, name, version, metadata, user_metadata, created_at, updated_at, last_accessed_at';

/** Splits "/bucket/folder/file.pdf", still encoded as it stood in the URL. Throws a refusal for names that hosted refuses. */
export function parseObjectPath(encoded: string): ObjectPath {
  const [bucket = '', ...rest] = encoded.replace(/^\//, '').split('/').map(decodeSegment);
  return { bucket, name: checkName(rest.join('/')) };
}

/** Throws a refusal when a name has characters that object stores cannot hold, or walks the tree. */
export function checkName(name: string): string {
  const isValid = /^(\w|\/|!|-|\.|\*|'|\(|\)| |&|\$|@|=|;|:|\+|,|\?)+$/.test(name);
  const hasDots = name.split('/').some((segment) => segment === '..' || segment === '.');
  if (!isValid || hasDots || name.length > 1024) throw refusals.badKey(name);
  return name;
}

/** The object, as far as the caller may see it. */
export async function findVisible(
  context: StorageContext,
  claims: Claims,
  path: ObjectPath,
): Promise<ObjectRow> {
  const rows = await context.database.transactionAs(claims, (sql) =>
    sql.query<ObjectRow>(`select ${objectColumns} from storage.objects where bucket_id = $1 and name = $2`, [
      path.bucket,
      path.name,
    ]),
  );
  const row = rows.rows[0];
  if (row === undefined) throw refusals.noObject();
  return row;
}

/** The object without asking who wants it: for signed links and public buckets. */
export async function findAny(context: StorageContext, path: ObjectPath): Promise<ObjectRow | undefined> {
  const rows = await context.database.query<ObjectRow>(
    `select ${objectColumns} from storage.objects where bucket_id = $1 and name = $2`,
    [path.bucket, path.name],
  );
  return rows[0];
}

export async function findBucket(context: StorageContext, id: string): Promise<BucketRow> {
  const rows = await context.database.query<BucketRow>(
    'select id, public, file_size_limit, allowed_mime_types from storage.buckets where id = $1',
    [id],
  );
  const bucket = rows[0];
  if (bucket === undefined) throw refusals.noBucket();
  return bucket;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw refusals.badKey(segment);
  }
}
