import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { readMigrations } from '#stack/migration-files';
import { migrationsDirectory } from '#stack/migrate';
import { cloneDatabase } from '../support/databases.ts';
import { createPlatform } from '../support/platform.ts';

const openings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of openings.splice(0)) await close();
});

/** Everything that a dump of our schemas would say, one line an object, without ids of the catalogue. */
const schemaAsText = `
  with schemas as (select oid, nspname from pg_namespace where nspname in ('public', 'private', 'sync'))
  select 'column ' || c.oid::regclass || ' ' || a.attnum || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') as line
  from pg_class c join schemas s on s.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where c.relkind in ('r', 'v')
  union all select 'table ' || c.oid::regclass || ' ' || c.relrowsecurity || coalesce((select array_agg(a::text order by a::text) from unnest(c.relacl) a)::text, '')
  from pg_class c join schemas s on s.oid = c.relnamespace where c.relkind in ('r', 'v', 'S')
  union all select 'constraint ' || c.conrelid::regclass || ' ' || c.conname || ' ' || pg_get_constraintdef(c.oid) || c.convalidated
  from pg_constraint c join schemas s on s.oid = c.connamespace
  union all select 'index ' || pg_get_indexdef(i.indexrelid)
  from pg_index i join pg_class c on c.oid = i.indexrelid join schemas s on s.oid = c.relnamespace
  union all select 'function ' || pg_get_functiondef(p.oid) || coalesce((select array_agg(a::text order by a::text) from unnest(p.proacl) a)::text, '')
  from pg_proc p join schemas s on s.oid = p.pronamespace where p.prokind = 'f'
  union all select 'trigger ' || pg_get_triggerdef(t.oid) || t.tgenabled::text
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
    join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('public', 'private', 'sync', 'auth')
  where not t.tgisinternal
  union all select 'policy ' || p::text from pg_policies p where p.schemaname in ('public', 'private', 'sync')
  union all select 'default ' || d.defaclrole::regrole || ' ' || d.defaclobjtype::text || ' ' || coalesce((select array_agg(a::text order by a::text) from unnest(d.defaclacl) a)::text, '')
  from pg_default_acl d join schemas s on s.oid = d.defaclnamespace
  order by 1`;

async function open(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('set client_min_messages = error');
  openings.unshift(() => client.end());
  return client;
}

const lines = async (client: pg.Client) =>
  (await client.query<{ line: string }>(schemaAsText)).rows.map(({ line }) => line);

/** Every row of every table of ours, sync's stamps included: a row that is written again shows. */
async function rows(client: pg.Client): Promise<unknown> {
  const tables = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('public', 'private', 'sync') order by 1`,
  );
  const found: Record<string, unknown> = {};
  for (const { name } of tables.rows) {
    const result = await client.query(
      `select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]') as rows from ${name} t`,
    );
    found[name] = result.rows[0];
  }
  return found;
}

/** Runs the files' statements once more, past the runner's record of what it has applied. */
async function applyAgain(databaseUrl: string): Promise<void> {
  const owner = await open(databaseUrl);
  for (const file of readMigrations(migrationsDirectory)) {
    await owner.query('begin');
    for (const { text } of file.statements) {
      await owner.query(text).catch((error: unknown) => {
        throw new Error(`${file.fileName} cannot be applied a second time`, { cause: error });
      });
    }
    await owner.query('commit');
  }
}

describe('applying every migration a second time', () => {
  it('changes neither schema nor rows of a database that the console made', async () => {
    const database = await cloneDatabase();
    openings.push(() => database.drop());
    const client = await open(database.urlFor());
    const before = { lines: await lines(client), rows: await rows(client) };
    await applyAgain(database.urlFor('postgres'));
    expect(await lines(client)).toEqual(before.lines);
    expect(await rows(client)).toEqual(before.rows);
    expect(before.lines.length).toBeGreaterThan(400);
  });

  it('changes neither schema nor rows of a hardened platform', async () => {
    const live = await createPlatform();
    openings.push(() => live.stop());
    await live.migrate({ harden: true });
    const client = await open(live.urlFor('supabase_admin'));
    const before = { lines: await lines(client), rows: await rows(client) };
    await applyAgain(live.urlFor('postgres'));
    expect(await lines(client)).toEqual(before.lines);
    expect(await rows(client)).toEqual(before.rows);
  });
});

describe('the schema on an empty database and on the platform', () => {
  it('has the same columns, as far as the console reads them', async () => {
    const database = await cloneDatabase();
    openings.push(() => database.drop());
    const live = await createPlatform();
    openings.push(() => live.stop());
    await live.migrate({ harden: true });
    const columnsOf = async (url: string) => {
      const client = await open(url);
      const found = await client.query<{ name: string }>(
        `select table_name || '.' || column_name || ' ' || udt_name as name
         from information_schema.columns where table_schema = 'public' order by 1`,
      );
      return found.rows.map(({ name }) => name);
    };
    const ours = await columnsOf(database.urlFor());
    const theirs = new Set(await columnsOf(live.urlFor('supabase_admin')));
    expect(ours.filter((column) => !theirs.has(column))).toEqual([]);
  });
});
