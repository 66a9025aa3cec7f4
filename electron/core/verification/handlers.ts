import { toMillis, type Micros } from '#shared/domain/instant';
import type { Me } from '#shared/domain/roles';
import type { verificationAnswers } from '#shared/domain/verification/wire';
import type { Handlers } from '#shared/rpc/define';
import { AppError, type ErrorCode } from '#shared/rpc/errors';
import type { verificationProcedures } from '#shared/rpc/verification-contract';
import { uuidv7 } from '../sync/uuid.ts';
import type { Workspace } from '../session/workspace.ts';
import { candidatesQuery } from './candidates.ts';
import { caseQuery, catalogueQuery } from './case.ts';
import { duplicatesQuery } from './duplicates.ts';
import { dropFilter, savedFilters, saveFilter } from './filters.ts';
import { countsQuery, queueQuery } from './queue.ts';
import { callVerification, changeVerification } from './remote.ts';
import { secondReviewsQuery } from './second.ts';

export type VerificationContext = {
  /** The open workspace, null when there is none: then there is nothing to report. */
  readonly current: () => Workspace | null;
  /** The same and who is signed in; throws AppError when there is none. */
  readonly require: () => { readonly workspace: Workspace; readonly me: Me };
  /** The server's time. */
  readonly now: () => Micros;
};

/** Reads answer from the cache; everything that changes something asks the server, which decides. */
export function verificationHandlers(context: VerificationContext): Handlers<typeof verificationProcedures> {
  const { now } = context;

  function reviewer(): { workspace: Workspace; userId: string } {
    const { workspace, me } = context.require();
    if (!me.staffRoles.includes('reviewer') && !me.staffRoles.includes('admin')) {
      throw new AppError('FORBIDDEN', 'Verification is for reviewers and admins.');
    }
    return { workspace, userId: me.userId };
  }
  const change = <F extends keyof typeof verificationAnswers>(
    name: F,
    params: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => changeVerification(reviewer().workspace, name, params, signal);
  const ask = <F extends keyof typeof verificationAnswers>(
    name: F,
    params: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => callVerification(reviewer().workspace, name, params, signal);

  return {
    'verification.queue': async (input, signal) => {
      const { workspace, userId } = reviewer();
      return await workspace.cache.read(queueQuery, { ...input, userId, now: now() }, signal);
    },
    'verification.counts': async (_input, signal) => {
      const { workspace, userId } = reviewer();
      return await workspace.cache.read(countsQuery, { userId, now: now() }, signal);
    },
    'verification.filters': async () => ({ filters: [...savedFilters(reviewer().workspace.cache)] }),
    'verification.saveFilter': async (filter) => {
      saveFilter(reviewer().workspace.cache, filter);
      return {};
    },
    'verification.dropFilter': async ({ name }) => {
      dropFilter(reviewer().workspace.cache, name);
      return {};
    },
    'verification.case': async ({ caseId }, signal) => {
      const { workspace, userId } = reviewer();
      return { found: await workspace.cache.read(caseQuery, { caseId, userId }, signal) };
    },
    'verification.catalogue': async (_input, signal) => {
      const catalogue = await reviewer().workspace.cache.read(catalogueQuery, {}, signal);
      if (catalogue === null)
        throw new AppError('NOT_FOUND', 'The rules of verification have not arrived yet.');
      return catalogue;
    },

    'verification.claimNext': ({ filter, count }, signal) =>
      change('console_verification_claim_next', { p_filter: filter, p_count: count }, signal),
    'verification.claim': ({ caseIds }, signal) =>
      change('console_verification_claim', { p_case_ids: caseIds }, signal),
    'verification.renew': ({ caseIds }, signal) =>
      change('console_verification_renew', { p_case_ids: caseIds }, signal),
    'verification.release': ({ caseIds }, signal) =>
      change('console_verification_release', { p_case_ids: caseIds }, signal),
    'verification.record': ({ caseId, evidence }, signal) =>
      change('console_verification_evidence_record', { p_case_id: caseId, p_evidence: evidence }, signal),
    'verification.setGrades': ({ caseId, grades }, signal) =>
      change('console_verification_grades_set', { p_case_id: caseId, p_grades: grades }, signal),
    'verification.addNote': ({ caseId, body }, signal) =>
      change(
        'console_verification_note_add',
        { p_id: uuidv7(now()), p_case_id: caseId, p_body: body },
        signal,
      ),
    'verification.setPriority': ({ caseIds, priority }, signal) =>
      change('console_verification_priority_set', { p_case_ids: caseIds, p_priority: priority }, signal),
    'verification.escalate': ({ caseId, rowVersion, reason }, signal) =>
      change(
        'console_verification_escalate',
        { p_case_id: caseId, p_row_version: rowVersion, p_reason: reason },
        signal,
      ),
    'verification.revoke': (revocation, signal) =>
      change('console_verification_revoke', { p_revocation: revocation }, signal),
    'verification.reverse': ({ decisionIds, reason }, signal) =>
      change('console_verification_reverse', { p_decision_ids: decisionIds, p_reason: reason }, signal),
    'verification.candidates': async ({ caseIds }, signal) => {
      const { workspace, userId } = reviewer();
      return { candidates: await workspace.cache.read(candidatesQuery, { caseIds, userId }, signal) };
    },
    'verification.decideMany': async ({ decisions }) => {
      const { workspace } = reviewer();
      const report = await workspace.bulks.decide(decisions);
      // It is done; a pull that fails now is tried again by the engine itself.
      if (report.state === 'done') await workspace.engine.pull().catch(() => undefined);
      return report;
    },
    'verification.bulks': async () => ({ bulks: [...(context.current()?.bulks.list() ?? [])] }),
    'verification.bulkSettle': async () => {
      await reviewer().workspace.bulks.settle();
      return {};
    },
    'verification.bulkDismiss': async ({ id }) => {
      reviewer().workspace.bulks.dismiss(id);
      return {};
    },
    'verification.duplicates': async ({ caseId }, signal) => {
      try {
        const answer = await ask('console_verification_duplicates', { p_case_id: caseId }, signal);
        return { ...answer, isLocal: false };
      } catch (error) {
        if (!(error instanceof AppError) || !unreachable.has(error.code)) throw error;
        const answer = await reviewer().workspace.cache.read(duplicatesQuery, { caseId }, signal);
        return { ...answer, isLocal: true };
      }
    },

    'verification.secondReviews': async (_input, signal) => {
      const { workspace, userId } = reviewer();
      return { reviews: await workspace.cache.read(secondReviewsQuery, { userId, now: now() }, signal) };
    },
    'verification.secondClaimNext': ({ count }, signal) =>
      change('console_verification_second_claim_next', { p_count: count }, signal),
    'verification.secondRelease': ({ reviewId }, signal) =>
      change('console_verification_second_release', { p_review_id: reviewId }, signal),
    'verification.secondSubmit': ({ reviewId, verdict }, signal) =>
      change('console_verification_second_submit', { p_review_id: reviewId, p_verdict: verdict }, signal),
    'verification.settleDispute': ({ caseId, rowVersion, verdict, reason }, signal) =>
      change(
        'console_verification_dispute_settle',
        { p_case_id: caseId, p_row_version: rowVersion, p_verdict: verdict, p_reason: reason },
        signal,
      ),
    'verification.reviewerStats': ({ from, to }, signal) =>
      ask('console_verification_reviewer_stats', { p_from: isoOf(from), p_to: isoOf(to) }, signal),
    'verification.queueStats': ({ days }, signal) =>
      ask('console_verification_queue_stats', { p_days: days }, signal),
  };
}

/** The server said nothing, so the cache may answer in its place. */
const unreachable: ReadonlySet<ErrorCode> = new Set(['OFFLINE', 'BACKEND_UNREACHABLE', 'NEEDS_SIGN_IN']);

function isoOf(at: Micros): string {
  return new Date(toMillis(at)).toISOString();
}
