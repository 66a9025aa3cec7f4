import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { app, dialog, shell } from 'electron';
import type { Handlers } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import type { HostContract } from '#shared/rpc/host-contract';
import type { Secrets } from './secrets.ts';

/**
 * Electron's answers to what the core asks of its host.
 * @param openedDir where documents lie while other programs have them; emptied at sign-out.
 */
export function hostServices(secrets: Secrets, openedDir: string): Handlers<HostContract> {
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
    'documents.open': async ({ name, bytes, isKnown }) => {
      const { response } = await dialog.showMessageBox({
        type: 'warning',
        message: isKnown ? 'Open this document in another program?' : 'Put this file into a folder?',
        detail:
          `${name}\nIt leaves the console: the copy is not encrypted, and the console cannot protect you from what is ` +
          'in it. The copy is deleted when you sign out.',
        buttons: [isKnown ? 'Open' : 'Show in folder', 'Cancel'],
        defaultId: 1,
        cancelId: 1,
      });
      if (response !== 0) throw new AppError('CANCELLED', 'The document was not opened.');
      await mkdir(openedDir, { recursive: true, mode: 0o700 });
      const path = join(openedDir, `${Date.now().toString(36)} ${basename(name)}`);
      await writeFile(path, bytes, { mode: 0o600, flag: 'wx' });
      if (!isKnown) {
        // Nobody knows what it is, so nothing may start because of it.
        shell.showItemInFolder(path);
        return { path, isOpened: false };
      }
      const problem = await shell.openPath(path);
      if (problem !== '')
        throw new AppError('NOT_AVAILABLE', 'No program on this computer opens this document.');
      return { path, isOpened: true };
    },
    'documents.forget': async () => {
      await rm(openedDir, { recursive: true, force: true });
      return {};
    },
  };
}
