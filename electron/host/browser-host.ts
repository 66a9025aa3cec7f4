import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { startBrowserHost } from './host.ts';

/**
 * The browser host as a process: `browser-host --data DIR [--port N]`. Its first line on stdin says which backend is
 * prescribed: `{"supabaseUrl","supabaseKey","isEmbedded"}`, or `{}` for the one that the user has chosen. It is not an
 * argument so that the process can load while the backend still starts. Says `{"event":"ready","link",...}` on stdout,
 * a new `{"event":"link"}` for each later line "link", and stops on SIGINT, SIGTERM or when stdin ends.
 */

const coreEnvironment = z.object({
  supabaseUrl: z.string().optional(),
  supabaseKey: z.string().optional(),
  isEmbedded: z.boolean().optional(),
});

const { values } = parseArgs({
  options: { data: { type: 'string' }, port: { type: 'string', default: '0' } },
});
if (values.data === undefined) throw new Error('browser-host needs --data DIR');

const lines = createInterface({ input: process.stdin });
// Whoever started this process has gone when its end of the pipe closes.
const gone = once(lines, 'close');
const backend = coreEnvironment.parse(JSON.parse(String((await once(lines, 'line'))[0])));
const host = await startBrowserHost({
  port: Number(values.port),
  dataDir: resolve(values.data),
  rendererDir: fileURLToPath(new URL('../renderer', import.meta.url)),
  coreEntry: new URL('../core/worker.ts', import.meta.url),
  environment: backend,
  version: readVersion(),
  log: (event, fields) => process.stderr.write(`${event} ${JSON.stringify(fields, describe)}\n`),
}).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
say({ event: 'ready', origin: host.origin, link: host.createLink(), pid: process.pid });

lines.on('line', (line) => {
  if (line.trim() === 'link') say({ event: 'link', link: host.createLink() });
});
void gone.then(stop);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

function stop(): void {
  host.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
}

function say(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0';
}

/** Errors as their message: JSON would make them an empty object. */
function describe(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}
