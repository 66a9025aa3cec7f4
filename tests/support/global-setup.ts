import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { bootstrapDatabase } from '#stack/bootstrap';
import { migrate } from '#stack/migrate';
import { startCluster } from '#stack/postgres/cluster';
import { createSecrets, type Secrets } from '#stack/secrets';
import pg from 'pg';

/** The cluster of a test run, as the suites get it. */
export type TestCluster = {
  readonly port: number;
  /** A migrated database that every backend is cloned from. */
  readonly templateDatabase: string;
  /** Bootstrapped, without a migration. */
  readonly emptyDatabase: string;
  readonly secrets: Secrets;
};

declare module 'vitest' {
  // eslint-disable-next-line typescript/consistent-type-definitions -- declaration merging needs an interface
  interface ProvidedContext {
    cluster: TestCluster;
  }
}

/** One PostgreSQL for the whole run, with a migrated template database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'itutor-tests-'));
  const secrets = await createSecrets();
  const cluster = await startCluster({ dataDir, password: secrets.databasePassword, durable: false });
  const stop = async () => {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await bootstrapDatabase(cluster.urlFor('postgres'), secrets.databasePassword);
    const admin = new pg.Client({ connectionString: cluster.urlFor('postgres') });
    await admin.connect();
    for (const name of ['empty', 'template']) await admin.query(`create database ${name} owner postgres`);
    await admin.end();
    await bootstrapDatabase(cluster.urlFor('empty'), secrets.databasePassword);
    await bootstrapDatabase(cluster.urlFor('template'), secrets.databasePassword);
    await migrate({ databaseUrl: cluster.urlFor('template', 'postgres') });
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('cluster', {
    port: cluster.port,
    templateDatabase: 'template',
    emptyDatabase: 'empty',
    secrets,
  });
  return stop;
}
