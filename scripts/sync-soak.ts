import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { soak } from '#tests/sim/soak';
import type { StageCluster } from '#tests/sim/stage';
import { faultNames, isFault } from '#tests/sim/schedule';

/**
 * `npm run -s sync:soak -- --seed N --rounds M [--faults a,b] [--jobs J] [--steps S] [--resume FILE] --json`: M seeds
 * from N of the simulator in tests/sim, over a PostgreSQL of its own. Exits 1 when one of them broke a promise.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '20' },
    /** Steps of one seed before everything heals. */
    steps: { type: 'string', default: '150' },
    /** Comma separated; `none` for no faults, all of them unless given. */
    faults: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    /** A file of one line a seed: seeds that are in it are not run again. */
    resume: { type: 'string' },
    /** Stop at the first seed that fails. */
    hasty: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const wanted =
  values.faults === undefined
    ? [...faultNames]
    : values.faults
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== 'none');
const unknown = wanted.filter((name) => !isFault(name));
const counts = { seed: values.seed, rounds: values.rounds, steps: values.steps, jobs: values.jobs };
const wrong = Object.entries(counts).filter(
  ([name, text]) => !/^\d+$/.test(text) || (Number(text) < 1 && name !== 'seed'),
);
if (unknown.length > 0 || wrong.length > 0) {
  if (unknown.length > 0)
    process.stderr.write(`unknown faults: ${unknown.join(', ')}; known: none, ${faultNames.join(', ')}\n`);
  for (const [name, text] of wrong) process.stderr.write(`--${name} ${text} is no number that can be used\n`);
  process.exitCode = 2;
} else {
  const report = await soak({
    seed: Number(values.seed),
    rounds: Number(values.rounds),
    steps: Number(values.steps),
    faults: new Set(wanted.filter(isFault)),
    jobs: Number(values.jobs),
    resume: values.resume,
    isHasty: values.hasty,
    cluster: clusterFrom(process.env['SIM_CLUSTER']),
    note: (line) => void process.stderr.write(`${line}\n`),
  });
  const { failures, ...figures } = report;
  const shown = failures.length === 0 ? figures : report;
  process.stdout.write(`${values.json ? JSON.stringify(shown) : JSON.stringify(shown, null, 2)}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

/** The runner of mutants starts one cluster for all of them, and leaves its address in a file. */
function clusterFrom(file: string | undefined): StageCluster | undefined {
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as StageCluster);
}
