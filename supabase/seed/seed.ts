import pg from 'pg';
import { copyRows } from './copy.ts';
import { demoAccounts } from './demo-people.ts';
import { generate, type SeedScope } from './generate.ts';
import { idOf } from './random.ts';
import { rememberScope } from './scope.ts';
import { seedTables, type SeedBatch, type SeedTableName } from './tables.ts';

export type SeedOptions = {
  /** As the owner of the schema (`postgres`) or a superuser. */
  readonly databaseUrl: string;
  /** 1 is about 60 tutors, 400 students and 5,000 bookings. */
  readonly scale: number;
  /** The day around which the twelve weeks lie, YYYY-MM-DD in Trinidad and Tobago; today by the database's clock if left out. */
  readonly anchor?: string | undefined;
  /** The password of the demo accounts; nobody else of the seed can sign in. */
  readonly demoPassword: string;
  /** Cases of verification; 240 at scale 1 when left out. */
  readonly cases?: number | undefined;
  /** Leaves a database that has people of its own alone, where it would otherwise be an error. */
  readonly onlyIfEmpty?: boolean;
  readonly log?: (line: string) => void;
};

export type SeedReport = {
  /** All but `loaded` mean that nothing was changed. */
  readonly outcome: 'loaded' | 'already seeded' | 'has people of its own';
  readonly anchor: string;
  /** Rows written, by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly seconds: number;
};

/**
 * Fills an empty, migrated database with the demonstration, in one transaction: it is there as a whole or not at all.
 * Throws when the schema is missing, or when the database has people who are not of the seed.
 */
export async function seed(options: SeedOptions): Promise<SeedReport> {
  const started = performance.now();
  const client = new pg.Client({ connectionString: options.databaseUrl, application_name: 'console seed' });
  // A connection lost between two statements fails the next statement; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query("set statement_timeout = 0; set timezone = 'UTC'");
    await client.query('begin');
    const state = await stateOf(client);
    if (state === 'inhabited' && options.onlyIfEmpty !== true) {
      throw new Error('The database has people in it already. The seed is for an empty database.');
    }
    const anchor = options.anchor ?? (await today(client));
    const rows = state === 'empty' ? await load(client, { ...options, anchor }) : {};
    await client.query('commit');
    if (state === 'empty') await client.query(`analyze ${Object.keys(rows).map(targetOf).join(', ')}`);
    return { outcome: outcomes[state], anchor, rows, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    await client.end();
  }
}

const outcomes = { empty: 'loaded', seeded: 'already seeded', inhabited: 'has people of its own' } as const;

/** Also takes the lock that makes a second seed of the same database wait. */
async function stateOf(client: pg.Client): Promise<keyof typeof outcomes> {
  await client.query('select pg_advisory_xact_lock($1, $2)', [0x6974, 0x7365]);
  const schema = await client.query<{ missing: boolean }>(
    "select to_regclass('public.noshow_claims') is null or to_regclass('public.notifications') is null as missing",
  );
  if (schema.rows[0]?.missing !== false) {
    throw new Error(
      'The database has no console schema yet. Run "npm run db:migrate -- --db-url URL" first.',
    );
  }
  const people = await client.query<{ seeded: boolean; inhabited: boolean }>(
    `select exists (select 1 from public.profiles where id = $1) as seeded,
            exists (select 1 from public.profiles) as inhabited`,
    [idOf('user', demoAccounts[0].email)],
  );
  if (people.rows[0]?.seeded === true) return 'seeded';
  return people.rows[0]?.inhabited === false ? 'empty' : 'inhabited';
}

async function today(client: pg.Client): Promise<string> {
  const found = await client.query<{ today: string }>(
    "select (private.clock_now() at time zone 'America/Port_of_Spain')::date::text as today",
  );
  return found.rows[0]?.today ?? '';
}

async function load(client: pg.Client, options: SeedOptions & SeedScope): Promise<Record<string, number>> {
  const hash = await client.query<{ hash: string }>(
    "select extensions.crypt($1, extensions.gen_salt('bf', 10)) as hash",
    [options.demoPassword],
  );
  const offersDemo = await client.query<{ exists: boolean }>(
    "select to_regclass('private.demo_accounts') is not null as exists",
  );
  const passwordHash = hash.rows[0]?.hash ?? '';
  const rows: Record<string, number> = {};
  // Its people and schedules come with the seed's own ids instead; every other trigger and check stays on.
  await client.query('alter table public.profiles disable trigger console_profiles_after_write');
  for (const batch of generate(options)) {
    for (const table of tableNames()) {
      if (table === 'demo_accounts' && offersDemo.rows[0]?.exists !== true) continue;
      const count = await copyTable(
        client,
        table,
        table === 'users' ? withPasswords(batch, passwordHash) : batch,
      );
      if (count > 0) rows[table] = (rows[table] ?? 0) + count;
    }
    // People come from profiles, and bookings of the next batches are visible through them.
    if (rows['bookings'] === undefined) await client.query('select private.rebuild_people()');
    else
      options.log?.(
        `Seeding: ${rows['bookings'].toLocaleString('en-US')} bookings of about ${(5000 * options.scale).toLocaleString('en-US')}`,
      );
  }
  await client.query('alter table public.profiles enable trigger console_profiles_after_write');
  await finishCases(client);
  await rememberScope(client, options);
  return rows;
}

/**
 * What the triggers on requests and degrees could not know yet. Who sends something again goes before who sends it for
 * the first time, and a tutor whom students have booked already before both.
 */
async function finishCases(client: pg.Client): Promise<void> {
  await client.query(
    `update public.verification_cases c
     set decision_id = d.id, undo_until = d.undo_until,
       status = case when d.outcome = 'RESUBMIT' then 'RESUBMIT' else c.status end
     from public.verification_decisions d where d.case_id = c.id`,
  );
  await client.query(
    `update public.verification_cases c
     set priority = case when exists (select from public.bookings b where b.tutor_id = c.tutor_id) then 2 else 1 end
     where c.decided_at is null
       and (c.attempt > 1 or exists (select from public.bookings b where b.tutor_id = c.tutor_id))`,
  );
}

async function copyTable<T extends SeedTableName>(
  client: pg.Client,
  table: T,
  batch: SeedBatch,
): Promise<number> {
  const rows = batch[table];
  if (rows === undefined || rows.length === 0) return 0;
  await copyRows(client, targetOf(table), table, rows);
  return rows.length;
}

function withPasswords(batch: SeedBatch, hash: string): SeedBatch {
  const demo = new Set<string>(demoAccounts.map((account) => account.email));
  return {
    ...batch,
    users: (batch.users ?? []).map((user) =>
      demo.has(user.email) ? { ...user, encrypted_password: hash } : user,
    ),
  };
}

function targetOf(table: string): string {
  if (table === 'users' || table === 'identities') return `auth.${table}`;
  return table === 'demo_accounts' ? 'private.demo_accounts' : `public.${table}`;
}

function tableNames(): SeedTableName[] {
  const names: SeedTableName[] = [];
  let name: SeedTableName;
  for (name in seedTables) names.push(name);
  return names;
}
