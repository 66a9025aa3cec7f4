import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/** What tells one process from every other, also from a later one that was given the same number. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Seconds since 1970 at which it started; exact to about two seconds. */
  readonly startedAt: number;
  /** Opaque and exact: equal only for the same process on the same boot. */
  readonly birth: string;
  /** Path of its program; empty when we may not read it. */
  readonly executable: string;
  readonly args: readonly string[];
};

/** The identity of a running process, or undefined when there is none (or this system cannot tell). */
export function inspectProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') return inspectLinux(pid);
  if (process.platform === 'win32') return undefined;
  return inspectByPs(pid);
}

/** Whether any process has this number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Signals `identity` only if that very process still lives. Returns whether the signal was sent. */
export function signalIdentified(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (inspectProcess(identity.pid)?.birth !== identity.birth) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}

function inspectLinux(pid: number): ProcessIdentity | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in parentheses and may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const ticks = Number(fields[19]);
    const bootTime = Number(/^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'utf8'))?.[1]);
    const args = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return {
      pid,
      // 100 ticks a second on every Linux that Node runs on (USER_HZ).
      startedAt: bootTime + ticks / 100,
      birth: `${bootId()}:${ticks}`,
      executable: readLink(`/proc/${pid}/exe`),
      args,
    };
  } catch {
    return undefined;
  }
}

function inspectByPs(pid: number): ProcessIdentity | undefined {
  try {
    const output = execFileSync('ps', ['-o', 'lstart=', '-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    }).trim();
    // "Sun Nov 22 17:21:10 2026     /path/to/postgres -D ..."
    const match = /^(\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s+(.*)$/.exec(output);
    if (match?.[1] === undefined || match[2] === undefined) return undefined;
    const args = match[2].split(' ');
    return {
      pid,
      startedAt: Date.parse(match[1]) / 1000,
      birth: match[1],
      executable: args[0] ?? '',
      args,
    };
  } catch {
    return undefined;
  }
}

function readLink(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return '';
  }
}

function bootId(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
