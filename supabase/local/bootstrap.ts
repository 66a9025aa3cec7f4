import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const directory = fileURLToPath(new URL('./bootstrap/', import.meta.url));

/**
 * Gives a database what a hosted Supabase database has before the first migration. Runs again only when the bootstrap's
 * own files changed; every statement in them can be repeated.
 * @param databaseUrl as superuser
 * @param password of the login roles
 */
export async function bootstrapDatabase(databaseUrl: string, password: string): Promise<void> {
  const files = fs
    .readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
  const texts = files.map((name) => fs.readFileSync(path.join(directory, name), 'utf8'));
  const checksum = createHash('sha256').update(texts.join('\0')).digest('hex');
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'stack bootstrap' });
  await client.connect();
  try {
    if ((await appliedChecksum(client)) === checksum) return;
    await client.query('begin');
    for (const [index, text] of texts.entries()) {
      await client.query(text).catch((error: Error) => {
        throw new Error(`bootstrap/${files[index]}: ${error.message}`, { cause: error });
      });
    }
    for (const role of ['authenticator', 'postgres']) {
      await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`);
    }
    await client.query('create schema if not exists local_stack');
    await client.query('create table if not exists local_stack.bootstrap (checksum text not null)');
    await client.query('delete from local_stack.bootstrap');
    await client.query('insert into local_stack.bootstrap values ($1)', [checksum]);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

async function appliedChecksum(client: pg.Client): Promise<string | undefined> {
  const found = await client.query<{ exists: boolean }>(
    `select to_regclass('local_stack.bootstrap') is not null as exists`,
  );
  if (found.rows[0]?.exists !== true) return undefined;
  const rows = await client.query<{ checksum: string }>('select checksum from local_stack.bootstrap');
  return rows.rows[0]?.checksum;
}
