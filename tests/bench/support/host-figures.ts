import { setTimeout as wait } from 'node:timers/promises';
import { microsPerDay } from '#shared/domain/instant';
import type { BenchBackend } from './backend.ts';
import { percentile, rounded, timed, type Figure } from './figure.ts';
import { startHostProcess } from './host-process.ts';

/**
 * What a first pull does to the rest of the program: the event loop of the host's main thread, the memory of its whole
 * process (main thread, core, reader), and how long a page that is open waits for a week meanwhile.
 */
export async function* hostFigures(
  backend: BenchBackend,
  email: string,
  name: string,
  note: (line: string) => void,
): AsyncGenerator<Figure> {
  note('Pulling through a host ...');
  const host = await startHostProcess(backend, note);
  const megabytes = (bytes: number) => rounded(bytes / 1024 / 1024);
  try {
    // What starting costs is not what is measured.
    await host.client['app.info']({});
    await wait(1_000);
    const before = await host.look();
    const began = performance.now();
    await host.client['session.signIn']({ email, password: backend.demoPassword });
    const isDone = pulled(host.client, began);
    const reads = await readMeanwhile(host.client, isDone);
    const seen = await host.look();
    await wait(3_000);
    const after = await host.look();
    yield { name: `${name}.host.firstPull`, value: rounded(await isDone), unit: 'ms' };
    yield { name: `${name}.host.loopDelay.p99`, value: rounded(seen.p99), unit: 'ms' };
    yield { name: `${name}.host.loopDelay.max`, value: rounded(seen.max), unit: 'ms' };
    yield { name: `${name}.host.weekMeanwhile.p50`, value: rounded(percentile(reads, 0.5)), unit: 'ms' };
    yield { name: `${name}.host.weekMeanwhile.p95`, value: rounded(percentile(reads, 0.95)), unit: 'ms' };
    yield { name: `${name}.host.weekMeanwhile.max`, value: rounded(Math.max(...reads)), unit: 'ms' };
    yield { name: `${name}.host.memory.before`, value: megabytes(before.rss), unit: 'MB' };
    yield { name: `${name}.host.memory.peak`, value: megabytes(seen.peak), unit: 'MB' };
    yield { name: `${name}.host.memory.after`, value: megabytes(after.rss), unit: 'MB' };
  } finally {
    await host.stop();
  }
}

type HostClient = Awaited<ReturnType<typeof startHostProcess>>['client'];

/** Milliseconds from `began` to the end of the first pull. */
async function pulled(client: HostClient, began: number): Promise<number> {
  for await (const status of client['sync.watch']({})) {
    if (status.problem !== null) throw new Error(status.problem);
    // Indexes are built behind the last row.
    if (status.lastSyncedAt !== null && status.state !== 'pulling') break;
  }
  return performance.now() - began;
}

/** Asks for a week again and again, as live queries do, until the first pull is over; milliseconds of each. */
async function readMeanwhile(client: HostClient, isDone: Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  let isOver = false;
  void isDone.finally(() => {
    isOver = true;
  });
  const from = Date.now() * 1000;
  while (!isOver) {
    const input = { tutorId: null, from, to: from + 7 * microsPerDay };
    times.push((await timed(() => client['schedule.week'](input))).milliseconds);
    await wait(20);
  }
  return times;
}
