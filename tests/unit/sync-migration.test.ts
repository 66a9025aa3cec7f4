import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { digestMigration } from '#scripts/generate-digest-migration';
import { syncMigration } from '#scripts/generate-sync-migration';
import { syncTables } from '#shared/domain/sync/tables';

test('the newest sync_pull migration is what the declarations generate', () => {
  expect(newest('_sync_pull.sql')).toBe(syncMigration(syncTables));
});

test('the newest sync_digest migration is what the declarations generate', () => {
  expect(newest('_sync_digest.sql')).toBe(digestMigration(syncTables));
});

function newest(ending: string): string {
  const folder = new URL('../../supabase/migrations/', import.meta.url);
  const name = readdirSync(folder)
    .filter((each) => each.endsWith(ending))
    .toSorted()
    .at(-1);
  return readFileSync(new URL(name ?? ending, folder), 'utf8');
}
