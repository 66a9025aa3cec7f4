import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verificationAnswers } from '#shared/domain/verification/wire';
import { reviewDesk, secondsLater, type ReviewDesk } from '../support/review-desk.ts';
import { createWorld, hoursLater, refusal, type World } from '../support/world.ts';

let world: World;
let desk: ReviewDesk;
let rae: string;
let rob: string;
let ada: string;
beforeAll(async () => {
  world = await createWorld();
  desk = reviewDesk(world);
  rae = await world.person('student', { staff: 'reviewer', name: 'Rae Reviewer' });
  rob = await world.person('student', { staff: 'reviewer', name: 'Rob Reviewer' });
  ada = await world.person('student', { staff: 'admin', name: 'Ada Admin' });
  // Samples have tests of their own.
  await world.sql.query('update public.verification_settings set second_review_percent = 0');
});
afterAll(() => world.stop());

const decide = (user: string, decision: object, key: string = randomUUID(), at?: string) =>
  desk.call(user, 'console_verification_decide', { p_key: key, p_decision: decision }, at);

describe('an approval', () => {
  it('writes request, profile, subjects, event, audit and the ended claim in one go', async () => {
    const tutor = await world.person('tutor');
    const id = await desk.request({ tutor, status: 'SUBMITTED' });
    const answer = await desk.decide(rae, id, 'APPROVE', {
      publicText: 'Well done.',
      privateNote: 'Clean scan',
    });
    expect(answer.undoUntil).toBe(Date.parse(secondsLater(60)) * 1000);
    const rows = await world.sql.query(
      `select r.status, r.reviewed_by, r.reviewer_decision, p.tutor_verification_status, c.status as case_status,
         c.row_version::int as version, (select count(*)::int from public.tutor_verified_subjects s
           where s.source_request_id = r.id and s.is_public and s.grade = 1) as subjects,
         (select e.actor_id from public.tutor_verification_events e
           where e.request_id = r.id and e.event_type = 'REVIEWER_DECISION') as actor,
         (select count(*)::int from public.audit_log a where a.target_id = r.id and a.action = 'verification.approve') as audits,
         (select l.holder_id from public.verification_claims l where l.id = r.id) as holder,
         (select n.body from public.verification_notes n where n.case_id = r.id) as note
       from public.tutor_verification_requests r join public.profiles p on p.id = r.tutor_id
         join public.verification_cases c on c.id = r.id where r.id = $1`,
      [id],
    );
    expect(rows.rows).toEqual([
      {
        status: 'APPROVED',
        reviewed_by: rae,
        reviewer_decision: 'APPROVE',
        tutor_verification_status: 'VERIFIED',
        case_status: 'APPROVED',
        version: answer.rowVersion,
        subjects: 1,
        actor: rae,
        audits: 1,
        holder: null,
        note: 'Clean scan',
      },
    ]);
  });

  it.each([
    ['grades', { grades: [] }, 'Enter at least one subject with its grade.'],
    [
      'grades',
      { grades: [{ subjectId: randomUUID(), examType: 'CSEC', grade: 1, year: null, session: null }] },
      'This is no subject of that examination.',
    ],
  ] as const)('of a certificate needs subjects that exist (%s)', async (rule, parts, message) => {
    const id = await desk.request();
    await desk.claim(rae, [id]);
    await desk.look(rae, id);
    const verdict = await desk.verdict(id, 'APPROVE', { ...parts, grades: [...parts.grades] });
    expect(await refusal(decide(rae, verdict))).toMatchObject({ code: 'P0001', message, detail: { rule } });
  });

  it('of a degree needs none, and leaves the profile as it was', async () => {
    const tutor = await world.person('tutor');
    const id = await desk.degree(tutor);
    await desk.decide(rae, id, 'APPROVE');
    expect(await desk.value('select status from public.degrees where id = $1', [id])).toBe('verified');
    expect(
      await desk.value('select tutor_verification_status from public.profiles where id = $1', [tutor]),
    ).toBe(null);
  });

  it('needs every document opened, every item ticked and none of them failed', async () => {
    const id = await desk.request();
    await desk.claim(rae, [id]);
    const verdict = await desk.verdict(id, 'APPROVE');
    expect((await refusal(decide(rae, verdict))).detail).toMatchObject({ rule: 'not_opened' });
    await desk.look(rae, id);
    const tick = (checklist: object) =>
      desk.call(rae, 'console_verification_evidence_record', {
        p_case_id: id,
        p_evidence: { opened: [], checklist },
      });
    expect((await tick({ unaltered: 'fail' })).isComplete).toBe(true);
    expect((await refusal(decide(rae, verdict))).detail).toMatchObject({ rule: 'checklist_failed' });
    await tick({ unaltered: 'pass' });
    await expect(decide(rae, verdict)).resolves.toMatchObject({ decision: 'APPROVE' });
  });

  it('counts what another reviewer opened and ticked for nothing', async () => {
    const id = await desk.request();
    await desk.look(rob, id);
    await desk.claim(rae, [id]);
    expect((await refusal(decide(rae, await desk.verdict(id, 'APPROVE')))).detail).toMatchObject({
      rule: 'not_opened',
    });
  });

  it('is impossible where the file is missing, whatever was ticked', async () => {
    const id = await desk.request({ bytes: null });
    await desk.claim(rae, [id]);
    await desk.look(rae, id);
    expect((await refusal(decide(rae, await desk.verdict(id, 'APPROVE')))).detail).toMatchObject({
      rule: 'file',
    });
    await expect(
      decide(rae, await desk.verdict(id, 'RESUBMIT', { reasonCodes: ['file_missing'] })),
    ).resolves.toMatchObject({ decision: 'RESUBMIT' });
  });
});

describe('a verdict against the system', () => {
  it.each([
    ['APPROVE', 'REJECT'],
    ['REJECT', 'APPROVE'],
  ] as const)('needs a reason of its own: %s where it recommends %s', async (outcome, recommendation) => {
    const id = await desk.request({ recommendation });
    await desk.claim(rae, [id]);
    await desk.look(rae, id);
    const verdict = await desk.verdict(id, outcome);
    expect((await refusal(decide(rae, verdict))).detail).toMatchObject({ rule: 'override' });
    const answer = await decide(rae, { ...verdict, overrideReason: 'The machine misread the seal.' });
    expect(
      await desk.value('select override_reason from public.verification_decisions where id = $1', [
        answer.decisionId,
      ]),
    ).toBe('The machine misread the seal.');
  });

  it('needs none when the two agree', async () => {
    const id = await desk.request({ recommendation: 'APPROVE' });
    await expect(desk.decide(rae, id, 'APPROVE')).resolves.toMatchObject({ decision: 'APPROVE' });
  });
});

describe('a rejection', () => {
  it('needs a reason that is one for this outcome, and tells the tutor its text', async () => {
    const id = await desk.request();
    await desk.claim(rae, [id]);
    await desk.look(rae, id);
    for (const reasonCodes of [[], ['illegible'], ['institution_unknown']]) {
      const verdict = await desk.verdict(id, 'REJECT', { reasonCodes });
      expect((await refusal(decide(rae, verdict))).detail).toMatchObject({ rule: 'reason' });
    }
    await decide(rae, await desk.verdict(id, 'REJECT', { reasonCodes: ['altered', 'wrong_person'] }));
    expect(
      await desk.value('select reviewer_reason from public.tutor_verification_requests where id = $1', [id]),
    ).toMatch(/^The name on the document.*The document shows signs/);
  });

  it('makes a waiting tutor REJECTED, and leaves one verified who has another approval', async () => {
    const tutor = await world.person('tutor');
    const status = () =>
      desk.value('select tutor_verification_status from public.profiles where id = $1', [tutor]);
    await desk.decide(rae, await desk.request({ tutor }), 'REJECT');
    expect(await status()).toBe('REJECTED');
    await desk.decide(rae, await desk.request({ tutor }), 'APPROVE');
    await desk.decide(rae, await desk.request({ tutor }), 'REJECT');
    expect(await status()).toBe('VERIFIED');
  });

  it('can be a request to hand it in again, which the next request answers', async () => {
    const tutor = await world.person('tutor');
    const id = await desk.request({ tutor });
    await desk.decide(rae, id, 'RESUBMIT');
    expect(
      await desk.value('select status from public.tutor_verification_requests where id = $1', [id]),
    ).toBe('REJECTED');
    expect(await desk.value('select status from public.verification_cases where id = $1', [id])).toBe(
      'RESUBMIT',
    );
    expect(
      await desk.value('select tutor_verification_status from public.profiles where id = $1', [tutor]),
    ).toBe('UNVERIFIED');
    const next = await desk.request({ tutor, at: 5 });
    expect(
      await desk.value('select answered_case_id from public.verification_resubmissions where case_id = $1', [
        id,
      ]),
    ).toBe(next);
    expect(await desk.value('select attempt from public.verification_cases where id = $1', [next])).toBe(2);
  });
});

describe('nobody reviews himself', () => {
  it('whatever role he holds: the own case is not there', async () => {
    const both = await world.person('tutor', { staff: 'admin' });
    const id = await desk.request({ tutor: both });
    const verdict = await desk.verdict(id, 'APPROVE');
    const claimed = await desk.claim(both, [id]);
    expect(claimed.results).toMatchObject([{ outcome: 'refused', code: 'SY030' }]);
    const calls = [
      () => decide(both, verdict),
      () => desk.call(both, 'console_verification_grades_set', { p_case_id: id, p_grades: [] }),
      () => desk.call(both, 'console_verification_evidence_record', { p_case_id: id, p_evidence: {} }),
      () =>
        desk.call(both, 'console_verification_note_add', { p_id: randomUUID(), p_case_id: id, p_body: 'x' }),
    ];
    for (const call of calls) expect(await refusal(call())).toMatchObject({ code: 'SY030' });
    const seen = await world.query(
      both,
      `select 1 from public.verification_cases where id = $1 union all
       select 1 from public.verification_findings where id = $1 union all
       select 1 from public.verification_documents where case_id = $1`,
      [id],
    );
    expect(seen.rows).toEqual([]);
  });

  it('and a tutor cannot even call', async () => {
    const tutor = await world.person('tutor');
    const id = await desk.request({ tutor });
    expect(await refusal(desk.claim(tutor, [id]))).toMatchObject({ code: '42501' });
    expect(await refusal(decide(tutor, await desk.verdict(id, 'APPROVE')))).toMatchObject({ code: '42501' });
  });
});

describe('an escalated case', () => {
  it('is an admin’s: reviewers neither claim nor decide it, and its holder has let it go', async () => {
    const id = await desk.request();
    await desk.claim(rae, [id]);
    const version = Number(
      await desk.value('select row_version from public.verification_cases where id = $1', [id]),
    );
    const escalate = { p_key: randomUUID(), p_case_id: id, p_row_version: version, p_reason: 'Two names' };
    await desk.call(rae, 'console_verification_escalate', escalate);
    expect((await desk.claim(rob, [id])).results).toMatchObject([{ outcome: 'refused', rule: 'escalated' }]);
    await expect(desk.decide(ada, id, 'REJECT')).resolves.toMatchObject({ decision: 'REJECT' });
  });
});

describe('a revocation', () => {
  it('hides the subjects, takes the profile back and counts the approval as overturned', async () => {
    const tutor = await world.person('tutor');
    const id = await desk.request({ tutor });
    const approved = await desk.decide(rae, id, 'APPROVE');
    const revocation = {
      caseId: id,
      rowVersion: approved.rowVersion,
      reasonCodes: ['found_altered'],
      publicText: '',
      privateNote: 'Seen at the ministry',
    };
    await desk.call(rob, 'console_verification_revoke', { p_key: randomUUID(), p_revocation: revocation });
    const rows = await world.sql.query(
      `select c.status, r.status as request, p.tutor_verification_status as profile, s.is_public,
         d.overturned_by from public.verification_cases c
       join public.tutor_verification_requests r on r.id = c.id join public.profiles p on p.id = c.tutor_id
       join public.tutor_verified_subjects s on s.source_request_id = c.id
       join public.verification_decisions d on d.id = $2 where c.id = $1`,
      [id, approved.decisionId],
    );
    expect(rows.rows).toEqual([
      { status: 'REVOKED', request: 'APPROVED', profile: 'REJECTED', is_public: false, overturned_by: rob },
    ]);
    const again = desk.call(rob, 'console_verification_revoke', {
      p_key: randomUUID(),
      p_revocation: revocation,
    });
    expect(await refusal(again)).toMatchObject({ code: 'SY020' });
  });
});

describe('a key', () => {
  it('stands for one decision: asked again it gives the recorded answer, and decides nothing', async () => {
    const id = await desk.request();
    await desk.claim(rae, [id]);
    await desk.look(rae, id);
    const verdict = await desk.verdict(id, 'REJECT');
    const key = randomUUID();
    const first = await decide(rae, verdict, key);
    expect(await decide(rae, verdict, key, hoursLater(2))).toEqual(first);
    expect(
      await desk.value('select count(*)::int from public.verification_decisions where case_id = $1', [id]),
    ).toBe(1);
    const other = { ...verdict, publicText: 'Something else' };
    expect((await refusal(decide(rae, other, key))).detail).toMatchObject({ rule: 'once.reused' });
  });
});

it('has a declared answer for every function that reviewers may call', async () => {
  const found = await world.sql.query<{ name: string }>(
    `select p.proname as name from pg_proc p where p.proname like 'console\\_verification\\_%'
       and has_function_privilege('authenticated', p.oid, 'execute') order by 1`,
  );
  expect(found.rows.map(({ name }) => name)).toEqual(Object.keys(verificationAnswers).toSorted());
});
