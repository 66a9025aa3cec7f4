import { randomUUID } from 'node:crypto';
import { checklistOf } from '#shared/domain/verification/checklist';
import type { DecisionOutcome, Recommendation } from '#shared/domain/verification/status';
import { verificationAnswers, type DecisionInput } from '#shared/domain/verification/wire';
import { hoursLater, monday, type World } from './world.ts';

type Answers = typeof verificationAnswers;
export type Answer<Name extends keyof Answers> = ReturnType<Answers[Name]['parse']>;

export type RequestParts = {
  readonly tutor?: string;
  readonly status?: string;
  readonly recommendation?: Recommendation | null;
  /** Hours after `monday` at which it was handed in. */
  readonly at?: number;
  /** Size of the file in storage; null for none. */
  readonly bytes?: number | null;
};

/** Certificates that wait, and what reviewers do with them, through the functions of the console. */
export type ReviewDesk = {
  readonly world: World;
  /** A certificate request with its file in storage. */
  request(parts?: RequestParts): Promise<string>;
  degree(tutor: string): Promise<string>;
  /** Calls a function and parses its answer by wire.ts. */
  call<Name extends keyof Answers>(
    user: string,
    name: Name,
    args?: Record<string, unknown>,
    at?: string,
  ): Promise<Answer<Name>>;
  claim(reviewer: string, ids: readonly string[], at?: string): Promise<Answer<'console_verification_claim'>>;
  /** Opens every document and ticks every item, as the desk does. */
  look(reviewer: string, id: string, at?: string): Promise<void>;
  /** A verdict that passes every check, with its row version read now. */
  verdict(id: string, outcome: DecisionOutcome, parts?: Partial<DecisionInput>): Promise<DecisionInput>;
  /** Claims, looks and decides. */
  decide(
    reviewer: string,
    id: string,
    outcome: DecisionOutcome,
    parts?: Partial<DecisionInput>,
    at?: string,
  ): Promise<Answer<'console_verification_decide'>>;
  /** One row of one value, as superuser. */
  value(text: string, values?: readonly unknown[]): Promise<unknown>;
};

/** `monday` plus seconds. */
export function secondsLater(seconds: number): string {
  return hoursLater(seconds / 3600);
}

export function reviewDesk(world: World): ReviewDesk {
  const { sql } = world;
  const value: ReviewDesk['value'] = async (text, values = []) => {
    const found = await sql.query<Record<string, unknown>>(text, [...values]);
    return Object.values(found.rows[0] ?? {})[0];
  };
  const call: ReviewDesk['call'] = async (user, name, args = {}, at = monday) => {
    const row = await world.call(user, name, jsonArguments(args), at);
    // One schema a name: parse keeps the two together where the compiler cannot.
    return verificationAnswers[name].parse(row) as Answer<typeof name>;
  };
  const desk: ReviewDesk = {
    world,
    value,
    call,
    async request({ tutor, status = 'READY_FOR_REVIEW', recommendation = null, at = -1, bytes = 1000 } = {}) {
      const id = randomUUID();
      const owner = tutor ?? (await world.person('tutor'));
      const path = `${owner}/requests/${id}.pdf`;
      if (bytes !== null) await storeFile(world, 'tutor-verifications', path, bytes);
      await sql.query(
        `insert into public.tutor_verification_requests (id, tutor_id, status, system_recommendation, file_path, file_type,
           original_filename, created_at) values ($1, $2, $3, $4, $5, 'pdf', 'slip.pdf', $6)`,
        [id, owner, status, recommendation, path, hoursLater(at)],
      );
      return id;
    },
    async degree(tutor) {
      const id = randomUUID();
      await storeFile(world, 'degree-documents', `${tutor}/degree.pdf`, 500);
      await sql.query(
        `insert into public.degrees (id, user_id, full_name, degree, created_at) values ($1, $2, 'A Name', 'BSc', $3)`,
        [id, tutor, hoursLater(-1)],
      );
      await sql.query('insert into public.degree_documents (degree_id, file_url) values ($1, $2)', [
        id,
        `${tutor}/degree.pdf`,
      ]);
      return id;
    },
    claim: (reviewer, ids, at) => call(reviewer, 'console_verification_claim', { p_case_ids: ids }, at),
    async look(reviewer, id, at) {
      const documents = await sql.query<{ id: string; kind: 'certificate' | 'degree'; state: string }>(
        `select d.id, c.kind, d.state from public.verification_cases c
         left join public.verification_documents d on d.case_id = c.id and d.is_current where c.id = $1`,
        [id],
      );
      const kind = documents.rows[0]?.kind ?? 'certificate';
      await call(
        reviewer,
        'console_verification_evidence_record',
        {
          p_case_id: id,
          p_evidence: {
            opened: documents.rows
              .filter(({ state }) => state === 'present')
              .map((document) => ({
                documentId: document.id,
                sha256: document.id.replaceAll('-', '').repeat(2),
                phash: null,
                candidateNumber: null,
                pageCount: 1,
                pagesSeen: 1,
                sizeBytes: 1000,
              })),
            checklist: Object.fromEntries(checklistOf(kind).map((item) => [item.id, 'pass'])),
          },
        },
        at,
      );
    },
    async verdict(id, outcome, parts = {}) {
      const version = await value('select row_version from public.verification_cases where id = $1', [id]);
      const kind = await value('select kind from public.verification_cases where id = $1', [id]);
      const grade = {
        subjectId: world.subject,
        examType: 'CSEC',
        grade: 1,
        year: 2024,
        session: null,
      } as const;
      return {
        caseId: id,
        rowVersion: Number(version),
        outcome,
        reasonCodes: outcome === 'APPROVE' ? [] : outcome === 'REJECT' ? ['wrong_person'] : ['illegible'],
        publicText: '',
        privateNote: '',
        overrideReason: '',
        grades: outcome === 'APPROVE' && kind === 'certificate' ? [grade] : null,
        ...parts,
      };
    },
    async decide(reviewer, id, outcome, parts, at) {
      await desk.claim(reviewer, [id], at);
      await desk.look(reviewer, id, at);
      const decision = await desk.verdict(id, outcome, parts);
      return call(reviewer, 'console_verification_decide', { p_key: randomUUID(), p_decision: decision }, at);
    },
  };
  return desk;
}

/** A file as the gateway leaves it, without bytes: only storage.objects counts here. */
export async function storeFile(world: World, bucket: string, path: string, bytes: number): Promise<void> {
  await world.sql.query(`insert into storage.buckets (id, name) values ($1, $1) on conflict do nothing`, [
    bucket,
  ]);
  await world.sql.query(
    `insert into storage.objects (bucket_id, name, metadata)
     values ($1, $2, jsonb_build_object('size', $3::bigint, 'mimetype', 'application/pdf'))`,
    [bucket, path, bytes],
  );
}

/** jsonb arguments as text; arrays of ids stay arrays. */
function jsonArguments(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && !name.endsWith('_ids') ? JSON.stringify(value) : value,
    ]),
  );
}
