import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openCache } from '#core/cache/open';
import { createHttpTransport, TransportError, type RemoteCall } from '#core/sync/transport';
import { createBulks, type Bulks } from '#core/verification/bulk';
import type { DecisionInput } from '#shared/domain/verification/wire';
import type { BulkReport } from '#shared/rpc/verification-contract';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { reviewDesk, type ReviewDesk } from '../support/review-desk.ts';
import { worldOn, type World } from '../support/world.ts';

/** Decisions that are made together: from the cache file of a reviewer to the real functions of verification. */
let backend: Backend;
let world: World;
let desk: ReviewDesk;
let rae: TestUser;
let rob: TestUser;
let token: string;
let tutor: string;
let directory: string;
let wire: (call: RemoteCall) => RemoteCall;
const opened: (() => Promise<void>)[] = [];

const rightNow = () => new Date().toISOString();
const clock = { now: () => Date.now() * 1000, after: () => () => undefined };
const log = () => undefined;

beforeAll(async () => {
  backend = await startBackend();
  world = await worldOn(backend.databaseUrl.replace('//postgres:', '//supabase_admin:'), () =>
    Promise.resolve(),
  );
  desk = reviewDesk(world);
  rae = await backend.createUser({ role: 'student', staff: ['reviewer'], displayName: 'Rae Reviewer' });
  rob = await backend.createUser({ role: 'student', staff: ['reviewer'], displayName: 'Rob Reviewer' });
  token = (await (await backend.signIn(rae)).auth.getSession()).data.session?.access_token ?? '';
  tutor = await world.person('tutor', { name: 'Tara Tutor' });
  // A case of the sample is hidden from who may judge it again, and would be refused without a name.
  await backend.sql.query('update public.verification_settings set second_review_percent = 0');
});
afterAll(async () => {
  await world.stop();
  await backend.stop();
});
beforeEach(() => {
  wire = (call) => call;
  directory = mkdtempSync(path.join(os.tmpdir(), 'itutor-bulk-'));
});
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
  rmSync(directory, { recursive: true, force: true });
});

/** The console as it comes up over the same files. */
async function start(): Promise<Bulks> {
  const { url, publishableKey: key } = backend;
  const cache = await openCache({ directory, project: url, userId: rae.id, clock, log });
  expect(cache.recovery).toBeNull();
  const transport = createHttpTransport({ url, key, userId: rae.id, accessToken: async () => token });
  const bulks = createBulks({
    cache,
    userId: rae.id,
    clock,
    log,
    call: (...args) => wire(transport.call)(...args),
    refreshSession: async () => false,
    serverOffset: () => 0,
    onChanged: () => undefined,
  });
  opened.push(async () => {
    await bulks.stop();
    await cache.close();
  });
  return bulks;
}

async function stop(): Promise<void> {
  await opened.pop()?.();
}

/** Cases that Rae has claimed and looked at, and her verdicts on them. */
async function lookedAt(count: number): Promise<DecisionInput[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await desk.request({ tutor, recommendation: 'APPROVE' }));
  }
  await desk.claim(rae.id, ids, rightNow());
  const decisions: DecisionInput[] = [];
  for (const id of ids) {
    await desk.look(rae.id, id, rightNow());
    decisions.push(await desk.verdict(id, 'APPROVE'));
  }
  return decisions;
}

/** How often each of the cases was decided on the server. */
async function decisionsOn(decisions: readonly DecisionInput[]): Promise<number[]> {
  const found = await backend.sql.query<{ n: number }>(
    `select (select count(*)::int from public.verification_decisions d where d.case_id = i.id) as n
     from unnest($1::uuid[]) with ordinality as i(id, at) order by i.at`,
    [decisions.map(({ caseId }) => caseId)],
  );
  return found.rows.map(({ n }) => n);
}

const statesOf = (report: BulkReport | undefined) => report?.rows.map(({ state }) => state);
const many = <T>(length: number, value: T): T[] => Array.from({ length }, () => value);

test('of 25 decisions, 3 of them on cases that moved on, 22 are done and 3 are reported with who was quicker', async () => {
  const decisions = await lookedAt(25);
  const stale = [3, 11, 24].map((place) => decisions[place]?.caseId ?? '');
  await desk.call(rae.id, 'console_verification_release', { p_case_ids: stale.slice(0, 2) }, rightNow());
  await desk.decide(rob.id, stale[0] ?? '', 'REJECT', { overrideReason: 'Not his.' }, rightNow());
  await desk.claim(rob.id, stale.slice(1, 2), rightNow());
  await desk.call(
    rob.id,
    'console_verification_priority_set',
    { p_case_ids: stale.slice(2), p_priority: 2 },
    rightNow(),
  );
  const bulks = await start();
  const report = await bulks.decide(decisions);
  expect(report).toMatchObject({ state: 'done', outcome: 'APPROVE', problem: null });
  expect(report.rows.map(({ caseId }) => caseId)).toEqual(decisions.map(({ caseId }) => caseId));
  const refused = report.rows.filter(({ state }) => state === 'refused');
  expect(refused).toMatchObject([
    { caseId: stale[0], rule: 'decided', by: 'Rob Reviewer' },
    { caseId: stale[1], rule: 'claimed', by: 'Rob Reviewer' },
    { caseId: stale[2], rule: 'version', by: 'Rob Reviewer' },
  ]);
  const done = report.rows.filter(({ state }) => state === 'decided');
  expect(done).toHaveLength(22);
  expect(done.every(({ decisionId, undoUntil }) => decisionId !== null && undoUntil !== null)).toBe(true);
  const counts = await decisionsOn(decisions);
  expect(counts.filter((count) => count === 1)).toHaveLength(23);
  expect([counts[11], counts[24]]).toEqual([0, 0]);
  expect(bulks.list()).toEqual([report]);
}, 60_000);

test.each([
  ['before-call', 'in-doubt', 'nothing', 'untouched', 0],
  ['after-call', 'in-doubt', 'done', 'decided', 1],
  ['done', 'done', 'done', 'decided', 1],
] as const)(
  'killed at "%s", decisions are %s at the next start, %s once the server was asked, every row %s',
  async (point, first, then, row, count) => {
    const decisions = await lookedAt(3);
    await killAt(point, decisions);
    const bulks = await start();
    expect(bulks.list()).toMatchObject([{ state: first }]);
    expect(bulks.inDoubt()).toBe(first === 'in-doubt' ? 1 : 0);
    await bulks.settle();
    const [report] = bulks.list();
    expect(report).toMatchObject({ state: then });
    expect(statesOf(report)).toEqual(many(3, row));
    expect(await decisionsOn(decisions)).toEqual(many(3, count));
    // What was settled is settled: asking again, or a call that was still on its way, changes nothing.
    await bulks.settle();
    expect(await decisionsOn(decisions)).toEqual(many(3, count));
    bulks.dismiss(report?.id ?? '');
    expect(bulks.list()).toEqual([]);
  },
  30_000,
);

test('an answer that got lost is asked for again under the same key, and nothing is decided twice', async () => {
  const decisions = await lookedAt(2);
  let calls = 0;
  wire = (call) => async (name, params, signal) => {
    const answer = await call(name, params, signal);
    calls += 1;
    if (calls === 1) throw new TransportError('cut off', { status: 0 });
    return answer;
  };
  const bulks = await start();
  expect(statesOf(await bulks.decide(decisions))).toEqual(['decided', 'decided']);
  expect(calls).toBe(2);
  expect(await decisionsOn(decisions)).toEqual([1, 1]);
});

test('while the server cannot be asked, every row is said to be unknown and the report cannot be dismissed', async () => {
  const decisions = await lookedAt(2);
  wire = () => () => Promise.reject(new TransportError('no network', { status: 0 }));
  let bulks = await start();
  const report = await bulks.decide(decisions);
  expect(report.state).toBe('in-doubt');
  expect(statesOf(report)).toEqual(['unknown', 'unknown']);
  expect(() => bulks.dismiss(report.id)).toThrow(/not known yet/);
  await bulks.settle();
  expect(bulks.list()).toMatchObject([{ state: 'in-doubt' }]);
  await stop();
  wire = (call) => call;
  bulks = await start();
  await bulks.settle();
  expect(statesOf(bulks.list()[0])).toEqual(['untouched', 'untouched']);
});

test('what is refused as a whole leaves every row untouched and says why', async () => {
  const [decision] = await lookedAt(1);
  if (decision === undefined) throw new Error('no case');
  const bulks = await start();
  const report = await bulks.decide([decision, decision]);
  expect(report).toMatchObject({ state: 'nothing', problem: 'A case is selected twice.' });
  expect(statesOf(report)).toEqual(['untouched', 'untouched']);
  expect(await decisionsOn([decision])).toEqual([0]);
});

/** Runs a console that decides them, and kills it at this point. */
async function killAt(point: string, decisions: readonly DecisionInput[]): Promise<void> {
  const file = path.join(directory, 'decisions.json');
  writeFileSync(file, JSON.stringify(decisions));
  const script = path.resolve(import.meta.dirname, '../support/bulk-child.ts');
  const child = spawn(
    process.execPath,
    [script, directory, backend.url, backend.publishableKey, rae.id, token, file, point],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'at-point') child.kill('SIGKILL');
  }
  await exited;
}
