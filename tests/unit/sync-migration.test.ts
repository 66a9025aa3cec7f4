import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { syncMigration } from '#scripts/generate-sync-migration';
import { syncTables } from '#shared/domain/sync/tables';

test('the newest sync_pull migration is what the declarations generate', () => {
  const folder = new URL('../../supabase/migrations/', import.meta.url);
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith('_sync_pull.sql'))
    .toSorted()
    .at(-1);
  expect(newest).toBeDefined();
  expect(readFileSync(new URL(newest ?? '', folder), 'utf8')).toBe(syncMigration(syncTables));
});
