import pg from 'pg';
import { seed } from '../seed/seed.ts';
import type { Log } from '#stack/process/child';

/** Fills a database that nobody lives in with the demonstration; leaves every other as it is. */
export async function seedWhenEmpty(options: {
  readonly databaseUrl: string;
  readonly demoPassword: string;
  readonly scale: number;
  readonly log?: Log | undefined;
}): Promise<void> {
  if (await isInhabited(options.databaseUrl)) return;
  const { log, ...wanted } = options;
  await seed({ ...wanted, anchor: todayInTrinidad(), ...(log === undefined ? {} : { log }) });
}

async function isInhabited(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const rows = await client.query<{ is_inhabited: boolean }>(
      'select exists (select from public.profiles) as is_inhabited',
    );
    return rows.rows[0]?.is_inhabited === true;
  } finally {
    await client.end();
  }
}

/** YYYY-MM-DD. Trinidad and Tobago is four hours behind UTC all year. */
function todayInTrinidad(): string {
  return new Date(Date.now() - 4 * 3_600_000).toISOString().slice(0, 10);
}
