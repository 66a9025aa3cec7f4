import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';

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

/**
 * Runs a tool that npm installed, by its JavaScript entry: the shims in .bin cannot be started everywhere.
 * @param name of the tool, which is also its package's.
 */
export function runTool(
  name: string,
  args: readonly string[],
  options: Parameters<typeof runCommand>[2] = {},
): Promise<CommandResult> {
  const folder = join(root, 'node_modules', name);
  const manifest = toolManifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  return runCommand(process.execPath, [join(folder, manifest.bin[name] ?? ''), ...args], options);
}

const toolManifest = z.object({ bin: z.record(z.string(), z.string()) });

/** A path that was typed by a person, relative to where the command was typed. */
export function typedPath(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
}

/** Milliseconds as people read them. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
