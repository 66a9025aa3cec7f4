import pg from 'pg';
import type { SyncTable } from '#shared/domain/sync/tables';
import { digestMigration } from '#scripts/generate-digest-migration';
import { syncMigration } from '#scripts/generate-sync-migration';
import { serverVersions } from './declarations.ts';

/**
 * Puts the server's next version in while consoles of any version are at work: first a column whose values are there
 * without any row having been written, then a table. False where an open transaction is in the way.
 */
export async function evolveTo(sql: pg.Pool, version: 1 | 2): Promise<boolean> {
  const steps = { 1: addColumn, 2: addTable };
  return await inTransaction(sql, steps[version] + functionsOf(serverVersions[version]));
}

/** Back to the version of the migrations, for the next simulation. */
export async function devolve(sql: pg.Pool): Promise<boolean> {
  return await inTransaction(
    sql,
    `${functionsOf(serverVersions[0])}
     drop table if exists public.sim_notes;
     alter table public.bookings drop column if exists sim_note;`,
  );
}

const addColumn = `
  alter table public.bookings add column sim_note text default 'there from the start';
  grant select (sim_note) on public.bookings to authenticated;`;

const addTable = `
  create table public.sim_notes (
    id uuid primary key default sim.next_id(),
    tutor_id uuid not null references public.profiles (id) on delete cascade,
    body text not null
  );
  alter table public.sim_notes enable row level security;
  create policy sim_notes_select on public.sim_notes for select to authenticated using (
    (select private.is_active()) and (tutor_id = (select auth.uid()) or (select private.is_staff('admin', 'support'))));
  revoke all on public.sim_notes from anon, authenticated;
  grant select on public.sim_notes to authenticated;
  select sync.attach('public.sim_notes', array['tutor_id']);
  insert into public.sim_notes (tutor_id, body)
  select p.id, 'first' from public.profiles p where p.role = 'tutor' order by p.id;`;

/** Without attaching tables: that is done once, and would lock every one of them. */
function functionsOf(tables: readonly SyncTable[]): string {
  const all = syncMigration(tables) + digestMigration(tables);
  return all.replaceAll(/^select sync\.attach\(.*\n/gm, '');
}

async function inTransaction(sql: pg.Pool, text: string): Promise<boolean> {
  const connection = await sql.connect();
  try {
    await connection.query('begin');
    await connection.query(text);
    await connection.query('commit');
    return true;
  } catch (error) {
    await connection.query('rollback');
    if (error instanceof pg.DatabaseError && error.code === '55P03') return false;
    throw error;
  } finally {
    connection.release();
  }
}
