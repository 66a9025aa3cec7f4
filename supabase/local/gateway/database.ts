import pg from 'pg';
import type { Claims } from './tokens.ts';

export type Row = Readonly<Record<string, unknown>>;

/** The gateway's connections, as superuser; what is done for a caller is done in the caller's role. */
export type Database = {
  query<R extends Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** A transaction in the role and with the claims of a token, so that row level security decides. */
  transactionAs<T>(claims: Claims, work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** Open connections; falls to zero after the server dropped them. */
  connections(): number;
  close(): Promise<void>;
};

export function openDatabase(databaseUrl: string, size = 8): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: size,
    connectionTimeoutMillis: 5_000,
    application_name: 'gateway',
  });
  // A connection that breaks while idle is replaced; without a listener it would end the process.
  pool.on('error', () => undefined);

  async function transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((broken: Error) => {
        failure = broken;
      });
      throw error;
    } finally {
      client.release(failure);
    }
  }

  return {
    async query<R extends Row>(sql: string, values: readonly unknown[] = []) {
      const result = await pool.query<R>(sql, [...values]);
      return result.rows;
    },
    transaction,
    transactionAs: (claims, work) =>
      transaction(async (client) => {
        await client.query(
          `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
                  set_config('statement_timeout', '8s', true)`,
          [databaseRole(claims), JSON.stringify(claims)],
        );
        return work(client);
      }),
    connections: () => pool.totalCount,
    close: () => pool.end(),
  };
}

/** The SQLSTATE of an error that PostgreSQL answered, or undefined for every other trouble. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

function databaseRole(claims: Claims): string {
  const role = claims['role'];
  if (role === 'authenticated' || role === 'service_role') return role;
  return 'anon';
}
