import { failedItems, isComplete, type CheckResult } from './checklist.ts';
import {
  canDecide,
  isAgainst,
  type CaseStatus,
  type DecisionOutcome,
  type FileState,
  type Recommendation,
  type VerificationKind,
} from './status.ts';

/** A case as the desk knows it, with what the caller has looked at, ticked and entered. */
export type CaseFacts = {
  readonly id: string;
  readonly kind: VerificationKind;
  readonly status: CaseStatus;
  readonly recommendation: Recommendation | null;
  readonly fileState: FileState;
  readonly isEscalated: boolean;
  /** Whether the caller's lease is alive on the server's clock. */
  readonly isMine: boolean;
  /** Whether every file that is there was opened in its present bytes. */
  readonly isOpened: boolean;
  readonly checklist: Readonly<Record<string, CheckResult>>;
  /** How many subjects with grades are entered, those verified before included. */
  readonly gradeCount: number;
};

export type Intent = {
  readonly outcome: DecisionOutcome;
  readonly hasReason: boolean;
  readonly overrideReason: string;
  /** Decided together with others: then the checklist has to be complete whatever the outcome. */
  readonly isBulk: boolean;
  readonly isAdmin: boolean;
};

/** A rule that stands in the way; the server names and words it the same. */
export type GateRefusal = { readonly rule: GateRule; readonly message: string };
export type GateRule =
  | 'decided'
  | 'not_claimed'
  | 'escalated'
  | 'not_opened'
  | 'checklist'
  | 'checklist_failed'
  | 'file'
  | 'reason'
  | 'override'
  | 'grades';

/** The first rule that forbids the decision, null when none does. The server checks them again in the same order. */
export function decisionGate(facts: CaseFacts, intent: Intent): GateRefusal | null {
  const { outcome } = intent;
  const refuse = (rule: GateRule, message: string): GateRefusal => ({ rule, message });
  if (!canDecide(outcome, facts.status)) return refuse('decided', 'This case was decided already.');
  if (!facts.isMine) return refuse('not_claimed', 'Your claim on this case has run out. Claim it again.');
  if (facts.isEscalated && !intent.isAdmin)
    return refuse('escalated', 'This case was escalated: an admin decides it.');
  if (!facts.isOpened) return refuse('not_opened', 'Open every document of this case first.');
  if ((intent.isBulk || outcome === 'APPROVE') && !isComplete(facts.kind, facts.checklist))
    return refuse('checklist', 'Answer every item of the checklist first.');
  if (outcome === 'APPROVE') {
    if (failedItems(facts.kind, facts.checklist).length > 0)
      return refuse('checklist_failed', 'An item of the checklist failed: this cannot be approved.');
    if (facts.fileState !== 'present')
      return refuse('file', 'A file is missing or empty: there is nothing that could be approved.');
  } else if (!intent.hasReason) {
    return refuse('reason', 'Give a reason.');
  }
  if (isAgainst(outcome, facts.recommendation) && intent.overrideReason.trim().length < shortestOverride)
    return refuse('override', 'The system recommends the opposite. Say why you decide otherwise.');
  if (outcome === 'APPROVE' && facts.kind === 'certificate' && facts.gradeCount === 0)
    return refuse('grades', 'Enter at least one subject with its grade.');
  return null;
}

/** Characters that an explanation of a verdict against the system has at least. */
export const shortestOverride = 5;

export type BulkRefusal = { readonly rule: 'empty' | 'too_many' | 'mixed'; readonly message: string };

/** Whether a selection may be decided together: one kind, one recommendation, at most `limit` (25). */
export function bulkGate(
  selection: readonly Pick<CaseFacts, 'kind' | 'recommendation'>[],
  limit: number,
): BulkRefusal | null {
  const [first] = selection;
  if (first === undefined) return { rule: 'empty', message: 'Nothing is selected.' };
  if (selection.length > limit) return { rule: 'too_many', message: `At most ${limit} cases at a time.` };
  const isSame = selection.every(
    ({ kind, recommendation }) => kind === first.kind && recommendation === first.recommendation,
  );
  return isSame
    ? null
    : {
        rule: 'mixed',
        message: 'Select cases of one kind with one recommendation, for one decision.',
      };
}
