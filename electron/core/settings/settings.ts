import { join } from 'node:path';
import * as z from 'zod';
import { settings as settingsSchema, themeChoice } from '#shared/rpc/contract';
import { readJson, writeJson } from './json-file.ts';

export type Settings = z.output<typeof settingsSchema>;

export type SettingsStore = {
  read(): Settings;
  /** Changes what `change` names and keeps the rest. */
  write(change: z.output<ReturnType<typeof settingsSchema.partial>>): Settings;
};

export const defaultSettings: Settings = { theme: 'system', singleKeyShortcuts: true };

/** This machine's settings, in `<dataDir>/settings.json`. They belong to no user and survive signing out. */
export function openSettings(dataDir: string): SettingsStore {
  const path = join(dataDir, 'settings.json');
  const read = () => readJson(path, kept) ?? defaultSettings;
  return {
    read,
    write(change) {
      const next = settingsSchema.parse({ ...read(), ...change });
      writeJson(path, next);
      return next;
    },
  };
}

/** A field that is missing or of no use falls back alone. */
const kept = z.object({
  theme: themeChoice.catch(defaultSettings.theme),
  singleKeyShortcuts: z.boolean().catch(defaultSettings.singleKeyShortcuts),
});
