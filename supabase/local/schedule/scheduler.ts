import fs from 'node:fs';
import path from 'node:path';
import type { Log } from '#stack/process/child';
import { parseCron, type CronExpression } from './cron-expression.ts';

export type CronJob = {
  readonly function: string;
  readonly schedule: CronExpression;
  readonly body: unknown;
};

export type Scheduler = {
  /** Starts the jobs that are due in the minute of `at`; one that still runs from before is left alone. */
  tick(at: Date): void;
  /** Ends the timer and the requests under way. */
  stop(): Promise<void>;
};

/** Reads supabase/functions/cron.json: `[{ function, schedule, body? }]`. Throws on a malformed file. */
export function readCronJobs(supabaseDir: string): CronJob[] {
  const file = path.join(supabaseDir, 'functions', 'cron.json');
  if (!fs.existsSync(file)) return [];
  const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (!Array.isArray(value)) throw new Error(`${file} must be a list`);
  return value.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) throw new Error(`${file}: every job is an object`);
    const job = new Map(Object.entries(item));
    const [name, schedule] = [job.get('function'), job.get('schedule')];
    if (typeof name !== 'string' || typeof schedule !== 'string') {
      throw new Error(`${file}: every job needs "function" and "schedule"`);
    }
    return { function: name, schedule: parseCron(schedule), body: job.get('body') ?? {} };
  });
}

/**
 * Does what pg_cron does on a hosted project: calls the cron functions when they are due, with CRON_SECRET.
 * @param functionsUrl of the functions host itself; the gateway is not involved
 */
export function startScheduler(options: {
  readonly jobs: readonly CronJob[];
  readonly functionsUrl: string;
  readonly cronSecret: string;
  readonly log?: Log | undefined;
}): Scheduler {
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  async function run(job: CronJob): Promise<void> {
    try {
      const response = await fetch(`${options.functionsUrl}/${job.function}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${options.cronSecret}`, 'content-type': 'application/json' },
        body: JSON.stringify(job.body),
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(300_000)]),
      });
      await response.body?.cancel();
      if (!response.ok) options.log?.(`cron ${job.function} answered ${response.status}`);
    } catch (error) {
      if (!stopping.signal.aborted) options.log?.(`cron ${job.function} failed: ${String(error)}`);
    }
  }

  function tick(at: Date): void {
    for (const job of options.jobs) {
      if (running.has(job.function) || !job.schedule.matches(at)) continue;
      running.set(
        job.function,
        run(job).finally(() => running.delete(job.function)),
      );
    }
  }

  function wait(): void {
    // Anew for each minute, so that it neither drifts nor makes up for the time the machine slept.
    timer = setTimeout(
      () => {
        tick(new Date());
        wait();
      },
      60_000 - (Date.now() % 60_000) + 5,
    );
    timer.unref();
  }
  if (options.jobs.length > 0) wait();

  return {
    tick,
    async stop() {
      clearTimeout(timer);
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}
