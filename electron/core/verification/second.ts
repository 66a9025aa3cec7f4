import type { Database } from 'better-sqlite3';
import type { Micros } from '#shared/domain/instant';
import { checklistResults, openedDocuments } from '#shared/domain/verification/wire';
import type { SecondReview } from '#shared/rpc/verification-contract';
import { defineQuery, statement } from '../cache/query.ts';
import { documentsOf, fieldsOf, parsedOr } from './case.ts';

type Asked = { readonly userId: string; readonly now: Micros };

/**
 * Cases to judge again, those that `userId` holds first, then the oldest; and the last hundred that were, disputed ones
 * first. Of an open one nothing is read that could tell the first verdict, whatever the user may see elsewhere.
 */
export const secondReviewsQuery = defineQuery(
  'verification.secondReviews',
  (db, asked: Asked): SecondReview[] => [...openReviews(db, asked), ...doneReviews(db)],
);

type Shared = Pick<
  SecondReview,
  'id' | 'caseId' | 'kind' | 'tutorName' | 'submittedAt' | 'status' | 'recommendation'
>;

const sharedColumns = `r.id, r.case_id AS caseId, r.kind, coalesce(p.display_name, 'A tutor') AS tutorName,
  r.submitted_at AS submittedAt, r.status, r.recommendation`;

type OpenRow = Shared & {
  readonly holderId: string | null;
  readonly claimedUntil: number | null;
  readonly claimed: string | null;
  readonly extracted: string | null;
  readonly opened: string | null;
  readonly checklist: string | null;
};

function openReviews(db: Database, asked: Asked): SecondReview[] {
  return statement<[object], OpenRow>(
    db,
    `SELECT ${sharedColumns}, iif(r.expires_at > @now, r.holder_id, NULL) AS holderId, r.expires_at AS claimedUntil,
       f.claimed, f.extracted, e.opened, e.checklist
     FROM verification_second_reviews r
     LEFT JOIN people p ON p.id = r.tutor_id
     LEFT JOIN verification_findings f ON f.id = r.case_id
     LEFT JOIN verification_evidence e ON e.case_id = r.case_id AND e.reviewer_id = @userId AND e.attempt = r.attempt
     WHERE r.status = 'OPEN' AND r.opens_at <= @now
     ORDER BY holderId = @userId DESC, r.submitted_at, r.id LIMIT 100`,
  )
    .all(asked)
    .map(({ holderId, claimed, extracted, opened, checklist, ...row }) => ({
      ...row,
      isMine: holderId === asked.userId,
      firstOutcome: null,
      secondOutcome: null,
      agrees: null,
      done: null,
      documents: documentsOf(db, row.caseId),
      claimed: fieldsOf(claimed) ?? {},
      extracted: fieldsOf(extracted),
      opened: parsedOr(openedDocuments, opened ?? undefined, {}),
      checklist: parsedOr(checklistResults, checklist ?? undefined, {}),
    }));
}

type Done = NonNullable<SecondReview['done']>;
type DoneRow = Shared &
  Pick<SecondReview, 'firstOutcome' | 'secondOutcome'> &
  Omit<Done, 'isDisputed' | 'status'> & {
    readonly agrees: number | null;
    readonly isDisputed: number;
    readonly caseStatus: Done['status'];
  };

/** The first verdict is the last one that stood when the second was given. */
function doneReviews(db: Database): SecondReview[] {
  return statement<[], DoneRow>(
    db,
    `SELECT ${sharedColumns}, r.first_outcome AS firstOutcome, r.second_outcome AS secondOutcome, r.agrees,
       r.done_at AS at, d.reviewer_id AS firstReviewerId, f.display_name AS firstReviewer,
       r.second_reviewer_id AS secondReviewerId, s.display_name AS secondReviewer, r.second_note AS note,
       coalesce(c.is_disputed AND NOT r.agrees, 0) AS isDisputed, c.status AS caseStatus, c.row_version AS rowVersion
     FROM verification_second_reviews r
     LEFT JOIN people p ON p.id = r.tutor_id
     LEFT JOIN verification_cases c ON c.id = r.case_id
     LEFT JOIN verification_decisions d ON d.id = (
       SELECT x.id FROM verification_decisions x
       WHERE x.case_id = r.case_id AND x.outcome = r.first_outcome AND x.decided_at <= r.done_at
         AND x.reversed_at IS NULL
       ORDER BY x.decided_at DESC, x.id LIMIT 1)
     LEFT JOIN people f ON f.id = d.reviewer_id
     LEFT JOIN people s ON s.id = r.second_reviewer_id
     WHERE r.status = 'DONE' ORDER BY isDisputed DESC, r.done_at DESC, r.id LIMIT 100`,
  )
    .all()
    .map(toDone);
}

function toDone(row: DoneRow): SecondReview {
  const { at, firstReviewerId, firstReviewer, secondReviewerId, secondReviewer, note, rowVersion } = row;
  return {
    id: row.id,
    caseId: row.caseId,
    kind: row.kind,
    tutorName: row.tutorName,
    submittedAt: row.submittedAt,
    status: row.status,
    recommendation: row.recommendation,
    firstOutcome: row.firstOutcome,
    secondOutcome: row.secondOutcome,
    isMine: false,
    claimedUntil: null,
    agrees: row.agrees === null ? null : row.agrees === 1,
    done: {
      at,
      firstReviewerId,
      firstReviewer,
      secondReviewerId,
      secondReviewer,
      note,
      isDisputed: row.isDisputed === 1,
      status: row.caseStatus,
      rowVersion,
    },
    documents: [],
    claimed: {},
    extracted: null,
    opened: {},
    checklist: {},
  };
}
