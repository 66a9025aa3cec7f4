import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const readyLine = z.object({
  event: z.literal('ready'),
  url: z.string(),
  publishableKey: z.string(),
  databaseUrl: z.string(),
  databasePort: z.number(),
  gatewayPort: z.number(),
  pid: z.number(),
  isAttached: z.boolean(),
});

/** The embedded stack in a process of its own, as the console starts it. */
export type StackProcess = z.infer<typeof readyLine> & {
  readonly child: ChildProcess;
  /** Closes its stdin, as a parent does that ends, and waits for it. */
  stop(): Promise<void>;
};

const entry = fileURLToPath(new URL('../../supabase/local/main.ts', import.meta.url));

/**
 * Starts it on free ports unless told otherwise. Rejects with what it wrote to stderr when it does not get ready.
 * @param args further arguments of supabase/local/main.ts
 */
export function startStackProcess(
  dataDir: string,
  args: readonly string[] = ['--no-functions'],
  account: { readonly uid?: number; readonly gid?: number } = {},
): Promise<StackProcess> {
  const child = spawn(
    process.execPath,
    [entry, '--data', dataDir, '--port', '0', '--db-port', '0', ...args],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: path.dirname(entry),
      ...account,
    },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    let [output, errors] = ['', ''];
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      const line = output.split('\n')[0];
      if (!output.includes('\n') || line === undefined) return;
      const stop = async () => {
        child.stdin.end();
        await exited;
      };
      resolve({ ...readyLine.parse(JSON.parse(line)), child, stop });
    });
    child.once('exit', (code) => reject(new Error(`the stack ended with ${code}: ${errors}`)));
    child.once('error', reject);
  });
}

/** Those of these processes that still run (Linux). */
export function livingOf(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  });
}

/** All descendants of a process, at this moment (Linux). */
export function descendantsOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const direct = children === '' ? [] : children.split(' ').map(Number);
  return direct.flatMap((child) => [child, ...descendantsOf(child)]);
}
