import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { isClean, run, type Outcome } from './run.ts';
import { scheduleOf, type FaultName, type Step } from './schedule.ts';
import { shrink } from './shrink.ts';
import { startStage, startStageCluster, type Stage, type StageCluster } from './stage.ts';

export type SoakOptions = {
  /** The first seed, and how many from there. */
  readonly seed: number;
  readonly rounds: number;
  readonly steps: number;
  readonly faults: ReadonlySet<FaultName>;
  /** Simulations at the same time, each on a database of its own. */
  readonly jobs: number;
  readonly resume: string | undefined;
  /** Ends with the first seed that fails, and does not look for a shorter schedule. */
  readonly isHasty?: boolean;
  /** A cluster that is there already, instead of one of its own. */
  readonly cluster?: StageCluster | undefined;
  readonly note: (line: string) => void;
};

export type Failure = Outcome & { readonly schedule: readonly Step[] };

export type SoakReport = {
  readonly seeds: number;
  readonly edits: number;
  readonly crashes: number;
  readonly diverged: number;
  readonly doubled: number;
  readonly lost: number;
  readonly unresolved: number;
  /** Each with the shortest schedule that was found to fail in the same way. */
  readonly failures: readonly Failure[];
};

/** Runs the seeds, continuing a result file where one is given. Counts of the last four are seeds, not single rows. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const done = new Map<number, Outcome>();
  const file =
    options.resume === undefined ? null : path.resolve(process.env['INIT_CWD'] ?? '.', options.resume);
  if (file !== null && existsSync(file)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const parsed = line === '' ? null : outcomeLine.safeParse(JSON.parse(line));
      if (parsed?.success === true) done.set(parsed.data.seed, parsed.data);
    }
  }
  const left = Array.from({ length: options.rounds }, (_, n) => options.seed + n).filter(
    (seed) => !done.has(seed),
  );
  const failures: Failure[] = [];
  if (left.length > 0) {
    const own = options.cluster === undefined ? await startStageCluster() : null;
    const cluster = options.cluster ?? own;
    if (cluster === null) throw new Error('no cluster');
    try {
      await Promise.all(Array.from({ length: Math.min(options.jobs, left.length) }, () => work(cluster)));
    } finally {
      await own?.stop();
    }

    async function work(base: StageCluster): Promise<void> {
      const stage = await startStage(base);
      try {
        for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
          const schedule = scheduleOf(seed, options.steps, options.faults);
          const outcome = await run(stage, seed, schedule, options.faults);
          done.set(seed, outcome);
          if (!isClean(outcome)) failures.push(await explain(stage, outcome, schedule));
          if (file !== null) appendFileSync(file, `${JSON.stringify(outcome)}\n`);
          if (done.size % 25 === 0) options.note(`${done.size} seeds, ${failures.length} failed`);
        }
      } finally {
        await stage.stop();
      }
    }
  }

  async function explain(stage: Stage, outcome: Outcome, schedule: readonly Step[]): Promise<Failure> {
    options.note(`seed ${outcome.seed} failed: ${JSON.stringify(problemsOf(outcome)).slice(0, 2000)}`);
    if (options.isHasty === true) {
      left.length = 0;
      return { ...outcome, schedule: [] };
    }
    const shortest = await shrink(stage, outcome, schedule, options.faults);
    options.note(
      `seed ${outcome.seed}: ${shortest.length} of ${schedule.length} steps do: ${brief(shortest)}`,
    );
    return { ...outcome, schedule: shortest };
  }

  const asked = [...done.values()].filter(
    (each) => each.seed >= options.seed && each.seed < options.seed + options.rounds,
  );
  for (const each of asked) {
    if (!isClean(each) && !failures.some((one) => one.seed === each.seed))
      failures.push({ ...each, schedule: [] });
  }
  const sum = (count: (outcome: Outcome) => number) => asked.reduce((total, each) => total + count(each), 0);
  return {
    seeds: asked.length,
    edits: sum((each) => each.edits),
    crashes: sum((each) => each.crashes),
    diverged: sum((each) => Number(each.diverged.length > 0)),
    doubled: sum((each) => Number(each.doubled.length > 0)),
    lost: sum((each) => Number(each.lost.length > 0)),
    unresolved: sum((each) => Number(each.unresolved.length > 0)),
    failures,
  };
}

const lines = z.array(z.string());
const outcomeLine = z.object({
  seed: z.number(),
  edits: z.number(),
  crashes: z.number(),
  diverged: lines,
  doubled: lines,
  lost: lines,
  unresolved: lines,
});

function problemsOf({ diverged, doubled, lost, unresolved }: Outcome) {
  return { diverged, doubled, lost, unresolved };
}

function brief(steps: readonly Step[]): string {
  return steps.map((step) => `${step.what}/${step.who}`).join(' ');
}
