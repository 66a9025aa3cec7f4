import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reviewDesk, secondsLater, type ReviewDesk } from '../support/review-desk.ts';
import { createWorld, monday, type World } from '../support/world.ts';

let world: World;
let desk: ReviewDesk;
let rae: string;
let rob: string;
beforeAll(async () => {
  world = await createWorld();
  desk = reviewDesk(world);
  rae = await world.person('student', { staff: 'reviewer', name: 'Rae Reviewer' });
  rob = await world.person('student', { staff: 'reviewer', name: 'Rob Reviewer' });
  await world.sql.query('update public.verification_settings set second_review_percent = 0');
});
afterAll(() => world.stop());

const reverse = (user: string, ids: readonly string[], at?: string, key: string = randomUUID()) =>
  desk.call(
    user,
    'console_verification_reverse',
    { p_key: key, p_decision_ids: ids, p_reason: 'Wrong row' },
    at,
  );

/** What the scheduler does every minute, at this time. */
async function deliver(at: string): Promise<readonly { type: string; email: string; message: string }[]> {
  const client = await world.sql.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('itutor.clock_offset', ($1::timestamptz - now())::text, true)`, [
      at,
    ]);
    const claimed = await client.query<{ rows: { type: string; email: string; message: string }[] }>(
      'select public.console_notifications_claim(500) as rows',
    );
    await client.query('commit');
    return claimed.rows[0]?.rows ?? [];
  } finally {
    client.release();
  }
}

const noticesOf = (tutor: string) =>
  world.sql
    .query<{ type: string; message: string }>(
      `select type, message from public.notifications where user_id = $1 and type like 'verification%'`,
      [tutor],
    )
    .then(({ rows }) => rows);

const state = (id: string) =>
  world.sql
    .query(
      `select to_jsonb(r) - 'updated_at' as request, to_jsonb(c) - 'row_version' - 'sync_xid' - 'last_actor_id' as case,
         p.tutor_verification_status as profile, p.tutor_verified_at as verified_at,
         (select count(*)::int from public.tutor_verified_subjects s where s.source_request_id = r.id) as subjects
       from public.tutor_verification_requests r join public.verification_cases c on c.id = r.id
       join public.profiles p on p.id = r.tutor_id where r.id = $1`,
      [id],
    )
    .then(({ rows }) => rows[0]);

describe('within its window', () => {
  it.each(['APPROVE', 'REJECT', 'RESUBMIT'] as const)(
    'the reviewer takes %s back: everything is as it was, the case is his again, and the tutor never hears',
    async (outcome) => {
      const tutor = await world.person('tutor');
      const id = await desk.request({ tutor });
      const before = await state(id);
      const made = await desk.decide(rae, id, outcome);
      expect(await state(id)).not.toEqual(before);
      const answer = await reverse(rae, [made.decisionId], secondsLater(59));
      expect(answer.results).toMatchObject([{ outcome: 'reversed', caseId: id }]);
      expect(await state(id)).toEqual(before);
      expect(await desk.value('select holder_id from public.verification_claims where id = $1', [id])).toBe(
        rae,
      );
      await deliver(secondsLater(3600));
      expect(await noticesOf(tutor)).toEqual([]);
      expect(
        await desk.value(
          `select status from public.notification_outbox where user_id = $1 and channel = 'in_app'`,
          [tutor],
        ),
      ).toBe('abandoned');
      // And it can be decided anew.
      await expect(desk.decide(rae, id, 'REJECT')).resolves.toMatchObject({ outcome: 'decided' });
    },
  );

  it('a revocation is taken back too: the approval stands, its subjects are public again', async () => {
    const tutor = await world.person('tutor');
    const id = await desk.request({ tutor });
    const approved = await desk.decide(rae, id, 'APPROVE');
    const before = await state(id);
    const revoked = await desk.call(rob, 'console_verification_revoke', {
      p_key: randomUUID(),
      p_revocation: {
        caseId: id,
        rowVersion: approved.rowVersion,
        reasonCodes: ['other_revoke'],
        publicText: '',
        privateNote: '',
      },
    });
    await reverse(rob, [revoked.decisionId]);
    expect(await state(id)).toEqual(before);
    expect(
      await desk.value('select is_public from public.tutor_verified_subjects where source_request_id = $1', [
        id,
      ]),
    ).toBe(true);
    expect(
      await desk.value('select overturned_at from public.verification_decisions where id = $1', [
        approved.decisionId,
      ]),
    ).toBeNull();
  });

  it('another decision about the tutor stands when the one beside it is taken back', async () => {
    const tutor = await world.person('tutor');
    const rejected = await desk.decide(rae, await desk.request({ tutor }), 'REJECT');
    await desk.decide(rae, await desk.request({ tutor }), 'APPROVE', {}, secondsLater(10));
    await reverse(rae, [rejected.decisionId], secondsLater(20));
    expect(
      await desk.value('select tutor_verification_status from public.profiles where id = $1', [tutor]),
    ).toBe('VERIFIED');
  });

  it('nobody else takes it back, and the refusal names whose it is', async () => {
    const made = await desk.decide(rae, await desk.request(), 'REJECT');
    const answer = await reverse(rob, [made.decisionId]);
    expect(answer.results).toMatchObject([
      { outcome: 'refused', rule: 'not_yours', data: { by: 'Rae Reviewer' } },
    ]);
  });

  it('several go back together, each for itself, once under a key', async () => {
    const one = await desk.decide(rae, await desk.request(), 'REJECT');
    const other = await desk.decide(rob, await desk.request(), 'REJECT');
    const key = randomUUID();
    const first = await reverse(rae, [one.decisionId, other.decisionId, randomUUID()], monday, key);
    expect(first.results.map(({ outcome }) => outcome)).toEqual(['reversed', 'refused', 'refused']);
    const again = await desk.call(rae, 'console_verification_reverse', {
      p_key: key,
      p_decision_ids: first.results.map(({ decisionId }) => decisionId),
      p_reason: 'Wrong row',
    });
    expect(again).toEqual(first);
    const twice = await reverse(rae, [one.decisionId]);
    expect(twice.results).toMatchObject([{ outcome: 'refused', code: 'SY020', rule: 'reversed' }]);
  });
});

describe('after its window', () => {
  it('a decision stands', async () => {
    const tutor = await world.person('tutor');
    const id = await desk.request({ tutor });
    const made = await desk.decide(rae, id, 'APPROVE');
    const answer = await reverse(rae, [made.decisionId], secondsLater(60));
    expect(answer.results).toMatchObject([{ outcome: 'refused', rule: 'undo_window' }]);
    expect(await desk.value('select status from public.verification_cases where id = $1', [id])).toBe(
      'APPROVED',
    );
  });

  it('the tutor is told, not a second before, in the public words only', async () => {
    const tutor = await world.person('tutor');
    await desk.decide(rae, await desk.request({ tutor }), 'REJECT', { privateNote: 'Smells of Photoshop' });
    await deliver(secondsLater(59));
    expect(await noticesOf(tutor)).toEqual([]);
    const mails = await deliver(secondsLater(61));
    const told = await noticesOf(tutor);
    expect(told).toMatchObject([
      { type: 'verification_rejected', message: expect.stringMatching(/^The name on the document/) },
    ]);
    const mail = mails.filter(({ message }) => message === told[0]?.message && message !== '');
    expect(mail.length).toBeGreaterThan(0);
    await deliver(secondsLater(120));
    expect(await noticesOf(tutor)).toHaveLength(1);
    const everything = await world.sql.query(
      `select 1 from public.notification_outbox o where o.payload::text like '%Photoshop%'
       union all select 1 from public.tutor_verification_requests r where to_jsonb(r)::text like '%Photoshop%'
       union all select 1 from public.notifications n where n.message like '%Photoshop%'`,
    );
    expect(everything.rows).toEqual([]);
  });
});

it('a window of another length is a setting', async () => {
  await world.sql.query('update public.verification_settings set undo_seconds = 5');
  try {
    const made = await desk.decide(rae, await desk.request(), 'REJECT');
    expect((await reverse(rae, [made.decisionId], secondsLater(6))).results).toMatchObject([
      { rule: 'undo_window' },
    ]);
  } finally {
    await world.sql.query('update public.verification_settings set undo_seconds = 60');
  }
});
