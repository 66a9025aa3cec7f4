import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bootstrapDatabase } from '#stack/bootstrap';
import { migrate } from '#stack/migrate';
import { startCluster } from '#stack/postgres/cluster';
import { createSecrets } from '#stack/secrets';
import { runMatrix, type MatrixReport } from '../tests/rls/matrix/run.ts';

/**
 * `npm run -s rls:matrix -- [--json]`: tries every table and RPC as every role on a database of its own, and compares
 * with tests/rls/matrix/declared.ts. Exit code 1 on any difference.
 */

const report = await onThrowawayDatabase(runMatrix);
if (process.argv.includes('--json')) {
  console.log(JSON.stringify(report));
} else {
  const allowed = report.cells.filter((cell) => cell.allowed).length;
  console.log(
    `${report.roles.length} roles, ${report.tables.length} tables, ${report.rpcs.length} rpcs: ` +
      `${report.cells.length} cells tried, ${allowed} allowed`,
  );
  for (const difference of report.differences) console.log(difference);
  console.log(`${report.differences.length} differences`);
}
process.exitCode = report.differences.length === 0 ? 0 : 1;

async function onThrowawayDatabase(
  work: (databaseUrl: string) => Promise<MatrixReport>,
): Promise<MatrixReport> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'itutor-matrix-'));
  try {
    const { databasePassword } = await createSecrets();
    const cluster = await startCluster({ dataDir, password: databasePassword, durable: false });
    try {
      await bootstrapDatabase(cluster.urlFor('postgres'), databasePassword);
      await migrate({ databaseUrl: cluster.urlFor('postgres', 'postgres') });
      return await work(cluster.urlFor('postgres'));
    } finally {
      await cluster.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
