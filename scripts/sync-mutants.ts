import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { createGreenhouse } from '#tests/sim/greenhouse';
import { mutants, type Mutant } from '#tests/sim/mutants';
import { plant } from '#tests/sim/planting';
import { startStageCluster } from '#tests/sim/stage';
import { root, typedPath } from './lib/command.ts';

/**
 * `npm run -s sync:mutants -- [--only TEXT] [--jobs J] [--resume FILE] [--unchecked] [--json]`: plants one defect after
 * another into copies of the sources and runs the simulator and the sync tests until something notices. Prints the kill
 * rate; exits 1 below 95 %, 2 when a defect cannot be planted any more.
 */
const { values } = parseArgs({
  options: {
    /** Those whose name has this text. */
    only: { type: 'string', default: '' },
    /** Defects at the same time, each in a copy of its own. */
    jobs: { type: 'string', default: '2' },
    /** A file of one line a defect: what is in it is not run again, unless the source file changed since. */
    resume: { type: 'string' },
    /** Leaves out the run without any defect that comes first. */
    unchecked: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const verdictLine = z.object({
  name: z.string(),
  /** Of the planted file: the same defect in other sources is another one. */
  hash: z.string(),
  killedBy: z.enum(['simulator', 'tests']).nullable(),
  seconds: z.number(),
});
type Verdict = z.infer<typeof verdictLine>;

/** Changes nothing: a kill only counts where the same runs pass without a defect. */
const none: Mutant = {
  name: 'none',
  file: 'package.json',
  find: '"type": "module"',
  replace: '"type": "module"',
  first: 'tests',
};

const chosen = mutants.filter(({ name }) => name.includes(values.only));
const unfit = chosen.flatMap((mutant) => {
  try {
    plant(root, mutant);
    return [];
  } catch (error) {
    return [String(error)];
  }
});
if (unfit.length > 0 || chosen.length === 0 || !(Number(values.jobs) >= 1)) {
  process.stderr.write(`${unfit.join('\n') || 'nothing to do'}\n`);
  process.exitCode = 2;
} else {
  report(await judgeAll());
}

async function judgeAll(): Promise<readonly Verdict[]> {
  const verdicts = new Map<string, Verdict>();
  const known = readKnown();
  const left = [...(values.unchecked ? [] : [none]), ...chosen].filter((mutant) => {
    const before = known.find((each) => each.name === mutant.name && each.hash === hashOf(mutant));
    if (before !== undefined) verdicts.set(mutant.name, before);
    return before === undefined;
  });
  if (left.length === 0) return [...verdicts.values()];
  const cluster = await startStageCluster();
  let failure: string | null = null;
  try {
    await Promise.all(Array.from({ length: Math.min(Number(values.jobs), left.length) }, () => work()));
  } finally {
    await cluster.stop();
  }
  if (failure !== null) throw new Error(failure);
  return [...verdicts.values()];

  async function work(): Promise<void> {
    const greenhouse = createGreenhouse(root, cluster);
    try {
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        const began = Date.now();
        const killedBy = await greenhouse.judge(mutant);
        if (mutant === none && killedBy !== null) {
          failure = `the ${killedBy} fail without any defect:\n${greenhouse.lastWords()}`;
          left.length = 0;
          return;
        }
        const seconds = Math.round((Date.now() - began) / 1000);
        const verdict = { name: mutant.name, hash: hashOf(mutant), killedBy, seconds };
        verdicts.set(mutant.name, verdict);
        if (values.resume !== undefined)
          appendFileSync(typedPath(values.resume), `${JSON.stringify(verdict)}\n`);
        const survived = mutant === none ? 'as it should be' : 'SURVIVED';
        const by = killedBy === null ? survived : `killed by the ${killedBy}`;
        process.stderr.write(`${by} in ${seconds} s: ${mutant.name} (${left.length} left)\n`);
      }
    } finally {
      greenhouse.close();
    }
  }
}

function readKnown(): readonly Verdict[] {
  const file = values.resume === undefined ? null : typedPath(values.resume);
  if (file === null || !existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [verdictLine.parse(JSON.parse(line))];
      } catch {
        // The last line of a run that was killed.
        return [];
      }
    });
}

function hashOf(mutant: Mutant): string {
  return createHash('sha256').update(plant(root, mutant).text).digest('hex').slice(0, 16);
}

function report(all: readonly Verdict[]): void {
  const verdicts = all.filter((each) => each.name !== none.name);
  const killed = verdicts.filter((each) => each.killedBy !== null).length;
  const bySimulator = verdicts.filter((each) => each.killedBy === 'simulator').length;
  const rate = killed / verdicts.length;
  const survivors = verdicts.filter((each) => each.killedBy === null).map((each) => each.name);
  const figures = {
    mutants: verdicts.length,
    killed,
    bySimulator,
    rate: Number(rate.toFixed(3)),
    survivors,
  };
  process.stdout.write(`${values.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2)}\n`);
  if (!(rate >= 0.95)) process.exitCode = 1;
}
