import type { Micros } from '#shared/domain/instant';
import {
  bulkGate,
  decisionGate,
  shortestOverride,
  type BulkRefusal,
  type CaseFacts,
  type GateRefusal,
} from '#shared/domain/verification/gate';
import type { DecisionOutcome, Recommendation, VerificationKind } from '#shared/domain/verification/status';
import type { BulkCandidate } from '#shared/rpc/verification-contract';

export type Who = { readonly userId: string; readonly isAdmin: boolean; readonly now: Micros };

/** Cases of a selection that may be decided together. */
export type Part = {
  readonly kind: VerificationKind;
  readonly recommendation: Recommendation | null;
  readonly ids: readonly string[];
};

export type Judgement = {
  /** Why the selection as a whole cannot be decided; null when it can. */
  readonly refusal: BulkRefusal | null;
  /** What the selection is made of, the largest part first. */
  readonly parts: readonly Part[];
  /** What stands in the way of single cases, by rule, and of which. */
  readonly failures: readonly (GateRefusal & { readonly ids: readonly string[] })[];
};

/** Whether these cases may be decided together in this way. Reasons and texts are asked for later and count as given. */
export function judgeSelection(
  candidates: readonly BulkCandidate[],
  outcome: DecisionOutcome,
  limit: number,
  who: Who,
): Judgement {
  const failures = new Map<string, GateRefusal & { ids: string[] }>();
  for (const candidate of candidates) {
    const refusal = decisionGate(factsOf(candidate, who), {
      outcome,
      hasReason: true,
      overrideReason: 'x'.repeat(shortestOverride),
      isBulk: true,
      isAdmin: who.isAdmin,
    });
    if (refusal === null) continue;
    const known = failures.get(refusal.rule) ?? { ...refusal, ids: [] };
    known.ids.push(candidate.item.caseId);
    failures.set(refusal.rule, known);
  }
  return {
    refusal: bulkGate(
      candidates.map(({ item }) => item),
      limit,
    ),
    parts: partsOf(candidates),
    failures: [...failures.values()],
  };
}

function factsOf({ item, isOpened, checklist, gradeCount }: BulkCandidate, who: Who): CaseFacts {
  return {
    id: item.caseId,
    kind: item.kind,
    status: item.status,
    recommendation: item.recommendation,
    fileState: item.fileState,
    isEscalated: item.isEscalated,
    isMine: item.holderId === who.userId && (item.claimedUntil ?? 0) > who.now,
    isOpened,
    checklist,
    gradeCount,
  };
}

function partsOf(candidates: readonly BulkCandidate[]): readonly Part[] {
  const parts = new Map<string, Part & { ids: string[] }>();
  for (const { item } of candidates) {
    const { kind, recommendation } = item;
    const name = `${kind} ${recommendation}`;
    const part = parts.get(name) ?? { kind, recommendation, ids: [] };
    part.ids.push(item.caseId);
    parts.set(name, part);
  }
  return [...parts.values()].toSorted((a, b) => b.ids.length - a.ids.length);
}
