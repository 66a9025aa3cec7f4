import type { Database } from 'better-sqlite3';
import { syncTables, type SyncRollup, type SyncTable } from '#shared/domain/sync/tables';
import { defineQuery, statement } from './query.ts';

/**
 * What to read the groups of a rollup from, for a FROM clause: its table, or, as long as a first pull lasts, the sums over
 * what has arrived. Columns: the keys, `rows`, the sums.
 */
export function rollupSource(db: Database, tableName: string, rollupName: string): string {
  const { table, rollup } = declared(tableName, rollupName);
  const built = statement<[string], { is_indexed: number }>(
    db,
    'SELECT is_indexed FROM sync_tables WHERE name = ?',
  ).get(tableName);
  return built?.is_indexed === 1 ? rollupTable(table, rollup) : `(${groups(table, rollup)})`;
}

/** Makes a rollup anew from the rows that are there, with the triggers that keep it. Call inside a transaction. */
export function buildRollup(db: Database, table: SyncTable, rollup: SyncRollup): void {
  const name = rollupTable(table, rollup);
  const keys = Object.keys(rollup.keys);
  const sums = Object.keys(rollup.sums ?? {});
  const columns = [
    ...keys.map((key) => `${key} ANY NOT NULL`),
    ...['rows', ...sums].map((sum) => `${sum} INTEGER NOT NULL`),
    `PRIMARY KEY (${keys.join(', ')})`,
  ];
  dropTriggers(db, name);
  db.exec(`
    DROP TABLE IF EXISTS ${name};
    CREATE TABLE ${name}(${columns.join(', ')}) STRICT, WITHOUT ROWID;
    INSERT INTO ${name} ${groups(table, rollup)};
    CREATE TRIGGER ${name}_insert AFTER INSERT ON ${table.name} BEGIN ${add(name, rollup)} END;
    CREATE TRIGGER ${name}_delete AFTER DELETE ON ${table.name} BEGIN ${subtract(name, rollup)} END;
    CREATE TRIGGER ${name}_update AFTER UPDATE ON ${table.name} WHEN ${isMoved(rollup)}
      BEGIN ${subtract(name, rollup)} ${add(name, rollup)} END;
  `);
}

/** Drops every rollup that a table has or had. Their triggers go with the table. */
export function dropRollups(db: Database, tableName: string): void {
  const found = db
    .prepare<[string], { name: string }>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ? || '_by_*'`,
    )
    .all(tableName);
  for (const { name } of found) {
    dropTriggers(db, name);
    db.exec(`DROP TABLE ${name}`);
  }
}

/** How many groups of a rollup are wrong. */
export type WrongRollup = { readonly table: string; readonly rollup: string; readonly groups: number };

/** Groups that say something else than the rows, by table and rollup; none when all is well or nothing is built yet. */
export const wrongRollups = defineQuery('cache.wrongRollups', (db, names: readonly string[]): WrongRollup[] =>
  all.flatMap(({ table, rollup }) => {
    if (!names.includes(table.name)) return [];
    const source = rollupSource(db, table.name, rollup.name);
    const found = statement<[], { wrong: number }>(
      db,
      `WITH kept AS MATERIALIZED (SELECT * FROM ${source}), true_ones AS MATERIALIZED (${groups(table, rollup)})
           SELECT count(*) AS wrong FROM (SELECT DISTINCT ${Object.keys(rollup.keys).join(', ')} FROM (
             SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM true_ones)
             UNION ALL SELECT * FROM (SELECT * FROM true_ones EXCEPT SELECT * FROM kept)))`,
    ).get();
    const wrong = found?.wrong ?? 0;
    return wrong === 0 ? [] : [{ table: table.name, rollup: rollup.name, groups: wrong }];
  }),
);

/** Makes one anew. Call inside a transaction. */
export function rebuildRollup(db: Database, wrong: Pick<WrongRollup, 'table' | 'rollup'>): void {
  const { table, rollup } = declared(wrong.table, wrong.rollup);
  buildRollup(db, table, rollup);
}

const all = syncTables.flatMap((table: SyncTable) =>
  (table.rollups ?? []).map((rollup) => ({ table, rollup })),
);

function declared(tableName: string, rollupName: string): (typeof all)[number] {
  const found = all.find(({ table, rollup }) => table.name === tableName && rollup.name === rollupName);
  if (found === undefined) throw new Error(`no rollup of ${tableName} is named ${rollupName}`);
  return found;
}

function rollupTable(table: SyncTable, rollup: SyncRollup): string {
  return `${table.name}_by_${rollup.name}`;
}

function groups(table: SyncTable, rollup: SyncRollup): string {
  const keys = Object.entries(rollup.keys).map(([name, expression]) => `${expression} AS ${name}`);
  const sums = Object.entries(rollup.sums ?? {}).map(
    ([name, expression]) => `coalesce(sum(${expression}), 0) AS ${name}`,
  );
  return `SELECT ${[...keys, 'count(*) AS rows', ...sums].join(', ')} FROM ${table.name} AS row
    WHERE ${isCounted(rollup)} GROUP BY ${keys.map((_key, place) => place + 1).join(', ')}`;
}

function isCounted(rollup: SyncRollup): string {
  return Object.values(rollup.keys)
    .map((expression) => `${expression} IS NOT NULL`)
    .join(' AND ');
}

function of(row: 'new' | 'old', expression: string): string {
  return expression.replaceAll(/\brow\./g, `${row}.`);
}

function isMoved(rollup: SyncRollup): string {
  return [...Object.values(rollup.keys), ...Object.values(rollup.sums ?? {})]
    .map((expression) => `${of('new', expression)} IS NOT ${of('old', expression)}`)
    .join(' OR ');
}

function add(name: string, rollup: SyncRollup): string {
  const keys = Object.keys(rollup.keys);
  const sums = Object.keys(rollup.sums ?? {});
  const values = [
    ...Object.values(rollup.keys).map((expression) => of('new', expression)),
    '1',
    ...Object.values(rollup.sums ?? {}).map((expression) => `coalesce(${of('new', expression)}, 0)`),
  ];
  const sets = ['rows', ...sums].map((sum) => `${sum} = ${sum} + excluded.${sum}`);
  return `INSERT INTO ${name}(${[...keys, 'rows', ...sums].join(', ')})
    SELECT ${values.join(', ')} WHERE ${of('new', isCounted(rollup))}
    ON CONFLICT(${keys.join(', ')}) DO UPDATE SET ${sets.join(', ')};`;
}

/** A group without rows goes, so that a rollup says the same however it came about. */
function subtract(name: string, rollup: SyncRollup): string {
  const same = Object.entries(rollup.keys)
    .map(([key, expression]) => `${key} = ${of('old', expression)}`)
    .join(' AND ');
  const sets = Object.entries(rollup.sums ?? {}).map(
    ([sum, expression]) => `${sum} = ${sum} - coalesce(${of('old', expression)}, 0)`,
  );
  return `UPDATE ${name} SET ${['rows = rows - 1', ...sets].join(', ')} WHERE ${same};
    DELETE FROM ${name} WHERE ${same} AND rows = 0;`;
}

function dropTriggers(db: Database, name: string): void {
  for (const event of ['insert', 'delete', 'update']) db.exec(`DROP TRIGGER IF EXISTS ${name}_${event}`);
}
