import { candidatesQuery } from './candidates.ts';
import { caseQuery, catalogueQuery } from './case.ts';
import { duplicatesQuery } from './duplicates.ts';
import { countsQuery, queueQuery } from './queue.ts';
import { secondReviewsQuery } from './second.ts';

/** What the reader worker has to know of this domain. */
export const verificationQueries = [
  queueQuery,
  countsQuery,
  candidatesQuery,
  caseQuery,
  catalogueQuery,
  duplicatesQuery,
  secondReviewsQuery,
];
