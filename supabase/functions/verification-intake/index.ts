// Hourly: takes in certificate requests and degrees that the triggers missed, and looks again at the files of open cases.
import { serveCron } from '../_shared/cron.ts';

serveCron('verification-intake', async (client) => {
  const looked = await client.rpc('console_verification_intake');
  if (looked.error !== null) throw new Error(looked.error.message);
  return { processed: Number(looked.data), details: {} };
});
