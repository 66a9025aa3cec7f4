import { closeSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { failureOf, plantLesson, type ConsoleApp } from '../support/console-app.ts';
import { aroundNow, cacheFiles, consoleRig, inHours } from '../support/console-rig.ts';

const rig = consoleRig();

test('a damaged cache is rebuilt, says so, and its unsent edit is sent', async () => {
  const before = await rig.signedIn(rig.tutor);
  const bookingId = await rig.waitingEdit(before, 200);
  await before.stop();
  scribble(before);
  const app = await rig.reopen(before);
  expect((await app.outbox()).map((item) => item.rowId)).toEqual([bookingId]);
  rig.proxy.heal();
  await app.settled();
  expect(await rig.statusOf(bookingId)).toBe('CANCELLED');
  const { notice } = await app.sync();
  expect(notice).toMatch(/damaged.*One edit.*saved.*kept as/);
  const kept = /kept as (\S+)\.$/.exec(notice ?? '')?.[1] ?? 'nothing';
  expect(readdirSync(path.join(app.dataDir, 'cache'))).toContain(kept);
});

test('a cache that cannot be opened says why, and the user is signed in all the same', async () => {
  const app = await rig.open();
  // Where the folder should be made there is a file.
  writeFileSync(path.join(app.dataDir, 'cache'), '');
  expect(await app.client['session.signIn'](rig.tutor)).toMatchObject({ status: 'signed-in' });
  const error = await failureOf(app.client['schedule.week'](aroundNow));
  expect(error.code).not.toBe('NEEDS_SIGN_IN');
  expect(await app.outbox()).toEqual([]);
  await app.client['session.signOut']({ pending: 'ask' });
  expect(await app.session()).toEqual({ status: 'signed-out' });
});

test('a second console over the same data reads, hears of changes, and refuses to write or to sign out in words', async () => {
  const first = await rig.signedIn(rig.tutor);
  const second = await rig.open({ dataDir: first.dataDir, memory: first.memory });
  expect(await second.session()).toMatchObject({ status: 'signed-in' });
  expect(await second.sync()).toMatchObject({ isReadOnly: true });
  expect((await second.client['schedule.week'](aroundNow)).tutorId).toBe(rig.tutor.id);
  const changes = second.client['changes.watch']({})[Symbol.asyncIterator]();
  await changes.next();
  const startAt = inHours(210);
  await plantLesson(rig.backend.sql, { tutor: rig.tutor.id, student: rig.student.id, startAt });
  await first.client['sync.now']({});
  expect((await changes.next()).value.tables).toContain('bookings');
  const { items } = await second.client['schedule.week'](aroundNow);
  expect(items.map((item) => item.startAt)).toContain(startAt.getTime() * 1000);
  const edit = {
    kind: 'booking.confirm',
    args: { booking_id: '0190a0b0-0000-7000-8000-000000000001' },
  } as const;
  expect(await failureOf(second.client['outbox.add'](edit))).toMatchObject({ code: 'READ_ONLY' });
  expect(await failureOf(second.client['session.signOut']({ pending: 'ask' }))).toMatchObject({
    code: 'READ_ONLY',
  });
  expect(cacheFiles(first)).toHaveLength(1);
});

test('a host that keeps no secrets costs the next start a password, and nothing now', async () => {
  const forgetful = new Map<string, string>();
  forgetful.set = () => {
    throw new Error('the keychain is locked');
  };
  forgetful.get = () => {
    throw new Error('the keychain is locked');
  };
  const memory = { secrets: forgetful, exports: new Map<string, string>() };
  const app = await rig.signedIn(rig.tutor, { memory });
  expect((await app.client['schedule.week'](aroundNow)).tutorId).toBe(rig.tutor.id);
  const again = await rig.reopen(app);
  expect(await again.session()).toEqual({ status: 'signed-out' });
});

/** Overwrites pages in the middle of the cache file. */
function scribble(app: ConsoleApp): void {
  const [name = ''] = cacheFiles(app);
  const file = openSync(path.join(app.dataDir, 'cache', name), 'r+');
  writeSync(file, Buffer.alloc(4096 * 3, 0xa5), 0, 4096 * 3, 4096 * 6);
  closeSync(file);
}
