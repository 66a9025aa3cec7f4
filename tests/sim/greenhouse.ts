import { spawn } from 'node:child_process';
import {
  cpSync,
  closeSync,
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
import pg from 'pg';
import { bootstrapDatabase } from '#stack/bootstrap';
import { migrate } from '#stack/migrate';
import type { Mutant } from './mutants.ts';
import { migrations, plant } from './planting.ts';
import type { StageCluster } from './stage.ts';

/** A copy of the sources into which defects are planted, one at a time. */
export type Greenhouse = {
  /** Who notices the defect, or null. What the defect says is likely goes first; the second only runs if that does not. */
  judge(mutant: Mutant): Promise<'simulator' | 'tests' | null>;
  /** The end of what the last run printed. */
  lastWords(): string;
  close(): void;
};

export function createGreenhouse(root: string, cluster: StageCluster): Greenhouse {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'itutor-mutants-'));
  const clusterFile = path.join(copy, 'cluster.json');
  const said = path.join(copy, 'last-run.txt');
  for (const entry of parts) cpSync(path.join(root, entry), path.join(copy, entry), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  writeFileSync(path.join(copy, 'tests/support/global-setup.ts'), sharedClusterSetup);

  function useDatabase(templateDatabase: string): void {
    const { port, secrets } = cluster;
    writeFileSync(
      clusterFile,
      JSON.stringify({ port, secrets, templateDatabase, emptyDatabase: templateDatabase }),
    );
  }

  async function asAdmin(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: urlFor('supabase_admin', 'postgres') });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }

  function urlFor(user: string, database: string): string {
    const password = encodeURIComponent(cluster.secrets.databasePassword);
    return `postgresql://${user}:${password}@127.0.0.1:${cluster.port}/${database}`;
  }

  /** A template of its own, migrated from the changed files. False when they cannot be: that is noticed too. */
  async function grow(name: string): Promise<boolean> {
    await asAdmin(`create database ${name} owner postgres`);
    await bootstrapDatabase(urlFor('supabase_admin', name), cluster.secrets.databasePassword);
    useDatabase(name);
    try {
      await migrate({
        databaseUrl: urlFor('postgres', name),
        directory: path.join(copy, migrations),
      });
      return true;
    } catch (error) {
      writeFileSync(said, String(error));
      return false;
    }
  }

  function passes(kind: 'simulator' | 'tests'): Promise<boolean> {
    const args =
      kind === 'simulator'
        ? ['scripts/sync-soak.ts', '--seed', '1', '--rounds', '6', '--steps', '120', '--hasty', '--json']
        : ['node_modules/vitest/vitest.mjs', 'run', '--project', 'core', '--project', 'unit', '--bail', '1'];
    const output = openSync(said, 'w');
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [...args, ...(kind === 'tests' ? syncTests(root) : [])], {
        cwd: copy,
        stdio: ['ignore', output, output],
        env: { ...process.env, SIM_CLUSTER: clusterFile },
      });
      // A defect that makes something wait for ever is noticed as well.
      const limit = setTimeout(() => child.kill('SIGKILL'), 400_000);
      child.on('exit', (code) => {
        clearTimeout(limit);
        closeSync(output);
        resolve(code === 0);
      });
    });
  }

  return {
    async judge(mutant) {
      const { file, text } = plant(copy, mutant);
      const target = path.join(copy, file);
      const before = readFileSync(target, 'utf8');
      writeFileSync(target, text);
      const database = file.startsWith(migrations) ? `mutant_${path.basename(copy).slice(-6)}` : null;
      useDatabase(cluster.templateDatabase);
      try {
        if (database !== null && !(await grow(database.toLowerCase()))) return 'tests';
        const kinds =
          mutant.first === 'tests' ? (['tests', 'simulator'] as const) : (['simulator', 'tests'] as const);
        for (const kind of kinds) if (!(await passes(kind))) return kind;
        return null;
      } finally {
        writeFileSync(target, before);
        if (database !== null)
          await asAdmin(`drop database if exists ${database.toLowerCase()} with (force)`);
      }
    },
    lastWords: () => readFileSync(said, 'utf8').slice(-3000),
    close: () => rmSync(copy, { recursive: true, force: true }),
  };
}

const parts = [
  'electron',
  'shared',
  'supabase',
  'tests',
  'scripts',
  'package.json',
  'vitest.config.ts',
  'tsconfig.json',
  'tsconfig.base.json',
];

/** In a copy the suites share the cluster that was started outside. */
const sharedClusterSetup = `
import { readFileSync } from 'node:fs';
export default function setup(project) {
  project.provide('cluster', JSON.parse(readFileSync(process.env.SIM_CLUSTER, 'utf8')));
}`;

/** What tests the parts that have defects here. None of these waits for real time, so that a busy machine kills nothing. */
function syncTests(root: string): readonly string[] {
  return ['tests/unit', 'tests/core'].flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((name) => /^sync-(?!sim|mutants|doorbell|watchdog|partition|kill).*\.test\.ts$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
}
