import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { root } from './command.ts';

/** The Electron to run, or why there is none, in words that continue "browser host: ". */
export type ElectronChoice = { readonly path: string } | { readonly path: null; readonly reason: string };

const packageDir = join(root, 'node_modules', 'electron');

/** The executable inside an Electron distribution. */
const executable =
  process.platform === 'darwin'
    ? 'Electron.app/Contents/MacOS/Electron'
    : process.platform === 'win32'
      ? 'electron.exe'
      : 'electron';

/**
 * Finds Electron's binary, which the `electron` package fetches on first use. Nothing waits for the download longer
 * than `patience` milliseconds; one that is slow goes on in the background, for the next start.
 */
export async function findElectron(
  env: NodeJS.ProcessEnv,
  patience: number,
  signal: AbortSignal,
): Promise<ElectronChoice> {
  const override = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override !== undefined && override !== '') {
    const path = join(override, executable);
    return existsSync(path) ? { path } : { path: null, reason: 'no Electron in ELECTRON_OVERRIDE_DIST_PATH' };
  }
  const obstacle = whyNoWindow(env);
  if (obstacle !== null) return { path: null, reason: obstacle };
  const installed = installedElectron();
  if (installed !== null) return { path: installed };
  return download(patience, signal);
}

/** Why no window can be opened here, whoever opens it; null when it can. */
export function whyNoWindow(env: NodeJS.ProcessEnv): string | null {
  if (env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false') return 'running in CI';
  if (process.platform !== 'linux') return null;
  if ((env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '') === '') return 'there is no display';
  // Chromium refuses its sandbox to root, and the console does not run without it.
  return process.getuid?.() === 0 ? 'running as root' : null;
}

/** The path of the binary that the `electron` package has fetched already, of the pinned version. */
export function installedElectron(): string | null {
  const version = readText(join(packageDir, 'dist', 'version'))
    ?.replace(/^v/, '')
    .trim();
  const wanted: unknown = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
  const isWanted =
    typeof wanted === 'object' && wanted !== null && 'version' in wanted && wanted.version === version;
  const path = join(packageDir, 'dist', executable);
  return isWanted && existsSync(path) ? path : null;
}

async function download(patience: number, signal: AbortSignal): Promise<ElectronChoice> {
  const child = spawn(process.execPath, [join(packageDir, 'install.js')], { stdio: 'ignore', signal });
  const finished = new Promise<boolean>((resolve) => {
    child.once('exit', (code) => resolve(code === 0));
    child.once('error', () => resolve(false));
  });
  const outcome = await Promise.race([finished, wait(patience, 'slow' as const, { ref: false })]);
  if (outcome === 'slow') {
    return { path: null, reason: 'Electron is still being downloaded, for the next start' };
  }
  const path = outcome ? installedElectron() : null;
  return path === null ? { path: null, reason: 'Electron cannot be downloaded here' } : { path };
}

function readText(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
