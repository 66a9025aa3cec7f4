import { syncTables } from '#shared/domain/sync/tables';
import { defineQuery, statement } from './query.ts';

/** Rows per synced table, for the health panel and for support. */
export const tableCounts = defineQuery('cache.tableCounts', (db, _input: null): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { name } of syncTables) {
    counts[name] =
      statement<[], { count: number }>(db, `SELECT count(*) AS count FROM ${name}`).get()?.count ?? 0;
  }
  return counts;
});
