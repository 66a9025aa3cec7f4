import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Mutant } from './mutants.ts';

/** A defect in place: which file it goes into, relative to the root, and what that file then holds. */
export type Planted = { readonly file: string; readonly text: string };

/**
 * Puts a defect into the sources below `root`, without writing anything. SQL goes into the one migration that has the
 * text; of those that are generated anew only the newest counts. Throws when the text does not stand there as said.
 */
export function plant(root: string, mutant: Mutant): Planted {
  const file = mutant.file === migrations ? migrationOf(root, mutant) : mutant.file;
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

/** Stands for whichever migration has the text. */
export const migrations = 'supabase/migrations';

function migrationOf(root: string, mutant: Mutant): string {
  const names = readdirSync(path.join(root, migrations))
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
  const isReplaced = (name: string) =>
    generated.some((end) => name.endsWith(end) && name !== names.findLast((other) => other.endsWith(end)));
  const found = names.filter(
    (name) =>
      !isReplaced(name) && readFileSync(path.join(root, migrations, name), 'utf8').includes(mutant.find),
  );
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`"${mutant.name}": its text stands in ${found.length} migrations (${found.join(', ')})`);
  return path.join(migrations, found[0]);
}

const generated = ['_sync_pull.sql', '_sync_digest.sql'];
