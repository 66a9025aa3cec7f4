import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reviewDesk, storeFile, type ReviewDesk } from '../support/review-desk.ts';
import { createWorld, hoursLater, type World } from '../support/world.ts';

let world: World;
let desk: ReviewDesk;
let rae: string;
let tutor: string;
beforeAll(async () => {
  world = await createWorld();
  desk = reviewDesk(world);
  rae = await world.person('student', { staff: 'reviewer' });
  tutor = await world.person('tutor', { name: 'Tara Tutor' });
  await world.sql.query('update public.verification_settings set second_review_percent = 0');
});
afterAll(() => world.stop());

async function handIn(path: (id: string) => string, parts: { at?: number } = {}): Promise<string> {
  const id = randomUUID();
  await world.sql.query(
    `insert into public.tutor_verification_requests (id, tutor_id, file_path, created_at) values ($1, $2, $3, $4)`,
    [id, tutor, path(id), hoursLater(parts.at ?? 0)],
  );
  return id;
}

const fileOf = async (id: string) => {
  const found = await world.sql.query<Record<string, unknown>>(
    `select c.file_state as state, d.bucket, d.path from public.verification_cases c
     join public.verification_documents d on d.case_id = c.id and d.is_current where c.id = $1 order by d.position`,
    [id],
  );
  return found.rows[0];
};

describe('a file is found', () => {
  it('by the first upload path', async () => {
    const id = await handIn((own) => `${tutor}/requests/${own}.pdf`);
    expect(await fileOf(id)).toMatchObject({ state: 'missing', bucket: null });
    await storeFile(world, 'tutor-verifications', `${tutor}/requests/${id}.pdf`, 10);
    expect(await fileOf(id)).toMatchObject({ state: 'present', bucket: 'tutor-verifications' });
  });

  it('by the second upload path, in the bucket that no migration of the platform makes', async () => {
    const id = await handIn((own) => `${tutor}/${own}/my slip.jpg`);
    await storeFile(world, 'verification_uploads', `${tutor}/${id}/my slip.jpg`, 10);
    expect(await fileOf(id)).toMatchObject({ state: 'present', bucket: 'verification_uploads' });
  });

  it('in the legacy bucket, and behind a storage URL', async () => {
    await storeFile(world, 'verification_docs', `old/slip ${tutor}.pdf`, 10);
    const id = await handIn(
      () =>
        `https://p.supabase.co/storage/v1/object/sign/verification_docs/old/slip%20${tutor}.pdf?token=abc`,
    );
    expect(await fileOf(id)).toMatchObject({
      state: 'present',
      bucket: 'verification_docs',
      path: `old/slip ${tutor}.pdf`,
    });
  });

  it('where an upload that broke off had put it, though the request names none', async () => {
    const id = await handIn(() => '');
    expect(await fileOf(id)).toMatchObject({ state: 'missing', path: '' });
    await storeFile(world, 'tutor-verifications', `${tutor}/requests/${id}.png`, 10);
    expect(await fileOf(id)).toMatchObject({ state: 'present', path: `${tutor}/requests/${id}.png` });
  });
});

describe('a file that is not there', () => {
  it('is marked as missing, and marked again when it goes', async () => {
    const id = await desk.request({ tutor });
    expect(await fileOf(id)).toMatchObject({ state: 'present' });
    await world.sql.query('delete from storage.objects where name like $1', [`%${id}%`]);
    expect(await fileOf(id)).toMatchObject({ state: 'missing' });
  });

  it('or has no bytes is marked as empty', async () => {
    expect(await fileOf(await desk.request({ tutor, bytes: 0 }))).toMatchObject({ state: 'empty' });
  });

  it('is looked for again at every claim, and by the daily intake, where storage has no trigger of ours', async () => {
    const [claimed, nightly] = [
      await desk.request({ tutor, bytes: null }),
      await desk.request({ tutor, bytes: null }),
    ];
    await world.sql.query('alter table storage.objects disable trigger console_verification_file');
    for (const id of [claimed, nightly])
      await storeFile(world, 'tutor-verifications', `${tutor}/requests/${id}.pdf`, 10);
    await world.sql.query('alter table storage.objects enable trigger console_verification_file');
    await desk.claim(rae, [claimed]);
    expect(await fileOf(claimed)).toMatchObject({ state: 'present' });
    expect(await fileOf(nightly)).toMatchObject({ state: 'missing' });
    await world.sql.query('select public.console_verification_intake()');
    expect(await fileOf(nightly)).toMatchObject({ state: 'present' });
  });

  it('counts for a degree by the worst of its documents', async () => {
    const owner = await world.person('tutor');
    const id = await desk.degree(owner);
    expect(await fileOf(id)).toMatchObject({ state: 'present', bucket: 'degree-documents' });
    await world.sql.query(
      `insert into public.degree_documents (degree_id, file_url) values ($1, 'nowhere.pdf')`,
      [id],
    );
    expect(await fileOf(id)).toMatchObject({ state: 'missing' });
    await world.sql.query(`delete from public.degree_documents where file_url = 'nowhere.pdf'`);
    expect(await fileOf(id)).toMatchObject({ state: 'present' });
  });
});

describe('the queue', () => {
  it('ages from the moment of submission', async () => {
    const id = await handIn(() => 'x', { at: -10 });
    const row = await world.sql.query(
      'select submitted_at, sla_due_at, sla_late_at, sla_breach_at from public.verification_cases where id = $1',
      [id],
    );
    expect(Object.values(row.rows[0] as Record<string, Date>).map((at) => at.toISOString())).toEqual(
      [-10, 14, 38, 62].map(hoursLater),
    );
  });

  it('keeps what was claimed beside what was read', async () => {
    const id = await handIn(() => 'x');
    await world.sql.query(
      `update public.tutor_verification_requests set extracted_json = '{"candidate_name": "T. TUTOR"}',
         extracted_text = 'CXC', system_recommendation = 'REJECT', status = 'READY_FOR_REVIEW' where id = $1`,
      [id],
    );
    const row = await world.sql.query(
      `select f.claimed ->> 'candidate_name' as claimed, f.extracted ->> 'candidate_name' as read, f.extracted_text,
         c.recommendation, c.status from public.verification_findings f join public.verification_cases c using (id)
       where id = $1`,
      [id],
    );
    expect(row.rows).toEqual([
      {
        claimed: 'Tara Tutor',
        read: 'T. TUTOR',
        extracted_text: 'CXC',
        recommendation: 'REJECT',
        status: 'READY_FOR_REVIEW',
      },
    ]);
  });

  it('takes a degree that is handed in again as its next attempt, whose clock starts anew', async () => {
    const owner = await world.person('tutor');
    const id = await desk.degree(owner);
    await desk.decide(rae, id, 'RESUBMIT');
    await world.sql.query(`update public.degrees set status = 'pending' where id = $1`, [id]);
    const row = await world.sql.query(
      `select c.status, c.attempt, s.answered_case_id from public.verification_cases c
       join public.verification_resubmissions s on s.case_id = c.id where c.id = $1`,
      [id],
    );
    expect(row.rows).toEqual([{ status: 'SUBMITTED', attempt: 2, answered_case_id: id }]);
    // What was ticked of the first attempt does not count for the second.
    await desk.claim(rae, [id]);
    const answer = await desk.call(rae, 'console_verification_evidence_record', {
      p_case_id: id,
      p_evidence: { opened: [], checklist: { legible: 'pass' } },
    });
    expect(answer).toMatchObject({ isOpened: false, isComplete: false, checklist: { legible: 'pass' } });
  });

  it('can be built from nothing, and building it again changes nothing', async () => {
    const fields = `select coalesce(jsonb_agg(to_jsonb(c) - 'row_version' - 'sync_xid' order by c.id), '[]')
      from public.verification_cases c where c.decision_id is null`;
    const before = await desk.value(fields);
    const stamp = 'select max(row_version)::int from public.verification_cases';
    const version = await desk.value(stamp);
    await world.sql.query('select private.verification_rebuild()');
    expect(await desk.value(fields)).toEqual(before);
    expect(await desk.value(stamp)).toBe(version);
  });

  it('forgets a request that is deleted, and remembers its document', async () => {
    const id = await desk.request({ tutor });
    await desk.look(rae, id);
    await world.sql.query('delete from public.tutor_verification_requests where id = $1', [id]);
    expect(await desk.value('select count(*)::int from public.verification_cases where id = $1', [id])).toBe(
      0,
    );
    expect(
      await desk.value(
        'select count(*)::int from public.verification_documents where path like $1 and sha256 is not null',
        [`%${id}%`],
      ),
    ).toBe(1);
  });
});

it('other bytes behind the same name are marked, told in the trail, and have to be opened anew', async () => {
  const id = await desk.request({ tutor });
  await desk.claim(rae, [id]);
  await desk.look(rae, id);
  const document = String(
    await desk.value('select id from public.verification_documents where case_id = $1', [id]),
  );
  const rob = await world.person('student', { staff: 'reviewer' });
  const opened = {
    documentId: document,
    sha256: 'b'.repeat(64),
    phash: null,
    candidateNumber: '1600012345',
    pageCount: 1,
    pagesSeen: 1,
    sizeBytes: 9,
  };
  await desk.call(rob, 'console_verification_evidence_record', {
    p_case_id: id,
    p_evidence: { opened: [opened], checklist: {} },
  });
  const mine = await desk.call(rae, 'console_verification_evidence_record', {
    p_case_id: id,
    p_evidence: { opened: [], checklist: {} },
  });
  expect(mine.isOpened).toBe(false);
  expect(
    await desk.value('select changed_at is not null from public.verification_documents where id = $1', [
      document,
    ]),
  ).toBe(true);
  expect(
    await desk.value(
      `select actor_id from public.tutor_verification_events where case_id = $1 and event_type = 'DOCUMENT_CHANGED'`,
      [id],
    ),
  ).toBe(rob);
});
