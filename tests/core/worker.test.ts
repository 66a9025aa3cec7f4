import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messagePort } from '#core/rpc/message-port';
import { createClient } from '#shared/rpc/client';
import { contract, type AppContract } from '#shared/rpc/contract';
import type { Client } from '#shared/rpc/define';
import { hostContract } from '#shared/rpc/host-contract';
import { serve } from '#shared/rpc/server';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { failureOf, first, hostHandlers, plantLesson, type HostMemory } from '../support/console-app.ts';
import { aroundNow, inHours } from '../support/console-rig.ts';

let backend: Backend;
let tutor: TestUser;
let worker: Worker;
let dataDir = '';
const exits: number[] = [];
const messages: unknown[] = [];
const memory: HostMemory = { secrets: new Map(), exports: new Map() };

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor', displayName: 'Tara Tutor' });
  const student = await backend.createUser({ role: 'student', displayName: 'Sam Student' });
  await plantLesson(backend.sql, { tutor: tutor.id, student: student.id, startAt: inHours(30) });
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'itutor-worker-'));
  worker = new Worker(new URL('../../electron/core/worker.ts', import.meta.url), {
    workerData: {
      dataDir,
      environment: { supabaseUrl: backend.url, supabaseKey: backend.publishableKey, isEmbedded: true },
    },
  });
  worker.on('message', (message: unknown) => messages.push(message));
  worker.on('exit', (code) => exits.push(code));
});
afterAll(async () => {
  await worker.terminate();
  rmSync(dataDir, { recursive: true, force: true });
  await backend.stop();
});

function screen(): { client: Client<AppContract>; port: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ type: 'client', port: port2 }, [port2]);
  return { client: createClient(contract, messagePort(port1)), port: port1 };
}

test('the worker answers a screen that came before its host, once the host is there', async () => {
  const { client } = screen();
  const info = client['app.info']({});
  const { port1, port2 } = new MessageChannel();
  serve(hostContract, hostHandlers(memory), messagePort(port1), { log: () => {}, checkOutput: true });
  worker.postMessage({ type: 'host', port: port2 }, [port2]);
  expect(await info).toMatchObject({ version: '0.0.1', host: 'browser' });
  expect(messages).toContainEqual({ type: 'ready' });
});

test('a screen signs in, sees the week, accepts a request, and a second screen sees it happen', async () => {
  const one = screen();
  const two = screen();
  await one.client['session.signIn'](tutor);
  await one.client['sync.now']({});
  const changes = two.client['changes.watch']({})[Symbol.asyncIterator]();
  await changes.next();
  const before = await two.client['schedule.week'](aroundNow);
  expect(before).toMatchObject({
    tutorName: 'Tara Tutor',
    waitingRequests: 1,
    items: [{ status: 'PENDING' }],
  });
  const bookingId = before.items[0]?.bookingId ?? '';
  await one.client['outbox.add']({ kind: 'booking.confirm', args: { booking_id: bookingId } });
  const change = await changes.next();
  expect(change.value.tables).toContain('bookings');
  const after = await two.client['schedule.week'](aroundNow);
  expect(after).toMatchObject({
    waitingRequests: 0,
    items: [{ status: 'CONFIRMED', pending: { kind: 'booking.confirm', state: 'held' } }],
  });
  await changes.return?.();
  one.port.close();
  two.port.close();
});

test('malformed frames and messages do not kill it', async () => {
  const { client, port } = screen();
  const nonsense = [null, 1, 'x', [], {}, { t: 'call' }, { t: 'call', id: 98, name: '__proto__', input: {} }];
  for (const frame of nonsense) port.postMessage(frame);
  port.postMessage({ t: 'open', id: 99, name: 'settings.write', input: { theme: new Date() } });
  for (const message of nonsense) worker.postMessage(message);
  worker.postMessage({ type: 'client', port: 'no port' });
  expect(await client['settings.read']({})).toEqual({ theme: 'system', singleKeyShortcuts: true });
  expect(await failureOf(client['settings.write'](JSON.parse('{"theme":"purple"}')))).toMatchObject({
    code: 'BAD_INPUT',
  });
  expect(exits).toEqual([]);
});

test('diagnostics help and name nobody', async () => {
  const { client } = screen();
  const { text } = await client['diagnostics.read']({});
  expect(text).toContain('Session: signed-in, roles: tutor');
  expect(text).toContain('1 x booking.confirm');
  expect(text).toMatch(/^Cache: file \d+\.\d MB, WAL \d+\.\d MB$/m);
  expect(text).toMatch(/^Cursor: \d+ s old, \d+ server transactions open then$/m);
  expect(text).toMatch(/^Last check: (never|\d{4}-.* rows, 0 lost, 0 different, 0 ghosts)$/m);
  expect(text).toMatch(/^Rows: .*bookings [1-9]/m);
  for (const secret of [tutor.email, 'Tara', 'Sam', backend.publishableKey, ...memory.secrets.values()]) {
    expect(text).not.toContain(secret);
  }
});

test('it stops when told to, within a second, and its log names nobody', async () => {
  const { client } = screen();
  await first(client['session.watch']({}));
  const began = performance.now();
  worker.postMessage({ type: 'shutdown' });
  await expect.poll(() => exits, { interval: 10, timeout: 10_000 }).toEqual([0]);
  expect(performance.now() - began).toBeLessThan(5000);
  expect(messages).toContainEqual({ type: 'stopped' });
  const log = readFileSync(path.join(dataDir, 'logs', 'core.ndjson'), 'utf8');
  expect(log).toContain('core.stopped');
  expect(log).not.toContain(tutor.email);
});
