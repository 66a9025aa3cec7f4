import { describe, expect, test } from 'vitest';
import { draftKinds } from '#shared/domain/drafts';
import type { Row, RowView } from '#shared/domain/effects/types';

const caseId = '0192f0c0-0000-7000-8000-000000000001';
const me = '0192f0c0-0000-7000-8000-000000000002';
const other = '0192f0c0-0000-7000-8000-000000000003';
const tutor = '0192f0c0-0000-7000-8000-000000000004';
const now = 1_000_000_000;

const openCase: Row = {
  id: caseId,
  kind: 'certificate',
  tutor_id: tutor,
  status: 'READY_FOR_REVIEW',
  file_state: 'present',
  row_version: 7,
};
const decision = {
  caseId,
  outcome: 'REJECT',
  reasonCodes: ['illegible'],
  publicText: 'Page two cannot be read.',
  privateNote: '',
  overrideReason: '',
  grades: null,
};

function viewOf(claim: Row | null, row: Row = openCase): RowView {
  const people = new Map([
    [tutor, 'Aaliyah Mohammed'],
    [other, 'Rory Reviewer'],
  ]);
  return {
    get(table, id) {
      if (table === 'verification_cases') return row;
      if (table === 'verification_claims') return claim;
      return table === 'people' ? { id, display_name: people.get(id) ?? '' } : null;
    },
    find: (table) => (table === 'verification_reasons' ? [{ label: 'Cannot be read' }] : []),
  };
}

const read = (args: unknown) => draftKinds['verification.decide']?.(args) ?? null;
const context = { userId: me, now };
const claimOf = (holder: string, expires: number): Row => ({ holder_id: holder, expires_at: expires });

describe('a drafted verdict', () => {
  test('says what it decides, and goes out over the version that was looked at last', () => {
    const draft = read(decision);
    expect(draft?.title(viewOf(null))).toBe('Reject the certificate of Aaliyah Mohammed');
    expect(draft?.lines(viewOf(null))).toEqual([
      { label: 'Decision', text: 'Reject' },
      { label: 'Reasons', text: 'Cannot be read' },
      { label: 'To the tutor', text: 'Page two cannot be read.' },
    ]);
    expect(draft?.call(openCase)).toEqual({
      rpc: 'console_verification_decide',
      params: { p_decision: { ...decision, rowVersion: 7 } },
    });
    expect(read({ ...decision, outcome: 'BURN' })).toBeNull();
  });

  test('is stopped by a case that is decided, a missing file, or somebody else’s claim', () => {
    const obstacle = (claim: Row | null, row: Row = openCase, outcome = 'REJECT') =>
      read({ ...decision, outcome })?.obstacle(row, viewOf(claim, row), context);
    expect(obstacle(null)).toBeNull();
    expect(obstacle(null, { ...openCase, status: 'APPROVED' })).toBe('This case is approved by now.');
    expect(obstacle(null, { ...openCase, file_state: 'missing' }, 'APPROVE')).toMatch(/nothing that could/);
    expect(obstacle(null, { ...openCase, file_state: 'missing' })).toBeNull();
    expect(obstacle(claimOf(other, now + 1))).toMatch(/^Rory Reviewer has claimed this case/);
    expect(obstacle(claimOf(other, now))).toBeNull();
    expect(obstacle(claimOf(me, now + 1))).toBeNull();
  });

  test('takes a claim again that ran out or is about to, and none that holds', () => {
    const prepare = (claim: Row | null) => read(decision)?.prepare?.(openCase, viewOf(claim), context) ?? [];
    expect(prepare(claimOf(me, now + 60_000_000))).toEqual([]);
    for (const claim of [null, claimOf(me, now + 1), claimOf(other, now - 1)]) {
      expect(prepare(claim)).toMatchObject([
        {
          rpc: 'console_verification_claim',
          params: { p_case_ids: [caseId] },
        },
      ]);
    }
    const problem = prepare(null)[0]?.problem;
    expect(problem?.({ now, results: [{ caseId, outcome: 'claimed' }] })).toBeNull();
    expect(problem?.({ now, results: [{ caseId, outcome: 'refused', message: 'Taken.' }] })).toBe('Taken.');
    expect(problem?.('nonsense')).toMatch(/cannot be claimed/);
  });

  test('tells the server first what was looked at and ticked without it', () => {
    const evidence = { opened: [], checklist: { legible: 'fail' } };
    const draft = read({ ...decision, evidence });
    const claim = claimOf(me, now + 60_000_000);
    expect(draft?.prepare?.(openCase, viewOf(claim), context)).toMatchObject([
      { rpc: 'console_verification_evidence_record', params: { p_case_id: caseId, p_evidence: evidence } },
    ]);
    expect(draft?.call(openCase).params).toEqual({ p_decision: { ...decision, rowVersion: 7 } });
  });
});
