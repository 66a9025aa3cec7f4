import { closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { ConsoleApp } from '../support/console-app.ts';
import { aroundNow, cacheFiles, consoleRig } from '../support/console-rig.ts';
import { differences, manualClock, openConsole, plantBookings } from '../support/sync-rig.ts';

const rig = consoleRig();

test('damage that a read meets is repaired while the console runs: the edit is kept and sent, and the user told', async () => {
  const app = await rig.signedIn(rig.tutor);
  const bookingId = await rig.waitingEdit(app, 210);
  damage(app);
  await recovered(app);
  expect((await app.outbox()).map((item) => item.rowId)).toEqual([bookingId]);
  const { notice } = await app.sync();
  expect(notice).toMatch(/damaged.*One edit.*saved.*kept as/);
  const kept = /kept as (\S+)\.$/.exec(notice ?? '')?.[1] ?? 'nothing';
  expect(readdirSync(path.join(app.dataDir, 'cache'))).toContain(kept);
  rig.proxy.heal();
  await app.settled();
  expect(await rig.statusOf(bookingId)).toBe('CANCELLED');
  expect(await app.client['schedule.week'](aroundNow)).toMatchObject({ tutorName: 'Tara Tutor' });
});

test('damage that a pull or an edit meets is repaired too, without losing what was made just before', async () => {
  const app = await rig.signedIn(rig.tutor);
  const bookingId = await rig.waitingEdit(app, 220);
  damage(app);
  rig.proxy.heal();
  await app.client['sync.now']({}).catch(() => undefined);
  await app.client['outbox.add']({
    kind: 'booking.cancel',
    args: { booking_id: bookingId, reason: 'Again' },
  }).catch(() => undefined);
  await recovered(app);
  await app.settled();
  expect(await rig.statusOf(bookingId)).toBe('CANCELLED');
});

test('a cache file that is deleted under the console is made anew, with the edits that waited in it', async () => {
  const app = await rig.signedIn(rig.tutor);
  const bookingId = await rig.waitingEdit(app, 230);
  const file = fileOf(app);
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  rig.proxy.heal();
  await app.client['sync.now']({}).catch(() => undefined);
  await expect.poll(() => statSync(file, { throwIfNoEntry: false })?.isFile()).toBe(true);
  await app.settled();
  expect(await rig.statusOf(bookingId)).toBe('CANCELLED');
});

test('a file that is damaged again and again is not rebuilt for ever', async () => {
  const app = await rig.signedIn(rig.tutor);
  for (let round = 0; round < 3; round += 1) {
    damage(app);
    await recovered(app);
    await app.client['sync.now']({});
  }
  damage(app);
  await expect
    .poll(async () => {
      const failed = await app.client['schedule.week'](aroundNow).catch((error: Error) => error.message);
      return typeof failed === 'string' ? failed : '';
    })
    .toMatch(/again and again/);
});

test('when the window that could write closes, the other one takes over without a restart and says so', async () => {
  const first = await rig.signedIn(rig.tutor);
  const second = await rig.open({ dataDir: first.dataDir, memory: first.memory });
  const bookingId = await rig.waitingEdit(first, 240);
  expect(await second.sync()).toMatchObject({ isReadOnly: true });
  const refused = second.client['outbox.add']({ kind: 'booking.confirm', args: { booking_id: bookingId } });
  await expect(refused).rejects.toMatchObject({ code: 'READ_ONLY' });
  await first.stop();
  rig.proxy.heal();
  await expect.poll(async () => (await second.sync()).isReadOnly).toBe(false);
  expect(await second.sync()).toMatchObject({ notice: expect.stringMatching(/Changes can be made here/) });
  await second.settled();
  expect(await rig.statusOf(bookingId)).toBe('CANCELLED');
});

test('when the window that could write signs out, the other one does not bring the data back', async () => {
  const first = await rig.signedIn(rig.tutor);
  const second = await rig.open({ dataDir: first.dataDir, memory: first.memory });
  await first.client['session.signOut']({ pending: 'discard' });
  expect(await second.until('signed-out')).toEqual({ status: 'signed-out' });
  expect(cacheFiles(second)).toEqual([]);
});

test.each([
  {
    what: 'full',
    spoil: 'max_page_count = 1',
    repair: 'max_page_count = 1000000',
    kind: 'disk-full',
    code: 'DISK_FULL',
  },
  {
    what: 'read-only',
    spoil: 'query_only = 1',
    repair: 'query_only = 0',
    kind: 'disk-read-only',
    code: 'READ_ONLY',
  },
])(
  'a disk that is $what is an alarm, refuses edits in words, and all goes on when it is not any more',
  async (disk) => {
    const { backend, tutor, student } = rig;
    const ids = await plantBookings(
      backend.sql,
      tutor.id,
      student.id,
      200,
      new Date(Date.now() + 900 * 3_600_000),
    );
    const clock = manualClock();
    const console = await openConsole(backend, tutor, { clock });
    console.engine.start();
    await console.engine.pull();
    console.cache.db.pragma(disk.spoil);
    await backend.sql.query(
      'update public.bookings set student_notes = repeat($2, 3000) where id = any($1)',
      [ids, 'x'],
    );
    await expect(console.engine.pull()).rejects.toMatchObject({ code: disk.code });
    expect(console.engine.status()).toMatchObject({ state: 'error', alarms: [{ kind: disk.kind }] });
    const message = 'x'.repeat(1900);
    const fill = () => {
      for (const id of ids)
        console.engine.add({ kind: 'booking.decline', args: { booking_id: id, message } });
    };
    expect(fill).toThrowError(expect.objectContaining({ code: disk.code }));
    const kept = console.engine.outbox().length;
    console.cache.db.pragma(disk.repair);
    clock.advance(60_000);
    await expect.poll(() => console.engine.status().alarms).toEqual([]);
    expect(console.engine.outbox().length).toBeLessThanOrEqual(kept);
    await console.engine.pull();
    await console.engine.flush();
    await console.engine.pull();
    expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
    await console.stop();
  },
);

function fileOf(app: ConsoleApp): string {
  return path.join(app.dataDir, 'cache', cacheFiles(app)[0] ?? 'none');
}

/** Spoils every page but the first, with nothing of them left in the log or in anybody's memory. */
function damage(app: ConsoleApp): void {
  const file = fileOf(app);
  const other = new Sqlite(file);
  const outbox = other.prepare<[], { rootpage: number }>(
    `SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'`,
  );
  const spared = outbox.get()?.rootpage ?? 0;
  // A commit of somebody else makes every connection forget the pages that it holds.
  other
    .prepare(
      `INSERT INTO file_state(key, value) VALUES ('touched', 'x') ON CONFLICT(key) DO UPDATE SET value = value || 'x'`,
    )
    .run();
  other.pragma('wal_checkpoint(TRUNCATE)');
  other.close();
  const pages = statSync(file).size / 4096;
  const handle = openSync(file, 'r+');
  for (let page = 2; page <= pages; page += 1) {
    if (page !== spared) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096);
  }
  closeSync(handle);
}

/** Reads until the console answers from a new file. */
async function recovered(app: ConsoleApp): Promise<void> {
  await expect
    .poll(async () => {
      const week = await app.client['schedule.week'](aroundNow).catch(
        (error: { code: string }) => error.code,
      );
      return typeof week === 'string' ? week : 'answered';
    })
    .toBe('answered');
}
