import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { sqlState, type Database } from '../database.ts';
import type { Claims } from '../tokens.ts';

type Permission = { readonly read: boolean; readonly write: boolean };

/** What a token may do on one private channel. */
export type Permissions = { readonly broadcast: Permission; readonly presence: Permission };

export const everything: Permissions = {
  broadcast: { read: true, write: true },
  presence: { read: true, write: true },
};

/**
 * Asks the policies of realtime.messages, as Realtime does: whether the role sees a row of this topic, and whether it
 * may insert one. Nothing of it is kept.
 */
export function permissionsOn(database: Database, claims: Claims, topic: string): Promise<Permissions> {
  return database.transaction(async (sql) => {
    const [broadcastId, presenceId] = [randomUUID(), randomUUID()];
    await sql.query(
      `insert into realtime.messages (id, topic, extension, private) values ($1, $3, 'broadcast', true), ($2, $3, 'presence', true)`,
      [broadcastId, presenceId, topic],
    );
    await sql.query(
      `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true), set_config('realtime.topic', $3, true)`,
      [roleOf(claims), JSON.stringify(claims), topic],
    );
    const visible = await sql.query<{ id: string }>('select id from realtime.messages where id in ($1, $2)', [
      broadcastId,
      presenceId,
    ]);
    const ids = visible.rows.map(({ id }) => id);
    const permissions = {
      broadcast: { read: ids.includes(broadcastId), write: await mayInsert(sql, topic, 'broadcast') },
      presence: { read: ids.includes(presenceId), write: await mayInsert(sql, topic, 'presence') },
    };
    // The commit that follows finds no transaction, and changes nothing.
    await sql.query('rollback');
    return permissions;
  });
}

async function mayInsert(sql: pg.PoolClient, topic: string, extension: string): Promise<boolean> {
  await sql.query('savepoint attempt');
  try {
    await sql.query('insert into realtime.messages (topic, extension, private) values ($1, $2, true)', [
      topic,
      extension,
    ]);
    return true;
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    await sql.query('rollback to savepoint attempt');
    return false;
  }
}

function roleOf(claims: Claims): string {
  const role = claims['role'];
  return role === 'authenticated' || role === 'service_role' ? role : 'anon';
}
