import pg from 'pg';

/**
 * Fills a seeded database up to `total` rows that an admin may cache, by copying what the seed made: each copy has people,
 * bookings, sessions and messages of its own, some weeks earlier. Made in SQL, so that a million rows take a minute.
 * @returns how many rows an admin may cache now
 */
export async function loadRows(databaseUrl: string, total: number): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const base = await countRows(client);
    const sizes: number[] = [];
    for (const { name } of copied) sizes.push(await countOf(client, `public.${name}`));
    const perCopy = sizes.reduce((sum, size) => sum + size, 0);
    let rest = Math.max(0, total - base);
    const copies = Math.floor(rest / perCopy);
    rest -= copies * perCopy;
    // Foreign keys and business triggers stay out of it; the stamps of sync are ENABLE ALWAYS.
    await client.query(
      'set session_replication_role = replica; set statement_timeout = 0; set work_mem = 256000',
    );
    for (const [index, { name, columns }] of copied.entries()) {
      const partial = Math.min(rest, sizes[index] ?? 0);
      rest -= partial;
      await copyTable(client, name, columns, copies + 1, copies * (sizes[index] ?? 0) + partial);
    }
    await client.query('set session_replication_role = origin');
    for (const { name } of copied) await client.query(`vacuum (analyze) public.${name}`);
    return await countRows(client);
  } finally {
    await client.end();
  }
}

/** A new id for copy `k` of the row that has this one; the same wherever that row is named. Version 4, as all of the seed's. */
function mapped(column: string): string {
  const hash = `md5(t.${column}::text || k)`;
  return `overlay(overlay(${hash} placing '4' from 13) placing '8' from 17)::uuid`;
}

function earlier(column: string): string {
  return `t.${column} - (k % 50) * interval '7 days'`;
}

/** What a copy has otherwise than its model, parents first. */
const copied: readonly { readonly name: string; readonly columns: Readonly<Record<string, string>> }[] = [
  { name: 'people', columns: { id: mapped('id') } },
  {
    name: 'bookings',
    columns: {
      id: mapped('id'),
      tutor_id: mapped('tutor_id'),
      student_id: mapped('student_id'),
      payer_id: mapped('payer_id'),
      requested_start_at: earlier('requested_start_at'),
      requested_end_at: earlier('requested_end_at'),
      confirmed_start_at: earlier('confirmed_start_at'),
      confirmed_end_at: earlier('confirmed_end_at'),
    },
  },
  {
    name: 'sessions',
    columns: {
      id: mapped('id'),
      booking_id: mapped('booking_id'),
      tutor_id: mapped('tutor_id'),
      student_id: mapped('student_id'),
      payer_id: mapped('payer_id'),
      scheduled_start_at: earlier('scheduled_start_at'),
      scheduled_end_at: earlier('scheduled_end_at'),
    },
  },
  {
    name: 'booking_messages',
    columns: { id: mapped('id'), booking_id: mapped('booking_id'), sender_id: mapped('sender_id') },
  },
];

async function copyTable(
  client: pg.Client,
  name: string,
  changed: Readonly<Record<string, string>>,
  copies: number,
  rows: number,
): Promise<void> {
  const found = await client.query<{ column_name: string }>(
    `select column_name from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`,
    [name],
  );
  const columns = found.rows.map((row) => row.column_name);
  await client.query(
    `insert into public.${name} (${columns.join(', ')})
     select ${columns.map((column) => changed[column] ?? `t.${column}`).join(', ')}
     from generate_series(1, ${copies}) k cross join public.${name} t order by k, t.id limit ${rows}`,
  );
}

/** The tables of which an admin sees every row. */
async function countRows(client: pg.Client): Promise<number> {
  const found = await client.query<{ name: string }>(
    `select unnest(array['subjects', 'booking_rules', 'people', 'tutor_subjects', 'session_types', 'tutor_schedules',
       'tutor_availability_rules', 'tutor_unavailability_blocks', 'bookings', 'booking_messages', 'sessions',
       'noshow_claims']) as name`,
  );
  let sum = 0;
  for (const { name } of found.rows) sum += await countOf(client, `public.${name}`);
  return sum;
}

async function countOf(client: pg.Client, table: string): Promise<number> {
  const found = await client.query<{ count: string }>(`select count(*) as count from ${table}`);
  return Number(found.rows[0]?.count);
}
