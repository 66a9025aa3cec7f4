// Every minute: delivers what waits in notification_outbox. Mail goes through the provider; what cannot be delivered at
// all (no provider, no push service) is marked so and says why, it does not silently disappear.
import { serveCron } from '../_shared/cron.ts';
import { mailSender, type SendMail } from '../_shared/mail.ts';

type Delivery = {
  id: string;
  channel: 'email' | 'push' | 'in_app';
  email: string | null;
  title: string | null;
  message: string | null;
};
type Result = { id: string; outcome: 'sent' | 'failed' | 'abandoned'; error?: string };

const batchSize = 50;

serveCron('deliver-notifications', async (client) => {
  const claimed = await client.rpc('console_notifications_claim', { p_limit: batchSize });
  if (claimed.error !== null) throw new Error(claimed.error.message);
  const deliveries: Delivery[] = claimed.data;
  const send = mailSender();
  const results: Result[] = [];
  for (const delivery of deliveries) results.push(await deliver(delivery, send));
  const settled = await client.rpc('console_notifications_settle', { p_results: results });
  if (settled.error !== null) throw new Error(settled.error.message);
  const count = (outcome: Result['outcome']) => results.filter((result) => result.outcome === outcome).length;
  return {
    processed: results.length,
    details: { sent: count('sent'), failed: count('failed'), abandoned: count('abandoned') },
  };
});

async function deliver(delivery: Delivery, send: SendMail | undefined): Promise<Result> {
  const { id, channel, email, title, message } = delivery;
  if (channel !== 'email') return { id, outcome: 'abandoned', error: `no service for ${channel} is set up` };
  if (send === undefined)
    return { id, outcome: 'abandoned', error: 'no mail provider is set up (RESEND_API_KEY, NOTIFY_FROM)' };
  if (email === null) return { id, outcome: 'abandoned', error: 'the person has no address or is suspended' };
  try {
    await send({ to: email, subject: title ?? 'iTutor', text: message ?? '', key: id });
    return { id, outcome: 'sent' };
  } catch (error) {
    return { id, outcome: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
}
