import pg from 'pg';
import { copyRows } from '#seed/copy';
import { generate } from '#seed/generate';
import { seedTables, type SeedBatch, type SeedTableName } from '#seed/tables';
import { benchAnchor, startEmpty, startSeeded } from './support/backend.ts';
import { figureOver, timed, type Bench } from './support/figure.ts';

/**
 * How long the seed takes, beside its floor: the same generated rows sent with COPY into temporary tables that have
 * neither index nor trigger nor key.
 */
export const bench: Bench = async function* ({ scales = [1, 20], note }) {
  for (const scale of scales) {
    const { report, stop } = await startSeeded(scale, note);
    await stop();
    note(`Measuring the floor of scale ${scale} ...`);
    const floor = await copyOnly(scale);
    yield figureOver(`seed.scale${scale}`, 's', report.seconds, floor);
    yield { name: `seed.scale${scale}.bookings`, value: report.rows['bookings'] ?? 0, unit: 'rows' };
  }
};

async function copyOnly(scale: number): Promise<number> {
  const { databaseUrl, stop } = await startEmpty();
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { milliseconds } = await timed(async () => {
      await client.query('begin');
      let table: SeedTableName;
      for (table in seedTables) {
        const columns = Object.entries<string>(seedTables[table]);
        const list = columns.map(([column, type]) => `${column} ${typeOf(type)}`).join(', ');
        await client.query(`create temporary table raw_${table} (${list})`);
      }
      for (const batch of generate({ scale, anchor: benchAnchor })) {
        for (table in seedTables) await copyTable(client, table, batch);
      }
      await client.query('commit');
    });
    return milliseconds / 1000;
  } finally {
    await client.end();
    await stop();
  }
}

async function copyTable<T extends SeedTableName>(
  client: pg.Client,
  table: T,
  batch: SeedBatch,
): Promise<void> {
  const rows = batch[table];
  if (rows !== undefined && rows.length > 0) await copyRows(client, `raw_${table}`, table, rows);
}

function typeOf(type: string): string {
  const kind = type.replace('?', '');
  const others: Readonly<Record<string, string>> = {
    texts: 'text[]',
    cents: 'numeric(10, 2)',
    instant: 'timestamptz',
    json: 'jsonb',
  };
  return others[kind] ?? kind;
}
