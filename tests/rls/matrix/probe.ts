import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Relation } from './declared.ts';
import { roles, type Role, type Stage } from './roles.ts';
import { argumentsOf, syncedTables, targetOf, type Target } from './targets.ts';

export type Verb = 'select' | 'insert' | 'update' | 'delete' | 'column' | 'execute' | 'sync';

/** One try: somebody, something, and whether the database let it through. */
export type Cell = {
  /** A table, table.column, or function. */
  readonly subject: string;
  readonly verb: Verb;
  readonly role: Role;
  readonly relation: Relation;
  readonly allowed: boolean;
  /** The columns that could be updated, or an error that is no refusal. */
  readonly note?: string;
};

export type Catalogue = {
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly rpcs: readonly string[];
};

const relations: readonly Relation[] = ['own', 'related', 'other'];
/** SQLSTATEs that say no: insufficient privilege, and the console's "not there or not yours". */
const refusals: ReadonlySet<string> = new Set(['42501', 'SY030']);

/** Tries every cell as every role. Each try is undone. `sensitive` names columns by table. */
export async function probe(
  sql: pg.Pool,
  stage: Stage,
  catalogue: Catalogue,
  sensitive: (table: string) => readonly string[],
): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const role of roles) {
    const actor = await actAs(sql, stage, role);
    try {
      for (const table of catalogue.tables) {
        cells.push(...(await probeTable(actor, stage, role, table, sensitive(table.name))));
      }
      for (const rpc of catalogue.rpcs) cells.push(...(await probeRpc(actor, stage, role, rpc)));
      cells.push(...(await probeSync(actor, stage, role)));
    } finally {
      await actor.end();
    }
  }
  return cells;
}

type Outcome =
  | { readonly rows: readonly Record<string, unknown>[]; readonly count: number }
  | { readonly code: string };

type Actor = {
  /** Runs a statement as the role, in a savepoint that is rolled back. */
  attempt(text: string, values?: readonly unknown[]): Promise<Outcome>;
  /** Runs one as superuser. */
  look(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  end(): Promise<void>;
};

async function actAs(sql: pg.Pool, stage: Stage, role: Role): Promise<Actor> {
  const client = await sql.connect();
  const databaseRole = role === 'anon' ? 'anon' : 'authenticated';
  await client.query('begin');
  await client.query(`select set_config('request.jwt.claims', $1, true)`, [
    JSON.stringify(role === 'anon' ? { role: 'anon' } : { sub: stage.users[role], role: 'authenticated' }),
  ]);
  return {
    async attempt(text, values = []) {
      await client.query(`savepoint try; set local role ${databaseRole}`);
      try {
        const result = await client.query<Record<string, unknown>>(text, [...values]);
        return { rows: result.rows, count: result.rowCount ?? 0 };
      } catch (error) {
        if (error instanceof pg.DatabaseError) return { code: error.code ?? '?' };
        throw error;
      } finally {
        await client.query('rollback to savepoint try');
      }
    },
    look: async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
    async end() {
      await client.query('rollback');
      client.release();
    },
  };
}

async function probeTable(
  actor: Actor,
  stage: Stage,
  role: Role,
  table: { readonly name: string; readonly columns: readonly string[] },
  sensitive: readonly string[],
): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const { name } = table;
  for (const relation of relations) {
    const target = targetOf(stage, name, role, relation);
    if (target === null) continue;
    const cell = (subject: string, verb: Verb, outcome: Outcome, note?: string): Cell =>
      toCell({ subject, verb, role, relation }, outcome, note);
    const { where, values } = target;
    cells.push(
      cell(
        name,
        'select',
        await actor.attempt(`select 1 from public.${name} where ${where} limit 1`, values),
      ),
    );
    for (const column of sensitive) {
      const read = await actor.attempt(`select ${column} from public.${name} where ${where} limit 1`, values);
      cells.push(cell(`${name}.${column}`, 'column', read));
    }
    cells.push(await probeUpdate(actor, table, { role, relation }, target));
    cells.push(
      cell(name, 'delete', await actor.attempt(`delete from public.${name} where ${where}`, values)),
    );
    cells.push(cell(name, 'insert', await insertCopy(actor, table, target)));
  }
  return cells;
}

/** Sets each column to what it is: which columns does the database let through? */
async function probeUpdate(
  actor: Actor,
  table: { readonly name: string; readonly columns: readonly string[] },
  who: { readonly role: Role; readonly relation: Relation },
  { where, values }: NonNullable<Target>,
): Promise<Cell> {
  const open: string[] = [];
  const [granted] = await actor.look(`select has_any_column_privilege($1, $2, 'update') as some`, [
    who.role === 'anon' ? 'anon' : 'authenticated',
    `public.${table.name}`,
  ]);
  // Without any grant one try shows it; with one, each column has to be tried.
  for (const column of granted?.['some'] === true ? table.columns : table.columns.slice(0, 1)) {
    const outcome = await actor.attempt(
      `update public.${table.name} set ${column} = ${column} where ${where}`,
      values,
    );
    if (wasDone(outcome)) open.push(column);
  }
  return {
    subject: table.name,
    verb: 'update',
    ...who,
    allowed: open.length > 0,
    ...(open.length > 0 ? { note: open.toSorted().join(',') } : {}),
  };
}

/** Inserts the row once more under another id. Failing on anything but a privilege means that it was allowed. */
async function insertCopy(
  actor: Actor,
  { name, columns }: { readonly name: string; readonly columns: readonly string[] },
  { where, values }: NonNullable<Target>,
): Promise<Outcome> {
  const [row] = await actor.look(
    `select to_jsonb(t) as row from public.${name} t where ${where} limit 1`,
    values,
  );
  if (row === undefined) throw new Error(`the stage has no row of ${name} where ${where}`);
  const list = columns.join(', ');
  const copy = {
    ...(row['row'] as Record<string, unknown>),
    ...(columns.includes('id') ? { id: randomUUID() } : {}),
  };
  const outcome = await actor.attempt(
    `insert into public.${name} (${list}) select ${list} from jsonb_populate_record(null::public.${name}, $1)`,
    [JSON.stringify(copy)],
  );
  return 'code' in outcome && !refusals.has(outcome.code) ? { rows: [], count: 1 } : outcome;
}

async function probeRpc(actor: Actor, stage: Stage, role: Role, rpc: string): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const relation of ['own', 'other'] as const) {
    const args = argumentsOf(stage, rpc, role, relation);
    if (args === null) continue;
    const names = Object.keys(args);
    const values = await Promise.all(names.map((name) => resolve(actor, args[name])));
    const list = names.map((name, index) => `${name} => $${index + 1}`).join(', ');
    const outcome = await actor.attempt(`select public.${rpc}(${list}) as answer`, values);
    cells.push(
      toCell(
        { subject: rpc, verb: 'execute', role, relation },
        rpc === 'sync_push' ? ofEdit(outcome) : ofRow(outcome),
      ),
    );
  }
  return cells;
}

/** What became of the one edit in the envelope: refused, or gone, counts as a refusal of the call. */
function ofEdit(outcome: Outcome): Outcome {
  if ('code' in outcome) return outcome;
  const answer = outcome.rows[0]?.['answer'] as { results: readonly { outcome: string }[] } | undefined;
  return answer?.results[0]?.outcome === 'applied' ? outcome : { code: '42501' };
}

/** A call about several rows answers each for itself: a refused row counts as a refusal of the call. */
function ofRow(outcome: Outcome): Outcome {
  if ('code' in outcome) return outcome;
  const answer = outcome.rows[0]?.['answer'] as { results?: unknown } | null | undefined;
  const results = answer?.results;
  const [first] = Array.isArray(results) ? (results as { outcome?: string; code?: string }[]) : [];
  return first?.outcome === 'refused' ? { code: first.code ?? '?' } : outcome;
}

/** Which staged rows a first pull brings. */
async function probeSync(actor: Actor, stage: Stage, role: Role): Promise<readonly Cell[]> {
  const args = argumentsOf(stage, 'sync_pull', role, 'own');
  const outcome = await actor.attempt('select public.sync_pull($1) as answer', [args?.['p_request']]);
  const answer = 'code' in outcome ? undefined : outcome.rows[0]?.['answer'];
  const tables = (
    answer as { tables?: Record<string, { rows: readonly (readonly unknown[])[] }> } | undefined
  )?.tables;
  const cells: Cell[] = [];
  for (const table of syncedTables) {
    const sent = new Set(tables?.[table]?.rows.map((row) => row[0]));
    for (const relation of relations) {
      const target = targetOf(stage, table, role, relation);
      if (target === null) continue;
      const rows = await actor.look(`select id from public.${table} where ${target.where}`, target.values);
      const allowed = rows.some((row) => sent.has(row['id']));
      cells.push({ subject: table, verb: 'sync', role, relation, allowed });
    }
  }
  return cells;
}

/** An argument that names a row which only the database knows. */
async function resolve(actor: Actor, value: unknown): Promise<unknown> {
  if (typeof value !== 'object' || value === null || !('notificationOf' in value)) return value;
  const rows = await actor.look('select id from public.notifications where user_id = $1 limit 1', [
    value.notificationOf,
  ]);
  return rows[0]?.['id'];
}

function wasDone(outcome: Outcome): boolean {
  return !('code' in outcome) && outcome.count > 0;
}

function toCell(about: Omit<Cell, 'allowed' | 'note'>, outcome: Outcome, note?: string): Cell {
  const odd = 'code' in outcome && !refusals.has(outcome.code) ? `error ${outcome.code}` : note;
  return { ...about, allowed: wasDone(outcome), ...(odd === undefined ? {} : { note: odd }) };
}
