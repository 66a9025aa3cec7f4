import type { Micros } from '#shared/domain/instant';
import type { CaseStatus, VerificationKind } from '#shared/domain/verification/status';

/** One document that is the same as one of this case's, as the core tells it. */
export type Match = {
  readonly ofDocumentId: string;
  readonly documentId: string;
  readonly caseId: string | null;
  readonly kind: VerificationKind;
  readonly tutorId: string | null;
  readonly tutor: string | null;
  readonly isSameTutor: boolean;
  readonly isSameFile: boolean;
  readonly isSameCandidate: boolean;
  readonly distance: number | null;
  readonly status: CaseStatus | null;
  readonly seenAt: Micros;
};

/** Everything that one other case has in common with this one. */
export type Twin = Pick<Match, 'caseId' | 'kind' | 'tutor' | 'isSameTutor' | 'status' | 'seenAt'> & {
  readonly key: string;
  /** The strongest first, such as "the same file". */
  readonly reasons: readonly string[];
};

/** Matches by the case they belong to, those of other tutors first; within each, in the order of the answer: nearest first. */
export function twinsOf(matches: readonly Match[]): readonly Twin[] {
  const twins = new Map<string, Twin>();
  for (const match of matches) {
    const key = match.caseId ?? match.documentId;
    const known = twins.get(key);
    const reasons = [...new Set([...(known?.reasons ?? []), ...reasonsOf(match)])];
    twins.set(key, known === undefined ? { ...match, key, reasons } : { ...known, reasons });
  }
  return [...twins.values()].toSorted((a, b) => Number(a.isSameTutor) - Number(b.isSameTutor));
}

/** What makes two documents the same, in words, the strongest first. */
export function reasonsOf(
  match: Pick<Match, 'isSameFile' | 'isSameCandidate' | 'distance'>,
): readonly string[] {
  return [
    // The same bytes are the same picture; to say both would only be longer.
    ...(match.isSameFile ? ['the same file'] : match.distance === null ? [] : [pictureWords(match.distance)]),
    ...(match.isSameCandidate ? ['the same candidate number'] : []),
  ];
}

function pictureWords(distance: number): string {
  if (distance === 0) return 'the same picture';
  return `nearly the same picture (${distance} of 64 bits differ)`;
}
