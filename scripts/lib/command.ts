import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';

/** The repository's root. */
export const root = dirname(dirname(import.meta.dirname));

export type CommandResult = {
  readonly code: number;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
  readonly milliseconds: number;
};

/** Runs a command to its end in the root and keeps what it prints. Never rejects: a command that cannot start has code 127. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; onOutput?: (text: string) => void } = {},
): Promise<CommandResult> {
  const startedAt = performance.now();
  return new Promise((resolve_) => {
    const chunks: string[] = [];
    const keep = (chunk: Buffer) => {
      const text = chunk.toString();
      chunks.push(text);
      options.onOutput?.(text);
    };
    const child = spawn(command, args, {
      cwd: root,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const finish = (code: number) =>
      resolve_({ code, output: chunks.join(''), milliseconds: performance.now() - startedAt });
    child.on('error', (error) => {
      chunks.push(String(error));
      finish(127);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}

/** The path of a tool that npm installed. */
export function bin(name: string): string {
  const suffix = process.platform === 'win32' ? '.cmd' : '';
  return join(root, 'node_modules', '.bin', `${name}${suffix}`);
}

/** A path that was typed by a person, relative to where the command was typed. */
export function typedPath(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
}

/** Milliseconds as people read them. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
