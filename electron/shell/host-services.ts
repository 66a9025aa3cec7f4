import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { app, dialog } from 'electron';
import type { Handlers } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import type { HostContract } from '#shared/rpc/host-contract';
import type { Secrets } from './secrets.ts';

/** Electron's answers to what the core asks of its host. */
export function hostServices(secrets: Secrets): Handlers<HostContract> {
  return {
    'host.info': async () => ({
      version: app.getVersion(),
      host: 'electron',
      platform: process.platform,
      abilities: ['native-menu', 'secure-storage'],
    }),
    'secrets.read': async ({ name }) => ({ value: await secrets.read(name) }),
    'secrets.write': async ({ name, value }) => ({ isDurable: await secrets.write(name, value) }),
    'secrets.remove': async ({ name }) => {
      await secrets.remove(name);
      return {};
    },
    'files.export': async ({ name, content }) => {
      const { canceled, filePath } = await dialog.showSaveDialog({
        defaultPath: join(app.getPath('downloads'), basename(name)),
      });
      if (canceled || filePath === '') throw new AppError('CANCELLED', 'Nothing was exported.');
      await writeFile(filePath, content, { mode: 0o600 });
      return { path: filePath };
    },
  };
}
