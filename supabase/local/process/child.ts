import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { guard } from './watchdog.ts';

export type Log = (line: string) => void;

/** A started program that ends with us. */
export type Child = {
  readonly pid: number;
  /** The last output, for error messages. */
  output(): string;
  hasExited(): boolean;
  /** Resolves when the program has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Ends it in an orderly way, by force after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
};

/** Starts a program under the watchdog. Throws when it cannot be started at all. */
export async function startChild(
  program: string,
  args: readonly string[],
  options: SpawnOptions & { readonly stopSignal: 'SIGINT' | 'SIGTERM'; readonly log?: Log | undefined },
): Promise<Child> {
  const { stopSignal, log, ...spawnOptions } = options;
  const child = spawn(program, args, {
    ...spawnOptions,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  await started(child, program);
  const release = guard(child, stopSignal);
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      tail = (tail + text).slice(-8_000);
      for (const line of text.split('\n')) if (line.trim() !== '') log?.(line);
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      release();
      resolve();
    });
  });
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    output: () => tail.trim(),
    hasExited,
    exited,
    async stop(graceMs = 5_000) {
      if (hasExited()) return;
      child.kill(stopSignal);
      const abort = new AbortController();
      const timeout = delay(graceMs, 'timeout', { signal: abort.signal }).catch(() => 'aborted');
      if ((await Promise.race([exited, timeout])) === 'timeout') {
        child.kill(stopSignal === 'SIGINT' ? 'SIGQUIT' : 'SIGKILL');
      }
      abort.abort();
      await exited;
    },
  };
}

/** Polls `isReady` until it holds; throws with the program's output when it ends first or takes longer than `timeoutMs`. */
export async function waitUntilReady(
  name: string,
  child: Child,
  isReady: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (child.hasExited()) throw new Error(`${name} ended while it was starting.\n${child.output()}`);
    if (await isReady()) return;
    if (performance.now() > deadline) {
      await child.stop(1_000);
      throw new Error(`${name} was not ready after ${timeoutMs / 1000} s.\n${child.output()}`);
    }
    await delay(8);
  }
}

function started(child: ChildProcess, program: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve());
    child.once('error', (error) => reject(new Error(`Cannot start ${program}: ${error.message}`)));
  });
}
