import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startBackend, type Backend } from '../support/backend.ts';
import { failureOf, startConsoleApp, type ConsoleApp } from '../support/console-app.ts';

let backend: Backend;
let bare: Backend;
let consoles: ConsoleApp[] = [];
let servers: Server[] = [];

beforeAll(async () => {
  [backend, bare] = await Promise.all([startBackend(), startBackend({ migrated: false })]);
});
afterAll(async () => {
  await Promise.all([backend.stop(), bare.stop()]);
});
afterEach(async () => {
  for (const app of consoles) {
    await app.stop();
    app.remove();
  }
  for (const server of servers) server.close();
  consoles = [];
  servers = [];
});

async function open(options: Parameters<typeof startConsoleApp>[0] = {}): Promise<ConsoleApp> {
  const app = await startConsoleApp(options);
  consoles.push(app);
  return app;
}

/** A server on this machine that answers every request in one way. */
async function stranger(status: number, body: string, type = 'text/html'): Promise<string> {
  const server = createServer((_request, response) =>
    response.writeHead(status, { 'content-type': type }).end(body),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return `http://127.0.0.1:${address.port}`;
}

describe('looking at a backend', () => {
  test('finds it usable and says what it has', async () => {
    await backend.sql.query(
      `insert into private.demo_accounts (email, role, label, position)
       values ('tutor@demo.itutor.tt', 'tutor', 'Tutor', 1)`,
    );
    const app = await open();
    const report = await app.client['connection.probe']({
      url: `${backend.url}/`,
      key: backend.publishableKey,
    });
    expect(report).toMatchObject({
      url: backend.url,
      isReachable: true,
      isKeyValid: true,
      hasSchema: true,
      problem: null,
    });
    expect(report.capabilities).toEqual(
      expect.arrayContaining(['realtime', 'storage', 'demo-accounts', 'mfa']),
    );
    expect((await app.client['connection.read']({})).source).toBe('none');
  });

  test('says that nothing answers at a wrong address', async () => {
    const app = await open();
    const url = await stranger(200, '');
    servers.pop()?.close();
    const report = await app.client['connection.probe']({ url, key: backend.publishableKey });
    expect(report).toMatchObject({ isReachable: false, isKeyValid: false });
    expect(report.problem).toMatch(/Nothing answers on 127\.0\.0\.1, port \d+/);
  });

  test.each([
    ['a web page', 200, '<html>hello</html>', /not a Supabase project/],
    ['something with another JSON', 200, '{"ok":true}', /not a Supabase project/],
    ['a page that is not found', 404, 'nothing here', /not a Supabase project/],
    ['a captive portal', 403, '<html>pay first</html>', /not a Supabase project/],
    ['a redirect', 302, '', /not a Supabase project/],
    ['a paused project', 540, '{}', /in trouble/],
  ])('recognises %s', async (_name, status, body, words) => {
    const app = await open();
    const report = await app.client['connection.probe']({
      url: await stranger(status, body),
      key: backend.publishableKey,
    });
    expect(report.hasSchema).toBe(false);
    expect(report.problem).toMatch(words);
  });

  test('recognises a key of another project', async () => {
    const app = await open();
    const report = await app.client['connection.probe']({
      url: backend.url,
      key: 'sb_publishable_AAAAAAAAAAAAAAAAAAAAAA_BBBBBBBB',
    });
    expect(report).toMatchObject({ isReachable: true, isKeyValid: false, hasSchema: false });
    expect(report.problem).toMatch(/does not take this key/);
  });

  test('refuses a secret key without sending it anywhere', async () => {
    const seen: string[] = [];
    const app = await open({
      fetch: async (input) => {
        seen.push(String(input));
        throw new Error('the network was used');
      },
    });
    const report = await app.client['connection.probe']({ url: backend.url, key: backend.secretKey });
    expect(report.problem).toMatch(/secret key/);
    expect(report.problem).not.toContain(backend.secretKey);
    expect(seen).toEqual([]);
    const error = await failureOf(
      app.client['connection.save']({ url: backend.url, key: backend.secretKey }),
    );
    expect(error.code).toBe('SECRET_KEY_REFUSED');
    expect(JSON.stringify([...app.memory.secrets])).not.toContain(backend.secretKey);
  });

  test('says what to do about a backend without the schema', async () => {
    const app = await open();
    const report = await app.client['connection.probe']({ url: bare.url, key: bare.publishableKey });
    expect(report).toMatchObject({ isReachable: true, isKeyValid: true, hasSchema: false });
    expect(report.problem).toMatch(/db:migrate/);
  });
});

describe('keeping a backend', () => {
  test('works at once and after a restart, and can be forgotten', async () => {
    const app = await open();
    expect(await app.session()).toEqual({ status: 'not-connected' });
    expect(await failureOf(app.client['session.signIn']({ email: 'a@b.tt', password: 'x' }))).toMatchObject({
      code: 'NOT_CONNECTED',
    });
    const saved = await app.client['connection.save']({
      url: backend.url,
      key: ` ${backend.publishableKey} `,
    });
    expect(saved).toEqual({ url: backend.url, source: 'saved', isEmbedded: false });
    expect(await app.session()).toEqual({ status: 'signed-out' });
    const user = await backend.createUser({ role: 'tutor' });
    await app.client['session.signIn'](user);
    await app.stop();
    const again = await open({ dataDir: app.dataDir, memory: app.memory });
    expect(await again.session()).toMatchObject({ status: 'signed-in', me: { userId: user.id } });
    expect(await again.client['connection.forget']({})).toEqual({
      url: null,
      source: 'none',
      isEmbedded: false,
    });
    expect(await again.session()).toEqual({ status: 'not-connected' });
  });

  test('keeps the one in use when the new one is unusable', async () => {
    const app = await open();
    await app.client['connection.save']({ url: backend.url, key: backend.publishableKey });
    const error = await failureOf(app.client['connection.save']({ url: bare.url, key: bare.publishableKey }));
    expect(error).toMatchObject({ code: 'BACKEND_INVALID', data: { reason: 'schema' } });
    expect((await app.client['connection.read']({})).url).toBe(backend.url);
  });

  test('is refused where the environment names the backend, and a bad environment says why', async () => {
    const app = await open({ url: backend.url, key: backend.publishableKey });
    expect(await app.client['connection.read']({})).toMatchObject({
      source: 'environment',
      isEmbedded: true,
    });
    expect(
      await failureOf(app.client['connection.save']({ url: backend.url, key: backend.publishableKey })),
    ).toMatchObject({ code: 'REJECTED' });
    const bad = await open({ url: backend.url, key: backend.secretKey });
    expect(await bad.session()).toEqual({ status: 'not-connected' });
    expect(await failureOf(bad.client['connection.read']({}))).toMatchObject({ code: 'SECRET_KEY_REFUSED' });
  });
});
