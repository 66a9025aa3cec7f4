import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

export type Secrets = {
  read(name: string): string | null;
  /** Keeps a secret; true when it outlives this process. */
  write(name: string, value: string, isEmbedded: boolean): boolean;
  remove(name: string): void;
};

const secretFile = z.record(z.string(), z.string());

/**
 * Where the browser host keeps secrets. A browser host has no keychain, so what opens a hosted project stays in
 * memory; only the embedded stack's own, which open nothing but this machine's demo data, are kept in a file (0600).
 */
export function openSecrets(path: string): Secrets {
  const memory = new Map<string, string>();
  const durable = new Map(Object.entries(readFile(path)));

  return {
    read: (name) => memory.get(name) ?? durable.get(name) ?? null,
    write(name, value, isEmbedded) {
      memory.delete(name);
      const wasDurable = durable.delete(name);
      (isEmbedded ? durable : memory).set(name, value);
      if (isEmbedded || wasDurable) writeFile(path, durable);
      return isEmbedded;
    },
    remove(name) {
      memory.delete(name);
      if (durable.delete(name)) writeFile(path, durable);
    },
  };
}

/** A file that is missing or damaged means that one has to sign in again, nothing worse. */
function readFile(path: string): Readonly<Record<string, string>> {
  try {
    return secretFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}

function writeFile(path: string, entries: ReadonlyMap<string, string>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  writeFileSync(temporary, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 });
  renameSync(temporary, path);
}
