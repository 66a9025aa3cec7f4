import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the functions host', () => {
  let backend: Backend;
  let user: TestUser;
  let client: SupabaseClient;
  beforeAll(async () => {
    const supabaseDir = fileURLToPath(new URL('../fixtures/functions/', import.meta.url));
    backend = await startBackend({ migrated: false, functions: true, supabaseDir });
    user = await backend.createUser();
    client = await backend.signIn(user);
  });
  afterAll(() => backend.stop());

  test('a function gets the body, the method and the caller', async () => {
    const { data } = await client.functions.invoke('echo', { body: { n: 1 } });
    expect(data).toEqual({ greeting: 'Good morning', userId: user.id, method: 'POST', body: '{"n":1}' });
  });

  test('a function that cannot be loaded says so, and the others live on', async () => {
    for (const name of ['broken', 'silent']) {
      expect(await call(name, { authorization: await bearer() })).toEqual({
        status: 503,
        body: { code: 'BOOT_ERROR', message: 'Function failed to start (please check logs)' },
      });
    }
    expect((await client.functions.invoke('default-fetch')).data).toEqual({ from: 'default' });
  });

  test('what a function throws stays on the server', async () => {
    expect(await call('throws', { authorization: await bearer() })).toEqual({
      status: 500,
      body: { code: 'WORKER_ERROR', message: 'Function exited due to an error (please check logs)' },
    });
  });

  test('an unknown function is 404', async () => {
    expect((await call('nowhere', { authorization: await bearer() })).status).toBe(404);
  });

  test('a function is protected unless config.toml opens it', async () => {
    expect((await call('echo', {})).status).toBe(401);
    expect((await call('echo', { authorization: 'Bearer forged.token.here' })).status).toBe(401);
    expect((await call('open', { authorization: 'Bearer some-other-secret' })).body).toBe(
      'Bearer some-other-secret',
    );
  });

  test('a function reaches only this machine and reads only the repository', async () => {
    expect((await client.functions.invoke('outside')).data).toEqual({
      reached: 'NotCapable',
      read: 'NotCapable',
    });
  });

  async function bearer(): Promise<string> {
    return `Bearer ${(await client.auth.getSession()).data.session?.access_token}`;
  }

  function call(name: string, headers: Record<string, string>) {
    return invoke(backend, name, headers);
  }
});

describe('deliver-notifications', () => {
  let backend: Backend;
  let person: TestUser;
  let provider: http.Server;
  const received: { key: unknown; body: unknown }[] = [];
  let answer = 200;
  beforeAll(async () => {
    provider = http
      .createServer(async (request, response) => {
        let body = '';
        for await (const chunk of request) body += String(chunk);
        received.push({ key: request.headers['idempotency-key'], body: JSON.parse(body) });
        response.writeHead(answer).end('{}');
      })
      .listen(0, '127.0.0.1');
    await once(provider, 'listening');
    const address = provider.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    backend = await startBackend({
      functions: true,
      functionSecrets: {
        RESEND_API_KEY: 'test',
        NOTIFY_FROM: 'iTutor <lessons@example.test>',
        RESEND_URL: `http://127.0.0.1:${port}/`,
      },
    });
    person = await backend.createUser({ email: 'person@example.test' });
  });
  afterAll(async () => {
    await backend.stop();
    provider.close();
  });

  test('mails what is due once, gives up what nobody can deliver, and leaves a record of the run', async () => {
    await notify();
    expect(await run()).toMatchObject({
      status: 200,
      body: { processed: 2, details: { sent: 1, failed: 0, abandoned: 1 } },
    });
    expect(await run()).toMatchObject({ status: 200, body: { processed: 0 } });
    expect(received).toMatchObject([
      {
        body: {
          from: 'iTutor <lessons@example.test>',
          to: ['person@example.test'],
          subject: 'Lesson confirmed',
          text: 'Monday at 4 PM',
        },
      },
    ]);
    expect(await outbox()).toMatchObject([
      { channel: 'email', status: 'sent', attempts: 1 },
      { channel: 'push', status: 'abandoned', last_error: 'no service for push is set up' },
    ]);
    const runs = await backend.sql.query('select job, status, processed from cron_runs order by started_at');
    expect(runs.rows).toEqual([
      { job: 'deliver-notifications', status: 'succeeded', processed: 2 },
      { job: 'deliver-notifications', status: 'succeeded', processed: 0 },
    ]);
  });

  test('a mail that fails is tried again later with the same key', async () => {
    await backend.sql.query('delete from notification_outbox');
    received.length = 0;
    await notify();
    answer = 500;
    await run();
    expect(await outbox()).toMatchObject([
      { status: 'pending', attempts: 1, last_error: expect.stringContaining('500') },
      {},
    ]);
    expect((await run()).body).toMatchObject({ processed: 0 });
    answer = 200;
    await backend.sql.query(
      `update notification_outbox set next_attempt_at = now() where status = 'pending'`,
    );
    await run();
    expect(await outbox()).toMatchObject([{ status: 'sent', attempts: 2 }, {}]);
    expect(new Set(received.map(({ key }) => key)).size).toBe(1);
  });

  test('runs for nobody without the right secret', async () => {
    expect((await invoke(backend, 'deliver-notifications', {})).status).toBe(401);
    expect((await invoke(backend, 'deliver-notifications', { authorization: 'Bearer wrong' })).status).toBe(
      401,
    );
    const staff = await backend.signIn(await backend.createUser({ staff: ['admin'] }));
    expect((await staff.functions.invoke('deliver-notifications')).error).not.toBeNull();
    expect((await staff.rpc('console_notifications_claim')).status).toBe(403);
  });

  test('runs for nobody at all when CRON_SECRET is not set', async () => {
    const open = await startBackend({ functions: true, functionSecrets: { CRON_SECRET: '' } });
    try {
      for (const authorization of ['Bearer ', 'Bearer undefined', `Bearer ${open.cronSecret}`]) {
        expect(await invoke(open, 'deliver-notifications', { authorization })).toMatchObject({
          status: 503,
          body: { code: 'CRON_SECRET_UNSET' },
        });
      }
    } finally {
      await open.stop();
    }
  });

  test('the functions of the repository pass the type check of Deno, offline', async () => {
    const deno = fileURLToPath(new URL('../../node_modules/.bin/deno', import.meta.url));
    const args = [
      'check',
      '--no-config',
      '--no-lock',
      '--node-modules-dir=manual',
      'supabase/functions/deliver-notifications/index.ts',
    ];
    const checked = promisify(execFile)(deno, args, { cwd: root, env: { ...process.env, NO_COLOR: '1' } });
    await expect(checked).resolves.toBeDefined();
  });

  function run() {
    return invoke(backend, 'deliver-notifications', { authorization: `Bearer ${backend.cronSecret}` });
  }

  async function notify(): Promise<void> {
    await backend.sql.query(
      `select private.notify($1, 'booking_confirmed', 'Lesson confirmed', 'Monday at 4 PM')`,
      [person.id],
    );
  }

  async function outbox(): Promise<object[]> {
    const rows = await backend.sql.query<object>(
      'select channel, status, attempts, last_error from notification_outbox order by channel',
    );
    return rows.rows;
  }
});

describe('sync-purge', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await startBackend({ functions: true });
  });
  afterAll(() => backend.stop());

  test('forgets what is older than ninety days, moves the horizon of cursors, and leaves a record; so does the intake', async () => {
    await backend.sql.query(
      `insert into sync.visibility_log (tbl, row_id, principal, kind, at)
       select 'bookings', gen_random_uuid(), null, 'D', now() - make_interval(days => days)
       from unnest(array[89, 91, 200]) days`,
    );
    const secret = { authorization: `Bearer ${backend.cronSecret}` };
    expect((await invoke(backend, 'sync-purge', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect(await invoke(backend, 'sync-purge', secret)).toMatchObject({
      status: 200,
      body: { processed: 2 },
    });
    expect(await invoke(backend, 'sync-purge', secret)).toMatchObject({
      status: 200,
      body: { processed: 0 },
    });
    const left = await backend.sql.query(
      `select (select count(*)::integer from sync.visibility_log) as rows, purged_xid <> '0' as moved from sync.meta`,
    );
    expect(left.rows).toEqual([{ rows: 1, moved: true }]);
    expect(await invoke(backend, 'verification-intake', secret)).toMatchObject({
      status: 200,
      body: { processed: 0 },
    });
    const runs = await backend.sql.query('select job, status, processed from cron_runs order by started_at');
    expect(runs.rows).toEqual([
      { job: 'sync-purge', status: 'succeeded', processed: 2 },
      { job: 'sync-purge', status: 'succeeded', processed: 0 },
      { job: 'verification-intake', status: 'succeeded', processed: 0 },
    ]);
  });
});

async function invoke(
  backend: Backend,
  name: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${backend.url}/functions/v1/${name}`, {
    method: 'POST',
    headers,
    body: '{}',
  });
  const text = await response.text();
  return {
    status: response.status,
    body: response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text,
  };
}
