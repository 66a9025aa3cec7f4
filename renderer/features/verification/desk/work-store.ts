import { create } from 'zustand';
import type { CheckResult } from '#shared/domain/verification/checklist';
import type { DecisionOutcome } from '#shared/domain/verification/status';
import type { EvidenceInput, GradeEntry } from '#shared/domain/verification/wire';

export type OpenedEntry = EvidenceInput['opened'][number];

/** What a reviewer has done with a case in this window, until it is decided. Leaving a case and coming back keeps it. */
export type Work = {
  readonly attempt: number | null;
  readonly intent: DecisionOutcome;
  readonly reasonCodes: readonly string[];
  /** Null: the templates' own words. */
  readonly publicText: string | null;
  readonly privateNote: string;
  readonly overrideReason: string;
  /** Null: as the server has them. */
  readonly grades: readonly GradeEntry[] | null;
  readonly ticks: Readonly<Record<string, CheckResult>>;
  readonly opened: Readonly<Record<string, OpenedEntry>>;
  /** What the server has not been told yet: ids of items and of documents. */
  readonly unsentTicks: readonly string[];
  readonly unsentOpened: readonly string[];
};

export const noWork: Work = {
  attempt: null,
  intent: 'APPROVE',
  reasonCodes: [],
  publicText: null,
  privateNote: '',
  overrideReason: '',
  grades: null,
  ticks: {},
  opened: {},
  unsentTicks: [],
  unsentOpened: [],
};

type Works = { readonly userId: string | null; readonly cases: Readonly<Record<string, Work>> };

const useWorks = create<Works>(() => ({ userId: null, cases: {} }));

/** What was done with a case so far. */
export function useWork(caseId: string): Work {
  return useWorks(({ cases }) => cases[caseId] ?? noWork);
}

export function workOn(caseId: string): Work {
  return useWorks.getState().cases[caseId] ?? noWork;
}

export function changeWork(caseId: string, change: (work: Work) => Partial<Work>): void {
  useWorks.setState(({ cases }) => {
    const work = cases[caseId] ?? noWork;
    return { cases: { ...cases, [caseId]: { ...work, ...change(work) } } };
  });
}

/** A verdict was given: nothing of it is left here. */
export function endWork(caseId: string): void {
  useWorks.setState(({ cases }) => ({
    cases: Object.fromEntries(Object.entries(cases).filter(([id]) => id !== caseId)),
  }));
}

/** What was ticked and written belongs to one attempt: papers that were handed in anew are looked at anew. */
export function beginCase(caseId: string, attempt: number): void {
  const known = useWorks.getState().cases[caseId];
  if (known !== undefined && known.attempt !== null && known.attempt !== attempt) endWork(caseId);
  if (workOn(caseId).attempt !== attempt) changeWork(caseId, () => ({ attempt }));
}

/** Another user's work is nobody's business. */
export function beginWork(userId: string): void {
  if (useWorks.getState().userId !== userId) useWorks.setState({ userId, cases: {} });
}
