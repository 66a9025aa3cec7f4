import * as z from 'zod';
import { defineDraft, type DraftLine, type Preparation } from '../draft.ts';
import { numberOf, textOf, type Row, type RowView } from '../effects/types.ts';
import { caseStatus, canDecide, type DecisionOutcome } from './status.ts';
import { decisionInput, evidenceInput, type EvidenceInput } from './wire.ts';

/**
 * What a drafted verdict says: the decision without the version of the case, which is that of the last look; and what
 * the reviewer looked at and ticked that the server has not been told yet, as offline.
 */
const drafted = decisionInput
  .omit({ rowVersion: true })
  .extend({ evidence: evidenceInput.nullable().default(null) });

/** The verdict on one case. Offline it is a draft; the claim that ran out meanwhile is taken again before it is confirmed. */
export const verificationDecision = defineDraft(drafted, (decision) => ({
  table: 'verification_cases',
  rowId: decision.caseId,
  watches: [
    'status',
    'attempt',
    'submitted_at',
    'recommendation',
    'file_state',
    'decision_id',
    'is_disputed',
    'escalated_at',
  ],
  title(view) {
    const found = view.get('verification_cases', decision.caseId);
    const tutor = found === null ? null : view.get('people', textOf(found, 'tutor_id'));
    const name = tutor === null ? 'a tutor' : textOf(tutor, 'display_name');
    return `${verbs[decision.outcome]} the ${found === null ? 'case' : textOf(found, 'kind')} of ${name}`;
  },
  lines: (view) => linesOf(decision, view),
  obstacle(row, view, { userId, now }) {
    const status = caseStatus.safeParse(row['status']);
    if (!status.success || !canDecide(decision.outcome, status.data)) {
      return `This case is ${textOf(row, 'status').toLowerCase().replaceAll('_', ' ')} by now.`;
    }
    if (decision.outcome === 'APPROVE' && row['file_state'] !== 'present') {
      return 'A file is missing or empty: there is nothing that could be approved.';
    }
    const claim = view.get('verification_claims', decision.caseId);
    const holder = claim === null || numberOf(claim, 'expires_at') <= now ? '' : textOf(claim, 'holder_id');
    if (holder === '' || holder === userId) return null;
    const person = view.get('people', holder);
    return `${person === null ? 'Somebody else' : textOf(person, 'display_name')} has claimed this case. Try again when it is free.`;
  },
  prepare: (_row, view, { userId, now }) => [
    ...claimAgain(decision.caseId, view, userId, now),
    ...recordFirst(decision.caseId, decision.evidence),
  ],
  call(row: Row) {
    const { evidence: _recorded, ...verdict } = decision;
    return {
      rpc: 'console_verification_decide',
      params: { p_decision: { ...verdict, rowVersion: numberOf(row, 'row_version') } },
    };
  },
}));

/** A claim that ends within these microseconds is renewed first, so that it does not end on the way. */
const margin = 30_000_000;

const claimAnswer = z.object({
  results: z.array(z.object({ outcome: z.string(), message: z.string().optional() })),
});

function claimAgain(caseId: string, view: RowView, userId: string, now: number): Preparation[] {
  const claim = view.get('verification_claims', caseId);
  const isMine = claim !== null && claim['holder_id'] === userId;
  if (isMine && numberOf(claim, 'expires_at') > now + margin) return [];
  return [
    {
      rpc: 'console_verification_claim',
      params: { p_case_ids: [caseId] },
      problem(answer) {
        const parsed = claimAnswer.safeParse(answer);
        const result = parsed.success ? parsed.data.results[0] : undefined;
        if (result?.outcome === 'claimed') return null;
        return result?.message ?? 'This case cannot be claimed now.';
      },
    },
  ];
}

/** Recording is adding: doing it twice changes nothing. */
function recordFirst(caseId: string, evidence: EvidenceInput | null): Preparation[] {
  if (evidence === null) return [];
  return [
    {
      rpc: 'console_verification_evidence_record',
      params: { p_case_id: caseId, p_evidence: evidence },
      problem: () => null,
    },
  ];
}

function linesOf(decision: z.infer<typeof drafted>, view: RowView): readonly DraftLine[] {
  const reasons = decision.reasonCodes.map((code) => {
    const known = view.find('verification_reasons', 'code', code)[0];
    return known === undefined ? code.replaceAll('_', ' ') : textOf(known, 'label');
  });
  const grades = decision.grades?.length ?? 0;
  return [
    { label: 'Decision', text: verbs[decision.outcome] },
    { label: 'Reasons', text: reasons.join(', ') },
    { label: 'To the tutor', text: decision.publicText },
    { label: 'Private note', text: decision.privateNote },
    { label: 'Against the system', text: decision.overrideReason },
    { label: 'Grades', text: grades === 0 ? '' : `${grades} entered` },
  ].filter(({ text }) => text !== '');
}

const verbs: Readonly<Record<DecisionOutcome, string>> = {
  APPROVE: 'Approve',
  REJECT: 'Reject',
  RESUBMIT: 'Ask to hand in again',
};
