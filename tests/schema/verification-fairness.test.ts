import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cohenKappa } from '#shared/domain/verification/statistics';
import { reviewDesk, secondsLater, type ReviewDesk } from '../support/review-desk.ts';
import { createWorld, hoursLater, monday, refusal, type World } from '../support/world.ts';

let world: World;
let desk: ReviewDesk;
let rae: string;
let rob: string;
let ada: string;
beforeAll(async () => {
  world = await createWorld();
  desk = reviewDesk(world);
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.sql.query('delete from public.tutor_verification_requests');
  // Documents outlive their requests.
  await world.sql.query('delete from public.verification_documents');
  await world.sql.query('update public.verification_settings set second_review_percent = 100');
  rae = await world.person('student', { staff: 'reviewer', name: 'Rae Reviewer' });
  rob = await world.person('student', { staff: 'reviewer', name: 'Rob Reviewer' });
  ada = await world.person('student', { staff: 'admin', name: 'Ada Admin' });
});

const later = hoursLater(1);
const secondNext = (user: string, at = later) =>
  desk.call(user, 'console_verification_second_claim_next', { p_count: 1 }, at);

/** A second verdict by this reviewer on the one open review. */
async function second(user: string, outcome: 'APPROVE' | 'REJECT', key: string = randomUUID()) {
  const { results } = await secondNext(user);
  const review = results[0];
  if (review === undefined) throw new Error('no second review is open');
  await desk.look(user, review.caseId, later);
  return desk.call(
    user,
    'console_verification_second_submit',
    { p_key: key, p_review_id: review.reviewId, p_verdict: { outcome, note: 'Seen twice' } },
    later,
  );
}

/** Ids of a synced table that a first pull sends to this user. */
async function pulled(user: string, table: string): Promise<readonly string[]> {
  const request = {
    version: 1,
    tables: { [table]: { snap: '1:1:', xid: '0', id: '00000000-0000-0000-0000-000000000000' } },
    log: null,
    limit: 5000,
  };
  const row = await world.query(user, 'select public.sync_pull($1) as answer', [JSON.stringify(request)]);
  const answer = row.rows[0] as { answer: { tables: Record<string, { rows: unknown[][] }> } };
  return answer.answer.tables[table]?.rows.map((each) => String(each[0])) ?? [];
}

describe('a second review', () => {
  it('opens only when the first decision can no longer be reversed, and never for its maker', async () => {
    const id = await desk.request();
    await desk.decide(rae, id, 'APPROVE');
    expect((await secondNext(rob, secondsLater(59))).results).toEqual([]);
    expect((await secondNext(rae, secondsLater(61))).results).toEqual([]);
    expect((await secondNext(rob, secondsLater(61))).results).toMatchObject([{ caseId: id }]);
  });

  it('is blind: case, decision, grades, notes and trail are hidden from the others until it is in', async () => {
    const id = await desk.request();
    const made = await desk.decide(rae, id, 'APPROVE', { privateNote: 'Fine' });
    const tables = [
      'verification_cases',
      'verification_decisions',
      'verification_grades',
      'verification_notes',
      'tutor_verification_events',
    ];
    for (const table of tables) {
      expect(await pulled(rob, table)).toEqual([]);
      expect(await pulled(rae, table)).toHaveLength(1);
      expect(await pulled(ada, table)).toHaveLength(1);
    }
    const hidden = await world.query(
      rob,
      `select status from public.tutor_verification_requests where id = $1 union all
       select exam_type from public.tutor_verified_subjects where source_request_id = $1`,
      [id],
    );
    expect(hidden.rows).toEqual([]);
    // The document and what was read from it are there, and the review itself, without the verdict.
    expect(await pulled(rob, 'verification_documents')).toHaveLength(1);
    expect(await pulled(rob, 'verification_findings')).toEqual([id]);
    expect(await pulled(rob, 'verification_second_reviews')).toHaveLength(1);
    expect(await pulled(rae, 'verification_second_reviews')).toEqual([]);
    await second(rob, 'APPROVE');
    for (const table of tables) expect((await pulled(rob, table)).length).toBeGreaterThan(0);
    expect(await pulled(rob, 'verification_decisions')).toEqual([made.decisionId]);
  });

  it('names what it hides, and shows again, to caches that have it', async () => {
    const id = await desk.request();
    await desk.decide(rae, id, 'APPROVE');
    await second(rob, 'APPROVE');
    const entries = await world.sql.query<{ tbl: string; kinds: string }>(
      `select tbl, string_agg(kind, '' order by seq) as kinds from sync.visibility_log
       where principal is null and row_id in (select $1::uuid union select d.id from public.verification_decisions d
         where d.case_id = $1 union select g.id from public.verification_grades g where g.case_id = $1)
       group by 1 order by 1`,
      [id],
    );
    expect(entries.rows).toEqual([
      { tbl: 'verification_cases', kinds: 'R' },
      { tbl: 'verification_claims', kinds: 'RG' },
      { tbl: 'verification_decisions', kinds: 'RG' },
      { tbl: 'verification_grades', kinds: 'RG' },
    ]);
  });

  it('that agrees closes; one that differs makes the case disputed, for an admin who was neither', async () => {
    const agreed = await desk.request();
    await desk.decide(rae, agreed, 'APPROVE');
    expect(await second(rob, 'APPROVE')).toMatchObject({ agrees: true, firstOutcome: 'APPROVE' });
    const disputed = await desk.request();
    await desk.decide(rae, disputed, 'REJECT');
    const key = randomUUID();
    const answer = await second(rob, 'APPROVE', key);
    expect(answer).toMatchObject({ agrees: false, firstOutcome: 'REJECT' });
    const states = await world.sql.query(
      'select id, is_disputed, status from public.verification_cases order by is_disputed',
    );
    expect(states.rows).toEqual([
      { id: agreed, is_disputed: false, status: 'APPROVED' },
      { id: disputed, is_disputed: true, status: 'REJECTED' },
    ]);
    const version = Number(
      await desk.value('select row_version from public.verification_cases where id = $1', [disputed]),
    );
    const settle = (user: string) =>
      desk.call(user, 'console_verification_dispute_settle', {
        p_key: randomUUID(),
        p_case_id: disputed,
        p_row_version: version,
        p_verdict: 'REOPEN',
        p_reason: 'The seal is genuine',
      });
    expect(await refusal(settle(rae))).toMatchObject({ code: '42501' });
    await settle(ada);
    expect(
      await desk.value(`select status || ' ' || priority from public.verification_cases where id = $1`, [
        disputed,
      ]),
    ).toBe('READY_FOR_REVIEW 2');
    expect(await refusal(settle(ada))).toMatchObject({ code: 'SY020' });
  });

  it('needs the same evidence as a first one, and its own claim', async () => {
    const id = await desk.request();
    await desk.decide(rae, id, 'APPROVE');
    const { results } = await secondNext(rob);
    const submit = (user: string) =>
      desk.call(
        user,
        'console_verification_second_submit',
        {
          p_key: randomUUID(),
          p_review_id: results[0]?.reviewId,
          p_verdict: { outcome: 'APPROVE', note: '' },
        },
        later,
      );
    expect((await refusal(submit(rob))).detail).toMatchObject({ rule: 'not_opened' });
    expect(await refusal(submit(ada))).toMatchObject({
      code: 'SY020',
      detail: { rule: 'claimed', holder: 'Rob Reviewer' },
    });
    expect(await refusal(submit(rae))).toMatchObject({ code: 'SY030' });
  });

  it('is withdrawn with the decision that it was to judge', async () => {
    const id = await desk.request();
    const made = await desk.decide(rae, id, 'APPROVE');
    await desk.call(rae, 'console_verification_reverse', {
      p_key: randomUUID(),
      p_decision_ids: [made.decisionId],
      p_reason: 'Slip',
    });
    expect((await secondNext(rob)).results).toEqual([]);
    expect(await pulled(rob, 'verification_cases')).toEqual([id]);
  });

  it('is asked of the share that the settings say, by the decision’s own id', async () => {
    const share = async (percent: number) =>
      Number(
        await desk.value(
          `select count(*) filter (where private.verification_is_sampled(gen_random_uuid(), $1)) from generate_series(1, 4000)`,
          [percent],
        ),
      ) / 4000;
    expect(await share(0)).toBe(0);
    expect(await share(100)).toBe(1);
    expect(await share(10)).toBeGreaterThan(0.07);
    expect(await share(10)).toBeLessThan(0.13);
  });
});

describe('duplicates', () => {
  const fingerprint = (id: string, parts: { sha256?: string; phash?: string; candidate?: string }) =>
    world.sql.query(
      `update public.verification_documents set sha256 = coalesce($2, sha256), phash = coalesce($3, phash),
         candidate_number = coalesce($4, candidate_number) where case_id = $1`,
      [id, parts.sha256 ?? null, parts.phash ?? null, parts.candidate ?? null],
    );

  it('are found over every document ever seen: the same file, nearly the same picture, the same candidate', async () => {
    const thief = await world.person('tutor', { name: 'Theo Thief' });
    const subject = await desk.request({ tutor: thief });
    const [file, picture, candidate, stranger, blank] = [
      await desk.request(),
      await desk.request(),
      await desk.request(),
      await desk.request(),
      await desk.request(),
    ];
    await fingerprint(subject, {
      sha256: 'a'.repeat(64),
      phash: '00ff00ff00ff00ff',
      candidate: '1600012345',
    });
    await fingerprint(file, { sha256: 'a'.repeat(64) });
    await fingerprint(picture, { phash: '00ff00ff00ff00f0' });
    await fingerprint(candidate, { candidate: '1600012345' });
    await fingerprint(stranger, {
      sha256: 'c'.repeat(64),
      phash: 'ff00ff00ff00ff00',
      candidate: '1600099999',
    });
    await fingerprint(blank, { phash: '0000000000000000' });
    // The request goes, its document stays known.
    await world.sql.query('delete from public.tutor_verification_requests where id = $1', [file]);
    const { matches } = await desk.call(rae, 'console_verification_duplicates', { p_case_id: subject });
    expect(
      matches.map(({ caseId, isSameFile, isSameCandidate, distance }) => ({
        caseId,
        isSameFile,
        isSameCandidate,
        distance,
      })),
    ).toEqual([
      { caseId: null, isSameFile: true, isSameCandidate: false, distance: null },
      { caseId: picture, isSameFile: false, isSameCandidate: false, distance: 4 },
      { caseId: candidate, isSameFile: false, isSameCandidate: true, distance: null },
    ]);
    const back = await desk.call(rae, 'console_verification_duplicates', { p_case_id: picture });
    expect(back.matches).toMatchObject([
      { tutor: 'Theo Thief', isSameTutor: false, status: 'READY_FOR_REVIEW' },
    ]);
  });

  it('tell an earlier attempt of the same tutor from another person', async () => {
    const tutor = await world.person('tutor');
    const [first, next] = [await desk.request({ tutor, at: -5 }), await desk.request({ tutor })];
    await fingerprint(first, { sha256: 'd'.repeat(64) });
    await fingerprint(next, { sha256: 'd'.repeat(64) });
    const { matches } = await desk.call(rae, 'console_verification_duplicates', { p_case_id: next });
    expect(matches).toMatchObject([{ caseId: first, isSameTutor: true }]);
  });

  it('do not give away what is being judged a second time', async () => {
    const [judged, other] = [await desk.request(), await desk.request()];
    await desk.decide(rae, judged, 'APPROVE');
    for (const id of [judged, other]) await fingerprint(id, { candidate: '1600077777' });
    const { matches } = await desk.call(rob, 'console_verification_duplicates', { p_case_id: other });
    expect(matches).toMatchObject([{ caseId: judged, status: null }]);
  });
});

describe('figures', () => {
  it('of a reviewer: what he decided, how fast, what did not stand, and kappa', async () => {
    const verdicts = [
      ['APPROVE', 'APPROVE'],
      ['APPROVE', 'REJECT'],
      ['REJECT', 'REJECT'],
      ['REJECT', 'REJECT'],
    ] as const;
    for (const [first, other] of verdicts) {
      const id = await desk.request();
      await desk.claim(rae, [id]);
      await desk.decide(rae, id, first, {}, secondsLater(40));
      await second(rob, other);
    }
    await world.sql.query('update public.verification_settings set second_review_percent = 0');
    const undone = await desk.decide(rae, await desk.request(), 'REJECT');
    await desk.call(rae, 'console_verification_reverse', {
      p_key: randomUUID(),
      p_decision_ids: [undone.decisionId],
      p_reason: '',
    });
    const stats = (user: string) =>
      desk.call(user, 'console_verification_reviewer_stats', { p_from: monday, p_to: hoursLater(24) });
    const all = await stats(ada);
    const mine = all.reviewers.find(({ reviewerId }) => reviewerId === rae);
    expect(mine).toMatchObject({
      reviewer: 'Rae Reviewer',
      decisions: 4,
      approved: 2,
      rejected: 2,
      reversed: 1,
      overturned: 0,
      medianSeconds: 40,
      agreement: { aa: 1, ar: 1, ra: 0, rr: 2 },
    });
    expect(mine?.kappa).toBeCloseTo(cohenKappa({ aa: 1, ar: 1, ra: 0, rr: 2 }) ?? 9, 5);
    expect(all.reviewers.find(({ reviewerId }) => reviewerId === rob)).toMatchObject({
      agreement: { aa: 1, ar: 0, ra: 1, rr: 2 },
    });
    expect((await stats(rob)).reviewers.map(({ reviewerId }) => reviewerId)).toEqual([rob]);
  });

  it('of the queue: its bands, and what came and went each day', async () => {
    for (const at of [-1, -30, -50, -80]) await desk.request({ at });
    await desk.request({ bytes: null, at: -1 });
    await desk.decide(rae, await desk.request({ at: -100 }), 'REJECT');
    const { open, days } = await desk.call(rob, 'console_verification_queue_stats', { p_days: 3 });
    expect(open).toMatchObject({ total: 5, fresh: 2, due: 1, late: 1, breach: 1, withoutFile: 1 });
    expect(days.map(({ day }) => day)).toEqual(['2026-10-31', '2026-11-01', '2026-11-02']);
    expect(days.at(-1)).toMatchObject({
      submitted: 2,
      decided: 1,
      rejected: 1,
      breached: 1,
      medianHours: 100,
    });
  });
});
