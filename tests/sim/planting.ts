import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Mutant } from './mutants.ts';

/** A defect in place: which file it goes into, relative to the root, and what that file then holds. */
export type Planted = { readonly file: string; readonly text: string };

/**
 * Puts a defect into the sources below `root`, without writing anything. SQL goes into the last migration that has
 * the text, because a later one replaces what an earlier one made. Throws when the text does not stand there as said.
 */
export function plant(root: string, mutant: Mutant): Planted {
  const file = mutant.file === migrations ? lastMigration(root, mutant) : mutant.file;
  const before = readFileSync(path.join(root, file), 'utf8');
  const places = before.split(mutant.find).length - 1;
  if (places === 0 || (places > 1 && mutant.everywhere !== true)) {
    throw new Error(`"${mutant.name}": its text stands ${places} times in ${file}`);
  }
  const { also } = mutant;
  if (also !== undefined && before.split(also.find).length !== 2) {
    throw new Error(`"${mutant.name}": its second text does not stand once in ${file}`);
  }
  const once = before.split(mutant.find).join(mutant.replace);
  return { file, text: also === undefined ? once : once.replace(also.find, () => also.replace) };
}

/** Stands for whichever migration has the text last. */
export const migrations = 'supabase/migrations';

function lastMigration(root: string, mutant: Mutant): string {
  const names = readdirSync(path.join(root, migrations))
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
  const found = names.findLast((name) =>
    readFileSync(path.join(root, migrations, name), 'utf8').includes(mutant.find),
  );
  if (found === undefined) throw new Error(`"${mutant.name}": no migration has its text`);
  return path.join(migrations, found);
}
