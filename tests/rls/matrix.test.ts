import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syncTables } from '#shared/domain/sync/tables';
import { cloneDatabase, type TestDatabase } from '../support/databases.ts';
import { declaredSync } from './matrix/declared.ts';
import { runMatrix, type MatrixReport } from './matrix/run.ts';

describe('the matrix of rights', () => {
  let database: TestDatabase;
  let report: MatrixReport;
  beforeAll(async () => {
    database = await cloneDatabase();
    report = await runMatrix(database.urlFor());
  });
  afterAll(() => database.drop());

  it('is on the database what it is in the declaration', () => {
    expect(report.differences).toEqual([]);
  });

  it('tries every role on every table and every function', () => {
    const tried = new Set(report.cells.map(({ subject, role }) => `${role} ${subject}`));
    const gaps = report.roles.flatMap((role) =>
      [...report.tables, ...report.rpcs]
        .map((subject) => `${role} ${subject}`)
        .filter((pair) => !tried.has(pair)),
    );
    // Who takes part in no lesson has no target of his own, and these functions know no other target.
    expect(gaps.filter((pair) => !/^(anon|reviewer|support|admin) /.test(pair))).toEqual([]);
    expect(report.cells.length).toBeGreaterThan(1500);
  });

  it('covers each synced table', () => {
    expect(Object.keys(declaredSync).toSorted()).toEqual(syncTables.map(({ name }) => name).toSorted());
  });

  it('lets a suspended user read the own profile, and nothing else', () => {
    const allowed = report.cells.filter(({ role, allowed: was }) => role === 'suspended' && was);
    const what = new Set(
      allowed.map(({ verb, relation, subject }) => `${verb} ${relation} ${subject.split('.')[0]}`),
    );
    expect([...what].toSorted()).toEqual([
      'column own profiles',
      'execute own console_me',
      'execute own sync_digest',
      'execute own sync_list_bucket',
      'execute own sync_pull',
      'select own profiles',
    ]);
  });

  it('lets anon do nothing at all', () => {
    expect(report.cells.filter(({ role, allowed }) => role === 'anon' && allowed)).toEqual([]);
  });
});

describe('the matrix sees', () => {
  const plant = async (text: string, only: readonly string[]) => {
    const database = await cloneDatabase();
    const owner = new pg.Client({ connectionString: database.urlFor('postgres') });
    await owner.connect();
    await owner.query(text);
    await owner.end();
    try {
      return (await runMatrix(database.urlFor(), only)).differences;
    } finally {
      await database.drop();
    }
  };

  it('a table and a function that nobody declared, and that everyone may execute it', async () => {
    const differences = await plant(
      `
      create table public.secrets (id uuid primary key);
      create function public.leak() returns int language sql security definer as 'select 1'`,
      [],
    );
    expect(differences).toEqual(
      expect.arrayContaining([
        'table secrets is not declared',
        'rpc leak is not declared',
        'table secrets has no row level security',
        'function public.leak() has no fixed search_path',
        'PUBLIC may execute public.leak()',
      ]),
    );
  });

  it('a policy that shows too much, and a grant that lets too much be written', async () => {
    const differences = await plant(
      `
      create policy oops on public.bookings for select to authenticated using (status = 'PENDING');
      grant update (role) on public.profiles to authenticated;
      drop trigger console_guard_privileges on public.profiles`,
      ['bookings', 'profiles'],
    );
    expect(differences).toContain('otherTutor select other bookings: is let through, and not declared');
    expect(differences.some((line) => /^tutor update own profiles: may set .*\brole\b/.test(line))).toBe(
      true,
    );
  });

  it('a right that was lost', async () => {
    const differences = await plant(
      `
      drop policy console_sessions_select on public.sessions;
      revoke execute on function public.console_booking_cancel(uuid, text) from authenticated`,
      ['sessions', 'console_booking_cancel'],
    );
    expect(differences).toContain('tutor select own sessions: is declared, and refused');
    expect(differences).toContain('tutor execute own console_booking_cancel: is declared, and refused');
  });
});
