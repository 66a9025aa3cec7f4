import { createHash, randomUUID } from 'node:crypto';
import { checklistOf } from '#shared/domain/verification/checklist';
import type { E2eBackend } from './backend.ts';

/** A certificate request whose file lies in the storage. */
export type HandedIn = {
  readonly caseId: string;
  readonly documentId: string;
  readonly sha256: string;
  readonly sizeBytes: number;
};

/** Hands a file in as one of the demonstration's tutors does: uploaded with the own session, then named in a request. */
export async function handIn(backend: E2eBackend, email: string, file: Uint8Array): Promise<HandedIn> {
  const caseId = randomUUID();
  const tutorId = await idOf(backend, email);
  const path = `${tutorId}/requests/${caseId}.pdf`;
  const token = await signIn(backend, email);
  const stored = await fetch(`${backend.url}/storage/v1/object/tutor-verifications/${path}`, {
    method: 'POST',
    headers: { apikey: backend.key, authorization: `Bearer ${token}`, 'content-type': 'application/pdf' },
    body: Uint8Array.from(file),
  });
  if (!stored.ok) throw new Error(`storage refused the file: ${await stored.text()}`);
  await backend.query(
    `insert into public.tutor_verification_requests (id, tutor_id, status, file_path, file_type, original_filename, created_at)
     values ($1, $2, 'READY_FOR_REVIEW', $3, 'pdf', 'slip.pdf', private.clock_now())`,
    [caseId, tutorId, path],
  );
  const [document] = await backend.query<{ id: string }>(
    'select id from public.verification_documents where case_id = $1',
    [caseId],
  );
  return {
    caseId,
    documentId: document?.id ?? '',
    sha256: createHash('sha256').update(file).digest('hex'),
    sizeBytes: file.length,
  };
}

/** What a reviewer's console writes when the case was looked at and every item ticked. */
export async function lookAt(backend: E2eBackend, email: string, paper: HandedIn): Promise<void> {
  const evidence = {
    opened: [
      {
        documentId: paper.documentId,
        sha256: paper.sha256,
        phash: null,
        candidateNumber: null,
        pageCount: 1,
        pagesSeen: 1,
        sizeBytes: paper.sizeBytes,
      },
    ],
    checklist: Object.fromEntries(checklistOf('certificate').map((item) => [item.id, 'pass'])),
  };
  await asReviewer(
    backend,
    email,
    `public.console_verification_evidence_record('${paper.caseId}', '${JSON.stringify(evidence)}')`,
  );
}

/** Rejected by this reviewer, sampled, and no longer to be taken back: it waits for a second opinion. */
export async function rejectAndSample(backend: E2eBackend, email: string, paper: HandedIn): Promise<void> {
  await backend.query('update public.verification_settings set second_review_percent = 100');
  await asReviewer(backend, email, `public.console_verification_claim(array['${paper.caseId}'::uuid])`);
  await lookAt(backend, email, paper);
  const [row] = await backend.query<{ version: string }>(
    'select row_version as version from public.verification_cases where id = $1',
    [paper.caseId],
  );
  const decision = {
    caseId: paper.caseId,
    rowVersion: Number(row?.version),
    outcome: 'REJECT',
    reasonCodes: ['wrong_person'],
    publicText: 'The name on the certificate is not yours.',
    privateNote: '',
    overrideReason: '',
    grades: null,
  };
  await asReviewer(
    backend,
    email,
    `public.console_verification_decide('${randomUUID()}', '${JSON.stringify(decision)}')`,
  );
  await backend.query(
    `update public.verification_second_reviews set opens_at = private.clock_now() - interval '1 second' where case_id = $1`,
    [paper.caseId],
  );
}

/** The second opinion of this reviewer, who has not seen the first. */
export async function judgeAgain(
  backend: E2eBackend,
  email: string,
  paper: HandedIn,
  outcome: 'APPROVE' | 'REJECT',
): Promise<void> {
  await asReviewer(backend, email, 'public.console_verification_second_claim_next(1)');
  await lookAt(backend, email, paper);
  const verdict = JSON.stringify({ outcome, note: 'It is the maiden name.' });
  await asReviewer(
    backend,
    email,
    `public.console_verification_second_submit('${randomUUID()}', (select id from public.verification_second_reviews
       where case_id = '${paper.caseId}'), '${verdict}')`,
  );
}

async function asReviewer(backend: E2eBackend, email: string, call: string): Promise<void> {
  const claims = JSON.stringify({ sub: await idOf(backend, email), role: 'authenticated' });
  await backend.query(`select set_config('request.jwt.claims', '${claims}', false); select ${call}`);
}

async function idOf(backend: E2eBackend, email: string): Promise<string> {
  const [row] = await backend.query<{ id: string }>('select id from public.profiles where email = $1', [
    email,
  ]);
  if (row === undefined) throw new Error(`the seed has no ${email}`);
  return row.id;
}

async function signIn(backend: E2eBackend, email: string): Promise<string> {
  const headers = { apikey: backend.key, 'content-type': 'application/json' };
  const settings = await (await fetch(`${backend.url}/auth/v1/settings`, { headers })).json();
  const session = await fetch(`${backend.url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ email, password: settings.demo.password }),
  });
  return String((await session.json()).access_token);
}
