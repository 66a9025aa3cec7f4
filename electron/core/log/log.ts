import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../cache/types.ts';
import { redact, redactEvent } from './redact.ts';

export type LogFile = {
  readonly log: Log;
  /** The newest lines, oldest first: NDJSON as it stands in the file. */
  recent(lines: number): readonly string[];
};

export type LogFileOptions = {
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Bytes after which a file is put aside. */
  readonly maxBytes?: number;
  /** How many files are kept, the current one among them. */
  readonly keep?: number;
};

/**
 * Writes structured lines to `<directory>/core.ndjson` and puts full files aside as core.1.ndjson and so on. What is
 * written went through the allow-list of redact.ts. Writing never throws: a full disk must not end what is logged.
 */
export function openLog(options: LogFileOptions): LogFile {
  const { directory, now, maxBytes = 1_000_000, keep = 5 } = options;
  const path = (age: number) => join(directory, age === 0 ? 'core.ndjson' : `core.${age}.ndjson`);
  const ring: string[] = [];
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  let size = sizeOf(path(0));

  const rotate = () => {
    rmSync(path(keep - 1), { force: true });
    for (let age = keep - 2; age >= 0; age -= 1) {
      if (sizeOf(path(age)) > 0) renameSync(path(age), path(age + 1));
    }
    size = 0;
  };

  const write = (line: string) => {
    ring.push(line);
    if (ring.length > ringSize) ring.shift();
    try {
      const bytes = Buffer.byteLength(line) + 1;
      if (size > 0 && size + bytes > maxBytes) rotate();
      appendFileSync(path(0), `${line}\n`, { mode: 0o600 });
      size += bytes;
    } catch {
      // The ring still has it.
    }
  };

  return {
    log: (level, event, fields = {}) =>
      write(
        JSON.stringify({
          at: new Date(now()).toISOString(),
          level,
          event: redactEvent(event),
          ...redact(fields),
        }),
      ),
    recent: (lines) => ring.slice(-lines),
  };
}

const ringSize = 500;

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
