import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { mutants, type Mutant } from '#tests/sim/mutants';
import { startStageCluster } from '#tests/sim/stage';
import { root } from './lib/command.ts';

/**
 * `npm run -s sync:mutants -- [--only TEXT] [--from N] [--to N] [--unchecked] [--json]`: plants one defect after another into a copy of the sources and
 * runs the simulator and the sync tests until something notices. Prints the kill rate; exits 1 below 95 %.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    /** Leaves out the run without any defect that comes first. */
    unchecked: { type: 'boolean', default: false },
    from: { type: 'string', default: '1' },
    to: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

type Verdict = {
  readonly name: string;
  readonly killedBy: 'simulator' | 'tests' | null;
  readonly seconds: number;
};

/** In the copy the suites share the cluster that was started here. */
const sharedClusterSetup = `
import { readFileSync } from 'node:fs';
export default function setup(project) {
  project.provide('cluster', JSON.parse(readFileSync(process.env.SIM_CLUSTER, 'utf8')));
}`;

const copy = mkdtempSync(path.join(os.tmpdir(), 'itutor-mutants-'));
const cluster = await startStageCluster();
const clusterFile = path.join(copy, 'cluster.json');
try {
  for (const entry of [
    'electron',
    'shared',
    'supabase',
    'tests',
    'scripts',
    'package.json',
    'vitest.config.ts',
    'tsconfig.json',
    'tsconfig.base.json',
  ]) {
    cpSync(path.join(root, entry), path.join(copy, entry), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  writeFileSync(path.join(copy, 'tests/support/global-setup.ts'), sharedClusterSetup);
  useDatabase(cluster.templateDatabase);
  if (!values.unchecked) await checkOriginal();
  const verdicts: Verdict[] = [];
  for (const mutant of chosen()) {
    const { outcome: verdict } = await judge(mutant);
    verdicts.push(verdict);
    const by = verdict.killedBy === null ? 'SURVIVED' : `killed by the ${verdict.killedBy}`;
    process.stderr.write(`${by} in ${verdict.seconds} s: ${verdict.name}\n`);
  }
  report(verdicts);
} finally {
  await cluster.stop();
  rmSync(copy, { recursive: true, force: true });
}

/** A kill only counts where the same runs pass without a defect. */
async function checkOriginal(): Promise<void> {
  const { outcome } = await judge({
    name: 'none',
    file: 'package.json',
    find: '"main"',
    replace: '"main"',
    first: 'tests',
  });
  if (outcome.killedBy === null) return;
  const said = readFileSync(path.join(copy, 'last-run.txt'), 'utf8').slice(-3000);
  throw new Error(`the ${outcome.killedBy} fail without any defect:\n${said}`);
}

/** Those whose name has the text, or whose number lies in the range: so that several runs can share the work. */
function chosen(): readonly Mutant[] {
  const range = mutants.slice(
    Number(values.from) - 1,
    values.to === undefined ? undefined : Number(values.to),
  );
  return range.filter(({ name }) => name.includes(values.only ?? ''));
}

/** Plants, runs, and takes out again. */
async function judge(mutant: Mutant): Promise<{ outcome: Verdict }> {
  const file = path.join(copy, mutant.file);
  const before = readFileSync(file, 'utf8');
  const places = before.split(mutant.find).length - 1;
  if (places === 0 || (places > 1 && mutant.everywhere !== true)) {
    throw new Error(`"${mutant.name}": its text stands ${places} times in ${mutant.file}`);
  }
  const once = before.split(mutant.find).join(mutant.replace);
  const after =
    mutant.also === undefined ? once : once.replace(mutant.also.find, () => mutant.also?.replace ?? '');
  writeFileSync(file, after);
  const database = mutant.file.endsWith('.sql') ? await plantSql(after) : null;
  const began = Date.now();
  try {
    const kinds =
      mutant.first === 'tests' ? (['tests', 'simulator'] as const) : (['simulator', 'tests'] as const);
    let killedBy: Verdict['killedBy'] = null;
    for (const kind of kinds) {
      if (killedBy === null && !(await passes(kind))) killedBy = kind;
    }
    return { outcome: { name: mutant.name, killedBy, seconds: Math.round((Date.now() - began) / 1000) } };
  } finally {
    writeFileSync(file, before);
    if (database !== null) {
      useDatabase(cluster.templateDatabase);
      await asAdmin('postgres', `drop database if exists ${database} with (force)`);
    }
  }
}

/** A template of its own, over which the changed migration is run once more: migrations can be repeated. */
async function plantSql(text: string): Promise<string> {
  const name = `mutant_${Date.now()}`;
  await asAdmin('postgres', `create database ${name} owner postgres template ${cluster.templateDatabase}`);
  await asAdmin(name, `set role postgres; ${text}`);
  useDatabase(name);
  return name;
}

async function asAdmin(database: string, text: string): Promise<void> {
  const password = encodeURIComponent(cluster.secrets.databasePassword);
  const client = new pg.Client({
    connectionString: `postgresql://supabase_admin:${password}@127.0.0.1:${cluster.port}/${database}`,
  });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function useDatabase(templateDatabase: string): void {
  const { port, secrets } = cluster;
  writeFileSync(
    clusterFile,
    JSON.stringify({ port, secrets, templateDatabase, emptyDatabase: templateDatabase }),
  );
}

function passes(kind: 'simulator' | 'tests'): Promise<boolean> {
  const tests = readdirSync(path.join(root, 'tests/core'))
    .filter((name) => /^sync-(?!sim|doorbell).*\.test\.ts$/.test(name))
    .map((name) => `tests/core/${name}`);
  const args =
    kind === 'simulator'
      ? ['scripts/sync-soak.ts', '--seed', '1', '--rounds', '6', '--steps', '120', '--hasty', '--json']
      : ['node_modules/vitest/vitest.mjs', 'run', '--project', 'core', '--bail', '1', ...tests];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: copy,
      stdio: ['ignore', openSync(path.join(copy, 'last-run.txt'), 'w'), 'inherit'],
      env: { ...process.env, SIM_CLUSTER: clusterFile },
    });
    // A defect that makes something wait for ever is noticed as well.
    const limit = setTimeout(() => child.kill('SIGKILL'), 300_000);
    child.on('exit', (code) => {
      clearTimeout(limit);
      resolve(code === 0);
    });
  });
}

function report(verdicts: readonly Verdict[]): void {
  const killed = verdicts.filter((each) => each.killedBy !== null).length;
  const rate = verdicts.length === 0 ? 0 : killed / verdicts.length;
  const survivors = verdicts.filter((each) => each.killedBy === null).map((each) => each.name);
  const figures = { mutants: verdicts.length, killed, rate: Number(rate.toFixed(3)), survivors };
  process.stdout.write(`${values.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2)}\n`);
  if (rate < 0.95) process.exitCode = 1;
}
