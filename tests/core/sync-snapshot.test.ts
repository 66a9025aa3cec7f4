import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBackend, type Backend } from '../support/backend.ts';
import { differences, openConsole, plantBookings } from '../support/sync-rig.ts';

let backend: Backend;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(async () => await backend.stop());

test('rows and cursor come from one snapshot: what commits while an answer is being made comes with the next', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const student = await backend.createUser({ role: 'student' });
  const [before, meanwhile] = await plantBookings(backend.sql, tutor.id, student.id, 2);
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  // After the rows are read and before the answer is put together, sync_pull waits for this lock.
  await backend.sql.query(`
    create or replace function sync.purged_xid() returns xid8
    language plpgsql volatile security definer set search_path = '' as $$
    begin
      perform pg_catalog.pg_advisory_xact_lock(77);
      return (select m.purged_xid from sync.meta m);
    end $$`);
  const holder = await backend.sql.connect();
  await holder.query('select pg_advisory_lock(77)');
  await backend.sql.query(`update public.bookings set student_notes = 'before' where id = $1`, [before]);
  const pulling = console.engine.pull();
  await expect
    .poll(async () => {
      const waiting = await backend.sql.query(
        `select 1 from pg_locks where locktype = 'advisory' and objid = 77 and not granted`,
      );
      return waiting.rowCount;
    })
    .toBe(1);
  await backend.sql.query(`update public.bookings set student_notes = 'meanwhile' where id = $1`, [
    meanwhile,
  ]);
  await holder.query('select pg_advisory_unlock(77)');
  holder.release();
  await pulling;
  const notes = console.cache.db.prepare('SELECT student_notes FROM bookings WHERE id = ?').pluck();
  expect(notes.get(before)).toBe('before');
  expect(notes.get(meanwhile)).toBe(null);
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});
