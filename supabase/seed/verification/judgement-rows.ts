import { dayMillis, hourMillis, minuteMillis, type SeedWindow } from '../calendar.ts';
import { idOf, randomOf } from '../random.ts';
import type { SeedBatch, SeedRow } from '../tables.ts';
import type { PlannedCase, Verdict } from './cases.ts';

/** What was decided of some cases, what was asked for again, and what a second reviewer said who did not know. */
export function judgementRows(cases: readonly PlannedCase[], window: SeedWindow): SeedBatch {
  const decided = cases.flatMap((planned) =>
    planned.verdict === null ? [] : [{ planned, verdict: planned.verdict }],
  );
  return {
    verification_decisions: decided.map(decisionRow),
    verification_resubmissions: decided.flatMap((each) => resubmissionRows(each, cases)),
    verification_second_reviews: decided.flatMap((each) => secondReviewRows(each, window)),
  };
}

/** What the tutor is told of a refusal; null of anything else. */
export function publicTextOf(planned: PlannedCase): string | null {
  if (planned.verdict?.outcome !== 'REJECT') return null;
  if (isAskedAgain(planned)) return texts['illegible'] ?? null;
  return texts[planned.verdict.reasonCode ?? ''] ?? 'We could not verify your document.';
}

type Decided = { readonly planned: PlannedCase; readonly verdict: Verdict };

/** As in verification_reasons. */
const texts: Readonly<Record<string, string>> = {
  wrong_person:
    'The name on the document is not the name of your account. We can only verify documents that are yours.',
  altered: 'The document shows signs of having been changed. We can only verify unaltered originals.',
  not_a_qualification: 'The file is not an examination slip, certificate or degree that we can verify.',
  no_passing_grade: 'The certificate shows no passing grade in a subject that can be taught on iTutor.',
  illegible: 'The file cannot be read well enough. Please send a sharper photo or scan of the whole page.',
};

/** The platform knows only refusals; the console also asks for a better file. */
function isAskedAgain(planned: PlannedCase): boolean {
  return planned.verdict?.outcome === 'REJECT' && planned.flaw === 'poor';
}

function decisionRow({ planned, verdict }: Decided): SeedRow<'verification_decisions'> {
  const recommended = planned.reading?.recommendation ?? null;
  const isAgainst = recommended !== null && recommended !== verdict.outcome;
  const again = isAskedAgain(planned);
  const codes = verdict.reasonCode === null ? [] : [verdict.reasonCode];
  return {
    id: idOf('verification-decision', planned.key),
    case_id: planned.id,
    tutor_id: planned.claimant.id,
    kind: planned.kind,
    attempt: 1,
    reviewer_id: idOf('user', verdict.by),
    outcome: again ? 'RESUBMIT' : verdict.outcome,
    reason_codes: again ? ['illegible'] : codes,
    public_text: publicTextOf(planned),
    recommendation: recommended,
    override_reason: isAgainst ? overrideOf(planned) : null,
    claimed_at: verdict.claimedAt,
    decided_at: verdict.at,
    undo_until: verdict.at + minuteMillis,
  };
}

function resubmissionRows(
  { planned, verdict }: Decided,
  cases: readonly PlannedCase[],
): SeedRow<'verification_resubmissions'>[] {
  if (!isAskedAgain(planned)) return [];
  const answer = cases.find(
    (other) =>
      other.claimant.id === planned.claimant.id &&
      other.kind === planned.kind &&
      other.submittedAt > verdict.at,
  );
  return [
    {
      id: idOf('verification-resubmission', planned.key),
      case_id: planned.id,
      decision_id: idOf('verification-decision', planned.key),
      tutor_id: planned.claimant.id,
      kind: planned.kind,
      requested_by: idOf('user', verdict.by),
      public_text: publicTextOf(planned) ?? '',
      requested_at: verdict.at,
      due_at: verdict.at + 14 * dayMillis,
      answered_at: answer?.submittedAt ?? null,
      answered_case_id: answer?.id ?? null,
    },
  ];
}

/** A quarter of the verdicts of the two reviewers, each judged again by the other, who mostly agrees. */
function secondReviewRows(
  { planned, verdict }: Decided,
  window: SeedWindow,
): SeedRow<'verification_second_reviews'>[] {
  const rng = randomOf(`second-review/${planned.key}`);
  const reviewers = ['reviewer@demo.itutor.tt', 'reviewer2@demo.itutor.tt'];
  const doneAt = verdict.at + rng.between(2, 40) * hourMillis;
  const isSampled = rng.chance(0.25) && !isAskedAgain(planned) && reviewers.includes(verdict.by);
  if (!isSampled || doneAt > window.now) return [];
  const agrees = rng.chance(0.88);
  const other = verdict.outcome === 'APPROVE' ? 'REJECT' : 'APPROVE';
  return [
    {
      id: idOf('second-review', planned.key),
      case_id: planned.id,
      tutor_id: planned.claimant.id,
      kind: planned.kind,
      attempt: 1,
      recommendation: planned.reading?.recommendation ?? null,
      submitted_at: planned.submittedAt,
      first_decision_id: idOf('verification-decision', planned.key),
      first_reviewer_id: idOf('user', verdict.by),
      opens_at: verdict.at + minuteMillis,
      status: 'DONE',
      second_reviewer_id: idOf('user', reviewers.find((email) => email !== verdict.by) ?? verdict.by),
      second_outcome: agrees ? verdict.outcome : other,
      second_note: agrees ? null : 'I read the grades differently.',
      first_outcome: verdict.outcome,
      agrees,
      done_at: doneAt,
    },
  ];
}

function overrideOf(planned: PlannedCase): string {
  const rng = randomOf(`override/${planned.key}`);
  return planned.verdict?.outcome === 'APPROVE'
    ? rng.pick([
        'Plain to read; the reader misread the name.',
        'Checked by hand against the list of the centre.',
      ])
    : rng.pick(['The subjects do not match what the tutor teaches.', 'The paper is not the tutor’s own.']);
}
