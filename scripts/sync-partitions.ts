import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { openTeam, type Partition } from '#tests/sim/partitions';
import { startStage, startStageCluster, type StageCluster } from '#tests/sim/stage';

/**
 * `npm run -s sync:partitions -- --rounds N [--jobs J] [--seed S] [--resume FILE] --json`: by the real clock. Consoles
 * as the product wires them lose the network for 0 to 10 s (requests, answers or both; told or silent) while they edit
 * and others write, and have to agree with the server within 5 s of its return: caches equal `select` under RLS, queues
 * empty, one effect an edit. Rounds are mostly waiting, so several teams work at the same time.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '4' },
    /** A file of one line a round: rounds that are in it are not run again. */
    resume: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const limitMillis = 5000;
/** A request that costs nothing takes 3 ms. When this machine kept one waiting for that long while a round healed, the round is run again. */
const disturbedMillis = 250;
let disturbed = 0;
const seed = Number(values.seed);
const file = values.resume === undefined ? null : path.resolve(process.env['INIT_CWD'] ?? '.', values.resume);
const done = new Map<number, Partition>();
for (const each of file === null || !existsSync(file) ? [] : readResults(file)) {
  if (each.isDisturbed === true) disturbed += 1;
  else done.set(each.round, each);
}
const left = Array.from({ length: Number(values.rounds) }, (_, n) => n + 1).filter(
  (round) => !done.has(round),
);

if (left.length > 0) {
  const cluster = await startStageCluster();
  try {
    const jobs = Math.min(Number(values.jobs), left.length);
    // The cluster has to last until the last team is done, also when one of them fails.
    const ends = await Promise.allSettled(Array.from({ length: jobs }, (_, job) => work(cluster, job)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    await cluster.stop();
  }
}

const all = [...done.values()].filter((each) => each.round <= Number(values.rounds));
const took = all.map((each) => each.tookMillis).toSorted((one, other) => one - other);
const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
const report = {
  rounds: all.length,
  healed: all.filter((each) => each.diverged.length === 0 && each.tookMillis <= limitMillis).length,
  edits: all.reduce((sum, each) => sum + each.edits, 0),
  slow: all.filter((each) => each.diverged.length === 0 && each.tookMillis > limitMillis).length,
  diverged: all.filter((each) => each.diverged.length > 0).length,
  lost: all.reduce((sum, each) => sum + each.lost, 0),
  doubled: all.reduce((sum, each) => sum + each.doubled, 0),
  worstMs: at(1),
  p50Ms: at(0.5),
  p95Ms: at(0.95),
  /** Runs that were not counted, because the machine stood still itself. */
  disturbed,
};
process.stdout.write(`${values.json ? JSON.stringify(report) : JSON.stringify(report, null, 2)}\n`);
process.exit(report.slow + report.diverged + report.lost + report.doubled > 0 ? 1 : 0);

/** Only for being slow: a loss, a double or a difference is one on any machine. */
function isDisturbed({ tookMillis, machineMillis, diverged, lost, doubled }: Partition): boolean {
  const isWrong = diverged.length + lost + doubled > 0;
  return !isWrong && tookMillis > limitMillis && machineMillis > disturbedMillis;
}

/** One team, which takes the next round until none is left. */
async function work(cluster: StageCluster, job: number): Promise<void> {
  const stage = await startStage(cluster, { isPatient: true });
  try {
    const team = await openTeam({
      url: stage.url,
      key: stage.publishableKey,
      sql: stage.sql,
      seed: seed * 100 + job,
      slow: { millis: limitMillis, note: (text) => void process.stderr.write(text) },
    });
    try {
      for (let round = left.shift(); round !== undefined; round = left.shift()) {
        const result = await team.partition(round);
        if (isDisturbed(result) && disturbed < Number(values.rounds)) {
          disturbed += 1;
          if (file !== null) appendFileSync(file, `${JSON.stringify({ ...result, isDisturbed: true })}\n`);
          left.push(round);
          continue;
        }
        done.set(round, result);
        if (file !== null) appendFileSync(file, `${JSON.stringify(result)}\n`);
        const { direction, manner, millis, tookMillis, diverged, lost, doubled } = result;
        const isBad = tookMillis > limitMillis || diverged.length + lost + doubled > 0;
        if (isBad) process.stderr.write(`round ${round} (job ${job}): ${JSON.stringify(result)}\n`);
        else if (done.size % 20 === 0)
          process.stderr.write(
            `${done.size} rounds; the last: ${direction} ${manner} ${millis} ms, healed in ${tookMillis} ms\n`,
          );
      }
    } finally {
      await team.stop();
    }
  } finally {
    await stage.stop();
  }
}

function readResults(name: string): (Partition & { readonly isDisturbed?: boolean | undefined })[] {
  const line = z.object({
    round: z.number(),
    direction: z.enum(['in', 'out', 'both']),
    manner: z.enum(['told', 'silent']),
    millis: z.number(),
    edits: z.number(),
    tookMillis: z.number(),
    diverged: z.array(z.string()),
    lost: z.number(),
    doubled: z.number(),
    machineMillis: z.number(),
    isDisturbed: z.boolean().optional(),
  });
  return readFileSync(name, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => line.parse(JSON.parse(text)));
}
