import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checklistOf, type CheckResult } from '#shared/domain/verification/checklist';
import { decisionGate, type CaseFacts, type Intent } from '#shared/domain/verification/gate';
import { gradesFault } from '#shared/domain/verification/grades';
import { noticeOf } from '#shared/domain/verification/notice';
import { publicTextOf, reasonsFor, type Reason } from '#shared/domain/verification/reasons';
import { cohenKappa, hashDistance } from '#shared/domain/verification/statistics';
import {
  afterDecision,
  canDecide,
  caseStatus,
  isOpen,
  recordedOutcome,
  verificationKind,
  type CaseStatus,
  type Recommendation,
} from '#shared/domain/verification/status';
import { reviewDesk, type ReviewDesk } from '../support/review-desk.ts';
import { createWorld, refusal, type World } from '../support/world.ts';

/** The rules in the client foresee what the server will say: the same verdict, and the same rule where it is no. */
let world: World;
let desk: ReviewDesk;
let rae: string;
beforeAll(async () => {
  world = await createWorld();
  desk = reviewDesk(world);
  rae = await world.person('student', { staff: 'reviewer' });
  await world.sql.query('update public.verification_settings set second_review_percent = 0');
});
afterAll(() => world.stop());

it('the checklists have the same items in both places', async () => {
  for (const kind of verificationKind.options) {
    expect(await desk.value('select private.verification_checklist($1)', [kind])).toEqual(
      checklistOf(kind).map(({ id }) => id),
    );
  }
});

it('the same statuses wait for a verdict', async () => {
  for (const status of caseStatus.options) {
    expect(await desk.value('select private.verification_is_open($1)', [status])).toBe(isOpen(status));
  }
});

it('the preview of a notice has the words of the notice', async () => {
  for (const kind of verificationKind.options) {
    for (const outcome of recordedOutcome.options) {
      for (const text of ['', 'Your scan is dark.']) {
        expect(
          await desk.value('select private.verification_notice($1, $2, $3, 14)', [kind, outcome, text]),
        ).toEqual(noticeOf(kind, outcome, text, 14));
      }
    }
  }
});

it('every template can be picked by a number of its own, and its text is what the tutor gets', async () => {
  const all = (await world.sql.query<Reason>('select * from public.verification_reasons')).rows;
  for (const kind of verificationKind.options) {
    for (const outcome of ['REJECT', 'RESUBMIT', 'REVOKE'] as const) {
      const numbers = reasonsFor(all, outcome, kind).map(({ number }) => number);
      expect(numbers.length).toBeGreaterThan(2);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  }
  const chosen = reasonsFor(all, 'REJECT', 'certificate').slice(1, 3);
  const id = await desk.request();
  await desk.decide(rae, id, 'REJECT', { reasonCodes: chosen.map(({ code }) => code).toReversed() });
  expect(
    await desk.value('select public_text from public.verification_decisions where case_id = $1', [id]),
  ).toBe(publicTextOf(chosen));
});

describe('the gate', () => {
  type Scene = {
    readonly status: CaseStatus;
    readonly recommendation: Recommendation | null;
    readonly bytes: number | null;
    readonly isMine: boolean;
    readonly isOpened: boolean;
    readonly failed: boolean;
    readonly isTicked: boolean;
    readonly isEscalated: boolean;
    readonly hasGrades: boolean;
    readonly intent: Intent;
  };
  const scene: fc.Arbitrary<Scene> = fc.record({
    status: fc.constantFrom('SUBMITTED', 'PROCESSING', 'READY_FOR_REVIEW', 'REJECTED'),
    recommendation: fc.constantFrom('APPROVE', 'REJECT', null),
    bytes: fc.constantFrom(1000, 1000, 0, null),
    isMine: fc.constantFrom(true, true, true, false),
    isOpened: fc.constantFrom(true, true, true, false),
    isTicked: fc.constantFrom(true, true, false),
    failed: fc.constantFrom(false, false, true),
    isEscalated: fc.constantFrom(false, false, false, true),
    hasGrades: fc.boolean(),
    intent: fc.record({
      outcome: fc.constantFrom('APPROVE', 'REJECT', 'RESUBMIT'),
      hasReason: fc.constantFrom(true, true, false),
      overrideReason: fc.constantFrom('', ' no ', 'The seal is right.'),
      isBulk: fc.constant(false),
      isAdmin: fc.constant(false),
    }),
  });

  it('says on the desk what the server says', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (it) => {
        const id = await desk.request({
          status: it.status,
          recommendation: it.recommendation,
          bytes: it.bytes,
        });
        if (it.isMine && isOpen(it.status)) await desk.claim(rae, [id]);
        if (it.isOpened) await desk.look(rae, id);
        const checklist: Record<string, CheckResult> = {};
        if (it.isTicked) for (const item of checklistOf('certificate')) checklist[item.id] = 'pass';
        if (it.failed) checklist['unaltered'] = 'fail';
        await world.sql.query(
          `insert into public.verification_evidence (case_id, reviewer_id, checklist) values ($1, $2, $3)
           on conflict (case_id, reviewer_id, attempt) do update set checklist = excluded.checklist`,
          [id, rae, checklist],
        );
        if (it.isEscalated) {
          await world.sql.query('update public.verification_cases set escalated_at = now() where id = $1', [
            id,
          ]);
        }
        const facts: CaseFacts = {
          id,
          kind: 'certificate',
          status: it.status,
          recommendation: it.recommendation,
          fileState: it.bytes === null ? 'missing' : it.bytes === 0 ? 'empty' : 'present',
          isEscalated: it.isEscalated,
          isMine: it.isMine,
          // A file that is missing or empty has nothing to open.
          isOpened: it.isOpened || it.bytes !== 1000,
          checklist,
          gradeCount: it.hasGrades ? 1 : 0,
        };
        const { outcome, overrideReason, hasReason } = it.intent;
        const verdict = await desk.verdict(id, outcome, { overrideReason });
        const full = await desk.verdict(id, 'APPROVE');
        const call = desk.call(rae, 'console_verification_decide', {
          p_key: randomUUID(),
          p_decision: {
            ...verdict,
            reasonCodes: hasReason ? verdict.reasonCodes : [],
            grades: it.hasGrades ? full.grades : [],
          },
        });
        const foreseen = decisionGate(facts, it.intent);
        if (foreseen === null) {
          await expect(call).resolves.toMatchObject({ outcome: 'decided' });
          expect(await desk.value('select status from public.verification_cases where id = $1', [id])).toBe(
            afterDecision(outcome),
          );
        } else {
          const refused = await refusal(call);
          expect(refused.detail['rule']).toBe(foreseen.rule);
          if (foreseen.rule !== 'decided') expect(refused.message).toBe(foreseen.message);
        }
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it('lets each outcome start from the same statuses', async () => {
    for (const status of caseStatus.options) {
      const id = await desk.request();
      await desk.claim(rae, [id]);
      await desk.look(rae, id);
      await world.sql.query('update public.verification_cases set status = $2 where id = $1', [id, status]);
      const may = await desk
        .call(rae, 'console_verification_decide', {
          p_key: randomUUID(),
          p_decision: await desk.verdict(id, 'REJECT'),
        })
        .then(
          () => true,
          () => false,
        );
      expect(`${status} ${may}`).toBe(`${status} ${canDecide('REJECT', status)}`);
    }
  });
});

it('the same grades are wrong, in the same words', async () => {
  const subjects = new Map([
    [world.subject, { id: world.subject, name: await nameOf(world.subject), curriculum: 'CSEC' }],
  ]);
  const entry = { subjectId: world.subject, examType: 'CSEC', grade: 1, year: 2024, session: null } as const;
  const id = await desk.request();
  await desk.claim(rae, [id]);
  for (const grades of [
    [entry],
    [],
    [entry, entry],
    [{ ...entry, grade: 6 }],
    [{ ...entry, grade: 7 }],
    [{ ...entry, year: null }],
    [{ ...entry, year: 2027 }],
    [{ ...entry, year: 1978 }],
    [{ ...entry, examType: 'CAPE' as const }],
    [{ ...entry, subjectId: randomUUID() }],
  ]) {
    const fault = gradesFault(grades, subjects, 2026);
    const call = desk.call(rae, 'console_verification_grades_set', { p_case_id: id, p_grades: grades });
    if (fault === null) await expect(call).resolves.toMatchObject({ grades });
    else expect(await refusal(call)).toMatchObject({ message: fault, detail: { rule: 'grades' } });
  }
});

it('kappa and the distance of hashes are the same figures', async () => {
  for (const [aa, ar, ra, rr] of [
    [20, 5, 10, 15],
    [3, 0, 0, 4],
    [0, 3, 3, 0],
    [9, 0, 0, 0],
    [0, 0, 0, 0],
    [7, 1, 2, 90],
  ] as const) {
    const theirs = await desk.value('select private.cohen_kappa($1, $2, $3, $4)::float8', [aa, ar, ra, rr]);
    const ours = cohenKappa({ aa, ar, ra, rr });
    if (ours === null) expect(theirs).toBeNull();
    else expect(theirs).toBeCloseTo(ours, 5);
  }
  const [one, other] = ['00ff13a9c0de0001', 'f0ff13a9c0de8000'];
  expect(
    Number(await desk.value(`select bit_count(('x' || $1)::bit(64) # ('x' || $2)::bit(64))`, [one, other])),
  ).toBe(hashDistance(one, other));
});

async function nameOf(subject: string): Promise<string> {
  return String(await desk.value('select name from public.subjects where id = $1', [subject]));
}
