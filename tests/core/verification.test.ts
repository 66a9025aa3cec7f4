import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { checklistOf } from '#shared/domain/verification/checklist';
import type { QueueFilter } from '#shared/rpc/verification-contract';
import type { TestUser } from '../support/backend.ts';
import { failureOf, type ConsoleApp } from '../support/console-app.ts';
import { consoleRig } from '../support/console-rig.ts';

const rig = consoleRig();
const everything: QueueFilter = { status: 'open', search: '' };
const page = { offset: 0, limit: 50 };

let rita: TestUser;
let roy: TestUser;
const cases: Record<string, string> = {};

async function request(name: string, hoursOld: number, parts: Record<string, unknown> = {}): Promise<void> {
  const { sql } = rig.backend;
  const id = randomUUID();
  cases[name] = id;
  const path = `${rig.tutor.id}/requests/${id}.pdf`;
  if (parts['file'] !== null) {
    await sql.query(
      `insert into storage.objects (bucket_id, name, metadata)
       values ('tutor-verifications', $1, '{"size": 900, "mimetype": "application/pdf"}')`,
      [path],
    );
  }
  await sql.query(
    `insert into public.tutor_verification_requests (id, tutor_id, status, system_recommendation, confidence_score,
       file_path, file_type, original_filename, created_at)
     values ($1, $2, $3, $4, 80, $5, 'pdf', $6, now() - make_interval(hours => $7))`,
    [
      id,
      rig.tutor.id,
      parts['status'] ?? 'READY_FOR_REVIEW',
      parts['recommendation'] ?? null,
      path,
      `${name}.pdf`,
      hoursOld,
    ],
  );
}

const namesOf = (items: readonly { readonly caseId: string }[]) =>
  items.map(({ caseId }) => Object.keys(cases).find((name) => cases[name] === caseId));

async function queue(app: ConsoleApp, filter: Partial<QueueFilter> = {}): Promise<(string | undefined)[]> {
  const { items } = await app.client['verification.queue']({ filter: { ...everything, ...filter }, ...page });
  return namesOf(items);
}

beforeAll(async () => {
  const { backend } = rig;
  rita = await backend.createUser({ role: 'student', staff: ['reviewer'], displayName: 'Rita Reviewer' });
  roy = await backend.createUser({ role: 'student', staff: ['reviewer'], displayName: 'Roy Reviewer' });
  await backend.sql.query(
    `insert into public.subjects (name, curriculum) values ('CSEC Mathematics', 'CSEC') on conflict do nothing`,
  );
  await request('fresh', 2, { recommendation: 'APPROVE' });
  await request('due', 30, { status: 'SUBMITTED' });
  await request('late', 50);
  await request('breach', 80, { recommendation: 'REJECT' });
  await request('no file', 1, { file: null });
});

describe('the queue', () => {
  test('holds every case that waits, in whichever status, oldest first within priority', async () => {
    const app = await rig.signedIn(rita);
    expect(await queue(app)).toEqual(['breach', 'late', 'due', 'fresh', 'no file']);
    await app.client['verification.setPriority']({ caseIds: [cases['fresh'] ?? ''], priority: 2 });
    expect(await queue(app)).toEqual(['fresh', 'breach', 'late', 'due', 'no file']);
  });

  test('is narrowed by age, recommendation, file, status and search, and pages with a total', async () => {
    const app = await rig.signedIn(rita);
    expect(await queue(app, { band: 'late' })).toEqual(['late']);
    expect(await queue(app, { recommendation: 'REJECT' })).toEqual(['breach']);
    expect(await queue(app, { recommendation: 'none', isWithoutFile: false })).toEqual(['late', 'due']);
    expect(await queue(app, { isWithoutFile: true })).toEqual(['no file']);
    expect(await queue(app, { status: ['SUBMITTED'] })).toEqual(['due']);
    expect(await queue(app, { search: 'breach.p' })).toEqual(['breach']);
    expect(await queue(app, { search: 'tara' })).toHaveLength(5);
    expect(await queue(app, { search: '%' })).toEqual([]);
    const second = await app.client['verification.queue']({ filter: everything, offset: 2, limit: 2 });
    expect(second.total).toBe(5);
    expect(namesOf(second.items)).toEqual(['late', 'due']);
  });

  test('counts what its badges say', async () => {
    const app = await rig.signedIn(rita);
    expect(await app.client['verification.counts']({})).toMatchObject({
      open: 5,
      fresh: 2,
      due: 1,
      late: 1,
      breach: 1,
      mine: 0,
      escalated: 0,
      disputed: 0,
      withoutFile: 1,
      secondReviews: 0,
    });
  });
});

describe('a claim', () => {
  test('is seen by others with the name of its holder, who alone can give it back', async () => {
    const [hers, his] = [await rig.signedIn(rita), await rig.signedIn(roy)];
    const taken = await hers.client['verification.claimNext']({ filter: {}, count: 1 });
    expect(namesOf(taken.results)).toEqual(['fresh']);
    expect(await queue(hers, { holder: 'mine' })).toEqual(['fresh']);
    expect((await hers.client['verification.counts']({})).mine).toBe(1);

    const next = await his.client['verification.claimNext']({ filter: {}, count: 1 });
    expect(namesOf(next.results)).toEqual(['breach']);
    await his.client['sync.now']({});
    expect(await queue(his, { holder: 'others' })).toEqual(['fresh']);
    const refused = await his.client['verification.claim']({ caseIds: [cases['fresh'] ?? ''] });
    expect(refused.results[0]).toMatchObject({
      outcome: 'refused',
      rule: 'claimed',
      data: { holder: 'Rita Reviewer' },
    });
    await hers.client['verification.release']({ caseIds: [cases['fresh'] ?? ''] });
    await his.client['verification.release']({ caseIds: [cases['breach'] ?? ''] });
    expect(await queue(hers, { holder: 'mine' })).toEqual([]);
  });
});

describe('a case', () => {
  test('shows its documents, its earlier attempts, and what was opened, ticked, entered and noted', async () => {
    const app = await rig.signedIn(rita);
    const caseId = cases['late'] ?? '';
    await app.client['verification.claim']({ caseIds: [caseId] });
    const before = (await app.client['verification.case']({ caseId })).found;
    const [document] = before?.documents ?? [];
    expect(document).toMatchObject({ bucket: 'tutor-verifications', filename: 'late.pdf', state: 'present' });
    expect(before?.earlier).toHaveLength(4);

    await app.client['verification.record']({
      caseId,
      evidence: {
        opened: [
          {
            documentId: document?.id ?? '',
            sha256: 'a'.repeat(64),
            phash: null,
            candidateNumber: '1600010001',
            pageCount: 2,
            pagesSeen: 2,
            sizeBytes: 900,
          },
        ],
        checklist: { legible: 'pass' },
      },
    });
    await app.client['verification.addNote']({ caseId, body: 'Second page is faint.' });
    const { subjects } = await app.client['verification.catalogue']({});
    const maths = subjects.find((subject) => subject.curriculum === 'CSEC');
    const grade = {
      subjectId: maths?.id ?? '',
      examType: 'CSEC' as const,
      grade: 1,
      year: 2019,
      session: null,
    };
    await app.client['verification.setGrades']({ caseId, grades: [grade] });

    const after = (await app.client['verification.case']({ caseId })).found;
    expect(after?.checklist).toEqual({ legible: 'pass' });
    expect(Object.keys(after?.opened ?? {})).toEqual([document?.id]);
    expect(after?.grades).toEqual([grade]);
    expect(after?.notes).toMatchObject([{ author: 'Rita Reviewer', body: 'Second page is faint.' }]);
    await app.client['verification.release']({ caseIds: [caseId] });
  });

  test('can be escalated with a reason, once under one version', async () => {
    const app = await rig.signedIn(rita);
    const caseId = cases['due'] ?? '';
    await app.client['verification.claim']({ caseIds: [caseId] });
    const found = (await app.client['verification.case']({ caseId })).found;
    const rowVersion = found?.item.rowVersion ?? 0;
    await app.client['verification.escalate']({ caseId, rowVersion, reason: 'The seal looks wrong.' });
    expect(await queue(app, { isEscalated: true })).toEqual(['due']);
    const failure = await failureOf(
      app.client['verification.escalate']({ caseId, rowVersion, reason: 'Again.' }),
    );
    expect(['CONFLICT', 'REJECTED']).toContain(failure.code);
  });

  test('is nobody else’s business: neither a tutor nor support may ask', async () => {
    const app = await rig.signedIn(rig.tutor);
    expect((await failureOf(app.client['verification.counts']({}))).code).toBe('FORBIDDEN');
    expect((await failureOf(app.client['verification.case']({ caseId: cases['late'] ?? '' }))).code).toBe(
      'FORBIDDEN',
    );
  });
});

test('without a network the queue can be read, and a claim says that it cannot be taken', async () => {
  const app = await rig.signedIn(rita);
  rig.proxy.partition('both');
  expect(await queue(app)).toHaveLength(5);
  const failure = await failureOf(app.client['verification.claimNext']({ filter: {}, count: 1 }));
  expect(['OFFLINE', 'BACKEND_UNREACHABLE']).toContain(failure.code);
});

describe('duplicates', () => {
  const hashes = { sha256: 'd'.repeat(64), phash: '00ff00ff00ff00ff' };

  /** Writes what a console found in the document of a case, as its RPC would. */
  async function hashed(name: string, parts: { sha256?: string; phash?: string; candidate?: string }) {
    await rig.backend.sql.query(
      `update public.verification_documents set sha256 = $2, phash = $3, candidate_number = $4 where case_id = $1`,
      [cases[name], parts.sha256 ?? null, parts.phash ?? null, parts.candidate ?? null],
    );
  }

  test('are the same from the server and, without it, from this machine, which says so', async () => {
    await hashed('fresh', { ...hashes, candidate: '1600099999' });
    await hashed('due', { sha256: 'e'.repeat(64), phash: '00ff00ff00ff00fe' });
    await hashed('late', { sha256: hashes.sha256, phash: hashes.phash });
    await hashed('breach', { sha256: 'f'.repeat(64), phash: 'ff00ff00ff00ff00', candidate: '1600099999' });
    const app = await rig.signedIn(rita);
    const caseId = cases['fresh'] ?? '';
    const asked = await app.client['verification.duplicates']({ caseId });
    expect(asked.isLocal).toBe(false);
    expect(namesOf(asked.matches.map((match) => ({ caseId: match.caseId ?? '' })))).toEqual([
      'late',
      'due',
      'breach',
    ]);
    rig.proxy.partition('both');
    const known = await app.client['verification.duplicates']({ caseId });
    expect(known.isLocal).toBe(true);
    expect(known.matches).toEqual(asked.matches);
  });

  test('are not found in blank pages', async () => {
    await hashed('fresh', { sha256: '1'.repeat(64), phash: '0000000000000000' });
    await hashed('due', { sha256: '2'.repeat(64), phash: '0000000000000000' });
    await hashed('late', {});
    await hashed('breach', {});
    const app = await rig.signedIn(rita);
    const caseId = cases['fresh'] ?? '';
    expect((await app.client['verification.duplicates']({ caseId })).matches).toEqual([]);
    rig.proxy.partition('both');
    expect(await app.client['verification.duplicates']({ caseId })).toMatchObject({
      isLocal: true,
      matches: [],
    });
  });
});

describe('a second review', () => {
  const sha256 = '9'.repeat(64);
  const checklist = Object.fromEntries(checklistOf('certificate').map(({ id }) => [id, 'pass' as const]));

  /** Has a reviewer reject a case through the functions, sampled and no longer to be taken back. */
  async function rejected(name: string, reviewer: TestUser): Promise<void> {
    const { sql } = rig.backend;
    const caseId = cases[name] ?? '';
    const as = async (call: string) =>
      await sql.query(
        `select set_config('request.jwt.claims', '{"sub": "${reviewer.id}", "role": "authenticated"}', true); select ${call}`,
      );
    await sql.query('update public.verification_settings set second_review_percent = 100');
    await as(`public.console_verification_claim(array['${caseId}'::uuid])`);
    const documents = await sql.query<{ id: string }>(
      'select id from public.verification_documents where case_id = $1',
      [caseId],
    );
    const evidence = { opened: documents.rows.map(({ id }) => seen(id)), checklist };
    await as(`public.console_verification_evidence_record('${caseId}', '${JSON.stringify(evidence)}')`);
    const version = await sql.query<{ row_version: string }>(
      'select row_version from public.verification_cases where id = $1',
      [caseId],
    );
    const decision = {
      caseId,
      rowVersion: Number(version.rows[0]?.row_version),
      outcome: 'REJECT',
      reasonCodes: ['wrong_person'],
      publicText: 'Not your name.',
      privateNote: '',
      overrideReason: '',
      grades: null,
    };
    await as(`public.console_verification_decide('${randomUUID()}', '${JSON.stringify(decision)}')`);
    await sql.query(
      `update public.verification_second_reviews set opens_at = now() - interval '1 minute' where case_id = $1`,
      [caseId],
    );
  }

  const seen = (documentId: string) => ({
    documentId,
    sha256,
    phash: null,
    candidateNumber: null,
    pageCount: 1,
    pagesSeen: 1,
    sizeBytes: 900,
  });

  test('has all that a case is judged by and nothing of the first verdict, until both are told', async () => {
    await rejected('late', rita);
    const caseId = cases['late'] ?? '';
    const app = await rig.signedIn(roy);
    expect((await app.client['verification.case']({ caseId })).found).toBeNull();
    expect((await app.client['verification.counts']({})).secondReviews).toBe(1);
    const taken = await app.client['verification.secondClaimNext']({ count: 1 });
    const read = async () => (await app.client['verification.secondReviews']({})).reviews[0];
    const open = await read();
    expect(open).toMatchObject({ caseId, status: 'OPEN', isMine: true, firstOutcome: null, done: null });
    expect(open?.documents).toHaveLength(1);
    expect(open?.claimed).toHaveProperty('candidate_name');
    const review = JSON.stringify(open);
    for (const secret of ['REJECT', 'Rita', 'Not your name', rita.id]) expect(review).not.toContain(secret);

    const documentId = open?.documents[0]?.id ?? '';
    await app.client['verification.record']({ caseId, evidence: { opened: [seen(documentId)], checklist } });
    expect(await read()).toMatchObject({ checklist, opened: { [documentId]: { sha256 } } });
    const answer = await app.client['verification.secondSubmit']({
      reviewId: taken.results[0]?.reviewId ?? '',
      verdict: { outcome: 'APPROVE', note: 'It is the maiden name.' },
    });
    expect(answer).toMatchObject({ firstOutcome: 'REJECT', agrees: false });
    expect(await read()).toMatchObject({
      status: 'DONE',
      isMine: false,
      agrees: false,
      done: {
        firstReviewer: 'Rita Reviewer',
        secondReviewer: 'Roy Reviewer',
        note: 'It is the maiden name.',
        isDisputed: true,
        status: 'REJECTED',
      },
    });
  });
});
