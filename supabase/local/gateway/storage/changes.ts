import { text, type Json } from '../http.ts';
import type { Claims } from '../tokens.ts';
import { refusals } from './errors.ts';
import { checkName, findVisible, objectColumns, type ObjectRow, type StorageContext } from './objects.ts';

/** `POST /object/move`: another name, the same bytes. */
export async function moveObject(context: StorageContext, claims: Claims, body: Json): Promise<Json> {
  const { bucket, source, target, targetBucket } = pathsOf(body);
  const moved = await context.database.transactionAs(claims, (sql) =>
    sql.query(
      `update storage.objects set bucket_id = $3, name = $4, updated_at = now()
       where bucket_id = $1 and name = $2 returning 1`,
      [bucket, source, targetBucket, target],
    ),
  );
  if (moved.rowCount === 0) throw refusals.noObject();
  return { message: 'Successfully moved' };
}

/** `POST /object/copy`: bytes of its own, so that neither object depends on the other. */
export async function copyObject(context: StorageContext, claims: Claims, body: Json): Promise<Json> {
  const { bucket, source, target, targetBucket } = pathsOf(body);
  const object = await findVisible(context, claims, { bucket, name: source });
  if (object.version === null) throw refusals.noObject();
  const version = await context.files.copy(object.version);
  try {
    const owner = typeof claims['sub'] === 'string' ? claims['sub'] : null;
    const rows = await context.database.transactionAs(claims, (sql) =>
      sql.query<{ id: string }>(
        `insert into storage.objects (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
         values ($1, $2, $3::uuid, $3::text, $4, $5, $6) returning id`,
        [targetBucket, target, owner, version, object.metadata, object.user_metadata],
      ),
    );
    return { Id: rows.rows[0]?.id, Key: `${targetBucket}/${target}` };
  } catch (error) {
    await context.files.remove([version]);
    throw error;
  }
}

/** `DELETE /object/:bucket`: what the caller may not delete is left out of the answer, as hosted. */
export async function removeObjects(
  context: StorageContext,
  claims: Claims,
  bucket: string,
  body: Json,
): Promise<Json[]> {
  const names = Array.isArray(body['prefixes']) ? body['prefixes'].map(text) : [];
  const removed = await context.database.transactionAs(claims, (sql) =>
    sql.query<ObjectRow>(
      `delete from storage.objects where bucket_id = $1 and name = any ($2) returning ${objectColumns}`,
      [bucket, names],
    ),
  );
  await context.files.remove(removed.rows.map(({ version }) => version));
  return removed.rows;
}

function pathsOf(body: Json): { bucket: string; source: string; target: string; targetBucket: string } {
  const bucket = text(body['bucketId']);
  return {
    bucket,
    source: text(body['sourceKey']),
    target: checkName(text(body['destinationKey'])),
    targetBucket: text(body['destinationBucket']) || bucket,
  };
}
