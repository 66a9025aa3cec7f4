import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '#scripts/lib/command';

export type ConsoleProcess = {
  readonly child: ChildProcess;
  /** The line that a program waits for; rejects with what was said when the process ends before it. */
  readonly ready: Promise<{ readonly link: string; readonly url: string }>;
  readonly exited: Promise<number>;
  /** Everything on stdout and stderr so far. */
  said(): string;
};

const running: ChildProcess[] = [];

/** A new folder for one console's data. */
export function newDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'itutor-console-start-'));
}

/** Runs `npm start` as the bootstrap does, or npm itself. `--json` makes it say where it is. */
export function startConsole(
  data: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  by: 'bootstrap' | 'npm' = 'bootstrap',
): ConsoleProcess {
  const flags = ['--json', '--scale', '0.02', '--data', data, ...args];
  const options = {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
  };
  const child =
    by === 'npm'
      ? spawn('npm', ['start', '--silent', '--', ...flags], options)
      : spawn(process.execPath, ['scripts/bootstrap.mjs', 'start', ...flags], options);
  running.push(child);
  const said: string[] = [];
  const exited = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 128)));
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const ready = new Promise<{ link: string; url: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      if (line.startsWith('{')) resolve(JSON.parse(line) as { link: string; url: string });
    });
    void exited.then((code) => reject(new Error(`${said.join('\n')}\n(exit code ${code})`)));
  });
  ready.catch(() => {});
  return { child, ready, exited, said: () => said.join('\n') };
}

/** The processes of this machine that have the folder in their arguments, or whose parent has. Linux only. */
export function processesOn(data: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' '))
    .filter((line) => line.includes(data));
}

/** Ends what a failed test left running, and removes its data. */
export async function cleanUp(data: string): Promise<void> {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await closed;
  }
  rmSync(data, { recursive: true, force: true });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
