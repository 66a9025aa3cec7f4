import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runTool, seconds } from './command.ts';

/** What goes into the bundles. A change of anything here makes the build stale. */
const inputs = [
  'electron',
  'renderer',
  'shared',
  'resources',
  'electron.vite.config.ts',
  'scripts/lib/pdf-assets.ts',
  'package-lock.json',
];
const stampFile = join(root, 'out', 'stamp');

/** True when out/ was built from exactly the sources that are there now. */
export function isBuildFresh(): boolean {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stampOfSources();
}

/** Builds out/ unless it is fresh. Throws with the builder's words when it fails. */
export async function build(say: (line: string) => void): Promise<void> {
  if (isBuildFresh()) return;
  const stamp = stampOfSources();
  say('Building ...');
  const result = await runTool('electron-vite', ['build', '--logLevel', 'warn'], {
    // electron-vite asks for the Electron binary's path and must not download it.
    env: { ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent', ...process.env },
  });
  if (result.code !== 0) throw new Error(`The build failed.\n${result.output.trimEnd()}`);
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(stampFile, stamp);
  say(`Built in ${seconds(result.milliseconds)}.`);
}

function stampOfSources(): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const path = join(root, input);
    if (!existsSync(path)) continue;
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' })
          .toSorted()
          .map((file) => join(path, file))
      : [path];
    for (const file of files) {
      if (!statSync(file).isFile()) continue;
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}
