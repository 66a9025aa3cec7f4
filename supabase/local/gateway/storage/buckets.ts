import { text, type Json } from '../http.ts';
import type { Claims } from '../tokens.ts';
import { refusals } from './errors.ts';
import type { StorageContext } from './objects.ts';

const columns =
  'id, name, owner_id as owner, public, file_size_limit, allowed_mime_types, created_at, updated_at, type';

export async function listBuckets(context: StorageContext, claims: Claims): Promise<Json[]> {
  const rows = await context.database.transactionAs(claims, (sql) =>
    sql.query<Json>(`select ${columns} from storage.buckets order by name`),
  );
  return rows.rows;
}

export async function getBucket(context: StorageContext, claims: Claims, id: string): Promise<Json> {
  const rows = await context.database.transactionAs(claims, (sql) =>
    sql.query<Json>(`select ${columns} from storage.buckets where id = $1`, [id]),
  );
  const bucket = rows.rows[0];
  if (bucket === undefined) throw refusals.noBucket();
  return bucket;
}

export async function createBucket(context: StorageContext, claims: Claims, body: Json): Promise<Json> {
  const name = text(body['name']) || text(body['id']);
  if (!/^[\w!.*'()&$@=;:+,? -]{1,100}$/.test(name)) throw refusals.badRequest('Bucket name invalid');
  await context.database.transactionAs(claims, (sql) =>
    sql.query(
      `insert into storage.buckets (id, name, owner_id, public, file_size_limit, allowed_mime_types)
       values ($1, $1, $2, $3, $4, $5)`,
      [name, claims['sub'] ?? null, body['public'] === true, body['file_size_limit'] ?? null, typesOf(body)],
    ),
  );
  return { name };
}

export async function updateBucket(
  context: StorageContext,
  claims: Claims,
  id: string,
  body: Json,
): Promise<Json> {
  const rows = await context.database.transactionAs(claims, (sql) =>
    sql.query(
      `update storage.buckets set public = coalesce($2, public), file_size_limit = $3, allowed_mime_types = $4, updated_at = now()
       where id = $1 returning 1`,
      [
        id,
        typeof body['public'] === 'boolean' ? body['public'] : null,
        body['file_size_limit'] ?? null,
        typesOf(body),
      ],
    ),
  );
  if (rows.rowCount === 0) throw refusals.noBucket();
  return { message: 'Successfully updated' };
}

export async function emptyBucket(context: StorageContext, claims: Claims, id: string): Promise<Json> {
  const removed = await context.database.transactionAs(claims, (sql) =>
    sql.query<{ version: string | null }>(
      'delete from storage.objects where bucket_id = $1 returning version',
      [id],
    ),
  );
  await context.files.remove(removed.rows.map(({ version }) => version));
  return { message: 'Successfully emptied' };
}

export async function deleteBucket(context: StorageContext, claims: Claims, id: string): Promise<Json> {
  const held = await context.database.query('select 1 from storage.objects where bucket_id = $1 limit 1', [
    id,
  ]);
  if (held.length > 0) throw refusals.badRequest('The bucket you tried to delete is not empty');
  const rows = await context.database.transactionAs(claims, (sql) =>
    sql.query('delete from storage.buckets where id = $1', [id]),
  );
  if (rows.rowCount === 0) throw refusals.noBucket();
  return { message: 'Successfully deleted' };
}

function typesOf(body: Json): string[] | null {
  const types = body['allowed_mime_types'];
  return Array.isArray(types) ? types.map(text) : null;
}
