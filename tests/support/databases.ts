import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** A database of its own on the run's cluster. */
export type TestDatabase = {
  readonly name: string;
  urlFor(user?: 'supabase_admin' | 'postgres' | 'authenticator'): string;
  drop(): Promise<void>;
};

/** Clones the migrated template, or with `migrated: false` the one that has only what a new hosted project has. */
export async function cloneDatabase(options: { readonly migrated?: boolean } = {}): Promise<TestDatabase> {
  const { templateDatabase, emptyDatabase } = inject('cluster');
  const template = options.migrated === false ? emptyDatabase : templateDatabase;
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  await asAdmin(async (admin) => {
    await admin.query(`create database ${name} owner postgres template ${template} strategy file_copy`);
    // Settings of a database are not part of what a template hands on.
    const settings = await admin.query<{ setting: string }>(
      `select unnest(s.setconfig) as setting from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
       where d.datname = $1 and s.setrole = 0`,
      [template],
    );
    for (const { setting } of settings.rows) {
      const [key, ...value] = setting.split('=');
      const text = value.join('=');
      // A list such as search_path is written as it stands, every other value as a string.
      await admin.query(
        `alter database ${name} set ${key} = ${key === 'search_path' ? text : admin.escapeLiteral(text)}`,
      );
    }
  });
  return {
    name,
    urlFor: (user = 'supabase_admin') => urlFor(name, user),
    drop: () =>
      asAdmin(async (admin) => void (await admin.query(`drop database if exists ${name} with (force)`))),
  };
}

/** Runs statements on the cluster's own database, as superuser. */
export async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: urlFor('postgres', 'supabase_admin') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function urlFor(database: string, user: string): string {
  const { port, secrets } = inject('cluster');
  return `postgresql://${user}:${encodeURIComponent(secrets.databasePassword)}@127.0.0.1:${port}/${database}`;
}
