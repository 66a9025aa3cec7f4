import * as z from 'zod';
import { savedFilter, type SavedFilter } from '#shared/rpc/verification-contract';
import { readOnlyError } from '../cache/errors.ts';
import { statement } from '../cache/query.ts';
import type { Cache } from '../cache/types.ts';

/** What a user keeps of ways to look at the queue; it lies in the user's own file, as a search may name a person. */
export function savedFilters({ db }: Pick<Cache, 'db'>): readonly SavedFilter[] {
  const row = statement<[string], { value: string }>(db, 'SELECT value FROM settings WHERE key = ?').get(key);
  if (row === undefined) return [];
  const read = z.array(savedFilter).safeParse(JSON.parse(row.value));
  // Kept by a newer version with conditions that this one does not know: they are not narrowed by half.
  return read.success ? read.data : [];
}

/** Keeps a filter under its name, in place of one of that name. AppError READ_ONLY in the second instance. */
export function saveFilter(cache: Pick<Cache, 'db' | 'isReadOnly'>, filter: SavedFilter): void {
  const others = savedFilters(cache).filter(({ name }) => name !== filter.name);
  write(
    cache,
    [...others, filter].toSorted((a, b) => a.name.localeCompare(b.name, 'en')),
  );
}

export function dropFilter(cache: Pick<Cache, 'db' | 'isReadOnly'>, name: string): void {
  write(
    cache,
    savedFilters(cache).filter((filter) => filter.name !== name),
  );
}

const key = 'verification.filters';

function write({ db, isReadOnly }: Pick<Cache, 'db' | 'isReadOnly'>, filters: readonly SavedFilter[]): void {
  if (isReadOnly) throw readOnlyError();
  statement(db, 'INSERT OR REPLACE INTO settings(key, value) VALUES (?, ?)').run(
    key,
    JSON.stringify(filters),
  );
}
