import { checklistResults, openedDocuments } from '#shared/domain/verification/wire';
import type { BulkCandidate } from '#shared/rpc/verification-contract';
import { defineQuery, statement } from '../cache/query.ts';
import { caseItem } from './queue.ts';

/** What stands for or against deciding these cases together, from the side of `userId`; in the order asked. */
export const candidatesQuery = defineQuery(
  'verification.candidates',
  (
    db,
    { caseIds, userId }: { readonly caseIds: readonly string[]; readonly userId: string },
  ): BulkCandidate[] =>
    caseIds.flatMap((caseId) => {
      const item = caseItem(db, caseId);
      if (item === null) return [];
      const evidence = statement<[object], { opened: string; checklist: string }>(
        db,
        `SELECT opened, checklist FROM verification_evidence
         WHERE case_id = @caseId AND reviewer_id = @userId AND attempt = @attempt`,
      ).get({ caseId, userId, attempt: item.attempt });
      const opened = openedDocuments.safeParse(JSON.parse(evidence?.opened ?? '{}'));
      const checklist = checklistResults.safeParse(JSON.parse(evidence?.checklist ?? '{}'));
      // As the server asks it (verification_has_opened): every file that is there, in its present bytes.
      const files = statement<[string], { id: string; sha256: string | null }>(
        db,
        `SELECT id, sha256 FROM verification_documents WHERE case_id = ? AND is_current AND state = 'present'`,
      ).all(caseId);
      const grades = statement<[string], { n: number }>(
        db,
        'SELECT count(*) AS n FROM verification_grades WHERE case_id = ?',
      ).get(caseId);
      return [
        {
          item,
          isOpened:
            opened.success &&
            files.every(({ id, sha256 }) => sha256 !== null && opened.data[id]?.sha256 === sha256),
          checklist: checklist.success ? checklist.data : {},
          gradeCount: grades?.n ?? 0,
        },
      ];
    }),
);
