import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { root } from './command.ts';

/** A child process that says `{"event":"ready",...}` on stdout and stops on SIGTERM or when its stdin ends. */
export type Service = {
  /** The ready line; rejects with the last words on stderr when the process ends before it. */
  readonly ready: Promise<Readonly<Record<string, unknown>>>;
  /** Resolves with the exit code when the process has ended, for whatever reason. */
  readonly exited: Promise<number>;
  /** Sends a line to its stdin. */
  say(line: string): void;
  /** Stops it; kills it when it has not ended after `patience` milliseconds. Idempotent. */
  stop(patience: number): Promise<void>;
};

/**
 * Starts a Node program of this repository.
 * @param options.onEvent gets every JSON line after the ready line.
 * @param options.onNote gets every line on stderr.
 */
export function startService(
  args: readonly string[],
  options: {
    env?: NodeJS.ProcessEnv;
    onEvent?: (event: Readonly<Record<string, unknown>>) => void;
    onNote?: (line: string) => void;
  } = {},
): Service {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lastWords: string[] = [];
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(127));
  });
  // Writing to a process that has just ended is no news: `exited` tells.
  child.stdin.on('error', () => {});

  createInterface({ input: child.stderr }).on('line', (line) => {
    lastWords.push(line);
    if (lastWords.length > 20) lastWords.shift();
    options.onNote?.(line);
  });
  const ready = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = parseEvent(line);
      if (event === null) options.onNote?.(line);
      else if (event['event'] === 'ready') resolve(event);
      else options.onEvent?.(event);
    });
    void exited.then((code) => reject(new Error([...lastWords, `(exit code ${code})`].join('\n'))));
  });
  ready.catch(() => {});

  return {
    ready,
    exited,
    say: (line) => void child.stdin.write(`${line}\n`),
    async stop(patience) {
      child.stdin.end();
      child.kill('SIGTERM');
      await Promise.race([exited, wait(patience, undefined, { ref: false })]);
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    },
  };
}

function parseEvent(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
