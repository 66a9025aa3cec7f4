import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findTestBrowser } from '#scripts/lib/chromium';
import { openSocket, startTestHost, type TestHost } from './support/host.ts';

let browser: Browser;
let context: BrowserContext;
let host: TestHost;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const found = await findTestBrowser();
  if (found === null) throw new Error('No Chromium: run npm test, which installs one, or set CHROMIUM_PATH.');
  browser = await chromium.launch({
    executablePath: found.path,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
});
afterAll(() => browser?.close());
beforeEach(async () => {
  host = await startTestHost();
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await host.stop();
  for (const close of closers.splice(0)) await close();
});

describe('the page', () => {
  it('opens by the link, which works once', async () => {
    const link = host.createLink();
    const page = await context.newPage();
    await page.goto(link);
    await page.locator('body[data-ready=yes]').waitFor();
    expect(page.url()).toBe(`${host.origin}/`);
    const stranger = await (await browser.newContext()).newPage();
    expect((await stranger.goto(link))?.status()).toBe(403);
    expect(await stranger.locator('body').textContent()).toContain('used already');
    await stranger.context().close();
  });

  it('stays open to a browser that has used a link: reloading and a second tab work', async () => {
    const page = await open();
    await page.reload();
    await page.locator('body[data-ready=yes]').waitFor();
    const second = await context.newPage();
    await second.goto(host.origin);
    await second.locator('body[data-ready=yes]').waitFor();
    expect(await second.locator('#text').textContent()).toBe('Loaded');
  });

  it('has the policy in its header and the nonce of that very load in the page', async () => {
    const page = await open();
    const nonces = [];
    for (const load of [1, 2]) {
      const response = await page.reload();
      const policy = response?.headers()['content-security-policy'] ?? '';
      const nonce = (await page.locator('meta[name=nonce]').getAttribute('content')) ?? '';
      expect(policy, `load ${load}`).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
      nonces.push(nonce);
    }
    expect(new Set(nonces).size).toBe(2);
  });

  it('may use its nonce, and nothing that the policy forbids', async () => {
    const page = await open();
    const violations: string[] = [];
    await page.exposeFunction('report', (directive: string) => violations.push(directive));
    await page.evaluate(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        (globalThis as unknown as { report(directive: string): void }).report(event.effectiveDirective);
      });
    });
    const color = () => page.locator('#text').evaluate((element) => getComputedStyle(element).color);
    expect(await color()).toBe('rgb(1, 2, 3)');
    expect(violations).toEqual([]);
    await page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = '#text { color: rgb(9, 9, 9); }';
      const script = document.createElement('script');
      script.textContent = 'document.body.dataset.inline = "ran"';
      document.head.append(style, script);
    });
    await expect.poll(() => violations.toSorted()).toEqual(['script-src-elem', 'style-src-elem']);
    expect(await color()).toBe('rgb(1, 2, 3)');
    expect(await page.locator('body').getAttribute('data-inline')).toBeNull();
  });

  it('reaches the core over the socket', async () => {
    const page = await open();
    const answer = await page.evaluate(callEcho, host.origin.replace('http', 'ws'));
    expect(answer).toContain('"text":"from the page"');
  });
});

describe('another page of the same browser', () => {
  it('on another port of 127.0.0.1 sends the cookie and still gets no socket', async () => {
    await open();
    const attacker = await serveAttacker();
    const page = await context.newPage();
    await page.goto(attacker.origin);
    expect(await page.evaluate(callEcho, host.origin.replace('http', 'ws'))).toBe('refused');
    await page.evaluate(
      (url) => fetch(url, { mode: 'no-cors', credentials: 'include' }).catch(() => {}),
      attacker.origin,
    );
    // The cookie is not what stopped it: the browser sends it to every port.
    expect(attacker.cookies.join()).toContain('itutor_console_');
    expect(host.events).toContain('host.socket.refused');
  });

  it('on another port cannot read the page or an asset', async () => {
    await open();
    const attacker = await serveAttacker();
    const page = await context.newPage();
    await page.goto(attacker.origin);
    for (const path of ['/', '/assets/page.js']) {
      const read = await page.evaluate(
        (url) =>
          fetch(url, { credentials: 'include' }).then(
            (response) => response.text(),
            () => 'unreadable',
          ),
        `${host.origin}${path}`,
      );
      expect(read).toBe('unreadable');
    }
  });
});

describe('a request', () => {
  it.each(['localhost', 'evil.invalid', '127.0.0.1', '127.0.0.1:1'])(
    'with the host header %j is refused, so that a rebound name reads nothing',
    async (name) => {
      const cookie = await host.cookie();
      expect((await get('/', { host: name, cookie })).status).toBe(421);
    },
  );

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/assets/',
    '/%00',
    '/.env',
  ])('for %s finds nothing', async (path) => {
    const response = await get(path, { cookie: await host.cookie() });
    expect(response.status).toBe(404);
    expect(response.body).not.toContain('not for the browser');
  });

  it('without the cookie gets neither page nor asset nor socket', async () => {
    expect((await get('/')).status).toBe(403);
    expect((await get('/assets/page.js')).status).toBe(403);
    await expect(openSocket(host, { cookie: '' })).rejects.toThrow('403');
    await expect(openSocket(host, { cookie: 'itutor_console_1=x' })).rejects.toThrow('403');
  });

  it.each(['null', 'http://127.0.0.1', 'http://localhost:1', 'https://evil.invalid'])(
    'for the socket from the origin %s is refused, cookie or not',
    async (origin) => {
      await expect(openSocket(host, { origin })).rejects.toThrow('403');
    },
  );

  it('for the socket without any origin is refused', async () => {
    const headers = { cookie: await host.cookie(), connection: 'Upgrade', upgrade: 'websocket' };
    const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' };
    expect((await get('/rpc', { ...headers, ...key })).status).toBe(403);
  });

  it('that writes is refused', async () => {
    expect((await get('/', { cookie: await host.cookie() }, 'POST')).status).toBe(405);
  });

  it('is answered with the security headers, whatever the answer', async () => {
    const cookie = await host.cookie();
    for (const path of ['/', '/assets/page.js', '/missing']) {
      expect((await get(path, { cookie })).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  it('reaches the host on 127.0.0.1 only', async () => {
    const port = new URL(host.origin).port;
    await expect(fetch(`http://[::1]:${port}/`)).rejects.toThrow('fetch failed');
  });
});

async function open(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(host.createLink());
  await page.locator('body[data-ready=yes]').waitFor();
  return page;
}

/** Runs in a page: one call over a socket of its own; 'refused' when there is no socket. */
function callEcho(base: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${base}/rpc`);
    socket.addEventListener('error', () => resolve('refused'));
    socket.addEventListener('message', (event) => resolve(String(event.data)));
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ t: 'call', id: 1, name: 'echo.say', input: { text: 'from the page' } }));
    });
  });
}

/** Another program on this machine that serves pages. */
async function serveAttacker(): Promise<{ origin: string; cookies: string[] }> {
  const cookies: string[] = [];
  const server = createServer((request, response) => {
    cookies.push(request.headers.cookie ?? '');
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><link rel="icon" href="data:,"><p>Harmless</p>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cookies };
}

/** A request as raw as Node makes them: fetch would tidy up the path and set the host header itself. */
function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  const { hostname, port } = new URL(host.origin);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.on('error', reject);
    request.end();
  });
}
