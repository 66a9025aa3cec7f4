import type pg from 'pg';
import { digestOf } from '#core/sync/digest';
import { wireColumns } from '#shared/domain/sync/tables';
import { digestResponse } from '#shared/domain/sync/wire';
import type { SimClient } from './client.ts';

/** The tables of which the server's digest for this user is not the one that the console makes of its cache. */
export async function digestDifferences(sql: pg.Pool, client: SimClient): Promise<readonly string[]> {
  const names = client.tables.map((table) => table.name);
  const answer = await askAs(sql, client.userId, names);
  const found: string[] = [];
  for (const table of client.tables) {
    const theirs = answer.tables[table.name];
    // Before the server knows a column of this console there is nothing to compare; `differences` has.
    if (theirs !== undefined && theirs.columns.join() !== wireColumns(table).join()) continue;
    const mine = await digestOf(client.cache.db, table, new AbortController().signal);
    const local = [...mine].map(([place, bucket]) => `${place} ${bucket.rows} ${bucket.hash}`);
    const remote = (theirs?.buckets ?? []).map(([place, rows, hash]) => `${place} ${rows} ${hash}`);
    if (local.toSorted().join() === remote.toSorted().join()) continue;
    found.push(`${client.name} ${table.name}: digest ${local.join()} instead of ${remote.join()}`);
  }
  return found;
}

async function askAs(sql: pg.Pool, userId: string, names: readonly string[]) {
  const connection = await sql.connect();
  try {
    await connection.query('begin');
    await connection.query(`select set_config('request.jwt.claims', $1, true)`, [
      JSON.stringify({ sub: userId, role: 'authenticated' }),
    ]);
    await connection.query('set local role authenticated');
    const found = await connection.query<{ answer: unknown }>('select public.sync_digest($1) as answer', [
      JSON.stringify(names),
    ]);
    return digestResponse.parse(found.rows[0]?.answer);
  } finally {
    await connection.query('rollback');
    connection.release();
  }
}
