import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Handlers } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import type { HostContract } from '#shared/rpc/host-contract';
import type { Secrets } from './secrets.ts';

/** The browser host's answers to what the core asks of its host. */
export function hostServices(options: {
  readonly version: string;
  readonly secrets: Secrets;
  /** Where exported files go. */
  readonly exportDir: string;
}): Handlers<HostContract> {
  const { version, secrets, exportDir } = options;
  return {
    'host.info': async () => ({ version, host: 'browser', platform: process.platform, abilities: [] }),
    'secrets.read': async ({ name }) => ({ value: secrets.read(name) }),
    'secrets.write': async ({ name, value, isEmbedded }) => ({
      isDurable: secrets.write(name, value, isEmbedded),
    }),
    'secrets.remove': async ({ name }) => {
      secrets.remove(name);
      return {};
    },
    'files.export': async ({ name, content }) => ({ path: exportFile(exportDir, name, content) }),
    // A browser opens nothing by itself: the file goes where its downloads go, and is the user's from then on.
    'documents.open': async ({ name, bytes }) => ({
      path: exportFile(exportDir, name, bytes),
      isOpened: false,
    }),
    'documents.forget': async () => ({}),
  };
}

/** Writes a new file; one that is there already is never overwritten. Throws AppError when it cannot. */
function exportFile(folder: string, name: string, content: string | Uint8Array): string {
  const match = /^([\p{L}\p{N}_-][\p{L}\p{N} _-]*)((?:\.[A-Za-z0-9]+)+)$/u.exec(name);
  if (match === null) throw new AppError('BAD_INPUT', `"${name}" cannot be the name of a file.`);
  const [, stem = '', extension = ''] = match;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let attempt = 1; attempt < 1000; attempt += 1) {
    const path = join(folder, attempt === 1 ? `${stem}${extension}` : `${stem} (${attempt})${extension}`);
    try {
      writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
      return path;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOSPC') {
        throw new AppError(
          'DISK_FULL',
          'The disk is full: nothing was exported. Free some space and try again.',
        );
      }
      if (code !== 'EEXIST') throw error;
    }
  }
  throw new AppError('REJECTED', `There are too many files named "${name}" in ${folder}.`);
}
