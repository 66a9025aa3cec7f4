import { useMemo } from 'react';
import type { Me } from '#shared/domain/roles';
import type { CheckResult } from '#shared/domain/verification/checklist';
import { decisionGate } from '#shared/domain/verification/gate';
import { gradesFault } from '#shared/domain/verification/grades';
import { publicTextOf, reasonsFor, type Reason } from '#shared/domain/verification/reasons';
import type { GradeEntry } from '#shared/domain/verification/wire';
import { platformZone, wallClockAt } from '#shared/domain/zone';
import type { VerificationCase, VerificationCatalogue } from '#shared/rpc/verification-contract';
import { serverNow } from '#renderer/state/core-state.ts';
import { useLive } from '#renderer/state/live.ts';
import type { Claim } from './use-claim.ts';
import { useWork, type Work } from './work-store.ts';

/** A verdict in the making: what was entered, what is known, and what still stands in the way. */
export type Verdict = {
  readonly work: Work;
  readonly catalogue: VerificationCatalogue | null;
  readonly checklist: Readonly<Record<string, CheckResult>>;
  readonly grades: readonly GradeEntry[];
  /** What is wrong with the grades; null when nothing is. */
  readonly gradesFault: string | null;
  /** Those that go with what is about to be decided. */
  readonly reasons: readonly Reason[];
  readonly chosen: readonly Reason[];
  /** What the tutor will be told. */
  readonly publicText: string;
  /** Why it cannot be decided yet, in words; null when it can. */
  readonly obstacle: string | null;
  /** Pages that were not on the screen yet, as far as it is known how many there are. */
  readonly unseenPages: number;
  /** Whether the reviewer may enter anything. */
  readonly isEditable: boolean;
};

const none: readonly Reason[] = [];

export function useVerdict(found: VerificationCase, claim: Claim, me: Me): Verdict {
  const { item } = found;
  const work = useWork(item.caseId);
  const catalogue = useLive('verification.catalogue', {}).data ?? null;
  const checklist = { ...found.checklist, ...work.ticks };
  const grades = work.grades ?? found.grades;
  const reasons = useMemo(
    () => (catalogue === null ? none : reasonsFor(catalogue.reasons, work.intent, item.kind)),
    [catalogue, work.intent, item.kind],
  );
  const chosen = reasons.filter(({ code }) => work.reasonCodes.includes(code));
  const subjects = useMemo(
    () => new Map((catalogue?.subjects ?? []).map((subject) => [subject.id, subject])),
    [catalogue],
  );
  // Offline there is nothing to claim: the draft claims the case before it is confirmed.
  const isMine = claim.state === 'mine' || claim.state === 'offline';
  const fault = catalogue === null ? null : gradesFault(grades, subjects, thisYear());
  const refusal = decisionGate(
    {
      id: item.caseId,
      kind: item.kind,
      status: item.status,
      recommendation: item.recommendation,
      fileState: item.fileState,
      isEscalated: item.isEscalated,
      isMine,
      isOpened: isOpened(found, work),
      checklist,
      gradeCount: grades.length,
    },
    {
      outcome: work.intent,
      hasReason: chosen.length > 0,
      overrideReason: work.overrideReason,
      isBulk: false,
      isAdmin: me.staffRoles.includes('admin'),
    },
  );
  return {
    work,
    catalogue,
    checklist,
    grades,
    gradesFault: fault,
    reasons,
    chosen,
    publicText: work.publicText ?? publicTextOf(chosen),
    obstacle: claimWords(claim) ?? refusal?.message ?? (work.intent === 'APPROVE' ? fault : null),
    unseenPages: Object.values(work.opened).reduce(
      (sum, { pageCount, pagesSeen }) => sum + Math.max(0, (pageCount ?? 0) - pagesSeen),
      0,
    ),
    isEditable: isMine,
  };
}

function claimWords(claim: Claim): string | null {
  switch (claim.state) {
    case 'others':
      return `${claim.holder} has claimed this case.`;
    case 'refused':
      return claim.message;
    case 'asking':
      return 'The case is being claimed.';
    case 'free':
      return 'Claim the case first.';
    case 'mine':
    case 'offline':
    case 'closed':
      return null;
  }
}

/** Whether every file that is there was before the reviewer's eyes, as the server will ask. */
function isOpened({ documents, opened }: VerificationCase, work: Work): boolean {
  return documents.every(({ id, state, sha256 }) => {
    if (state !== 'present' || work.opened[id] !== undefined) return true;
    return sha256 !== null && opened[id]?.sha256 === sha256;
  });
}

function thisYear(): number {
  return Number(wallClockAt(serverNow(), platformZone).date.slice(0, 4));
}
