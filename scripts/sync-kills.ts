import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { openCache } from '#core/cache/open';
import { createSyncEngine } from '#core/sync/engine';
import { createHttpTransport } from '#core/sync/transport';
import { syncTable, syncTables, wireColumns, type SyncTableName } from '#shared/domain/sync/tables';
import { manualClock } from '#tests/support/sync-rig';
import { crashPoints } from '#tests/sim/crash-points';
import { dice, pick, type Dice } from '#tests/sim/random';
import { startStage, startStageCluster, type Stage } from '#tests/sim/stage';
import { differences } from '#tests/sim/truth';
import { plantWorld } from '#tests/sim/world';
import { root } from './lib/command.ts';

/**
 * `npm run -s sync:kills -- --rounds N [--jobs J] [--seed S] [--resume FILE] --json`: a console in a process of its own
 * edits, pulls and pushes until kill -9, at a named point or at any instant, and is started again on its file. After
 * every ten kills the file must be whole, every acknowledged edit must have exactly one effect on the server, and the
 * cache must equal `select` under RLS. Rounds go in lives of a file of thirty kills; several files live at a time.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    /** One line a file that was lived through: those are not run again. */
    resume: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const outcome = z.object({
  file: z.number(),
  kills: z.number(),
  edits: z.number(),
  lost: z.number(),
  doubled: z.number(),
  diverged: z.number(),
  damaged: z.number(),
});
type Outcome = z.infer<typeof outcome>;

const killsPerFile = 30;
const rounds = Number(values.rounds);
const results =
  values.resume === undefined ? null : path.resolve(process.env['INIT_CWD'] ?? '.', values.resume);
const done = new Map<number, Outcome>();
for (const each of results === null || !existsSync(results) ? [] : readResults(results))
  done.set(each.file, each);
const left = Array.from({ length: Math.ceil(rounds / killsPerFile) }, (_, n) => n).filter(
  (n) => !done.has(n),
);
if (left.length > 0) {
  const cluster = await startStageCluster();
  const work = async () => {
    const stage = await startStage(cluster);
    try {
      for (let file = left.shift(); file !== undefined; file = left.shift()) {
        const lived = await liveThrough(stage, file, Math.min(killsPerFile, rounds - file * killsPerFile));
        done.set(file, lived);
        if (results !== null) appendFileSync(results, `${JSON.stringify(lived)}\n`);
      }
    } finally {
      await stage.stop();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(Number(values.jobs), left.length) }, work));
  } finally {
    await cluster.stop();
  }
}
const sum = (field: Exclude<keyof Outcome, 'file'>) =>
  [...done.values()].reduce((total, each) => total + each[field], 0);
const report = {
  kills: sum('kills'),
  edits: sum('edits'),
  lost: sum('lost'),
  doubled: sum('doubled'),
  diverged: sum('diverged'),
  damaged: sum('damaged'),
};
process.stdout.write(`${values.json ? JSON.stringify(report) : JSON.stringify(report, null, 2)}\n`);
if (report.lost + report.doubled + report.diverged + report.damaged > 0) process.exitCode = 1;

/** One cache file, from its making through all its kills. */
async function liveThrough(stage: Stage, file: number, kills: number): Promise<Outcome> {
  const roll = dice(Number(values.seed) * 100_003 + file);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'itutor-kills-'));
  const acknowledged: string[] = [];
  const report: Outcome = { file, kills: 0, edits: 0, lost: 0, doubled: 0, diverged: 0, damaged: 0 };
  try {
    await stage.reset();
    const world = await plantWorld(stage, roll);
    const [userId = ''] = world.tutors;
    const token = await stage.tokenFor(userId);
    const given = { url: stage.url, key: stage.publishableKey, token, userId, directory };
    for (let round = 1; round <= kills; round += 1) {
      await live(JSON.stringify(given), roll, acknowledged);
      report.kills += 1;
      await stage.sql.query(
        `update public.bookings set student_notes = $2 where id = (select id from public.bookings order by id offset $1 limit 1)`,
        [roll.below(10), `note ${round}`],
      );
      if (round % 10 === 0 || round === kills) await check(stage, given, acknowledged, report);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  report.edits = acknowledged.length;
  return report;
}

/** One life of the console, to its violent end. */
function live(given: string, roll: Dice, acknowledged: string[]): Promise<void> {
  const point = `${pick(crashPoints, roll.next()) ?? 'begin'}:${1 + roll.below(25)}`;
  const isNamed = roll.next() < 0.6;
  const millis = roll.below(1500);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(root, 'tests/sim/kill-child.ts'), given], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...(isNamed ? { CRASH_AT: point } : {}) },
    });
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      if (acknowledged.length === 0 || !isNamed) timer ??= setTimeout(() => child.kill('SIGKILL'), millis);
      acknowledged.push(...lines);
    });
    let timer: NodeJS.Timeout | undefined;
    // A named point that is never reached ends like any other life.
    const limit = setTimeout(() => child.kill('SIGKILL'), 8000);
    child.on('close', () => {
      clearTimeout(timer);
      clearTimeout(limit);
      resolve();
    });
  });
}

async function check(
  stage: Stage,
  given: { token: string; userId: string; directory: string },
  acknowledged: readonly string[],
  report: Outcome,
): Promise<void> {
  const clock = manualClock();
  const cache = await openCache({ ...given, project: 'killed', clock, log: () => undefined });
  if (cache.recovery !== null || cache.db.pragma('integrity_check', { simple: true }) !== 'ok')
    report.damaged += 1;
  const engine = createSyncEngine({
    cache,
    transport: createHttpTransport({
      url: stage.url,
      key: stage.publishableKey,
      accessToken: () => Promise.resolve(given.token),
      userId: given.userId,
    }),
    userId: given.userId,
    clock,
    random: Math.random,
    log: () => undefined,
    refreshSession: () => Promise.resolve(false),
  });
  await engine.pull();
  await engine.flush();
  await engine.pull();
  const rows = (table: string) => {
    const columns = wireColumns(syncTable(table as SyncTableName)).join(', ');
    return cache.db.prepare(`SELECT ${columns} FROM ${table} ORDER BY id`).raw().all() as unknown[][];
  };
  const found = await differences(stage.sql, {
    name: 'console',
    userId: given.userId,
    tables: syncTables,
    rows,
  });
  for (const line of found) process.stderr.write(`${line}\n`);
  if (found.length > 0 || engine.outbox().length > 0) report.diverged += 1;
  const effects = await stage.sql.query<{ id: string; count: number }>(
    `select e.id, count(a.id)::int as count from unnest($1::uuid[]) e(id)
     left join public.audit_log a on a.target_id = e.id and a.action = 'unavailability.add' group by e.id`,
    [acknowledged],
  );
  report.lost = effects.rows.filter((row) => row.count === 0).length;
  report.doubled = effects.rows.filter((row) => row.count > 1).length;
  await engine.stop();
  await cache.close();
  process.stderr.write(`file ${report.file}: ${report.kills} kills, ${acknowledged.length} edits\n`);
}

function readResults(name: string): Outcome[] {
  return readFileSync(name, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => outcome.parse(JSON.parse(text)));
}
