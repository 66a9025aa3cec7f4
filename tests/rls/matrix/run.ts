import pg from 'pg';
import { declaredForAnon, declaredRpcs, declaredSync, declaredTables, type Relation } from './declared.ts';
import { probe, type Catalogue, type Cell } from './probe.ts';
import { buildStage, roles, type Role } from './roles.ts';

export type MatrixReport = {
  readonly roles: readonly Role[];
  readonly tables: readonly string[];
  readonly rpcs: readonly string[];
  readonly cells: readonly Cell[];
  /** What the database does and the declaration does not say, or the other way round; one line each. */
  readonly differences: readonly string[];
};

/**
 * Tries the matrix on a migrated database that is free to be filled, and compares it with the declaration. `only` keeps
 * the tries to some tables and functions; the catalogue is judged as a whole in any case.
 */
export async function runMatrix(databaseUrl: string, only?: readonly string[]): Promise<MatrixReport> {
  const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  sql.on('error', () => undefined);
  try {
    const found = await readCatalogue(sql);
    const unknown = [
      ...found.tables
        .filter(({ name }) => declaredTables[name] === undefined)
        .map(({ name }) => `table ${name} is not declared`),
      ...found.rpcs
        .filter((name) => declaredRpcs[name] === undefined)
        .map((name) => `rpc ${name} is not declared`),
      ...missing(
        'table',
        declaredTables,
        found.tables.map(({ name }) => name),
      ),
      ...missing('rpc', declaredRpcs, found.rpcs),
    ];
    const stage = await buildStage(sql);
    const isAsked = (name: string) => only?.includes(name) ?? true;
    const known: Catalogue = {
      tables: found.tables.filter(({ name }) => declaredTables[name] !== undefined && isAsked(name)),
      rpcs: found.rpcs.filter((name) => declaredRpcs[name] !== undefined && isAsked(name)),
    };
    const cells = await probe(sql, stage, known, (table) => [
      ...(declaredTables[table]?.sensitive ?? []),
      ...(declaredTables[table]?.hidden ?? []),
    ]);
    return {
      roles,
      tables: found.tables.map(({ name }) => name),
      rpcs: found.rpcs,
      cells,
      differences: [...unknown, ...(await catalogueFaults(sql)), ...cells.flatMap(compare)],
    };
  } finally {
    await sql.end();
  }
}

/** Tables and views, and functions, that PostgREST exposes. */
async function readCatalogue(sql: pg.Pool): Promise<Catalogue> {
  const tables = await sql.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(quote_ident(a.attname) order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
     group by 1 order by 1`,
  );
  const rpcs = await sql.query<{ name: string }>(
    `select distinct p.proname as name from pg_proc p
     where p.pronamespace = 'public'::regnamespace and p.prorettype <> 'trigger'::regtype and ${notOfExtension}
     order by 1`,
  );
  return { tables: tables.rows, rpcs: rpcs.rows.map(({ name }) => name) };
}

const notOfExtension = `not exists (select 1 from pg_depend d where d.classid = 'pg_proc'::regclass
  and d.objid = p.oid and d.deptype = 'e')`;

/** What must hold for every object of ours, whoever asks. */
async function catalogueFaults(sql: pg.Pool): Promise<readonly string[]> {
  const faults = await sql.query<{ fault: string }>(
    `select format('table %s has no row level security', c.oid::regclass) as fault
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relrowsecurity
     union all
     select format('view %s runs with the rights of its owner', c.oid::regclass)
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
       and not coalesce('security_invoker=true' = any (c.reloptions), false)
     union all
     select format('%s has more than one signature', p.proname) from pg_proc p
     where p.pronamespace = 'public'::regnamespace and ${notOfExtension} group by p.proname having count(*) > 1
     union all
     select format('function %s.%s has no fixed search_path', n.nspname, p.oid::regprocedure)
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('public', 'private', 'sync') and ${notOfExtension}
       and not exists (select 1 from unnest(p.proconfig) c where c like 'search_path=%')
     union all
     select format('%s may execute %s.%s', g.grantee, n.nspname, p.oid::regprocedure)
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     cross join lateral (
       select distinct coalesce(r.rolname, 'PUBLIC') as grantee
       from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a left join pg_roles r on r.oid = a.grantee
       where a.privilege_type = 'EXECUTE') g
     where n.nspname in ('public', 'private', 'sync') and ${notOfExtension} and g.grantee in ('PUBLIC', 'anon')
       and p.proname <> all ($1)
     union all
     select format('%s may %s %s.%s', g.grantee, g.privilege_type, n.nspname, c.relname)
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     cross join lateral (
       select coalesce(r.rolname, 'PUBLIC') as grantee, a.privilege_type
       from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a left join pg_roles r on r.oid = a.grantee) g
     where n.nspname in ('public', 'private', 'sync') and c.relkind in ('r', 'p', 'v', 'm')
       and ((g.grantee in ('PUBLIC', 'anon') and n.nspname <> 'public')
         or (g.grantee in ('PUBLIC', 'anon', 'authenticated') and g.privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES')))
     order by 1`,
    [[...declaredForAnon]],
  );
  return faults.rows.map(({ fault }) => fault);
}

function compare(cell: Cell): readonly string[] {
  const who = `${cell.role} ${cell.verb} ${cell.relation} ${cell.subject}`;
  const differences: string[] = [];
  if (cell.allowed !== isDeclared(cell)) {
    differences.push(
      `${who}: ${cell.allowed ? 'is let through, and not declared' : 'is declared, and refused'}`,
    );
  }
  if (cell.verb === 'update' && cell.allowed) {
    const columns = declaredTables[cell.subject]?.updateColumns ?? [];
    if (cell.note !== [...columns].toSorted().join(',')) differences.push(`${who}: may set ${cell.note}`);
  } else if (cell.note !== undefined) {
    differences.push(`${who}: ${cell.note}, which is no refusal`);
  }
  return differences;
}

function isDeclared({ subject, verb, role, relation }: Cell): boolean {
  const has = (rule: Partial<Record<Relation, readonly Role[]>> | undefined) =>
    rule?.[relation]?.includes(role) ?? false;
  const table = declaredTables[subject.split('.')[0] ?? ''];
  switch (verb) {
    case 'column':
      return has(table?.select) && table?.hidden?.includes(subject.split('.')[1] ?? '') !== true;
    case 'select':
      return has(table?.select);
    case 'update':
      return has(table?.update);
    case 'insert':
    case 'delete':
      return false;
    case 'execute':
      return has(declaredRpcs[subject]?.allowed);
    case 'sync':
      return has(declaredSync[subject]);
  }
}

function missing(kind: string, declared: object, found: readonly string[]): readonly string[] {
  return Object.keys(declared)
    .filter((name) => !found.includes(name))
    .map((name) => `${kind} ${name} is declared, and does not exist`);
}
