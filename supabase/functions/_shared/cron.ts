import type { SupabaseClient } from './deps.ts';
import { json, serviceClient } from './service.ts';

/** What a run did; kept in cron_runs. */
export type CronOutcome = { readonly processed: number; readonly details: Readonly<Record<string, unknown>> };

/**
 * Serves a function that only the scheduler may call. Without CRON_SECRET it does nothing at all: a job that moves or
 * tells things must never be open to whoever finds its address. Every run is a row of cron_runs.
 */
export function serveCron(job: string, work: (client: SupabaseClient) => Promise<CronOutcome>): void {
  Deno.serve(async (request) => {
    const secret = Deno.env.get('CRON_SECRET') ?? '';
    if (secret === '')
      return json(503, { code: 'CRON_SECRET_UNSET', message: `${job} does not run without CRON_SECRET` });
    if (!(await isSame(request.headers.get('authorization') ?? '', `Bearer ${secret}`))) {
      return json(401, { code: 'UNAUTHORIZED', message: 'wrong or missing CRON_SECRET' });
    }
    return run(job, serviceClient(), work);
  });
}

async function run(
  job: string,
  client: SupabaseClient,
  work: (client: SupabaseClient) => Promise<CronOutcome>,
): Promise<Response> {
  const started = await client.from('cron_runs').insert({ job }).select('id').single();
  if (started.error !== null) return json(503, { code: 'NOT_RECORDED', message: started.error.message });
  const finish = (values: Readonly<Record<string, unknown>>) =>
    client
      .from('cron_runs')
      .update({ ...values, finished_at: new Date().toISOString() })
      .eq('id', started.data.id);
  try {
    const outcome = await work(client);
    await finish({ status: 'succeeded', ...outcome });
    return json(200, { job, ...outcome });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await finish({ status: 'failed', error: message });
    return json(500, { code: 'JOB_FAILED', message });
  }
}

/** Compares digests, so that the time it takes tells nothing about the secret. */
async function isSame(left: string, right: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  const [a, b] = [await digest(left), await digest(right)];
  return a.reduce((difference, byte, index) => difference | (byte ^ (b[index] ?? 0)), 0) === 0;
}
