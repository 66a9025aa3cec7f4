import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createClient, isAuthRetryableFetchError } from '@supabase/supabase-js';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { bootstrapDatabase } from '#stack/bootstrap';
import { startGateway, type Gateway } from '#stack/gateway/server';
import { startCluster, type Cluster } from '#stack/postgres/cluster';

let dataDir: string;
let cluster: Cluster;
let gateway: Gateway;

beforeAll(async () => {
  const { secrets } = inject('cluster');
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'itutor-outage-'));
  cluster = await startCluster({ dataDir, password: secrets.databasePassword, durable: false });
  await bootstrapDatabase(cluster.urlFor('postgres'), secrets.databasePassword);
  const client = new pg.Client({ connectionString: cluster.urlFor('postgres') });
  await client.connect();
  await client.query(
    `insert into auth.users (id, email, encrypted_password, email_confirmed_at)
     values ($1, 'a@example.test', extensions.crypt('a password', extensions.gen_salt('bf', 4)), now())`,
    [randomUUID()],
  );
  await client.end();
  gateway = await startGateway({
    port: 0,
    databaseUrl: cluster.urlFor('postgres'),
    secrets,
    // Nobody listens there.
    postgrestPort: 9,
    functions: { port: 9, isProtected: () => false },
    storageDir: dataDir,
    instanceId: randomUUID(),
  });
});
afterAll(async () => {
  await gateway.stop();
  await cluster.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('while the database is down every answer is 5xx, nobody is signed out, and afterwards the session goes on', async () => {
  const { secrets } = inject('cluster');
  const client = createClient(gateway.url, secrets.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, storageKey: randomUUID() },
    db: { retry: false },
  });
  await client.auth.signInWithPassword({ email: 'a@example.test', password: 'a password' });
  const session = (await client.auth.getSession()).data.session;
  await cluster.stop();

  // supabase-js keeps the session on an error that it may retry, and forgets it on any other.
  expect(isAuthRetryableFetchError((await client.auth.getUser()).error)).toBe(true);
  expect((await refresh(session?.refresh_token ?? '')).status).toBe(503);
  const headers = { apikey: secrets.publishableKey, authorization: `Bearer ${session?.access_token}` };
  const statuses = await Promise.all(
    [
      '/auth/v1/user',
      '/auth/v1/settings',
      '/rest/v1/bookings',
      '/storage/v1/object/papers/a.pdf',
      '/functions/v1/reconcile',
      '/health',
    ].map(async (address) => [address, (await fetch(`${gateway.url}${address}`, { headers })).status]),
  );
  expect(statuses.filter(([, status]) => Number(status) < 500)).toEqual([]);

  cluster = await startCluster({
    dataDir,
    password: secrets.databasePassword,
    durable: false,
    port: cluster.port,
  });
  const recovered = await client.auth.refreshSession();
  expect(recovered.error).toBeNull();
  expect(recovered.data.session?.user.email).toBe('a@example.test');
});

test('an upload that is refused or cannot be passed on is answered, and the connection goes on', async () => {
  const { secrets } = inject('cluster');
  const send = async (address: string, size: number) => {
    const body = Buffer.alloc(size, 32);
    const headers = { apikey: secrets.publishableKey };
    const response = await fetch(`${gateway.url}${address}`, { method: 'POST', headers, body });
    await response.text();
    return response.status;
  };
  for (let round = 0; round < 3; round += 1) {
    expect(await send('/auth/v1/token?grant_type=password', 8_000_000)).toBe(413);
    expect(await send('/rest/v1/bookings', 8_000_000)).toBe(503);
    expect(await send('/storage/v1/object/nowhere/a.bin', 8_000_000)).toBe(400);
  }
});

async function refresh(token: string): Promise<Response> {
  return fetch(`${gateway.url}/auth/v1/token?grant_type=refresh_token`, {
    method: 'POST',
    body: JSON.stringify({ refresh_token: token }),
  });
}
