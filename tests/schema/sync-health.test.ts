import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serverHealth } from '#shared/domain/sync/wire';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';

let backend: Backend;
let tutor: TestUser;

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor' });
});
afterAll(() => backend.stop());

async function ask(user = tutor) {
  const client = await backend.signIn(user);
  const { data, error } = await client.rpc('console_sync_health');
  if (error !== null) throw error;
  return { raw: JSON.stringify(data), health: serverHealth.parse(data) };
}

/** Other databases of the cluster have writers of their own, so that ages are compared with this one's. */
async function whileOpen<T>(
  url: string,
  statements: readonly string[],
  work: (ageMicros: () => number) => Promise<T>,
) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    const began = performance.now();
    for (const statement of statements) await client.query(statement);
    return await work(() => (performance.now() - began) * 1000);
  } finally {
    await client.query('rollback');
    await client.end();
  }
}

const write = 'select pg_catalog.pg_current_xact_id()';

it('says how long the oldest transaction has been writing, and nothing about whose it is', async () => {
  const statements = [
    "set local application_name = 'secret-name'",
    write,
    'savepoint a',
    'create temp table t ()',
  ];
  await whileOpen(backend.databaseUrl, statements, async (age) => {
    const least = age();
    const { raw, health } = await ask();
    expect(health.openWrites).toBeGreaterThanOrEqual(1);
    expect(health.oldestWrite?.ageMicros).toBeGreaterThanOrEqual(Math.floor(least) - 1000);
    expect(health.isPartial).toBe(false);
    expect(raw).not.toMatch(/secret-name|postgres|pg_current/);
    expect(health.snapshot).toMatch(/^\d+:\d+:\d/);
  });
});

it('sees a transaction of another database of the cluster', async () => {
  const elsewhere = new URL(backend.databaseUrl);
  elsewhere.pathname = '/postgres';
  await whileOpen(elsewhere.href, [write], async (age) => {
    const least = age();
    const { health } = await ask();
    expect(health.oldestWrite?.ageMicros).toBeGreaterThanOrEqual(Math.floor(least) - 1000);
    expect(health.openWrites).toBeGreaterThanOrEqual(1);
  });
});

it('counts what it may not look into, and says that the age is not known', async () => {
  await backend.sql.query(`
    do $$ begin create role health_owner; exception when duplicate_object or unique_violation then null; end $$;
    grant usage on schema private, auth to health_owner;
    grant create on schema public to health_owner;
    grant execute on all functions in schema private, auth to health_owner;
    alter function public.console_sync_health() owner to health_owner`);
  try {
    await whileOpen(backend.databaseUrl, [write], async () => {
      const { health } = await ask();
      expect(health.openWrites).toBeGreaterThanOrEqual(1);
      expect(health.isPartial).toBe(true);
    });
  } finally {
    await backend.sql.query('alter function public.console_sync_health() owner to postgres');
  }
});

it('is not for those who are suspended or not signed in', async () => {
  const suspended = await backend.createUser({ role: 'tutor' });
  await backend.sql.query('update public.profiles set is_suspended = true where id = $1', [suspended.id]);
  await expect(ask(suspended)).rejects.toMatchObject({ code: '42501' });
  const answer = await fetch(`${backend.url}/rest/v1/rpc/console_sync_health`, {
    method: 'POST',
    headers: { apikey: backend.publishableKey, 'content-type': 'application/json' },
    body: '{}',
  });
  expect([401, 403]).toContain(answer.status);
});
