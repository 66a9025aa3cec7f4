import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFaultProxy, type FaultProxy } from '#tests/support/fault-proxy';

let backend: Server;
let proxy: FaultProxy;
let heard: string[];

beforeEach(async () => {
  heard = [];
  backend = createServer((request, response) => {
    heard.push(request.url ?? '');
    response.end('0123456789');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const address = backend.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  proxy = await startFaultProxy(`http://127.0.0.1:${address.port}`);
});

afterEach(async () => {
  await proxy.stop();
  backend.closeAllConnections();
  await new Promise((resolve) => backend.close(resolve));
});

async function get(path: string): Promise<string> {
  const response = await fetch(proxy.url + path);
  const text = await response.text();
  return response.ok ? text : String(response.status);
}

test('passes requests and answers unchanged', async () => {
  expect(await get('/a')).toBe('0123456789');
  expect(heard).toEqual(['/a']);
});

test('a dropped request never reaches the backend, a dropped answer did', async () => {
  proxy.setFault(() => ({ kind: 'drop-request' }));
  await expect(get('/a')).rejects.toThrow();
  expect(heard).toEqual([]);
  proxy.setFault(() => ({ kind: 'drop-response' }));
  await expect(get('/b')).rejects.toThrow();
  expect(heard).toEqual(['/b']);
});

test('a duplicated request is heard twice and answered once', async () => {
  proxy.setFault(() => ({ kind: 'duplicate' }));
  expect(await get('/a')).toBe('0123456789');
  expect(heard).toEqual(['/a', '/a']);
});

test.each([{ kind: 'truncate', bytes: 4 } as const, { kind: 'reset', bytes: 4 } as const])(
  'an answer hit by $kind fails in its body',
  async (fault) => {
    proxy.setFault(() => fault);
    await expect(get('/a')).rejects.toThrow();
  },
);

test('answers a status itself', async () => {
  proxy.setFault(() => ({ kind: 'status', status: 503 }));
  expect(await get('/a')).toBe('503');
  expect(heard).toEqual([]);
});

test('a held request is overtaken by the next one', async () => {
  proxy.setFault(({ path }) => (path === '/slow' ? { kind: 'hold', where: 'request' } : { kind: 'pass' }));
  const slow = get('/slow');
  await proxy.held(1);
  await get('/fast');
  expect(proxy.release()).toBe(1);
  await slow;
  expect(heard).toEqual(['/fast', '/slow']);
});

test('a half-open connection stays silent until the proxy heals', async () => {
  proxy.setFault(() => ({ kind: 'half-open' }));
  let settled = false;
  const request = get('/a')
    .catch(() => 'failed')
    .finally(() => (settled = true));
  await expect.poll(() => proxy.log.length).toBe(1);
  expect(settled).toBe(false);
  proxy.heal();
  expect(await request).toBe('failed');
});

test.each(['in', 'out', 'both'] as const)(
  'a partition (%s) fails requests until it heals',
  async (direction) => {
    proxy.partition(direction);
    await expect(get('/a')).rejects.toThrow();
    expect(heard).toEqual(direction === 'in' ? ['/a'] : []);
    proxy.heal();
    expect(await get('/b')).toBe('0123456789');
  },
);
