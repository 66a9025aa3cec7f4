import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspectProcess, isAlive } from '#stack/process/identity';

/** Where a running stack can be reached. Holds no secret. */
export type Coordinates = {
  readonly url: string;
  readonly gatewayPort: number;
  readonly databasePort: number;
};

/** The right to use a data directory, held by one living process at a time. */
export type Claim = {
  readonly instanceId: string;
  /** Tells later starts where the stack is. */
  announce(coordinates: Coordinates): void;
  release(): void;
};

/** Another process has the directory and its stack answers. */
export type Running = Coordinates & { readonly pid: number };

type ClaimFile = Partial<Coordinates> & { instanceId: string; pid: number; birth: string };

/**
 * Claims a data directory. When a living process holds it, waits until its stack answers and returns where that is;
 * throws, naming the process, when it does not answer in time. A claim whose process has ended is taken over.
 */
export async function claimDataDirectory(
  dataDir: string,
  patienceMs = 60_000,
): Promise<{ readonly claim: Claim } | { readonly running: Running }> {
  fs.mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, 'stack.json');
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const claim = tryClaim(file);
    if (claim !== undefined) return { claim };
    const holder = readClaim(file);
    if (holder === undefined || !isHeld(holder)) {
      discard(file, holder);
      continue;
    }
    const running = await answering(holder);
    if (running !== undefined) return { running };
    if (Date.now() > deadline) {
      throw new Error(
        `The data directory ${dataDir} is in use by process ${holder.pid}, whose stack does not answer` +
          `${holder.url === undefined ? '' : ` at ${holder.url}`}. Stop that process, or choose another directory.`,
      );
    }
    await delay(100);
  }
}

function tryClaim(file: string): Claim | undefined {
  const own: ClaimFile = {
    instanceId: randomUUID(),
    pid: process.pid,
    birth: inspectProcess(process.pid)?.birth ?? '',
  };
  // A link appears at once and complete, and fails when the name exists; a file that is written does neither.
  const draft = `${file}.${process.pid}.${own.instanceId}`;
  fs.writeFileSync(draft, JSON.stringify(own), { mode: 0o644 });
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
  return {
    instanceId: own.instanceId,
    announce(coordinates) {
      fs.writeFileSync(draft, JSON.stringify({ ...own, ...coordinates }), { mode: 0o644 });
      fs.renameSync(draft, file);
    },
    release() {
      if (readClaim(file)?.instanceId === own.instanceId) fs.rmSync(file, { force: true });
    },
  };
}

/** Takes a dead claim away; one that somebody else put there in the meantime is put back. */
function discard(file: string, dead: ClaimFile | undefined): void {
  const aside = `${file}.dead.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  const taken = readClaim(aside);
  if (taken !== undefined && taken.instanceId !== dead?.instanceId && !fs.existsSync(file)) {
    fs.renameSync(aside, file);
  } else {
    fs.rmSync(aside, { force: true });
  }
}

function isHeld(holder: ClaimFile): boolean {
  const found = inspectProcess(holder.pid);
  if (found !== undefined) return found.birth === holder.birth;
  // Where processes cannot be inspected, a claim counts as long as its number is in use.
  return holder.birth === '' && isAlive(holder.pid);
}

async function answering(holder: ClaimFile): Promise<Running | undefined> {
  const { url, gatewayPort, databasePort } = holder;
  if (url === undefined || gatewayPort === undefined || databasePort === undefined) return undefined;
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
    const body: unknown = await response.json();
    const isSame = typeof body === 'object' && body !== null && 'instance' in body;
    if (response.ok && isSame && body.instance === holder.instanceId) {
      return { url, gatewayPort, databasePort, pid: holder.pid };
    }
  } catch {
    // Not answering (yet).
  }
  return undefined;
}

function readClaim(file: string): ClaimFile | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return isClaim(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isClaim(value: unknown): value is ClaimFile {
  if (typeof value !== 'object' || value === null) return false;
  return 'pid' in value && typeof value.pid === 'number' && 'instanceId' in value && 'birth' in value;
}
