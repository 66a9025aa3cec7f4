import type pg from 'pg';
import { wireColumns, type SyncTable } from '#shared/domain/sync/tables';
import type { SimClient } from './client.ts';

/**
 * The tables of which a console differs from `select` under RLS; empty when it is complete and right. Reads the
 * tables themselves, and none of the functions that sync is made of.
 */
export async function differences(
  sql: pg.Pool,
  client: Pick<SimClient, 'name' | 'userId' | 'tables' | 'rows'>,
): Promise<readonly string[]> {
  const connection = await sql.connect();
  try {
    const roles = await rolesOf(connection, client.userId);
    await connection.query('begin');
    await connection.query(`select set_config('request.jwt.claims', $1, true)`, [
      JSON.stringify({ sub: client.userId, role: 'authenticated' }),
    ]);
    await connection.query('set local role authenticated');
    const found: string[] = [];
    for (const declared of client.tables) {
      const table = await asOnServer(connection, declared);
      const isVisible = table !== null && isCached(table, roles);
      const wanted = isVisible ? await visible(connection, table) : [];
      const actual = client.rows(declared.name);
      const lines = compare(declared, wanted, actual);
      found.push(...lines.map((line) => `${client.name} ${declared.name}: ${line}`));
    }
    return found;
  } finally {
    await connection.query('rollback');
    connection.release();
  }
}

async function rolesOf(connection: pg.PoolClient, userId: string): Promise<readonly string[]> {
  const found = await connection.query<{ role: string }>(
    `select p.role from public.profiles p where p.id = $1 and not p.is_suspended
     union select s.role from public.staff_members s join public.profiles p on p.id = s.user_id
     where s.user_id = $1 and not p.is_suspended`,
    [userId],
  );
  return found.rows.map((row) => row.role);
}

/** Who caches what: design 5. */
function isCached(table: SyncTable, roles: readonly string[]): boolean {
  if (table.staff.some((role) => roles.includes(role))) return true;
  const isConsoleUser = roles.some((role) => ['tutor', 'admin', 'reviewer', 'support'].includes(role));
  if (table.everyone === true) return isConsoleUser;
  const isTutors = table.principals.length > 0 || table.reference === true || table.through !== undefined;
  return isTutors && roles.includes('tutor');
}

/** The table without the columns that this server does not have yet: a console shows them empty. Null: no such table. */
async function asOnServer(connection: pg.PoolClient, table: SyncTable): Promise<SyncTable | null> {
  const found = await connection.query<{ name: string }>(
    `select a.attname as name from pg_catalog.pg_attribute a
     where a.attrelid = to_regclass('public.' || $1) and a.attnum > 0 and not a.attisdropped`,
    [table.name],
  );
  if (found.rows.length === 0) return null;
  const isMissing = (name: string) => name === 'sim_note' && !found.rows.some((row) => row.name === name);
  const columns = Object.entries(table.columns).map(([name, column]) =>
    isMissing(name) ? ([name, { ...column, source: 'null' }] as const) : ([name, column] as const),
  );
  return { ...table, columns: Object.fromEntries(columns) };
}

async function visible(connection: pg.PoolClient, table: SyncTable): Promise<unknown[][]> {
  const values = [
    't.id',
    't.row_version',
    ...Object.entries(table.columns).map(([name, column]) => {
      switch (column.kind) {
        case 'boolean':
          return `t.${name}::int`;
        case 'instant':
          return `(extract(epoch from t.${name}) * 1000000)::bigint`;
        case 'cents':
          return `round(t.${name.replace(/_cents$/, '_ttd')} * 100)::bigint`;
        case 'time':
          return `left(t.${name}::text, 5)`;
        case 'uuid':
        case 'integer':
          return `t.${name}`;
        default:
          return column.source === 'null' ? 'null' : `t.${name}::text`;
      }
    }),
  ];
  const found = await connection.query<{ rows: unknown[][] }>(
    `select coalesce(json_agg(json_build_array(${values.join(', ')}) order by t.id), '[]') as rows from public.${table.name} t`,
  );
  return found.rows[0]?.rows ?? [];
}

function compare(
  table: SyncTable,
  wanted: readonly unknown[][],
  actual: readonly (readonly unknown[])[],
): string[] {
  const columns = wireColumns(table);
  const left = new Map(actual.map((row) => [row[0], row]));
  const found: string[] = [];
  for (const row of wanted) {
    const mine = left.get(row[0]);
    left.delete(row[0]);
    if (mine === undefined) found.push(`lacks ${String(row[0])}`);
    else {
      const fields = columns.filter((_, n) => JSON.stringify(row[n]) !== JSON.stringify(mine[n]));
      if (fields.length > 0) {
        const values = fields.map((name) => {
          const n = columns.indexOf(name);
          return `${name} is ${JSON.stringify(mine[n])}, not ${JSON.stringify(row[n])}`;
        });
        found.push(`${String(row[0])}: ${values.join(', ')}`);
      }
    }
  }
  for (const id of left.keys()) found.push(`should not have ${String(id)}`);
  return found;
}
