import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDrafts, type Drafts } from '#core/drafts/drafts';
import { createHttpTransport, TransportError, type RemoteCall } from '#core/sync/transport';
import { draftKinds } from '#shared/domain/drafts';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { reviewDesk, type ReviewDesk } from '../support/review-desk.ts';
import { openConsole, type Console } from '../support/sync-rig.ts';
import { worldOn, type World } from '../support/world.ts';

/** The one draft that the console has: a verdict, from the cache of a reviewer to the real functions of verification. */
let backend: Backend;
let world: World;
let desk: ReviewDesk;
let rae: TestUser;
let rob: TestUser;
let token: string | null;
let caseId: string;
let console: Console;
let drafts: Drafts;
let wire: (call: RemoteCall) => RemoteCall;

const rightNow = () => new Date().toISOString();

beforeAll(async () => {
  backend = await startBackend();
  world = await worldOn(backend.databaseUrl.replace('//postgres:', '//supabase_admin:'), () =>
    Promise.resolve(),
  );
  desk = reviewDesk(world);
  rae = await backend.createUser({ role: 'student', staff: ['reviewer'], displayName: 'Rae Reviewer' });
  rob = await backend.createUser({ role: 'student', staff: ['reviewer'], displayName: 'Rob Reviewer' });
  token = (await (await backend.signIn(rae)).auth.getSession()).data.session?.access_token ?? null;
});
afterAll(async () => {
  await world.stop();
  await backend.stop();
});

beforeEach(async () => {
  wire = (call) => call;
  caseId = await desk.request({ tutor: await world.person('tutor', { name: 'Tara Tutor' }) });
  // Rae claims the case, opens everything, and goes offline with her mind made up.
  await desk.claim(rae.id, [caseId], rightNow());
  await desk.look(rae.id, caseId, rightNow());
  console = await openConsole(backend, rae);
  await console.engine.pull();
  const transport = createHttpTransport({
    url: backend.url,
    key: backend.publishableKey,
    userId: rae.id,
    accessToken: async () => token,
  });
  drafts = createDrafts({
    cache: console.cache,
    userId: rae.id,
    kinds: draftKinds,
    clock: { now: () => Date.now() * 1000, after: () => () => undefined },
    log: () => undefined,
    call: (...args) => wire(transport.call)(...args),
    refreshSession: async () => false,
    pull: () => console.engine.pull(),
    serverOffset: () => 0,
    onChanged: () => undefined,
  });
  return async () => {
    await drafts.stop();
    await console.stop();
  };
});

const save = () =>
  drafts.save('verification.decide', {
    caseId,
    outcome: 'REJECT',
    reasonCodes: ['wrong_person'],
    publicText: 'The name is not yours.',
    privateNote: '',
    overrideReason: '',
    grades: null,
  });
const claimEnds = (when: string) =>
  world.sql.query(`update public.verification_claims set expires_at = now() + $2::interval where id = $1`, [
    caseId,
    when,
  ]);
const stored = async () => [
  await desk.value('select status from public.verification_cases where id = $1', [caseId]),
  Number(await desk.value('select count(*) from public.verification_decisions where case_id = $1', [caseId])),
];

test('a verdict drafted offline takes its lapsed claim again and is decided when it is confirmed', async () => {
  const { id } = save();
  expect(drafts.list()).toMatchObject([{ state: 'ready', title: 'Reject the certificate of Tara Tutor' }]);
  await claimEnds('-1 minute');
  expect(await drafts.confirm(id)).toMatchObject({ outcome: 'confirmed', problem: null });
  expect(await stored()).toEqual(['REJECTED', 1]);
});

test('a verdict on a case that somebody else has claimed meanwhile waits, and says who', async () => {
  const { id } = save();
  await claimEnds('-1 minute');
  await desk.claim(rob.id, [caseId], rightNow());
  expect(await drafts.confirm(id)).toMatchObject({ outcome: 'review' });
  expect(drafts.list()).toMatchObject([
    { state: 'blocked', problem: expect.stringMatching(/^Rob Reviewer has/) },
  ]);
  expect((await stored())[1]).toBe(0);
});

test('a verdict on a case that was decided meanwhile is shown with what changed', async () => {
  const { id } = save();
  await claimEnds('-1 minute');
  await desk.decide(rob.id, caseId, 'RESUBMIT', {}, rightNow());
  expect(await drafts.confirm(id)).toMatchObject({ outcome: 'review' });
  const [draft] = drafts.list();
  expect(draft).toMatchObject({ state: 'review', problem: expect.stringMatching(/resubmit by now/) });
  expect(draft?.changes).toContainEqual({ field: 'status', base: 'READY_FOR_REVIEW', theirs: 'RESUBMIT' });
  expect((await stored())[1]).toBe(1);
});

test('a verdict whose answer got lost was given once', async () => {
  const { id } = save();
  wire = (call) => async (name, params, signal) => {
    const answer = await call(name, params, signal);
    if (name === 'console_verification_decide') throw new TransportError('cut off', { status: 0 });
    return answer;
  };
  expect(await drafts.confirm(id)).toMatchObject({ outcome: 'in-doubt' });
  await drafts.settle();
  expect(drafts.list()).toMatchObject([{ state: 'confirmed' }]);
  expect(await stored()).toEqual(['REJECTED', 1]);
});

test('a verdict takes with it what was looked at offline', async () => {
  const document = await desk.value('select id from public.verification_documents where case_id = $1', [
    caseId,
  ]);
  await world.sql.query('delete from public.verification_evidence where case_id = $1', [caseId]);
  const opened = {
    documentId: document,
    sha256: 'b'.repeat(64),
    phash: null,
    candidateNumber: null,
    pageCount: 1,
    pagesSeen: 1,
    sizeBytes: 9,
  };
  const verdict = {
    caseId,
    outcome: 'REJECT',
    reasonCodes: ['wrong_person'],
    publicText: '',
    privateNote: '',
    overrideReason: '',
    grades: null,
  };
  const bare = drafts.save('verification.decide', verdict);
  expect(await drafts.confirm(bare.id)).toMatchObject({
    outcome: 'refused',
    problem: 'Open every document of this case first.',
  });
  const { id } = drafts.save('verification.decide', {
    ...verdict,
    evidence: { opened: [opened], checklist: { name_matches: 'fail' } },
  });
  expect(await drafts.confirm(id)).toMatchObject({
    outcome: 'confirmed',
    result: { caseId, outcome: 'decided', decision: 'REJECT' },
  });
});
