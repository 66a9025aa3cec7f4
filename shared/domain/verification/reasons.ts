import type { RecordedOutcome, VerificationKind } from './status.ts';

/** A row of verification_reasons: a template of what the tutor is told, picked by its number. */
export type Reason = {
  readonly code: string;
  readonly outcome: string;
  readonly kind: string | null;
  readonly number: number;
  readonly label: string;
  readonly public_text: string;
  readonly is_active: boolean;
};

/** The reasons that a reviewer may give for this outcome and kind, in the order of their numbers 1 to 9. */
export function reasonsFor(
  all: readonly Reason[],
  outcome: RecordedOutcome,
  kind: VerificationKind,
): readonly Reason[] {
  return all
    .filter(
      (reason) =>
        reason.is_active && reason.outcome === outcome && (reason.kind === null || reason.kind === kind),
    )
    .toSorted((a, b) => a.number - b.number);
}

/** What the tutor is told when the reviewer writes nothing of his own: the templates, in the order of their numbers. */
export function publicTextOf(reasons: readonly Reason[]): string {
  return reasons
    .toSorted((a, b) => a.number - b.number)
    .map((reason) => reason.public_text)
    .join(' ');
}
