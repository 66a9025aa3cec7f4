import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionInput } from '#shared/domain/verification/wire';
import { reviewDesk, type ReviewDesk } from '../support/review-desk.ts';
import { createWorld, hoursLater, refusal, type World } from '../support/world.ts';

let world: World;
let desk: ReviewDesk;
let reviewers: string[];
beforeAll(async () => {
  world = await createWorld({ connections: 12 });
  desk = reviewDesk(world);
  await world.sql.query('update public.verification_settings set second_review_percent = 0');
  reviewers = [];
  for (let index = 0; index < 10; index += 1) {
    reviewers.push(await world.person('student', { staff: 'reviewer', name: `Reviewer ${index}` }));
  }
});
afterAll(() => world.stop());
afterEach(() => world.sql.query('delete from public.tutor_verification_requests'));

const claimNext = (user: string, count = 1, at?: string) =>
  desk.call(user, 'console_verification_claim_next', { p_filter: {}, p_count: count }, at);
const requests = async (count: number) => {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await desk.request({ at: index - count }));
  return ids;
};
const perCase = async () =>
  (
    await world.sql.query<{ case_id: string; n: number }>(
      'select case_id, count(*)::int as n from public.verification_decisions group by 1',
    )
  ).rows;

describe.each([2, 10])('%i reviewers at once', (count) => {
  it('never take the same case, and leave none behind', async () => {
    const ids = await requests(count * 3);
    const team = reviewers.slice(0, count);
    const rounds = await Promise.all(
      team.flatMap((reviewer) => Array.from({ length: 3 }, () => claimNext(reviewer))),
    );
    const taken = rounds.flatMap(({ results }) => results.map(({ caseId }) => caseId));
    expect(taken.toSorted()).toEqual(ids.toSorted());
  });

  it('who fight for the same case decide it once, and the others learn who has it', async () => {
    const [id = ''] = await requests(1);
    const team = reviewers.slice(0, count);
    for (const reviewer of team) await desk.look(reviewer, id);
    const claims = await Promise.all(team.map((reviewer) => desk.claim(reviewer, [id])));
    const winners = claims.filter(({ results }) => results[0]?.outcome === 'claimed');
    expect(winners).toHaveLength(1);
    const holder = await desk.value('select private.display_name(holder_id) from public.verification_claims');
    for (const { results } of claims) {
      if (results[0]?.outcome === 'refused') {
        expect(results[0]).toMatchObject({ code: 'SY020', rule: 'claimed', data: { holder } });
        expect(results[0].message).toContain(holder);
      }
    }
    const verdict = await desk.verdict(id, 'REJECT');
    const outcomes = await Promise.allSettled(
      team.map((reviewer) =>
        desk.call(reviewer, 'console_verification_decide', { p_key: randomUUID(), p_decision: verdict }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await perCase()).toEqual([{ case_id: id, n: 1 }]);
  });

  it('working off the queue decide each case exactly once', async () => {
    const ids = await requests(count * 2);
    const work = async (reviewer: string) => {
      for (;;) {
        const { results } = await claimNext(reviewer, 2);
        if (results.length === 0) return;
        for (const { caseId } of results) {
          await desk.look(reviewer, caseId);
          await desk.call(reviewer, 'console_verification_decide', {
            p_key: randomUUID(),
            p_decision: await desk.verdict(caseId, 'REJECT'),
          });
        }
      }
    };
    await Promise.all(reviewers.slice(0, count).map(work));
    expect((await perCase()).toSorted((a, b) => (a.case_id < b.case_id ? -1 : 1))).toEqual(
      ids.toSorted().map((id) => ({ case_id: id, n: 1 })),
    );
  });
});

describe('a claim', () => {
  const team = () => {
    const [rae = '', rob = ''] = reviewers;
    return { rae, rob };
  };

  it('goes to the urgent before the normal, and to the oldest among equals', async () => {
    const [oldest = '', middle = '', newest = ''] = await requests(3);
    await desk.call(team().rob, 'console_verification_priority_set', { p_case_ids: [newest], p_priority: 2 });
    const { results } = await claimNext(team().rae, 3);
    expect(results.map(({ caseId }) => caseId)).toEqual([newest, oldest, middle]);
  });

  it('takes what waits as SUBMITTED, and leaves to the machine for an hour what it is reading', async () => {
    const submitted = await desk.request({ status: 'SUBMITTED', at: -3 });
    const fresh = await desk.request({ status: 'PROCESSING', at: -0.5 });
    const stuck = await desk.request({ status: 'PROCESSING', at: -2 });
    const { results } = await claimNext(team().rae, 3);
    expect(results.map(({ caseId }) => caseId)).toEqual([submitted, stuck]);
    expect((await desk.claim(team().rae, [fresh])).results).toMatchObject([{ outcome: 'claimed' }]);
  });

  it('is a lease: after ten minutes the case is free, and its old holder is told who has it', async () => {
    const { rae, rob } = team();
    const [id = ''] = await requests(1);
    await desk.look(rae, id);
    await desk.claim(rae, [id]);
    expect((await claimNext(rob, 1, hoursLater(9 / 60))).results).toEqual([]);
    const taken = await claimNext(rob, 1, hoursLater(11 / 60));
    expect(taken.results).toMatchObject([{ caseId: id }]);
    const late = desk.call(
      rae,
      'console_verification_decide',
      { p_key: randomUUID(), p_decision: await desk.verdict(id, 'REJECT') },
      hoursLater(12 / 60),
    );
    expect(await refusal(late)).toMatchObject({
      code: 'SY020',
      message: 'Reviewer 1 holds this case.',
      detail: { rule: 'claimed', holder: 'Reviewer 1', holderId: rob },
    });
    const renewed = await desk.call(
      rae,
      'console_verification_renew',
      { p_case_ids: [id] },
      hoursLater(12 / 60),
    );
    expect(renewed.results).toMatchObject([{ outcome: 'refused', rule: 'claimed' }]);
  });

  it('that ran out decides nothing, even when nobody else took the case', async () => {
    const { rae } = team();
    const [id = ''] = await requests(1);
    await desk.look(rae, id);
    await desk.claim(rae, [id]);
    const late = async () =>
      desk.call(
        rae,
        'console_verification_decide',
        { p_key: randomUUID(), p_decision: await desk.verdict(id, 'REJECT') },
        hoursLater(1),
      );
    expect((await refusal(late())).detail).toMatchObject({ rule: 'not_claimed' });
    await desk.call(rae, 'console_verification_renew', { p_case_ids: [id] }, hoursLater(1));
    await expect(late()).resolves.toMatchObject({ outcome: 'decided' });
  });

  it('given back is free at once, and prolonged it lasts', async () => {
    const { rae, rob } = team();
    const [id = ''] = await requests(1);
    await desk.claim(rae, [id]);
    await desk.call(rae, 'console_verification_renew', { p_case_ids: [id] }, hoursLater(9 / 60));
    expect((await desk.claim(rob, [id], hoursLater(12 / 60))).results).toMatchObject([
      { outcome: 'refused' },
    ]);
    await desk.call(rae, 'console_verification_release', { p_case_ids: [id] }, hoursLater(12 / 60));
    expect((await desk.claim(rob, [id], hoursLater(12 / 60))).results).toMatchObject([
      { outcome: 'claimed' },
    ]);
  });

  it('cannot be hoarded', async () => {
    await world.sql.query('update public.verification_settings set max_claims = 2');
    await requests(4);
    try {
      const refused = await refusal(claimNext(team().rae, 4));
      expect(refused.detail).toMatchObject({ rule: 'too_many_claims' });
    } finally {
      await world.sql.query('update public.verification_settings set max_claims = 50');
    }
  });
});

describe('a stale write', () => {
  it('is refused with the name of who changed the case', async () => {
    const [rae = '', rob = ''] = reviewers;
    const [id = ''] = await requests(1);
    await desk.claim(rae, [id]);
    await desk.look(rae, id);
    const verdict = await desk.verdict(id, 'REJECT');
    await desk.call(rob, 'console_verification_priority_set', { p_case_ids: [id], p_priority: 1 });
    const call = desk.call(rae, 'console_verification_decide', { p_key: randomUUID(), p_decision: verdict });
    expect(await refusal(call)).toMatchObject({
      code: 'SY020',
      message: expect.stringContaining('Reviewer 1 changed this case'),
      detail: { rule: 'version', by: 'Reviewer 1', byId: rob, rowVersion: verdict.rowVersion + 1 },
    });
  });
});

describe('a bulk', () => {
  const bulk = async (reviewer: string, ids: readonly string[], key: string = randomUUID()) => {
    const verdicts: DecisionInput[] = [];
    for (const id of ids) verdicts.push(await desk.verdict(id, 'APPROVE'));
    return {
      verdicts,
      send: () =>
        desk.call(reviewer, 'console_verification_decide_many', { p_key: key, p_decisions: verdicts }),
    };
  };

  it('of 25 with three stale rows decides 22 and reports three, each with its reason and name', async () => {
    const [rae = '', rob = ''] = reviewers;
    const ids = await requests(25);
    await claimNext(rae, 25);
    for (const id of ids) await desk.look(rae, id);
    const { send } = await bulk(rae, ids);
    const [decided = '', claimed = '', changed = ''] = [ids[3], ids[11], ids[24]];
    await desk.call(rae, 'console_verification_release', { p_case_ids: [decided, claimed] });
    await desk.decide(rob, decided, 'REJECT');
    await desk.claim(rob, [claimed]);
    await desk.call(rob, 'console_verification_priority_set', { p_case_ids: [changed], p_priority: 1 });
    const { results } = await send();
    expect(results.map(({ caseId }) => caseId)).toEqual(ids);
    const refused = results.filter((row) => row.outcome === 'refused');
    expect(refused).toMatchObject([
      { caseId: decided, rule: 'decided', data: { by: 'Reviewer 1', status: 'REJECTED' } },
      { caseId: claimed, rule: 'claimed', data: { holder: 'Reviewer 1' } },
      { caseId: changed, rule: 'version', data: { by: 'Reviewer 1' } },
    ]);
    expect(results.length - refused.length).toBe(22);
    expect(
      await desk.value(`select count(*)::int from public.verification_cases where status = 'APPROVED'`),
    ).toBe(22);
    expect(await desk.value('select status from public.verification_cases where id = $1', [claimed])).toBe(
      'READY_FOR_REVIEW',
    );
  });

  it('asked again under its key gives the same report and decides nothing more', async () => {
    const [rae = ''] = reviewers;
    const ids = await requests(3);
    await claimNext(rae, 3);
    for (const id of ids.slice(1)) await desk.look(rae, id);
    const { send } = await bulk(rae, ids);
    const first = await send();
    expect(first.results.map(({ outcome }) => outcome)).toEqual(['refused', 'decided', 'decided']);
    await desk.look(rae, ids[0] ?? '');
    expect(await send()).toEqual(first);
  });

  it('is refused as a whole when it is mixed, doubled, empty or too large', async () => {
    const [rae = ''] = reviewers;
    const ids = await requests(26);
    const odd = await desk.request({ recommendation: 'APPROVE' });
    const rule = async (list: readonly string[]) =>
      (await refusal((await bulk(rae, list)).send())).detail['rule'];
    expect(await rule([])).toBe('empty');
    expect(await rule(ids)).toBe('too_many');
    expect(await rule([ids[0] ?? '', ids[0] ?? ''])).toBe('twice');
    expect(await rule([ids[0] ?? '', odd])).toBe('mixed');
    expect(await perCase()).toEqual([]);
  });

  it('of two reviewers over the same cases in opposite order ends for both, each case decided once', async () => {
    const [rae = '', rob = ''] = reviewers;
    const ids = await requests(6);
    await desk.claim(rae, ids.slice(0, 3));
    await desk.claim(rob, ids.slice(3));
    for (const reviewer of [rae, rob]) for (const id of ids) await desk.look(reviewer, id);
    const one = await bulk(rae, ids);
    const other = await bulk(rob, ids.toReversed());
    const answers = await Promise.all([one.send(), other.send()]);
    for (const { results } of answers) {
      expect(results.filter(({ outcome }) => outcome === 'decided')).toHaveLength(3);
    }
    expect((await perCase()).map(({ n }) => n)).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
