import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, typedPath } from './command.ts';

/** Where one console and its embedded backend keep everything. */
export type DataDir = {
  readonly path: string;
  /** The embedded stack's part. */
  readonly stack: string;
  /** The console's part: cache, settings, session. */
  readonly console: string;
  /** The profile of the app window. */
  readonly browser: string;
};

/** The data directory that was asked for, else the repository's `.data`. */
export function dataDirOf(given: string | undefined, env: NodeJS.ProcessEnv): DataDir {
  const asked = given ?? env['CONSOLE_DATA_DIR'];
  const path = asked === undefined || asked === '' ? join(root, '.data') : typedPath(asked);
  return { path, stack: join(path, 'stack'), console: join(path, 'console'), browser: join(path, 'browser') };
}

/** Makes the directory and notes who uses it. The disposer takes the note away. */
export function claim(data: DataDir): () => void {
  // PostgreSQL's own account must be able to pass through to the stack's part; the console's is nobody else's.
  mkdirSync(data.path, { recursive: true });
  mkdirSync(data.console, { recursive: true, mode: 0o700 });
  const note = join(data.path, 'start.pid');
  writeFileSync(note, String(process.pid));
  return () => rmSync(note, { force: true });
}

/**
 * Deletes everything in the directory that is the console's. Throws when a console is running on it, which would
 * lose its database under its feet.
 */
export function reset(data: DataDir): void {
  const holder = holderOf(data);
  if (holder !== null) {
    throw new Error(`A console is running on ${data.path} (process ${holder}). Stop it first, then reset.`);
  }
  for (const part of [data.stack, data.console, data.browser]) rmSync(part, { recursive: true, force: true });
}

/** The process that runs on this directory, null when none does. */
export function holderOf(data: DataDir): number | null {
  const note = join(data.path, 'start.pid');
  const pid = existsSync(note) ? Number(readFileSync(note, 'utf8')) : Number.NaN;
  return Number.isSafeInteger(pid) && pid !== process.pid && isStart(pid) ? pid : null;
}

/** Whether a process is `npm start`: the number may have been given to another one since. */
function isStart(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const commandLine = `/proc/${pid}/cmdline`;
  return process.platform !== 'linux' || !existsSync(commandLine)
    ? true
    : readFileSync(commandLine, 'utf8').includes('start.ts');
}
