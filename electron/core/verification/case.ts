import type { Database } from 'better-sqlite3';
import { checklistResults, gradeEntry, openedDocuments } from '#shared/domain/verification/wire';
import {
  type CaseDocument,
  type VerificationCase,
  type VerificationCatalogue,
} from '#shared/rpc/verification-contract';
import * as z from 'zod';
import { defineQuery, statement } from '../cache/query.ts';
import { caseItem } from './queue.ts';

/** Everything about one case that the cache has, from the side of `userId`; null when there is no such case here. */
export const caseQuery = defineQuery(
  'verification.case',
  (db, { caseId, userId }: { readonly caseId: string; readonly userId: string }): VerificationCase | null => {
    const item = caseItem(db, caseId);
    if (item === null) return null;
    const all = <T>(sql: string, params: object = { caseId }) => statement<[object], T>(db, sql).all(params);
    const one = <T>(sql: string, params: object = { caseId }) => statement<[object], T>(db, sql).get(params);
    const about = one<{ recommendation_reason: string | null }>(
      'SELECT recommendation_reason FROM verification_cases WHERE id = @caseId',
    );
    const findings = one<{ claimed: string; extracted: string | null; extracted_text: string | null }>(
      'SELECT claimed, extracted, extracted_text FROM verification_findings WHERE id = @caseId',
    );
    const evidence = one<{ opened: string; checklist: string }>(
      `SELECT opened, checklist FROM verification_evidence
       WHERE case_id = @caseId AND reviewer_id = @userId AND attempt = @attempt`,
      { caseId, userId, attempt: item.attempt },
    );
    return {
      item,
      recommendationReason: about?.recommendation_reason ?? null,
      documents: documentsOf(db, caseId),
      claimed: fieldsOf(findings?.claimed) ?? {},
      extracted: fieldsOf(findings?.extracted),
      extractedText: findings?.extracted_text ?? null,
      grades: z.array(gradeEntry).parse(
        all(
          `SELECT g.subject_id AS subjectId, g.exam_type AS examType, g.grade, g.year, g.session
           FROM verification_grades g LEFT JOIN subjects s ON s.id = g.subject_id
           WHERE g.case_id = @caseId ORDER BY s.name, g.id`,
        ),
      ),
      opened: parsedOr(openedDocuments, evidence?.opened, {}),
      checklist: parsedOr(checklistResults, evidence?.checklist, {}),
      notes: all(
        `SELECT n.id, p.display_name AS author, n.kind, n.body, n.created_at AS createdAt
         FROM verification_notes n LEFT JOIN people p ON p.id = n.author_id
         WHERE n.case_id = @caseId ORDER BY n.created_at, n.id`,
      ),
      decisions: all(
        `SELECT d.id, p.display_name AS reviewer, d.outcome, d.public_text AS publicText,
           d.override_reason AS overrideReason, d.decided_at AS decidedAt, d.undo_until AS undoUntil,
           d.reversed_at AS reversedAt, d.overturned_at AS overturnedAt
         FROM verification_decisions d LEFT JOIN people p ON p.id = d.reviewer_id
         WHERE d.case_id = @caseId ORDER BY d.decided_at, d.id`,
      ),
      events: all(
        `SELECT e.id, e.event_type AS type, p.display_name AS actor, e.created_at AS createdAt
         FROM tutor_verification_events e LEFT JOIN people p ON p.id = e.actor_id
         WHERE e.case_id = @caseId ORDER BY e.created_at, e.id`,
      ),
      earlier: all<Omit<VerificationCase['earlier'][number], 'documents'>>(
        `SELECT id AS caseId, status, attempt, submitted_at AS submittedAt FROM verification_cases
         WHERE tutor_id = @tutorId AND kind = @kind AND id <> @caseId ORDER BY submitted_at DESC, id LIMIT 20`,
        { caseId, tutorId: item.tutorId, kind: item.kind },
      ).map((other) => ({ ...other, documents: documentsOf(db, other.caseId) })),
      resubmissionDueAt:
        one<{ due_at: number }>(
          `SELECT due_at FROM verification_resubmissions
           WHERE case_id = @caseId AND answered_at IS NULL AND withdrawn_at IS NULL ORDER BY due_at DESC LIMIT 1`,
        )?.due_at ?? null,
    };
  },
);

/** The documents of a case that its source names now, in their order. */
export function documentsOf(db: Database, caseId: string): CaseDocument[] {
  return statement<[string], CaseDocument>(
    db,
    `SELECT id, position, bucket, path, filename, content_type AS contentType, size_bytes AS sizeBytes, state, sha256,
       candidate_number AS candidateNumber, changed_at AS changedAt
     FROM verification_documents WHERE case_id = ? AND is_current ORDER BY position, id`,
  ).all(caseId);
}

/** Settings, reasons and the catalogue of subjects. Null until the first pull has brought the settings. */
export const catalogueQuery = defineQuery(
  'verification.catalogue',
  (db, _input: Record<string, never>): VerificationCatalogue | null => {
    const settings = statement<[], VerificationCatalogue['settings']>(
      db,
      `SELECT undo_seconds AS undoSeconds, claim_minutes AS claimMinutes, bulk_limit AS bulkLimit,
         resubmission_days AS resubmissionDays, second_review_percent AS secondReviewPercent
       FROM verification_settings`,
    ).get();
    if (settings === undefined) return null;
    const reasons = statement<
      [],
      Omit<VerificationCatalogue['reasons'][number], 'is_active'> & { is_active: number }
    >(
      db,
      'SELECT code, outcome, kind, number, label, public_text, is_active FROM verification_reasons ORDER BY number, code',
    ).all();
    return {
      settings,
      reasons: reasons.map((reason) => ({ ...reason, is_active: reason.is_active === 1 })),
      subjects: statement<[], VerificationCatalogue['subjects'][number]>(
        db,
        'SELECT id, name, curriculum FROM subjects ORDER BY name, id',
      ).all(),
    };
  },
);

/** JSON text of the server, as an object; null for nothing and for what is no object. */
export function fieldsOf(text: string | null | undefined): VerificationCase['claimed'] | null {
  if (text === null || text === undefined) return null;
  return parsedOr(z.record(z.string(), z.json()), text, null);
}

/** What the text says, or `otherwise` where the server's text is of a shape that this version does not know. */
export function parsedOr<T extends z.ZodType, D>(
  shape: T,
  text: string | undefined,
  otherwise: D,
): z.output<T> | D {
  if (text === undefined) return otherwise;
  const read = shape.safeParse(JSON.parse(text));
  return read.success ? read.data : otherwise;
}
