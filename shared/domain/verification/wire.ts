import * as z from 'zod';
import { checkResult } from './checklist.ts';
import { caseStatus, decisionOutcome, recommendation, recordedOutcome, verificationKind } from './status.ts';

/**
 * Arguments and answers of the functions console_verification_*, as PostgREST carries them. Instants are integer
 * microseconds. Functions that take `p_key` do their work once a key (519_once.sql): the same call under the same key
 * gets the recorded answer, and console_once_settle(p_key, kind) tells what became of one whose answer was lost.
 */
const micros = z.number().int();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const privateText = z.string().max(4000);
const publicText = z.string().max(2000);

/** One subject on a certificate. The examination has to be the subject's own curriculum. */
export const gradeEntry = z.object({
  subjectId: z.uuid(),
  examType: z.enum(['CSEC', 'CAPE']),
  /** I is 1; CSEC ends at 6, CAPE at 7. */
  grade: z.number().int().min(1).max(7),
  year: z.number().int().nullable(),
  /** Such as 'May/June'. */
  session: z.string().max(40).nullable(),
});
export type GradeEntry = z.infer<typeof gradeEntry>;

/** One verdict: the `p_decision` of console_verification_decide, or an item of console_verification_decide_many. */
export const decisionInput = z.object({
  caseId: z.uuid(),
  /** row_version of the case that the reviewer looked at. */
  rowVersion: z.number().int(),
  outcome: decisionOutcome,
  /** Of verification_reasons; at least one unless it is an approval. */
  reasonCodes: z.array(z.string()).max(9),
  /** What the tutor is told. Empty: the templates' own texts. */
  publicText: publicText,
  /** What only staff reads; kept in verification_notes. */
  privateNote: privateText,
  /** Why the system is not followed; needed where `isAgainst`. */
  overrideReason: privateText,
  /** Null: the grades as console_verification_grades_set left them. */
  grades: z.array(gradeEntry).max(40).nullable(),
});
export type DecisionInput = z.infer<typeof decisionInput>;

/** Why nothing was done with a row. `code` is the SQLSTATE, `rule` the rule's name, `data` what it says of others. */
export const rowRefusal = z.object({
  caseId: z.uuid(),
  outcome: z.literal('refused'),
  code: z.string(),
  rule: z.string(),
  message: z.string(),
  /**
   * claimed: {holderId, holder, expiresAt}; decided: {status, byId, by, at}; version: {rowVersion, byId, by}. Names are
   * people's display names, null where there is nobody to name.
   */
  data: z.record(z.string(), z.json()),
});
export type RowRefusal = z.infer<typeof rowRefusal>;

/** A row that was decided: also the whole answer of console_verification_decide and _revoke. */
export const decided = z.object({
  caseId: z.uuid(),
  outcome: z.literal('decided'),
  decisionId: z.uuid(),
  decision: recordedOutcome,
  /** Until then the same reviewer can reverse it, and the tutor is not told. */
  undoUntil: micros,
  rowVersion: z.number().int(),
});
export type Decided = z.infer<typeof decided>;

/** console_verification_decide_many(p_key uuid, p_decisions jsonb): one result a row, in the order asked. */
export const decideManyAnswer = z.object({
  now: micros,
  results: z.array(z.discriminatedUnion('outcome', [decided, rowRefusal])),
});
export type DecideManyAnswer = z.infer<typeof decideManyAnswer>;

/** The kind under which each keyed function records its answer: the `p_kind` of console_once_settle. */
export const keyedKinds = {
  console_verification_decide: 'verification.decide',
  console_verification_decide_many: 'verification.decide_many',
  console_verification_escalate: 'verification.escalate',
  console_verification_revoke: 'verification.revoke',
  console_verification_reverse: 'verification.reverse',
  console_verification_second_submit: 'verification.second_submit',
  console_verification_dispute_settle: 'verification.dispute_settle',
} as const;

/** `p_filter` of console_verification_claim_next(p_filter jsonb, p_count integer); what is left out does not narrow. */
export const claimFilter = z.object({
  kind: verificationKind.optional(),
  recommendation: recommendation.nullable().optional(),
});
export type ClaimFilter = z.infer<typeof claimFilter>;

export const claimed = z.object({
  caseId: z.uuid(),
  outcome: z.literal('claimed'),
  /** The lease; console_verification_renew prolongs it. */
  expiresAt: micros,
  rowVersion: z.number().int(),
});
export type Claimed = z.infer<typeof claimed>;

/** console_verification_claim_next: fewer than asked, or none, when the queue has no more that is free. */
const claimNextAnswer = z.object({ now: micros, results: z.array(claimed) });

/** console_verification_claim(p_case_ids uuid[]) and console_verification_renew(p_case_ids uuid[]). */
const claimAnswer = z.object({
  now: micros,
  results: z.array(z.discriminatedUnion('outcome', [claimed, rowRefusal])),
});

/** console_verification_release(p_case_ids uuid[]); a claim that was lost already counts as released. */
const releaseAnswer = z.object({
  now: micros,
  results: z.array(
    z.discriminatedUnion('outcome', [
      z.object({ caseId: z.uuid(), outcome: z.literal('released') }),
      rowRefusal,
    ]),
  ),
});

/** `p_evidence` of console_verification_evidence_record(p_case_id uuid, p_evidence jsonb): merged with what is there. */
export const evidenceInput = z.object({
  opened: z.array(
    z.object({
      documentId: z.uuid(),
      /** Of the bytes that were shown. */
      sha256,
      /** 64-bit perceptual hash of the first page, as 16 hex digits. */
      phash: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .nullable(),
      candidateNumber: z.string().max(40).nullable(),
      pageCount: z.number().int().min(1).nullable(),
      /** How many pages the reviewer had in view. */
      pagesSeen: z.number().int().min(0),
      sizeBytes: z.number().int().min(0),
    }),
  ),
  checklist: z.record(z.string(), checkResult),
});
export type EvidenceInput = z.infer<typeof evidenceInput>;

/** verification_evidence.opened as text in the cache: by document id. */
export const openedDocuments = z.record(
  z.uuid(),
  z.object({ at: micros, sha256, pages: z.number().int().min(0) }),
);
export type OpenedDocuments = z.infer<typeof openedDocuments>;

/** verification_evidence.checklist as text in the cache: by item. */
export const checklistResults = z.record(z.string(), checkResult);

/** What console_verification_evidence_record answers: all that the caller has looked at and ticked in this attempt. */
export const evidenceAnswer = z.object({
  caseId: z.uuid(),
  opened: openedDocuments,
  checklist: checklistResults,
  /** Whether every file that is there was opened, and every item of the checklist answered. */
  isOpened: z.boolean(),
  isComplete: z.boolean(),
});
export type EvidenceAnswer = z.infer<typeof evidenceAnswer>;

/** console_verification_grades_set(p_case_id uuid, p_grades jsonb): replaces them all. */
const gradesAnswer = z.object({ caseId: z.uuid(), grades: z.array(gradeEntry) });

/** console_verification_note_add(p_id uuid, p_case_id uuid, p_body text); the same id again changes nothing. */
const noteAnswer = z.object({ id: z.uuid(), caseId: z.uuid() });

/** console_verification_escalate(p_key uuid, p_case_id uuid, p_row_version bigint, p_reason text). */
const escalated = z.object({
  caseId: z.uuid(),
  outcome: z.literal('escalated'),
  rowVersion: z.number().int(),
});

/** console_verification_priority_set(p_case_ids uuid[], p_priority integer): 0 normal, 1 high, 2 urgent. */
const priorityAnswer = z.object({
  results: z.array(
    z.discriminatedUnion('outcome', [
      z.object({ caseId: z.uuid(), outcome: z.literal('set'), rowVersion: z.number().int() }),
      rowRefusal,
    ]),
  ),
});

/** `p_revocation` of console_verification_revoke(p_key uuid, p_revocation jsonb); the answer is `decided`. */
export const revocationInput = z.object({
  caseId: z.uuid(),
  rowVersion: z.number().int(),
  reasonCodes: z.array(z.string()).min(1).max(9),
  publicText: publicText,
  privateNote: privateText,
});
export type RevocationInput = z.infer<typeof revocationInput>;

/** console_verification_reverse(p_key uuid, p_decision_ids uuid[], p_reason text); `caseId` of a refusal may be unknown. */
const reverseAnswer = z.object({
  now: micros,
  results: z.array(
    z.discriminatedUnion('outcome', [
      z.object({
        decisionId: z.uuid(),
        caseId: z.uuid(),
        outcome: z.literal('reversed'),
        rowVersion: z.number().int(),
        /** The case is the reviewer's again until then; null when somebody else took it meanwhile. */
        expiresAt: micros.nullable(),
      }),
      rowRefusal.extend({ decisionId: z.uuid(), caseId: z.uuid().nullable() }),
    ]),
  ),
});

/** console_verification_second_claim_next(p_count integer): cases to judge again, without the first verdict. */
const secondClaimAnswer = z.object({
  now: micros,
  results: z.array(z.object({ reviewId: z.uuid(), caseId: z.uuid(), expiresAt: micros })),
});

/** `p_verdict` of console_verification_second_submit(p_key uuid, p_review_id uuid, p_verdict jsonb). */
export const secondVerdict = z.object({ outcome: z.enum(['APPROVE', 'REJECT']), note: privateText });
export type SecondVerdict = z.infer<typeof secondVerdict>;

const secondAnswer = z.object({
  reviewId: z.uuid(),
  caseId: z.uuid(),
  firstOutcome: z.enum(['APPROVE', 'REJECT']),
  agrees: z.boolean(),
});

/**
 * console_verification_dispute_settle(p_key uuid, p_case_id uuid, p_row_version bigint, p_verdict text, p_reason text):
 * UPHOLD or REOPEN.
 */
const settledAnswer = z.object({
  caseId: z.uuid(),
  outcome: z.literal('settled'),
  rowVersion: z.number().int(),
});

/** console_verification_duplicates(p_case_id uuid), nearest first, at most 50. */
const duplicatesAnswer = z.object({
  caseId: z.uuid(),
  matches: z.array(
    z.object({
      /** The document of the case, and the other one, whose case may be gone. */
      ofDocumentId: z.uuid(),
      documentId: z.uuid(),
      caseId: z.uuid().nullable(),
      kind: verificationKind,
      tutorId: z.uuid().nullable(),
      tutor: z.string().nullable(),
      isSameTutor: z.boolean(),
      isSameFile: z.boolean(),
      isSameCandidate: z.boolean(),
      /** Bits by which the pictures differ; null when they are no match as pictures. */
      distance: z.number().int().nullable(),
      /** Null where the case is gone or hidden. */
      status: caseStatus.nullable(),
      seenAt: micros,
    }),
  ),
});

/** console_verification_reviewer_stats(p_from timestamptz, p_to timestamptz); reviewers get themselves, admins all. */
const reviewerStatsAnswer = z.object({
  reviewers: z.array(
    z.object({
      reviewerId: z.uuid(),
      reviewer: z.string().nullable(),
      /** Decisions that were not reversed, and what they came to. */
      decisions: z.number().int(),
      approved: z.number().int(),
      rejected: z.number().int(),
      resubmissions: z.number().int(),
      revoked: z.number().int(),
      againstSystem: z.number().int(),
      /** Revoked or reopened by somebody else later. */
      overturned: z.number().int(),
      /** Taken back by himself. */
      reversed: z.number().int(),
      /** From claim to decision. */
      medianSeconds: z.number().nullable(),
      p90Seconds: z.number().nullable(),
      agreement: z.object({
        aa: z.number().int(),
        ar: z.number().int(),
        ra: z.number().int(),
        rr: z.number().int(),
      }),
      kappa: z.number().nullable(),
    }),
  ),
});

/** console_verification_queue_stats(p_days integer): the queue now, and each day in Port of Spain. */
const queueStatsAnswer = z.object({
  now: micros,
  open: z.object({
    total: z.number().int(),
    fresh: z.number().int(),
    due: z.number().int(),
    late: z.number().int(),
    breach: z.number().int(),
    certificates: z.number().int(),
    degrees: z.number().int(),
    escalated: z.number().int(),
    withoutFile: z.number().int(),
    claimed: z.number().int(),
    oldestSubmittedAt: micros.nullable(),
  }),
  days: z.array(
    z.object({
      day: z.iso.date(),
      submitted: z.number().int(),
      decided: z.number().int(),
      approved: z.number().int(),
      rejected: z.number().int(),
      resubmissions: z.number().int(),
      /** Decided only after 72 hours. */
      breached: z.number().int(),
      /** From submission to decision. */
      medianHours: z.number().nullable(),
    }),
  ),
});

/** What each function answers. */
export const verificationAnswers = {
  console_verification_claim_next: claimNextAnswer,
  console_verification_claim: claimAnswer,
  console_verification_renew: claimAnswer,
  console_verification_release: releaseAnswer,
  console_verification_evidence_record: evidenceAnswer,
  console_verification_grades_set: gradesAnswer,
  console_verification_note_add: noteAnswer,
  console_verification_priority_set: priorityAnswer,
  console_verification_decide: decided,
  console_verification_decide_many: decideManyAnswer,
  console_verification_escalate: escalated,
  console_verification_revoke: decided,
  console_verification_reverse: reverseAnswer,
  console_verification_second_claim_next: secondClaimAnswer,
  console_verification_second_release: z.object({ reviewId: z.uuid() }),
  console_verification_second_submit: secondAnswer,
  console_verification_dispute_settle: settledAnswer,
  console_verification_duplicates: duplicatesAnswer,
  console_verification_reviewer_stats: reviewerStatsAnswer,
  console_verification_queue_stats: queueStatsAnswer,
} as const;
