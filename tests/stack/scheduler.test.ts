import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseCron } from '#stack/schedule/cron-expression';
import { readCronJobs, startScheduler } from '#stack/schedule/scheduler';

test('a schedule matches as in cron, in UTC', () => {
  const due = (expression: string, at: string) => parseCron(expression).matches(new Date(at));
  expect(due('* * * * *', '2026-09-14T12:34:56Z')).toBe(true);
  expect(due('*/15 * * * *', '2026-09-14T12:30:00Z')).toBe(true);
  expect(due('*/15 * * * *', '2026-09-14T12:31:00Z')).toBe(false);
  expect(due('5/20 * * * *', '2026-09-14T12:25:00Z')).toBe(true);
  expect(due('0 4 * * 1-5', '2026-09-14T04:00:00Z')).toBe(true);
  expect(due('0 4 * * 1-5', '2026-09-13T04:00:00Z')).toBe(false);
  expect(due('0 4 * * 7', '2026-09-13T04:00:00Z')).toBe(true);
  expect(due('0 0 1,15 * *', '2026-09-15T00:00:00Z')).toBe(true);
  // A day of the month and a day of the week: either is enough.
  expect(due('0 0 1 * 1', '2026-09-14T00:00:00Z')).toBe(true);
  expect(due('0 0 1 * 1', '2026-09-15T00:00:00Z')).toBe(false);
});

test('what is no schedule is refused', () => {
  for (const wrong of [
    '',
    '* * * *',
    '60 * * * *',
    '*/0 * * * *',
    'a * * * *',
    '5-1 * * * *',
    '* * 0 * *',
    '@daily',
  ]) {
    expect(() => parseCron(wrong), wrong).toThrow(/no cron expression/);
  }
});

test('a due job is called once with the secret, and not again while it runs', async () => {
  const calls: { url: unknown; authorization: unknown; body: string }[] = [];
  let finish: () => void = () => undefined;
  const server = http
    .createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      calls.push({ url: request.url, authorization: request.headers.authorization, body });
      finish = () => response.end('ok');
    })
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const jobs = [
    { function: 'often', schedule: parseCron('* * * * *'), body: { n: 1 } },
    { function: 'rarely', schedule: parseCron('0 0 1 1 *'), body: {} },
  ];
  const scheduler = startScheduler({ jobs, functionsUrl: `http://127.0.0.1:${port}`, cronSecret: 's3cret' });
  const minute = new Date('2026-09-14T12:00:00Z');
  scheduler.tick(minute);
  await expect.poll(() => calls.length).toBe(1);
  scheduler.tick(minute);
  finish();
  await expect
    .poll(() => {
      scheduler.tick(minute);
      return calls.length;
    })
    .toBe(2);
  expect(calls[0]).toEqual({ url: '/often', authorization: 'Bearer s3cret', body: '{"n":1}' });
  expect(calls.map(({ url }) => url)).not.toContain('/rarely');
  await scheduler.stop();
  server.closeAllConnections();
  server.close();
});

test('the jobs are read from cron.json, and a malformed one is named', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-cron-'));
  expect(readCronJobs(directory)).toEqual([]);
  await mkdir(path.join(directory, 'functions'));
  const file = path.join(directory, 'functions', 'cron.json');
  await writeFile(file, '[{ "function": "a", "schedule": "0 4 * * *", "body": { "x": 1 } }]');
  expect(readCronJobs(directory)).toMatchObject([{ function: 'a', body: { x: 1 } }]);
  await writeFile(file, '[{ "function": "a" }]');
  expect(() => readCronJobs(directory)).toThrow(/cron\.json/);
  await rm(directory, { recursive: true });
});
