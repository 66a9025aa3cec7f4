import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { safeStorage } from 'electron';
import * as z from 'zod';

export type Secrets = {
  read(name: string): Promise<string | null>;
  /** Keeps a secret; true when it outlives this process. */
  write(name: string, value: string): Promise<boolean>;
  remove(name: string): Promise<void>;
};

const secretFile = z.record(z.string(), z.string());
type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/**
 * Secrets in a file, encrypted by the operating system's keychain. Where there is no keychain (on Linux Electron then
 * "encrypts" with a fixed key, `basic_text`) they stay in memory: one signs in again at the next start.
 */
export function openSecrets(path: string, log: Log): Secrets {
  const memory = new Map<string, string>();
  const encrypted = new Map(Object.entries(readFile(path)));
  // One after another: a write must not overtake the one before it.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = last.then(task, task);
    last = result;
    return result;
  };

  const keep = async (name: string, value: string): Promise<boolean> => {
    memory.set(name, value);
    if (!(await isEncryptionReal())) return false;
    encrypted.set(name, (await safeStorage.encryptStringAsync(value)).toString('base64'));
    writeFile(path, encrypted);
    return true;
  };

  return {
    read: (name) =>
      inTurn(async () => {
        const known = memory.get(name);
        const stored = encrypted.get(name);
        if (known !== undefined || stored === undefined || !(await isEncryptionReal())) return known ?? null;
        try {
          const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(
            Buffer.from(stored, 'base64'),
          );
          if (shouldReEncrypt) await keep(name, result);
          memory.set(name, result);
          return result;
        } catch (error) {
          // Another user's keychain, or one that was reset: what it held cannot be had back.
          log('shell.secret.unreadable', { error });
          return null;
        }
      }),
    write: (name, value) => inTurn(() => keep(name, value)),
    remove: (name) =>
      inTurn(async () => {
        memory.delete(name);
        if (encrypted.delete(name)) writeFile(path, encrypted);
      }),
  };
}

async function isEncryptionReal(): Promise<boolean> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return false;
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';
}

function readFile(path: string): Readonly<Record<string, string>> {
  try {
    return secretFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}

function writeFile(path: string, entries: ReadonlyMap<string, string>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
