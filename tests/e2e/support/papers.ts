import { randomUUID } from 'node:crypto';
import { demoOf } from '#core/session/demo';
import { made } from '#seed/documents/media';
import { a4, text } from '#seed/documents/sheet';
import type { E2eBackend } from './backend.ts';

export type Paper = {
  /** Of a demo account: 'tutor@demo.itutor.tt'. */
  readonly tutor: string;
  /** What is printed on each page. */
  readonly pages: readonly string[];
  readonly hoursOld: number;
  readonly recommendation?: 'APPROVE' | 'REJECT';
};

/** Hands a certificate in as its tutor would, through the storage, and puts it at the head of the queue. */
export async function handIn(backend: E2eBackend, paper: Paper): Promise<string> {
  const caseId = randomUUID();
  const { token, userId } = await signedIn(backend, paper.tutor);
  const { bytes, contentType } = made(
    paper.pages.map((words) => ({ ...a4, marks: [text(60, 90, words, { size: 20 })] })),
    { name: caseId, medium: 'pdf' },
  );
  const path = `${userId}/requests/${caseId}.pdf`;
  const stored = await fetch(`${backend.url}/storage/v1/object/tutor-verifications/${path}`, {
    method: 'POST',
    headers: { apikey: backend.key, authorization: `Bearer ${token}`, 'content-type': contentType },
    body: new Uint8Array(bytes),
  });
  if (!stored.ok) throw new Error(`the storage refused the paper: ${stored.status} ${await stored.text()}`);
  await backend.query(
    `insert into public.tutor_verification_requests (id, tutor_id, status, system_recommendation, confidence_score,
       system_reason, file_path, file_type, original_filename, extracted_json, created_at)
     values ($1, $2, 'READY_FOR_REVIEW', $3, 88, 'Made up for a test.', $4, 'pdf', 'slip.pdf', $5,
       private.clock_now() - make_interval(hours => $6))`,
    [caseId, userId, paper.recommendation ?? null, path, { candidate_number: '1600450123' }, paper.hoursOld],
  );
  await backend.query('update public.verification_cases set priority = 2 where id = $1', [caseId]);
  return caseId;
}

/** What the server has of the decisions on a case, in their order: outcome, and whether it was taken back. */
export async function decisionsOn(backend: E2eBackend, caseId: string): Promise<readonly string[]> {
  const rows = await backend.query<{ said: string }>(
    `select outcome || case when reversed_at is null then '' else ' reversed' end as said
     from public.verification_decisions where case_id = $1 order by decided_at, id`,
    [caseId],
  );
  return rows.map(({ said }) => said);
}

async function signedIn(backend: E2eBackend, email: string): Promise<{ token: string; userId: string }> {
  const headers = { apikey: backend.key, 'content-type': 'application/json' };
  const settings = await (await fetch(`${backend.url}/auth/v1/settings`, { headers })).json();
  const password = demoOf(settings)?.password;
  const answer = await fetch(`${backend.url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ email, password }),
  });
  const session = await answer.json();
  return { token: String(session.access_token), userId: String(session.user?.id) };
}
