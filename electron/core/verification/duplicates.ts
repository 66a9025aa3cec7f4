import type { Database } from 'better-sqlite3';
import type * as z from 'zod';
import { hashDistance, isBlankHash } from '#shared/domain/verification/statistics';
import type { verificationAnswers } from '#shared/domain/verification/wire';
import { defineQuery, statement } from '../cache/query.ts';

type Answer = z.output<typeof verificationAnswers.console_verification_duplicates>;

/**
 * The same question as console_verification_duplicates, answered from what this machine knows: documents that nobody has
 * opened yet have no hash, and what changed since the last pull is not here.
 */
export const duplicatesQuery = defineQuery(
  'verification.duplicates',
  (db, { caseId }: { readonly caseId: string }): Answer => {
    const own = statement<[string], Own>(
      db,
      `SELECT id, tutor_id AS tutorId, sha256, phash, lower(candidate_number) AS candidate
       FROM verification_documents WHERE case_id = ? AND is_current`,
    ).all(caseId);
    const { mostBits } = statement<[], { mostBits: number }>(
      db,
      'SELECT coalesce(max(phash_distance), 10) AS mostBits FROM verification_settings',
    ).get() ?? { mostBits: 10 };
    // The same pair may be found by its bytes and by its picture; only the latter knows the distance.
    const pairs = new Map<string, Other>();
    for (const document of own) {
      const same = statement<[object], Other>(db, samePaper).all({ ...document, caseId });
      for (const other of [...same, ...pictures(db, caseId, document, mostBits)]) {
        pairs.set(`${other.ofDocumentId} ${other.documentId}`, other);
      }
    }
    const matches = [...pairs.values()].toSorted(
      (a, b) =>
        b.isSameFile - a.isSameFile || (a.distance ?? 65) - (b.distance ?? 65) || b.createdAt - a.createdAt,
    );
    return {
      caseId,
      matches: matches.slice(0, 50).map(({ createdAt: _createdAt, ...match }) => ({
        ...match,
        isSameTutor: match.isSameTutor === 1,
        isSameFile: match.isSameFile === 1,
        isSameCandidate: match.isSameCandidate === 1,
      })),
    };
  },
);

type Own = {
  readonly id: string;
  readonly tutorId: string | null;
  readonly sha256: string | null;
  readonly phash: string | null;
  readonly candidate: string | null;
};
type Match = Answer['matches'][number];
type Flags = 'isSameTutor' | 'isSameFile' | 'isSameCandidate';
type Other = Omit<Match, Flags> & Record<Flags, number> & { readonly createdAt: number };

const columns = `
  SELECT @id AS ofDocumentId, d.id AS documentId, d.case_id AS caseId, d.kind, d.tutor_id AS tutorId,
    p.display_name AS tutor, d.tutor_id IS @tutorId AS isSameTutor, coalesce(d.sha256 = @sha256, 0) AS isSameFile,
    coalesce(lower(d.candidate_number) = @candidate, 0) AS isSameCandidate, NULL AS distance, c.status,
    coalesce(d.seen_at, d.created_at) AS seenAt, d.created_at AS createdAt
  FROM verification_documents d
  LEFT JOIN people p ON p.id = d.tutor_id
  LEFT JOIN verification_cases c ON c.id = d.case_id
  WHERE d.id <> @id AND NOT (d.case_id IS @caseId AND d.is_current)`;
const samePaper = `${columns} AND (d.sha256 = @sha256 OR lower(d.candidate_number) = @candidate)`;

/** SQLite cannot count bits, so ids and hashes are read first, and the few that are near in full. */
function pictures(db: Database, caseId: string, own: Own, mostBits: number): Other[] {
  const { phash } = own;
  if (phash === null || isBlankHash(phash)) return [];
  const near: Other[] = [];
  const hashes = statement<[string], { id: string; phash: string }>(
    db,
    'SELECT id, phash FROM verification_documents WHERE phash IS NOT NULL AND id <> ?',
  );
  const inFull = statement<[object], Other>(db, `${columns} AND d.id = @otherId`);
  for (const other of hashes.all(own.id)) {
    if (isBlankHash(other.phash)) continue;
    const distance = hashDistance(phash, other.phash);
    if (distance > mostBits) continue;
    const row = inFull.get({ ...own, caseId, otherId: other.id });
    if (row !== undefined) near.push({ ...row, distance });
  }
  return near;
}
