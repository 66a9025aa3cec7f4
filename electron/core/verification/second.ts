import type * as z from 'zod';
import type { Micros } from '#shared/domain/instant';
import type { secondReview } from '#shared/rpc/verification-contract';
import { defineQuery, statement } from '../cache/query.ts';
import { documentsOf } from './case.ts';

type SecondReview = z.output<typeof secondReview>;
type Row = Omit<SecondReview, 'documents' | 'isMine' | 'agrees'> & {
  readonly holderId: string | null;
  readonly agrees: number | null;
};

/** Cases to judge again, those that `userId` holds first, then the oldest; and the last hundred that were. */
export const secondReviewsQuery = defineQuery(
  'verification.secondReviews',
  (db, { userId, now }: { readonly userId: string; readonly now: Micros }): SecondReview[] =>
    statement<[object], Row>(
      db,
      `SELECT r.id, r.case_id AS caseId, r.kind, coalesce(p.display_name, 'A tutor') AS tutorName,
         r.submitted_at AS submittedAt, r.status, iif(r.expires_at > @now, r.holder_id, NULL) AS holderId,
         r.expires_at AS claimedUntil, r.recommendation, r.first_outcome AS firstOutcome,
         r.second_outcome AS secondOutcome, r.agrees
       FROM verification_second_reviews r LEFT JOIN people p ON p.id = r.tutor_id
       WHERE r.status = 'DONE' OR (r.status = 'OPEN' AND r.opens_at <= @now)
       ORDER BY r.status = 'OPEN' DESC, holderId = @userId DESC, coalesce(-r.done_at, r.submitted_at), r.id LIMIT 100`,
    )
      .all({ userId, now })
      .map(({ holderId, agrees, ...row }) => ({
        ...row,
        isMine: holderId === userId,
        agrees: agrees === null ? null : agrees === 1,
        documents: row.status === 'OPEN' ? documentsOf(db, row.caseId) : [],
      })),
);
