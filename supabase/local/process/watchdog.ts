import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspectProcess } from './identity.ts';

/**
 * Has `child` ended when this process ends, however it ends: a detached process holds the other end of a pipe and
 * acts when the pipe closes, which also happens after `kill -9`.
 * @param signal what ends the child in an orderly way (PostgreSQL: SIGINT)
 * @returns releases the child, to be called when it was ended otherwise
 */
export function guard(child: ChildProcess, signal: NodeJS.Signals): () => void {
  const identity = child.pid === undefined ? undefined : inspectProcess(child.pid);
  if (child.pid === undefined) return () => undefined;
  const watchdog = (current ??= startWatchdog());
  // Where a process cannot be inspected (Windows) the number alone must do: the child is ours and alive now.
  const entry = `${child.pid} ${signal} ${Buffer.from(identity?.birth ?? '').toString('base64url')}`;
  watchdog.stdin?.write(`+ ${entry}\n`);
  let isReleased = false;
  return () => {
    if (isReleased) return;
    isReleased = true;
    watchdog.stdin?.write(`- ${entry}\n`);
  };
}

let current: ChildProcess | undefined;

function startWatchdog(): ChildProcess {
  const script = fileURLToPath(new URL('./watchdog-main.ts', import.meta.url));
  const child = spawn(process.execPath, [script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    windowsHide: true,
    env: { PATH: process.env['PATH'] ?? '', ELECTRON_RUN_AS_NODE: '1' },
  });
  child.unref();
  child.stdin?.on('error', () => undefined);
  child.once('exit', () => {
    if (current === child) current = undefined;
  });
  // The pipe must not keep us alive; it is a net.Socket, whose type ChildProcess hides.
  const pipe: unknown = child.stdin;
  if (typeof pipe === 'object' && pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') {
    pipe.unref();
  }
  return child;
}
