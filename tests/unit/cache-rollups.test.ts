import Sqlite, { type Database } from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildRollup, rollupSource, wrongRollups } from '#core/cache/rollups';
import { ensureTables, indexSteps, resetTable } from '#core/cache/schema';
import { createRows } from '#core/sync/rows';
import { microsPerDay, microsPerHour } from '#shared/domain/instant';
import { syncTable } from '#shared/domain/sync/tables';

const bookings = syncTable('bookings');
const statuses = ['PENDING', 'CONFIRMED', 'COMPLETED'] as const;

type Fields = { status: (typeof statuses)[number]; price_cents: number | null; day: number | null };
type Step =
  | ({ do: 'put' | 'store'; id: number; tutor: number; version: number } & Fields)
  | { do: 'remove'; id: number }
  | { do: 'rebuild' | 'reset' | 'index' };

// Few groups, so that they have several rows: an error in a group of one goes with it.
const fields = {
  status: fc.constantFrom('PENDING', 'CONFIRMED'),
  price_cents: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
  day: fc.option(fc.integer({ min: 20_000, max: 20_001 })),
};
const row = { id: fc.nat(6), tutor: fc.nat(1), version: fc.integer({ min: 1, max: 3 }), ...fields };
const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ do: fc.constantFrom('put', 'store'), ...row }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('remove'), id: fc.nat(6) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('index', 'index', 'rebuild', 'reset') }) },
  ),
  { minLength: 10, maxLength: 40 },
) as fc.Arbitrary<Step[]>;

test('kept counts and sums say what the rows say after any sequence of changes, rebuilds and resets', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const { db, rows } = openDatabase();
      for (const step of sequence) apply(db, rows, step);
      expect(wrongRollups.run(db, ['bookings'])).toEqual([]);
      expect(read(db)).toEqual(counted(db));
      db.close();
    }),
    { numRuns: 200, seed: 20_261_122 },
  );
});

test('a group without rows leaves no trace, and a row without a day is in no day', () => {
  const { db, rows } = openDatabase();
  apply(db, rows, { do: 'index' });
  apply(db, rows, put(1, { status: 'CONFIRMED', price_cents: 5000, day: null }));
  expect(db.prepare('SELECT * FROM bookings_by_day').all()).toEqual([]);
  apply(db, rows, put(1, { status: 'CONFIRMED', price_cents: 5000, day: 20_000 }));
  expect(db.prepare('SELECT day, status, rows, price_cents FROM bookings_by_day').all()).toEqual([
    { day: 20_000, status: 'CONFIRMED', rows: 1, price_cents: 5000 },
  ]);
  apply(db, rows, { do: 'remove', id: 1 });
  expect(db.prepare('SELECT * FROM bookings_by_status').all()).toEqual([]);
  db.close();
});

test('a wrong group is found: one too many, one missing, one that is not there', () => {
  const { db, rows } = openDatabase();
  apply(db, rows, { do: 'index' });
  for (const [id, status] of statuses.entries())
    apply(db, rows, put(id, { status, price_cents: 100, day: 20_000 }));
  db.exec(`UPDATE bookings_by_status SET rows = 2 WHERE status = 'PENDING';
    DELETE FROM bookings_by_status WHERE status = 'COMPLETED';
    INSERT INTO bookings_by_status VALUES ('nobody', 'PENDING', 1)`);
  expect(wrongRollups.run(db, ['bookings'])).toEqual([{ table: 'bookings', rollup: 'status', groups: 3 }]);
  expect(wrongRollups.run(db, [])).toEqual([]);
  db.close();
});

function openDatabase() {
  const db = new Sqlite(':memory:');
  ensureTables(db, [bookings]);
  return { db, rows: createRows(db, [bookings]) };
}

function put(id: number, values: Fields): Step {
  return { do: 'put', id, tutor: 0, version: 1, ...values };
}

function apply(db: Database, rows: ReturnType<typeof createRows>, step: Step): void {
  switch (step.do) {
    case 'put':
      return rows.put('bookings', wire(step));
    case 'store': {
      const values = wire(step);
      return rows.store('bookings', Object.keys(values), [Object.values(values)], false);
    }
    case 'remove':
      return rows.remove('bookings', `id-${step.id}`);
    case 'reset':
      return resetTable(db, bookings);
    case 'index':
      return indexSteps(bookings).forEach((build) => build(db));
    case 'rebuild':
      if (isBuilt(db)) for (const rollup of bookings.rollups ?? []) buildRollup(db, bookings, rollup);
  }
}

function wire(step: Extract<Step, { do: 'put' | 'store' }>) {
  const offset = 4 * microsPerHour;
  return {
    id: `id-${step.id}`,
    row_version: step.version,
    tutor_id: `tutor-${step.tutor}`,
    status: step.status,
    price_cents: step.price_cents,
    confirmed_start_at: step.day === null ? null : step.day * microsPerDay + offset + step.id * microsPerHour,
  };
}

function isBuilt(db: Database): boolean {
  return db.prepare('SELECT is_indexed FROM sync_tables').pluck().get() === 1;
}

function read(db: Database): readonly unknown[] {
  return db
    .prepare(
      `SELECT tutor_id, day, status, rows, price_cents FROM ${rollupSource(db, 'bookings', 'day')} ORDER BY 1, 2, 3`,
    )
    .raw()
    .all();
}

/** The same without SQL's help. */
function counted(db: Database): readonly unknown[] {
  const groups = new Map<string, [string, number, string, number, number]>();
  for (const found of db
    .prepare<
      [],
      { tutor_id: string; status: string; price_cents: number | null; confirmed_start_at: number | null }
    >('SELECT * FROM bookings')
    .all()) {
    if (found.confirmed_start_at === null) continue;
    const day = Math.floor((found.confirmed_start_at - 4 * microsPerHour) / microsPerDay);
    const key = `${found.tutor_id} ${day} ${found.status}`;
    const group = groups.get(key) ?? [found.tutor_id, day, found.status, 0, 0];
    group[3] += 1;
    group[4] += found.price_cents ?? 0;
    groups.set(key, group);
  }
  return [...groups.entries()].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
}
