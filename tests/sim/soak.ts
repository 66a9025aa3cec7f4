import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { isClean, run, type Outcome } from './run.ts';
import { scheduleOf, stepKinds, type FaultName, type Step } from './schedule.ts';
import { shrink } from './shrink.ts';
import { startStage, startStageCluster, type Stage, type StageCluster } from './stage.ts';

export type SoakOptions = {
  /** The first seed, and how many from there. */
  readonly seed: number;
  readonly rounds: number;
  readonly steps: number;
  readonly faults: ReadonlySet<FaultName>;
  /** Simulations at the same time, each on a PostgreSQL of its own: transaction ids of another would be in its snapshots. */
  readonly jobs: number;
  readonly resume: string | undefined;
  /** Ends with the first seed that fails, and does not look for a shorter schedule. */
  readonly isHasty?: boolean;
  /** A cluster that is there already, instead of one of its own. */
  readonly cluster?: StageCluster | undefined;
  readonly note: (line: string) => void;
};

/** The schedule is the shortest that was found to fail in the same way; empty when none was looked for. */
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
  const done = new Map<number, Failure>();
  const file =
    options.resume === undefined ? null : path.resolve(process.env['INIT_CWD'] ?? '.', options.resume);
  const under = `${options.steps} ${[...options.faults].toSorted().join()}`;
  for (const outcome of file === null ? [] : readDone(file, under)) done.set(outcome.seed, outcome);
  const left = Array.from({ length: options.rounds }, (_, n) => options.seed + n).filter(
    (seed) => !done.has(seed),
  );
  await Promise.all(Array.from({ length: Math.min(options.jobs, left.length) }, () => work()));

  async function work(): Promise<void> {
    const own = options.cluster === undefined ? await startStageCluster() : null;
    const cluster = options.cluster ?? own;
    if (cluster === null) return;
    const stage = await startStage(cluster);
    try {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
        const schedule = scheduleOf(seed, options.steps, options.faults);
        const outcome = await run(stage, seed, schedule, options.faults);
        const failure = isClean(outcome)
          ? { ...outcome, schedule: [] }
          : await explain(stage, outcome, schedule);
        done.set(seed, failure);
        if (file !== null) appendFileSync(file, `${JSON.stringify({ under, ...failure })}\n`);
        if (done.size % 25 === 0)
          options.note(`${done.size} seeds, ${failuresOf([...done.values()])} failed`);
      }
    } finally {
      await stage.stop();
      await own?.stop();
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
  const sum = (count: (outcome: Outcome) => number) => asked.reduce((total, each) => total + count(each), 0);
  return {
    seeds: asked.length,
    edits: sum((each) => each.edits),
    crashes: sum((each) => each.crashes),
    diverged: sum((each) => Number(each.diverged.length > 0)),
    doubled: sum((each) => Number(each.doubled.length > 0)),
    lost: sum((each) => Number(each.lost.length > 0)),
    unresolved: sum((each) => Number(each.unresolved.length > 0)),
    failures: asked.filter((each) => !isClean(each)),
  };
}

function failuresOf(outcomes: readonly Outcome[]): number {
  return outcomes.filter((each) => !isClean(each)).length;
}

/** Seeds of the same length and faults; the last line may be half of one, when the run was killed. */
function readDone(file: string, under: string): readonly Failure[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const parsed = outcomeLine.parse(JSON.parse(line));
        return parsed.under === under ? [parsed] : [];
      } catch {
        return [];
      }
    });
}

const lines = z.array(z.string());
const outcomeLine = z.object({
  under: z.string(),
  seed: z.number(),
  edits: z.number(),
  crashes: z.number(),
  diverged: lines,
  doubled: lines,
  lost: lines,
  unresolved: lines,
  schedule: z.array(z.object({ who: z.number(), what: z.enum(stepKinds), rolls: z.array(z.number()) })),
});

function problemsOf({ diverged, doubled, lost, unresolved }: Outcome) {
  return { diverged, doubled, lost, unresolved };
}

function brief(steps: readonly Step[]): string {
  return steps.map((step) => `${step.what}/${step.who}`).join(' ');
}
