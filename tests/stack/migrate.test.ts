import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '#stack/migrate';
import { splitStatements } from '#stack/sql-statements';
import { cloneDatabase, type TestDatabase } from '../support/databases.ts';

let directory: string;
let database: TestDatabase;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-migrations-'));
  database = await cloneDatabase({ migrated: false });
});
afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

test('applies files in order, each with a record that the Supabase CLI reads', async () => {
  await write('500_first.sql', '-- layer: additive\ncreate table a (n int);\ninsert into a values (1);');
  await write('501_second.sql', 'insert into a select n + 1 from a;');
  expect(await run()).toEqual({
    applied: ['500_first.sql', '501_second.sql'],
    alreadyApplied: 0,
    skipped: [],
  });
  expect(
    await query('select version, name, statements from supabase_migrations.schema_migrations order by 1'),
  ).toEqual([
    {
      version: '500',
      name: 'first',
      statements: ['-- layer: additive\ncreate table a (n int)', 'insert into a values (1)'],
    },
    { version: '501', name: 'second', statements: ['insert into a select n + 1 from a'] },
  ]);
  expect(await query('select n from a order by n')).toEqual([{ n: 1 }, { n: 2 }]);
});

test('a second run changes nothing', async () => {
  await write('500_first.sql', 'create table a (n int);');
  await run();
  expect(await run()).toEqual({ applied: [], alreadyApplied: 1, skipped: [] });
});

test('a file that was changed after it was applied is refused by name, and line ends do not count as a change', async () => {
  await write('500_first.sql', 'create table a (n int);\n-- end\n');
  await run();
  await write('500_first.sql', 'create table a (n int);\r\n-- end\r\n');
  await expect(run()).resolves.toMatchObject({ alreadyApplied: 1 });
  await write('500_first.sql', 'create table a (n bigint);');
  await expect(run()).rejects.toThrow(/500_first\.sql was changed after it was applied/);
});

test('an error names file and line, and leaves nothing of its file behind', async () => {
  await write('500_first.sql', 'create table a (n int);');
  await write(
    '501_broken.sql',
    'create table b (n int);\n\n-- a comment\nselect 1,\n  missing_column\nfrom a;\n',
  );
  await expect(run()).rejects.toThrow(/^501_broken\.sql:5: column "missing_column" does not exist/);
  expect(await query(`select to_regclass('a') is not null as a, to_regclass('b') is not null as b`)).toEqual([
    { a: true, b: false },
  ]);
  await write('501_broken.sql', 'create table b (n int);');
  expect((await run()).applied).toEqual(['501_broken.sql']);
});

test('what a deferred constraint refuses at commit is reported with the file', async () => {
  await write(
    '500_first.sql',
    'create table a (n int unique deferrable initially deferred); insert into a values (1), (1);',
  );
  await expect(run()).rejects.toThrow(/^500_first\.sql: duplicate key/);
  expect(await query('select count(*)::int as n from supabase_migrations.schema_migrations')).toEqual([
    { n: 0 },
  ]);
});

test('transaction commands, doubled numbers and strange names are refused before anything is applied', async () => {
  await write('500_first.sql', 'create table a (n int);');
  await write('501_begin.sql', '-- hello\nbegin;\ncreate table b (n int);\ncommit;');
  await expect(run()).rejects.toThrow(/^501_begin\.sql:2: /);
  await write('501_begin.sql', 'select 1;');
  await write('501_other.sql', 'select 1;');
  await expect(run()).rejects.toThrow(/501_begin\.sql and 501_other\.sql have the same number/);
  await rm(path.join(directory, '501_other.sql'));
  await write('Fix stuff.sql', 'select 1;');
  await expect(run()).rejects.toThrow(/NNN_descriptive_name/);
  expect(await query(`select to_regclass('a') is null as untouched`)).toEqual([{ untouched: true }]);
});

test('hardening is applied by default where the schema is ours', async () => {
  await write('500_first.sql', 'create table profiles (id uuid);');
  await write('800_harden.sql', 'revoke all on profiles from anon;');
  expect((await run()).applied).toEqual(['500_first.sql', '800_harden.sql']);
});

test('hardening waits to be asked for where the tables were there before, and stays on from then', async () => {
  await query('create table profiles (id uuid)');
  await write('500_first.sql', 'create table if not exists profiles (id uuid);');
  await write('800_harden.sql', 'revoke all on profiles from anon;');
  expect(await run()).toMatchObject({ applied: ['500_first.sql'], skipped: ['800_harden.sql'] });
  expect(await run()).toMatchObject({ applied: [], skipped: ['800_harden.sql'] });
  expect(await run({ harden: true })).toMatchObject({ applied: ['800_harden.sql'], skipped: [] });
  await write('801_more.sql', 'select 1;');
  expect((await run()).applied).toEqual(['801_more.sql']);
});

test('a dry run tells what would happen and does none of it', async () => {
  await write('500_first.sql', 'create table a (n int);');
  expect((await run({ dryRun: true })).applied).toEqual(['500_first.sql']);
  expect(
    await query(
      `select to_regclass('a') is null and to_regnamespace('supabase_migrations') is null as untouched`,
    ),
  ).toEqual([{ untouched: true }]);
});

test('two runs at once apply every file once', async () => {
  await write('500_first.sql', 'create table a (n int); select pg_sleep(0.2);');
  const reports = await Promise.all([run(), run()]);
  expect(reports.map(({ applied }) => applied.length).toSorted()).toEqual([0, 1]);
});

test('what the Supabase CLI applied is taken over, and a foreign file of the same number is refused', async () => {
  await query(`create schema supabase_migrations;
    create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
    insert into supabase_migrations.schema_migrations values ('500', '{}', 'first');`);
  await write('500_first.sql', 'create table a (n int);');
  expect(await run()).toMatchObject({ applied: [], alreadyApplied: 1 });
  await write('500_first.sql', 'create table a (n bigint);');
  await expect(run()).rejects.toThrow(/was changed/);
  await rm(path.join(directory, '500_first.sql'));
  await write('500_something_else.sql', 'select 1;');
  await expect(run()).rejects.toThrow(/another migration 500, "first"/);
});

test('the repository’s own migrations apply to an empty database, and twice changes nothing', async () => {
  const all = { databaseUrl: database.urlFor('postgres') };
  const first = await migrate(all);
  expect(first.applied.length).toBeGreaterThan(20);
  expect(await migrate(all)).toEqual({ applied: [], alreadyApplied: first.applied.length, skipped: [] });
});

test('the command says what it would do, does it, and fails in plain words', async () => {
  const url = database.urlFor('postgres');
  const dry = await command('--db-url', url, '--dry-run');
  expect(dry).toMatchObject({ code: 0, output: expect.stringMatching(/^would apply 500_\w+\.sql$/m) });
  expect((await command('--db-url', url)).output).toMatch(/ applied, 0 were there already$/m);
  expect((await command('--db-url', url)).output).toMatch(/^0 applied, \d+ were there already$/m);
  expect(await command('--db-url', '')).toMatchObject({ code: 2, output: expect.stringContaining('usage:') });
  expect(await command('--db-url', 'postgresql://postgres:x@127.0.0.1:9/x')).toMatchObject({
    code: 1,
    output: expect.stringContaining('ECONNREFUSED'),
  });
});

test('statements are split outside strings, comments, dollar quotes and atomic bodies only', () => {
  const sql = [
    `select 'a;''b' as "x;y"; -- c;d`,
    `/* e; /* f; */ g; */ select E'h\\';i';`,
    `create function j() returns int language plpgsql as $k$ begin return 1; end $k$;`,
    `create function l() returns int begin atomic select case when true then 1 end; select 2; end;`,
    `select $1; ;`,
    `-- only a comment`,
  ].join('\n');
  expect(splitStatements(sql).map(({ line }) => line)).toEqual([1, 2, 3, 4, 5]);
  expect(splitStatements(sql)[1]?.text).toContain(`E'h\\';i'`);
  expect(splitStatements('select 1').map(({ text }) => text)).toEqual(['select 1']);
});

async function command(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const script = fileURLToPath(new URL('../../scripts/db-migrate.ts', import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  return { code, output };
}

function write(name: string, sql: string): Promise<void> {
  return writeFile(path.join(directory, name), sql);
}

function run(options: { harden?: boolean; dryRun?: boolean } = {}) {
  return migrate({ databaseUrl: database.urlFor('postgres'), directory, ...options });
}

async function query(sql: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: database.urlFor('postgres') });
  await client.connect();
  try {
    const result = await client.query<object>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}
