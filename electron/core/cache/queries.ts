import { scheduleQueries } from '../schedule/queries.ts';
import { verificationQueries } from '../verification/queries.ts';
import { waitingEdits } from '../session/pending.ts';
import { tableCounts } from './counts.ts';
import type { Query } from './query.ts';
import { wrongRollups } from './rollups.ts';

/** Every named query that the reader worker knows. A domain adds its own list here. */
export const queries: readonly Query<never, unknown>[] = [
  ...scheduleQueries,
  ...verificationQueries,
  tableCounts,
  wrongRollups,
  waitingEdits,
];
