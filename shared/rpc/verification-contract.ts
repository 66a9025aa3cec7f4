import * as z from 'zod';
import { checkResult } from '../domain/verification/checklist.ts';
import {
  caseStatus,
  decisionOutcome,
  fileState,
  recommendation,
  recordedOutcome,
  verificationKind,
} from '../domain/verification/status.ts';
import {
  claimFilter,
  decisionInput,
  evidenceInput,
  gradeEntry,
  openedDocuments,
  revocationInput,
  secondVerdict,
  verificationAnswers,
} from '../domain/verification/wire.ts';
import { call, type Contract } from './define.ts';

/** What the review desk asks of the core. Reads come from the cache and work offline; all else asks the server. */

const micros = z.number().int();
const none = z.object({});
const caseIds = z.array(z.uuid()).min(1).max(100);
const key = z.string().trim().min(1).max(4000);

/** What narrows the queue; what is left out does not. */
export const queueFilter = z.object({
  /** `open`: everything that waits for a verdict, in whichever status; else exactly these. */
  status: z.union([z.literal('open'), z.array(caseStatus).min(1)]).default('open'),
  kind: verificationKind.optional(),
  /** `none`: the system recommends nothing. */
  recommendation: z.union([recommendation, z.literal('none')]).optional(),
  band: z.enum(['fresh', 'due', 'late', 'breach']).optional(),
  holder: z.enum(['mine', 'free', 'others']).optional(),
  priority: z.number().int().min(0).max(2).optional(),
  isEscalated: z.boolean().optional(),
  isDisputed: z.boolean().optional(),
  /** Files that are missing or empty. */
  isWithoutFile: z.boolean().optional(),
  /** In the tutor's name, a file's name or a candidate number. */
  search: z.string().max(100).default(''),
});
export type QueueFilter = z.output<typeof queueFilter>;

/** A way to look at the queue that its user gave a name. */
export const savedFilter = z.object({ name: z.string().trim().min(1).max(60), filter: queueFilter });
export type SavedFilter = z.output<typeof savedFilter>;

export const queueItem = z.object({
  caseId: z.uuid(),
  kind: verificationKind,
  status: caseStatus,
  priority: z.number().int(),
  attempt: z.number().int(),
  tutorId: z.uuid(),
  tutorName: z.string(),
  submittedAt: micros,
  /** From these instants on, by the server's clock, it is due, late and in breach. */
  dueAt: micros,
  lateAt: micros,
  breachAt: micros,
  recommendation: recommendation.nullable(),
  confidence: z.number().int().nullable(),
  fileState,
  isEscalated: z.boolean(),
  isDisputed: z.boolean(),
  /** Who claimed it last, and until when that holds. A claim that has run out is nobody's. */
  holderId: z.uuid().nullable(),
  holderName: z.string().nullable(),
  claimedUntil: micros.nullable(),
  decisionId: z.uuid().nullable(),
  decidedById: z.uuid().nullable(),
  decidedByName: z.string().nullable(),
  decidedAt: micros.nullable(),
  undoUntil: micros.nullable(),
  rowVersion: z.number().int(),
});
export type QueueItem = z.output<typeof queueItem>;

export const caseDocument = z.object({
  id: z.uuid(),
  position: z.number().int(),
  /** Null while the file is nowhere to be found. */
  bucket: z.string().nullable(),
  path: z.string(),
  filename: z.string().nullable(),
  contentType: z.string().nullable(),
  sizeBytes: z.number().int().nullable(),
  state: fileState,
  sha256: z.string().nullable(),
  candidateNumber: z.string().nullable(),
  /** When its bytes were found to be others than at an earlier look. */
  changedAt: micros.nullable(),
});
export type CaseDocument = z.output<typeof caseDocument>;

const person = z.string().nullable();
const fields = z.record(z.string(), z.json());

export const verificationCase = z.object({
  item: queueItem,
  recommendationReason: z.string().nullable(),
  documents: z.array(caseDocument),
  /** What the tutor states and what was read from the documents. */
  claimed: fields,
  extracted: fields.nullable(),
  extractedText: z.string().nullable(),
  grades: z.array(gradeEntry),
  /** What the caller has opened and ticked in this attempt. */
  opened: openedDocuments,
  checklist: z.record(z.string(), checkResult),
  notes: z.array(
    z.object({ id: z.uuid(), author: person, kind: z.string(), body: z.string(), createdAt: micros }),
  ),
  decisions: z.array(
    z.object({
      id: z.uuid(),
      reviewer: person,
      outcome: recordedOutcome,
      publicText: z.string().nullable(),
      overrideReason: z.string().nullable(),
      decidedAt: micros,
      undoUntil: micros,
      reversedAt: micros.nullable(),
      overturnedAt: micros.nullable(),
    }),
  ),
  events: z.array(z.object({ id: z.uuid(), type: z.string(), actor: person, createdAt: micros })),
  /** Other cases of the same tutor and kind, newest first, with their documents for comparison. */
  earlier: z.array(
    z.object({
      caseId: z.uuid(),
      status: caseStatus,
      attempt: z.number().int(),
      submittedAt: micros,
      documents: z.array(caseDocument),
    }),
  ),
  /** Until when the tutor was asked to hand in again, while that is open. */
  resubmissionDueAt: micros.nullable(),
});
export type VerificationCase = z.output<typeof verificationCase>;

/** What every case is decided by. */
export const verificationCatalogue = z.object({
  settings: z.object({
    undoSeconds: z.number().int(),
    claimMinutes: z.number().int(),
    bulkLimit: z.number().int(),
    resubmissionDays: z.number().int(),
    secondReviewPercent: z.number().int(),
  }),
  reasons: z.array(
    z.object({
      code: z.string(),
      outcome: z.string(),
      kind: z.string().nullable(),
      number: z.number().int(),
      label: z.string(),
      public_text: z.string(),
      is_active: z.boolean(),
    }),
  ),
  subjects: z.array(z.object({ id: z.uuid(), name: z.string(), curriculum: z.string().nullable() })),
});
export type VerificationCatalogue = z.output<typeof verificationCatalogue>;

export const queueCounts = z.object({
  open: z.number().int(),
  fresh: z.number().int(),
  due: z.number().int(),
  late: z.number().int(),
  breach: z.number().int(),
  mine: z.number().int(),
  escalated: z.number().int(),
  disputed: z.number().int(),
  withoutFile: z.number().int(),
  /** Cases that another reviewer decided and that this one could judge again. */
  secondReviews: z.number().int(),
  /** The earliest instant at which any of these may change without a row changing. */
  changesAt: micros.nullable(),
});
export type QueueCounts = z.output<typeof queueCounts>;

/** A case to judge again. The first verdict is not known to whoever judges. */
export const secondReview = z.object({
  id: z.uuid(),
  caseId: z.uuid(),
  kind: verificationKind,
  tutorName: z.string(),
  submittedAt: micros,
  status: z.enum(['OPEN', 'DONE', 'WITHDRAWN']),
  isMine: z.boolean(),
  claimedUntil: micros.nullable(),
  recommendation: recommendation.nullable(),
  firstOutcome: z.enum(['APPROVE', 'REJECT']).nullable(),
  secondOutcome: z.enum(['APPROVE', 'REJECT']).nullable(),
  agrees: z.boolean().nullable(),
  /** Who gave which verdict, and what became of a disagreement; null until it is done. */
  done: z
    .object({
      at: micros,
      firstReviewerId: z.uuid().nullable(),
      firstReviewer: person,
      secondReviewerId: z.uuid().nullable(),
      secondReviewer: person,
      note: z.string().nullable(),
      isDisputed: z.boolean(),
      status: caseStatus.nullable(),
      rowVersion: z.number().int().nullable(),
    })
    .nullable(),
  /** What to judge by, of an open one: as in `verificationCase`, and the caller's own evidence. */
  documents: z.array(caseDocument),
  claimed: fields,
  extracted: fields.nullable(),
  opened: openedDocuments,
  checklist: z.record(z.string(), checkResult),
});
export type SecondReview = z.output<typeof secondReview>;

/** What became of one case that was decided together with others. */
export const bulkRow = z.object({
  caseId: z.uuid(),
  kind: verificationKind.nullable(),
  tutorName: z.string(),
  /** unknown: the answer got lost and is asked for; untouched: nothing was done; reversed: decided and taken back. */
  state: z.enum(['unknown', 'untouched', 'decided', 'reversed', 'refused']),
  decisionId: z.uuid().nullable(),
  undoUntil: micros.nullable(),
  /** Of a refusal: the rule's name, why in words, and who was quicker. */
  rule: z.string().nullable(),
  message: z.string().nullable(),
  by: z.string().nullable(),
});
export type BulkRow = z.output<typeof bulkRow>;

/** Decisions that were made together: a row for each, in the order in which they were asked for. */
export const bulkReport = z.object({
  id: z.uuid(),
  outcome: decisionOutcome,
  /** asking: on its way; in-doubt: the answer got lost and is asked for as soon as the server can be; nothing: not done. */
  state: z.enum(['asking', 'in-doubt', 'done', 'nothing']),
  madeAt: micros,
  /** Why nothing was done, or why it is not known yet. */
  problem: z.string().nullable(),
  rows: z.array(bulkRow),
});
export type BulkReport = z.output<typeof bulkReport>;

/** A case that may be decided with others, and what the caller has looked at, ticked and entered. */
export const bulkCandidate = z.object({
  item: queueItem,
  isOpened: z.boolean(),
  checklist: z.record(z.string(), checkResult),
  gradeCount: z.number().int(),
});
export type BulkCandidate = z.output<typeof bulkCandidate>;

export const verificationProcedures = {
  /** A page of the queue, by priority and then the oldest first; decided cases newest first. */
  'verification.queue': call(
    z.object({
      filter: queueFilter,
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
    z.object({ total: z.number().int(), items: z.array(queueItem) }),
  ),
  'verification.counts': call(none, queueCounts),
  'verification.filters': call(none, z.object({ filters: z.array(savedFilter) })),
  /** Keeps a filter under its name, in place of one of that name. */
  'verification.saveFilter': call(savedFilter, none),
  'verification.dropFilter': call(z.object({ name: z.string() }), none),
  /** Null when it is not among what this user may see. */
  'verification.case': call(z.object({ caseId: z.uuid() }), z.object({ found: verificationCase.nullable() })),
  'verification.catalogue': call(none, verificationCatalogue),

  /** Takes the next free cases, oldest first within priority. */
  'verification.claimNext': call(
    z.object({ filter: claimFilter, count: z.number().int().min(1).max(50) }),
    verificationAnswers.console_verification_claim_next,
  ),
  'verification.claim': call(z.object({ caseIds }), verificationAnswers.console_verification_claim),
  'verification.renew': call(z.object({ caseIds }), verificationAnswers.console_verification_renew),
  'verification.release': call(z.object({ caseIds }), verificationAnswers.console_verification_release),
  /** Adds to what the caller has opened and ticked. */
  'verification.record': call(
    z.object({ caseId: z.uuid(), evidence: evidenceInput }),
    verificationAnswers.console_verification_evidence_record,
  ),
  /** Replaces the grades of a case. */
  'verification.setGrades': call(
    z.object({ caseId: z.uuid(), grades: z.array(gradeEntry).max(40) }),
    verificationAnswers.console_verification_grades_set,
  ),
  'verification.addNote': call(
    z.object({ caseId: z.uuid(), body: key }),
    verificationAnswers.console_verification_note_add,
  ),
  'verification.setPriority': call(
    z.object({ caseIds, priority: z.number().int().min(0).max(2) }),
    verificationAnswers.console_verification_priority_set,
  ),
  'verification.escalate': call(
    z.object({ caseId: z.uuid(), rowVersion: z.number().int(), reason: key }),
    verificationAnswers.console_verification_escalate,
  ),
  'verification.revoke': call(revocationInput, verificationAnswers.console_verification_revoke),
  /** Takes decisions back while their window is open; one result each. */
  'verification.reverse': call(
    z.object({ decisionIds: z.array(z.uuid()).min(1).max(100), reason: z.string().max(4000) }),
    verificationAnswers.console_verification_reverse,
  ),
  /** What stands for or against deciding these together; those that are not here any more are left out. */
  'verification.candidates': call(
    z.object({ caseIds: z.array(z.uuid()).max(500) }),
    z.object({ candidates: z.array(bulkCandidate) }),
  ),
  /**
   * Decides several cases, each for itself. The decisions are on the disk before the call leaves, so that a lost answer or a
   * crash leaves no doubt for good. Resolves with the report, also when nothing could be done.
   */
  'verification.decideMany': call(
    z.object({ decisions: z.array(decisionInput).min(1).max(100) }),
    bulkReport,
  ),
  /** Reports that were not dismissed, newest first. */
  'verification.bulks': call(none, z.object({ bulks: z.array(bulkReport) })),
  /** Asks now what became of decisions whose answer got lost. */
  'verification.bulkSettle': call(none, none),
  /** Drops a report; AppError CONFLICT while it is not known what was done. */
  'verification.bulkDismiss': call(z.object({ id: z.uuid() }), none),
  'verification.duplicates': call(
    z.object({ caseId: z.uuid() }),
    verificationAnswers.console_verification_duplicates.extend({
      /** From the cache, because the server could not be asked: what nobody here has seen is missing. */
      isLocal: z.boolean(),
    }),
  ),

  'verification.secondReviews': call(none, z.object({ reviews: z.array(secondReview) })),
  'verification.secondClaimNext': call(
    z.object({ count: z.number().int().min(1).max(20) }),
    verificationAnswers.console_verification_second_claim_next,
  ),
  'verification.secondRelease': call(
    z.object({ reviewId: z.uuid() }),
    verificationAnswers.console_verification_second_release,
  ),
  'verification.secondSubmit': call(
    z.object({ reviewId: z.uuid(), verdict: secondVerdict }),
    verificationAnswers.console_verification_second_submit,
  ),
  'verification.settleDispute': call(
    z.object({
      caseId: z.uuid(),
      rowVersion: z.number().int(),
      verdict: z.enum(['UPHOLD', 'REOPEN']),
      reason: key,
    }),
    verificationAnswers.console_verification_dispute_settle,
  ),
  /** From `from` up to `to`. */
  'verification.reviewerStats': call(
    z.object({ from: micros, to: micros }),
    verificationAnswers.console_verification_reviewer_stats,
  ),
  'verification.queueStats': call(
    z.object({ days: z.number().int().min(1).max(366) }),
    verificationAnswers.console_verification_queue_stats,
  ),
} as const satisfies Contract;
