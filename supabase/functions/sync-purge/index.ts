// Daily: forgets what the sync log and the ledger of edits kept for ninety days. Where pg_cron does it already, it finds
// nothing left to do.
import { serveCron } from '../_shared/cron.ts';

serveCron('sync-purge', async (client) => {
  const purged = await client.rpc('console_sync_purge');
  if (purged.error !== null) throw new Error(purged.error.message);
  return { processed: Number(purged.data), details: {} };
});
