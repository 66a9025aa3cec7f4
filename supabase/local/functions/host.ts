import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, waitUntilReady, type Log } from '#stack/process/child';
import { freePort } from '#stack/process/ports';
import type { FunctionConfig } from './config.ts';

export type FunctionsHost = {
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
};

export type FunctionsHostOptions = {
  /** The folder `supabase` whose `functions` are run. */
  readonly supabaseDir: string;
  readonly functions: readonly FunctionConfig[];
  /** What Supabase sets for functions: SUPABASE_URL, keys, and the project's own secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where Deno keeps compiled code. */
  readonly cacheDir: string;
  readonly port?: number | undefined;
  readonly log?: Log | undefined;
};

/** The repository, whose node_modules and shared code the functions may read. */
const repository = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');

/**
 * Starts Deno with every function in one process. It reads only the repository and reaches only 127.0.0.1, so that a
 * function which needs anything else fails here and not on a hosted project.
 */
export async function startFunctions(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const port = options.port ?? (await freePort());
  const readable = [repository, path.resolve(options.supabaseDir), options.cacheDir].join(',');
  const flags = [
    'run',
    '--quiet',
    '--no-prompt',
    '--no-config',
    '--no-lock',
    '--node-modules-dir=manual',
    '--allow-env',
    '--allow-sys',
    '--allow-net=127.0.0.1',
    `--allow-read=${readable}`,
  ];
  const script = fileURLToPath(new URL('./host-main.ts', import.meta.url));
  let isListening = false;
  const child = await startChild(denoProgram(), [...flags, script], {
    // Bare specifiers and `#shared/*` are resolved from here.
    cwd: repository,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      DENO_DIR: options.cacheDir,
      DENO_NO_UPDATE_CHECK: '1',
      NO_COLOR: '1',
      ...secretsFile(options.supabaseDir),
      ...options.environment,
      FUNCTIONS_DIR: path.resolve(options.supabaseDir, 'functions'),
      FUNCTIONS_PORT: String(port),
      FUNCTIONS: options.functions.map(({ name }) => name).join(','),
    },
    stopSignal: 'SIGTERM',
    log: (line) => {
      if (line.includes('LISTENING')) isListening = true;
      else options.log?.(line);
    },
  });
  await waitUntilReady('Deno', child, () => isListening, 60_000);
  return { port, pid: child.pid, exited: child.exited, stop: () => child.stop(1_500) };
}

function denoProgram(): string {
  const suffix = process.platform === 'linux' ? '-glibc' : '';
  const name = `@deno/${process.platform}-${process.arch}${suffix}`;
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return path.join(folder, process.platform === 'win32' ? 'deno.exe' : 'deno');
  } catch {
    throw new Error(
      `Deno for ${process.platform} ${process.arch} (package ${name}) is not installed. Run "npm ci".`,
    );
  }
}

/** supabase/functions/.env, as `supabase functions serve` reads it. Not under version control. */
function secretsFile(supabaseDir: string): Record<string, string> {
  const file = path.join(supabaseDir, 'functions', '.env');
  if (!fs.existsSync(file)) return {};
  const entries = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line): [string, string][] => {
      const match = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
      return match?.[1] === undefined || match[2] === undefined
        ? []
        : [[match[1], match[2].replace(/^(["'])(.*)\1$/, '$2')]];
    });
  return Object.fromEntries(entries);
}
