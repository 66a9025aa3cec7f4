import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** An installed browser of the Chromium family. */
export type Browser = { readonly name: string; readonly path: string };

const linuxNames = [
  ['google-chrome-stable', 'Chrome'],
  ['google-chrome', 'Chrome'],
  ['microsoft-edge-stable', 'Edge'],
  ['microsoft-edge', 'Edge'],
  ['chromium', 'Chromium'],
  ['chromium-browser', 'Chromium'],
] as const;

const macPaths = [
  ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'Chrome'],
  ['/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge', 'Edge'],
  ['/Applications/Chromium.app/Contents/MacOS/Chromium', 'Chromium'],
] as const;

const windowsPaths = [
  ['Google\\Chrome\\Application\\chrome.exe', 'Chrome'],
  ['Microsoft\\Edge\\Application\\msedge.exe', 'Edge'],
  ['Chromium\\Application\\chrome.exe', 'Chromium'],
] as const;

/** The installed Chromium, Chrome or Edge; `CHROMIUM_PATH` wins. Null when there is none. */
export function findInstalledBrowser(env: NodeJS.ProcessEnv = process.env): Browser | null {
  const given = env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') return { name: 'Chromium', path: given };
  return candidates(env).find((candidate) => isExecutable(candidate.path)) ?? null;
}

/** Any Chromium that tests can drive: an installed one, else Playwright's own. Null when there is none. */
export async function findTestBrowser(env: NodeJS.ProcessEnv = process.env): Promise<Browser | null> {
  const installed = findInstalledBrowser(env);
  if (installed !== null) return installed;
  const { chromium } = await import('playwright');
  const path = chromium.executablePath();
  return isExecutable(path) ? { name: "Playwright's Chromium", path } : null;
}

function candidates(env: NodeJS.ProcessEnv): readonly Browser[] {
  if (process.platform === 'darwin') return macPaths.map(([path, name]) => ({ name, path }));
  if (process.platform === 'win32') {
    const bases = [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']];
    return bases
      .filter((base) => base !== undefined)
      .flatMap((base) => windowsPaths.map(([path, name]) => ({ name, path: join(base, path) })));
  }
  const folders = (env['PATH'] ?? '').split(delimiter);
  return linuxNames.flatMap(([file, name]) => folders.map((folder) => ({ name, path: join(folder, file) })));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
