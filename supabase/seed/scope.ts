import type pg from 'pg';
import { z } from 'zod';
import { demoAccounts } from './demo-people.ts';
import type { SeedScope } from './generate.ts';
import { idOf } from './random.ts';

/** What a database was seeded with, and whether the files of its cases are all there. */
export type SeededScope = SeedScope & { readonly hasDocuments: boolean };

/** Notes on the first demo account what the database was seeded with, for whoever has to make the same again. */
export async function rememberScope(client: pg.Client, scope: SeedScope): Promise<void> {
  await note(client, { anchor: scope.anchor, scale: scope.scale, cases: scope.cases, hasDocuments: false });
}

export async function rememberDocuments(client: pg.Client): Promise<void> {
  await note(client, { hasDocuments: true });
}

/** Undefined for a database that was not seeded, or seeded before there were cases. */
export async function seededScope(client: pg.Client): Promise<SeededScope | undefined> {
  const found = await client.query<{ seed: unknown }>(
    "select raw_user_meta_data -> 'seed' as seed from auth.users where id = $1",
    [noteId],
  );
  return schema.optional().parse(found.rows[0]?.seed ?? undefined);
}

const noteId = idOf('user', demoAccounts[0].email);
const schema = z.object({
  anchor: z.string(),
  scale: z.number(),
  cases: z.number().optional(),
  hasDocuments: z.boolean(),
});

async function note(client: pg.Client, words: Partial<z.infer<typeof schema>>): Promise<void> {
  await client.query(
    `update auth.users set raw_user_meta_data = raw_user_meta_data || jsonb_build_object('seed',
       coalesce(raw_user_meta_data -> 'seed', '{}') || $2::jsonb) where id = $1`,
    [noteId, JSON.stringify(words)],
  );
}
