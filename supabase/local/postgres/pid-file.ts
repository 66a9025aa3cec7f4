import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspectProcess, isAlive, signalIdentified, type ProcessIdentity } from '#stack/process/identity';

/** The lines of postmaster.pid that we use. */
export type PidFile = {
  readonly pid: number;
  readonly dataDirectory: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly port: number;
  readonly status: string;
};

/** Reads `postmaster.pid`, or undefined when there is none (or it is still being written). */
export function readPidFile(dataDirectory: string): PidFile | undefined {
  try {
    const lines = fs.readFileSync(path.join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid === 0) return undefined;
    return {
      pid: Math.abs(pid),
      dataDirectory: lines[1] ?? '',
      startedAt: Number(lines[2]),
      port: Number(lines[3]),
      status: lines[7]?.trim() ?? '',
    };
  } catch {
    return undefined;
  }
}

/**
 * Makes the data directory startable after a crash. A server that survived its parent is ended, but only one that is
 * proved to be ours by program, data directory and start time; a file that names any other process is stale and removed.
 * The caller holds the stack's claim on the directory, so a server found here belongs to nobody alive.
 */
export async function clearStalePidFile(dataDirectory: string): Promise<void> {
  const file = path.join(dataDirectory, 'postmaster.pid');
  const recorded = readPidFile(dataDirectory);
  if (recorded === undefined) return;
  const found = inspectProcess(recorded.pid);
  if (found === undefined) {
    if (!isAlive(recorded.pid)) return fs.rmSync(file, { force: true });
    throw new Error(
      `${file} names process ${recorded.pid}, which this system does not let us identify. ` +
        'End it if it is a PostgreSQL server of this directory, or remove the file if it is not.',
    );
  }
  if (!isServerOf(found, recorded, dataDirectory)) return fs.rmSync(file, { force: true });
  await endOrphan(found, file);
}

/** Whether the process is the PostgreSQL server that wrote this file. */
export function isServerOf(found: ProcessIdentity, recorded: PidFile, dataDirectory: string): boolean {
  const program = path.basename(found.executable === '' ? (found.args[0] ?? '') : found.executable);
  const isPostgres = /^postgres(\.exe)?( \(deleted\))?$/.test(program);
  const directory = found.args[found.args.indexOf('-D') + 1];
  const isThisDirectory = directory !== undefined && samePath(directory, dataDirectory);
  // The server notes its start after the kernel did; both clocks are whole seconds on some systems.
  const isSameStart = Math.abs(found.startedAt - recorded.startedAt) <= 5;
  return isPostgres && isThisDirectory && isSameStart;
}

async function endOrphan(server: ProcessIdentity, file: string): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', 8_000],
    ['SIGQUIT', 4_000],
  ] as const) {
    signalIdentified(server, signal);
    for (let waited = 0; waited < patience; waited += 20) {
      if (inspectProcess(server.pid)?.birth !== server.birth) return fs.rmSync(file, { force: true });
      await delay(20);
    }
  }
  throw new Error(`The PostgreSQL server ${server.pid}, left over from an earlier run, does not end.`);
}

function samePath(left: string, right: string): boolean {
  try {
    return fs.realpathSync(left) === fs.realpathSync(right);
  } catch {
    return false;
  }
}
