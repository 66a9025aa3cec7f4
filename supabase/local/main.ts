// Entry of the stack's own process: node supabase/local/main.ts --data DIR [--seed-scale N] [--port N] [--db-port N]
import { parseArgs } from 'node:util';
import { seed } from '../seed/seed.ts';
import { startDemoDocuments } from './demo-documents.ts';
import type { Child } from './process/child.ts';
import { startStack } from './stack.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    'seed-scale': { type: 'string' },
    port: { type: 'string' },
    'db-port': { type: 'string' },
    'no-functions': { type: 'boolean' },
    verbose: { type: 'boolean' },
  },
});
if (values.data === undefined) {
  process.stderr.write(
    'usage: node supabase/local/main.ts --data DIR [--seed-scale N] [--port N] [--db-port N]\n',
  );
  process.exit(2);
}

const log = values.verbose === true ? (line: string) => void process.stderr.write(`${line}\n`) : undefined;
const scale = values['seed-scale'] === undefined ? undefined : Number(values['seed-scale']);
let isStopping = false;
let documents: Promise<Child | undefined> | undefined;
const starting = startStack({
  dataDir: values.data,
  gatewayPort: values.port === undefined ? undefined : Number(values.port),
  databasePort: values['db-port'] === undefined ? undefined : Number(values['db-port']),
  functions: values['no-functions'] !== true,
  prepare: scale === undefined || scale === 0 ? undefined : (database) => seedOnce(database, scale),
  log,
});

/** A start that was cut off while seeding left nothing behind, so the database is asked and not how the start went. */
async function seedOnce(
  database: { databaseUrl: string; demoPassword: string },
  scale: number,
): Promise<void> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  await seed({ ...database, scale, onlyIfEmpty: true, log: say });
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await documents?.then((child) => child?.stop());
  await starting.then((stack) => stack.stop()).catch(() => undefined);
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
// Whoever started us holds the other end; at a terminal stdin stays open and Ctrl-C is the way.
process.stdin.on('end', () => void stop());
process.stdin.on('error', () => void stop());
process.stdin.resume();

try {
  const stack = await starting;
  process.stdout.write(
    `${JSON.stringify({
      event: 'ready',
      url: stack.url,
      publishableKey: stack.publishableKey,
      databaseUrl: stack.databaseUrl,
      databasePort: stack.databasePort,
      gatewayPort: stack.gatewayPort,
      pid: process.pid,
      isAttached: stack.isAttached,
    })}\n`,
  );
  // Not before everybody who waits for us has been told.
  if (scale !== undefined && scale !== 0 && !isStopping) documents = startDemoDocuments(stack, log);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
