import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '#stack/migrate';
import { cloneDatabase } from './databases.ts';

const directory = join(import.meta.dirname, '../fixtures/platform');

/** Ids of the fixture's rows (04_rows.sql). */
export const platform = {
  tutor: platformId('001'),
  student: platformId('002'),
  parent: platformId('003'),
  reviewer: platformId('004'),
  admin: platformId('005'),
  stranger: platformId('006'),
  suspended: platformId('007'),
  subject: platformId('0aa'),
  pending: platformId('0b1'),
  confirmed: platformId('0b2'),
  awaitsParent: platformId('0b3'),
  oldOffer: platformId('0c1'),
  session: platformId('0d1'),
  payment: platformId('0e1'),
  /** Certificate requests: by the first upload path, by the second, with a broken upload; approved, of the reviewer's. */
  request: platformId('1a1'),
  processed: platformId('1a2'),
  broken: platformId('1a3'),
  approved: platformId('1a4'),
  degree: platformId('1d1'),
} as const;

export type Platform = {
  /** As superuser. */
  readonly sql: pg.Pool;
  urlFor(user: 'supabase_admin' | 'postgres'): string;
  /** Applies the console's migrations; the hardening layer only when asked. */
  migrate(options: { harden: boolean }): Promise<{ applied: readonly string[]; skipped: readonly string[] }>;
  /**
   * Runs statements as this user (null: anon; 'service': the service key), reads with `check` as superuser, and rolls
   * everything back. Answers the rows of `check`, or else of the last statement. Rejects with the database's error.
   */
  attempt(
    user: string | null,
    statements: string | readonly string[],
    check?: string,
  ): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
};

/** A database as the platform's own files leave it, without anything of the console. */
export async function createPlatform(): Promise<Platform> {
  const database = await cloneDatabase({ migrated: false });
  const owner = new pg.Client({ connectionString: database.urlFor('postgres') });
  await owner.connect();
  // Its trigger warns where it fails to make a profile; that is one of the holes.
  await owner.query('set client_min_messages = error');
  for (const file of readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()) {
    await owner.query(readFileSync(join(directory, file), 'utf8'));
  }
  await owner.end();
  const sql = new pg.Pool({ connectionString: database.urlFor(), max: 2 });
  sql.on('error', () => undefined);
  return {
    sql,
    urlFor: (user) => database.urlFor(user),
    migrate: ({ harden }) =>
      migrate({ databaseUrl: database.urlFor('postgres'), ...(harden ? { harden } : {}) }),
    async attempt(user, statements, check) {
      const client = await sql.connect();
      try {
        await client.query('begin');
        const role = user === null ? 'anon' : 'authenticated';
        await client.query(`select set_config('request.jwt.claims', $1, true)`, [
          JSON.stringify(user === null ? { role } : { sub: user, role }),
        ]);
        await client.query(`set local role ${role}`);
        let rows: Record<string, unknown>[] = [];
        for (const text of typeof statements === 'string' ? [statements] : statements) {
          rows = (await client.query<Record<string, unknown>>(text)).rows;
        }
        if (check === undefined) return rows;
        await client.query('reset role');
        return (await client.query<Record<string, unknown>>(check)).rows;
      } finally {
        await client.query('rollback');
        client.release();
      }
    },
    async stop() {
      await sql.end();
      await database.drop();
    },
  };
}

function platformId(end: string): string {
  return `00000000-0000-4000-a000-000000000${end}`;
}
