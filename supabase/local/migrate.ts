import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { readMigrations, type MigrationFile } from './migration-files.ts';
import { lineAt, type Statement } from './sql-statements.ts';

export type MigrateOptions = {
  /** As the owner of the schema (hosted: `postgres`), directly or through the session pooler, not the transaction pooler. */
  readonly databaseUrl: string;
  readonly directory?: string;
  /** Applies the hardening layer; by default only where this runner made the schema, or where it was applied before. */
  readonly harden?: boolean | undefined;
  /** Reports what would be applied and changes nothing. */
  readonly dryRun?: boolean;
  readonly log?: (line: string) => void;
};

export type MigrateReport = {
  /** File names, in order. */
  readonly applied: readonly string[];
  readonly alreadyApplied: number;
  /** Hardening files that were left out. */
  readonly skipped: readonly string[];
};

/** `supabase/migrations` of this repository. */
export const migrationsDirectory = fileURLToPath(new URL('../migrations/', import.meta.url));

/**
 * Applies the migrations that a database lacks, in order, each in one transaction together with its record, which is
 * the one that the Supabase CLI reads. Throws, with file and line, at the first that fails; the earlier ones stay.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateReport> {
  const files = readMigrations(options.directory ?? migrationsDirectory);
  const client = new pg.Client({
    connectionString: options.databaseUrl,
    application_name: 'console migrations',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('set statement_timeout = 0');
    await client.query('select pg_advisory_lock($1, $2)', [...lockKey]);
    return await applyPending(client, files, options);
  } finally {
    // Ending the connection gives up the lock.
    await client.end();
  }
}

/** "itutor" and "migrate", as numbers that nobody else uses. */
const lockKey = [0x6974, 0x6d69] as const;

type Recorded = { version: string; name: string | null; checksum: string | null };

async function applyPending(
  client: pg.Client,
  files: readonly MigrationFile[],
  options: MigrateOptions,
): Promise<MigrateReport> {
  const history = await readHistory(client);
  const pending = files.filter((file) => !isRecorded(file, history));
  const isHardened = files.some((file) => file.layer === 'hardening' && history.recorded.has(file.version));
  const harden = options.harden ?? (history.isOwnSchema || isHardened);
  const wanted = pending.filter((file) => file.layer === 'additive' || harden);
  const skipped = pending.filter((file) => !wanted.includes(file)).map((file) => file.fileName);
  if (options.dryRun !== true) {
    await prepareHistory(client, history);
    for (const file of files) await adopt(client, file, history);
    for (const file of wanted) {
      await apply(client, file);
      options.log?.(`applied ${file.fileName}`);
    }
    if (wanted.length > 0) await client.query(`notify pgrst, 'reload schema'`);
  }
  return {
    applied: wanted.map((file) => file.fileName),
    alreadyApplied: files.length - pending.length,
    skipped,
  };
}

type History = {
  readonly recorded: ReadonlyMap<string, Recorded>;
  readonly exists: boolean;
  /** Whether the tables of the product were made by this runner and not by the platform's own files. */
  readonly isOwnSchema: boolean;
};

async function readHistory(client: pg.Client): Promise<History> {
  const found = await client.query<{ has_history: boolean; has_checksums: boolean; has_profiles: boolean }>(`
    select to_regclass('supabase_migrations.schema_migrations') is not null as has_history,
           to_regclass('supabase_migrations.console_checksums') is not null as has_checksums,
           to_regclass('public.profiles') is not null as has_profiles`);
  const {
    has_history: hasHistory,
    has_checksums: hasChecksums,
    has_profiles: hasProfiles,
  } = found.rows[0] ?? {};
  const checksums = hasChecksums === true;
  const rows = hasHistory
    ? await client.query<Recorded>(
        checksums
          ? `select m.version, m.name, c.checksum from supabase_migrations.schema_migrations m
             left join supabase_migrations.console_checksums c using (version)`
          : 'select version, name, null as checksum from supabase_migrations.schema_migrations',
      )
    : undefined;
  const origin = checksums
    ? await client.query<{ is_own_schema: boolean }>(
        'select is_own_schema from supabase_migrations.console_origin',
      )
    : undefined;
  return {
    recorded: new Map(rows?.rows.map((row) => [row.version, row])),
    exists: hasHistory === true && checksums,
    isOwnSchema: origin?.rows[0]?.is_own_schema ?? hasProfiles !== true,
  };
}

/** Throws when the database has another file under this number, or this file with another content. */
function isRecorded(file: MigrationFile, history: History): boolean {
  const row = history.recorded.get(file.version);
  if (row === undefined) return false;
  if (row.name !== null && row.name !== file.name) {
    throw new Error(`${file.fileName}: this database has another migration ${file.version}, "${row.name}".`);
  }
  if (row.checksum !== null && row.checksum !== file.checksum) {
    throw new Error(
      `${file.fileName} was changed after it was applied. Undo the change and put it into a new migration.`,
    );
  }
  return true;
}

async function prepareHistory(client: pg.Client, history: History): Promise<void> {
  if (history.exists) return;
  await inTransaction(client, async () => {
    await client.query('create schema if not exists supabase_migrations');
    // The CLI's own definition of its table.
    await client.query(`create table if not exists supabase_migrations.schema_migrations
      (version text not null primary key, statements text[], name text)`);
    await client.query(`create table if not exists supabase_migrations.console_checksums
      (version text primary key, checksum text not null)`);
    await client.query(`create table if not exists supabase_migrations.console_origin
      (is_own_schema boolean not null)`);
    await client.query('insert into supabase_migrations.console_origin values ($1)', [history.isOwnSchema]);
  });
}

/** A file that the Supabase CLI applied has no checksum yet; from now on it may not change either. */
async function adopt(client: pg.Client, file: MigrationFile, history: History): Promise<void> {
  if (history.recorded.get(file.version)?.checksum !== null) return;
  await client.query(
    'insert into supabase_migrations.console_checksums values ($1, $2) on conflict (version) do nothing',
    [file.version, file.checksum],
  );
}

async function apply(client: pg.Client, file: MigrationFile): Promise<void> {
  await inTransaction(client, async () => {
    for (const statement of file.statements) {
      await client.query(statement.text).catch((error: unknown) => {
        throw describe(file, statement, error);
      });
    }
    // A file may have changed these for its own statements.
    await client.query('reset role');
    await client.query('reset search_path');
    await client.query(
      'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)',
      [file.version, file.name, file.statements.map((statement) => statement.text)],
    );
    await client.query('insert into supabase_migrations.console_checksums values ($1, $2)', [
      file.version,
      file.checksum,
    ]);
  }).catch((error: unknown) => {
    // Deferred constraints speak only at commit.
    if (error instanceof pg.DatabaseError)
      throw new Error(`${file.fileName}: ${error.message}`, { cause: error });
    throw error;
  });
}

function describe(file: MigrationFile, statement: Statement, error: unknown): Error {
  if (!(error instanceof pg.DatabaseError)) return error instanceof Error ? error : new Error(String(error));
  const lead = statement.text.slice(0, firstCodeOffset(statement.text));
  const offset = error.position === undefined ? undefined : Number(error.position) - 1;
  const line =
    offset === undefined
      ? statement.line
      : statement.line + lineAt(statement.text, offset) - lineAt(statement.text, lead.length);
  const hints = [error.detail, error.hint, error.where].filter((text) => text !== undefined).join('\n');
  return new Error(`${file.fileName}:${line}: ${error.message}${hints === '' ? '' : `\n${hints}`}`, {
    cause: error,
  });
}

/** Offset of the first character that is neither blank nor comment. */
function firstCodeOffset(text: string): number {
  return /^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)*/.exec(text)?.[0].length ?? 0;
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
