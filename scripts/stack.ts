import { parseArgs } from 'node:util';
import { demoAccounts, startEmbeddedStack } from './lib/backend.ts';
import { dataDirOf } from './lib/data-dir.ts';
import { onStopRequest } from './lib/stop-request.ts';
import type { Service } from './lib/service.ts';

/** `npm run stack [-- --data DIR --scale N]`: the embedded backend alone, for other clients and for development. */

const { values } = parseArgs({
  options: { data: { type: 'string' }, scale: { type: 'string', default: '1' } },
});
const data = dataDirOf(values.data, process.env);
let service: Service | undefined;

onStopRequest(async () => {
  await service?.stop(5_000);
  process.exit(0);
});

try {
  const stack = await startEmbeddedStack({
    dataDir: data.stack,
    scale: Number(values.scale),
    onNote: (line) => console.error(line),
    onStarted: (started) => {
      service = started;
    },
  });
  const accounts = await demoAccounts(stack);
  console.log(
    [
      `CONSOLE_SUPABASE_URL=${stack.url}`,
      `CONSOLE_SUPABASE_KEY=${stack.publishableKey}`,
      `# PostgreSQL on 127.0.0.1:${stack.databasePort}; keys and passwords in ${data.stack}/secrets.json`,
      `# Demo accounts: ${accounts.map(({ email }) => email).join(', ')}`,
      '# Ctrl-C stops it.',
    ].join('\n'),
  );
  process.exitCode = await stack.service.exited;
  process.exit();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
