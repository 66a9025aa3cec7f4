import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verificationTables } from '#shared/domain/sync/verification-tables';
import { checklistOf } from '#shared/domain/verification/checklist';
import { verificationAnswers } from '#shared/domain/verification/wire';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import { differences, openConsole, type Console } from '../support/sync-rig.ts';

/** Verification in the caches of those who may have it, over the real wire. */
let backend: Backend;
let tutor: TestUser;
let rae: TestUser;
let rob: TestUser;
let raeClient: SupabaseClient;

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor' });
  rae = await backend.createUser({ role: 'student', staff: ['reviewer'], displayName: 'Rae' });
  rob = await backend.createUser({ role: 'student', staff: ['reviewer'], displayName: 'Rob' });
  raeClient = await backend.signIn(rae);
  await backend.sql.query(
    `insert into public.subjects (name, curriculum, level) values ('Physics', 'CSEC', '5')`,
  );
});
afterAll(() => backend.stop());

async function request(): Promise<string> {
  const id = randomUUID();
  const path = `${tutor.id}/requests/${id}.pdf`;
  await backend.sql.query(
    `insert into storage.objects (bucket_id, name, metadata) values ('tutor-verifications', $1, '{"size": 5}')`,
    [path],
  );
  await backend.sql.query(
    `insert into public.tutor_verification_requests (id, tutor_id, status, file_path, extracted_json, extracted_text)
     values ($1, $2, 'READY_FOR_REVIEW', $3, '{"year": 2024, "subjects": ["Physics"]}', 'PHYSICS I')`,
    [id, tutor.id, path],
  );
  return id;
}

async function rpc<Name extends keyof typeof verificationAnswers>(name: Name, args: object) {
  const { data, error } = await raeClient.rpc(name, args);
  if (error !== null) throw new Error(`${error.code} ${error.message}`);
  return verificationAnswers[name].parse(data);
}

async function approve(id: string): Promise<void> {
  await rpc('console_verification_claim', { p_case_ids: [id] });
  const document = await backend.sql.query<{ id: string; subject: string; version: number }>(
    `select d.id, (select s.id from public.subjects s) as subject, c.row_version::int as version
     from public.verification_documents d join public.verification_cases c on c.id = d.case_id where c.id = $1`,
    [id],
  );
  const [row] = document.rows;
  await rpc('console_verification_evidence_record', {
    p_case_id: id,
    p_evidence: {
      opened: [
        {
          documentId: row?.id,
          sha256: 'e'.repeat(64),
          phash: null,
          candidateNumber: null,
          pageCount: 1,
          pagesSeen: 1,
          sizeBytes: 5,
        },
      ],
      checklist: Object.fromEntries(checklistOf('certificate').map((item) => [item.id, 'pass'])),
    },
  });
  await rpc('console_verification_decide', {
    p_key: randomUUID(),
    p_decision: {
      caseId: id,
      rowVersion: row?.version,
      outcome: 'APPROVE',
      reasonCodes: [],
      publicText: '',
      privateNote: 'Clean',
      overrideReason: '',
      grades: [{ subjectId: row?.subject, examType: 'CSEC', grade: 2, year: 2024, session: 'May/June' }],
    },
  });
}

const counts = (console: Console) => verificationTables.map(({ name }) => console.rows(name).length);
const ids = (console: Console, table: Parameters<Console['rows']>[0]) =>
  console.rows(table).map((row) => String(row[0]));

test('a reviewer caches all of it as the server has it, a tutor and support nothing', async () => {
  await backend.sql.query('update public.verification_settings set second_review_percent = 0');
  await approve(await request());
  await request();
  const console = await openConsole(backend, rob);
  await console.engine.pull();
  expect(await differences(backend.sql, rob.id, console)).toEqual([]);
  // Reviewers have no ticks of others, and there is no resubmission and no second review yet.
  const empty = verificationTables.filter((_, index) => counts(console)[index] === 0);
  expect(empty.map(({ name }) => name)).toEqual([
    'verification_evidence',
    'verification_resubmissions',
    'verification_second_reviews',
  ]);
  expect(await console.engine.check()).toMatchObject({ lost: 0, different: 0, ghosts: 0 });
  await console.stop();
  const support = await backend.createUser({ role: 'student', staff: ['support'] });
  for (const user of [tutor, support]) {
    const other = await openConsole(backend, user);
    await other.engine.pull();
    expect(counts(other).every((count) => count === 0)).toBe(true);
    await other.stop();
  }
});

test('a case that goes to a second review leaves the caches of the others, and comes back with its verdict', async () => {
  const id = await request();
  const console = await openConsole(backend, rob);
  await console.engine.pull();
  expect(ids(console, 'verification_cases')).toContain(id);
  await backend.sql.query(
    'update public.verification_settings set second_review_percent = 100, undo_seconds = 0',
  );
  await approve(id);
  await console.engine.pull();
  expect(ids(console, 'verification_cases')).not.toContain(id);
  expect(ids(console, 'verification_findings')).toContain(id);
  expect(await differences(backend.sql, rob.id, console)).toEqual([]);
  await backend.sql.query(
    `update public.verification_second_reviews set status = 'DONE' where case_id = $1`,
    [id],
  );
  await backend.sql.query('update public.verification_cases set second_review_open = false where id = $1', [
    id,
  ]);
  await console.engine.pull();
  expect(ids(console, 'verification_cases')).toContain(id);
  expect(await differences(backend.sql, rob.id, console)).toEqual([]);
  expect(await console.engine.check()).toMatchObject({ lost: 0, different: 0, ghosts: 0 });
  await console.stop();
});
