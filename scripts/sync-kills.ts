import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openCache } from '#core/cache/open';
import { createSyncEngine } from '#core/sync/engine';
import { createHttpTransport } from '#core/sync/transport';
import { syncTable, syncTables, wireColumns, type SyncTableName } from '#shared/domain/sync/tables';
import { manualClock } from '#tests/support/sync-rig';
import { crashPoints } from '#tests/sim/crash-points';
import { dice, pick } from '#tests/sim/random';
import { startStage, startStageCluster } from '#tests/sim/stage';
import { differences } from '#tests/sim/truth';
import { plantWorld } from '#tests/sim/world';
import { root } from './lib/command.ts';

/**
 * `npm run -s sync:kills -- --rounds N [--seed S] --json`: a console in a process of its own edits, pulls and pushes until
 * kill -9, at a named point or at any instant, and is started again on its file. Every ten kills the file must be whole,
 * every acknowledged edit must have exactly one effect on the server, and the cache must equal `select` under RLS.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const roll = dice(Number(values.seed));
const directory = mkdtempSync(path.join(os.tmpdir(), 'itutor-kills-'));
const cluster = await startStageCluster();
const stage = await startStage(cluster);
const acknowledged: string[] = [];
const report = { kills: 0, edits: 0, lost: 0, doubled: 0, diverged: 0, damaged: 0 };
try {
  await stage.reset();
  const world = await plantWorld(stage, roll);
  const [userId = ''] = world.tutors;
  const token = await stage.tokenFor(userId);
  const given = { url: stage.url, key: stage.publishableKey, token, userId, directory };
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    await live(JSON.stringify(given));
    report.kills += 1;
    await stage.sql.query(
      `update public.bookings set student_notes = $2 where id = (select id from public.bookings order by id offset $1 limit 1)`,
      [roll.below(10), `note ${round}`],
    );
    if (round % 10 === 0 || round === Number(values.rounds)) await check(given);
  }
} finally {
  await stage.stop();
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
}
report.edits = acknowledged.length;
process.stdout.write(`${values.json ? JSON.stringify(report) : JSON.stringify(report, null, 2)}\n`);
if (report.lost + report.doubled + report.diverged + report.damaged > 0) process.exitCode = 1;

/** One life of the console, to its violent end. */
function live(given: string): Promise<void> {
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

async function check(given: { token: string; userId: string; directory: string }): Promise<void> {
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
  process.stderr.write(`${report.kills} kills, ${acknowledged.length} edits\n`);
}
