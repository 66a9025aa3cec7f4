import { describe, expect, test } from 'vitest';
import { failureOf, plantLesson } from '../support/console-app.ts';
import { aroundNow, consoleRig, inHours } from '../support/console-rig.ts';

const rig = consoleRig();

describe('live values', () => {
  test('another console’s edit arrives with the next pull, and the screen is told which tables changed', async () => {
    const bookingId = await plantLesson(rig.backend.sql, {
      tutor: rig.tutor.id,
      student: rig.student.id,
      startAt: inHours(50),
    });
    const one = await rig.signedIn(rig.tutor);
    const two = await rig.signedIn(rig.tutor);
    const changes = two.client['changes.watch']({})[Symbol.asyncIterator]();
    const start = await changes.next();
    expect(start.value).toMatchObject({ tables: [] });
    await one.client['outbox.add']({ kind: 'booking.confirm', args: { booking_id: bookingId } });
    await one.settled();
    await two.client['sync.now']({});
    const change = await changes.next();
    expect(change.value.tables).toEqual(expect.arrayContaining(['bookings', 'sessions']));
    expect(change.value.revision).toBeGreaterThan(start.value.revision);
    const { items } = await two.client['schedule.week'](aroundNow);
    expect(items.find((item) => item.bookingId === bookingId)).toMatchObject({
      status: 'CONFIRMED',
      sessionStatus: 'SCHEDULED',
      pending: null,
    });
    await changes.return?.();
  });

  test('another console’s edit arrives by itself, long before the next regular pull', async () => {
    const bookingId = await plantLesson(rig.backend.sql, {
      tutor: rig.tutor.id,
      student: rig.student.id,
      startAt: inHours(52),
    });
    const one = await rig.signedIn(rig.tutor);
    const two = await rig.signedIn(rig.tutor);
    const statusAtTwo = async () => {
      const { items } = await two.client['schedule.week'](aroundNow);
      return items.find((item) => item.bookingId === bookingId)?.status;
    };
    await expect.poll(statusAtTwo).toBe('PENDING');
    await one.client['outbox.add']({ kind: 'booking.confirm', args: { booking_id: bookingId } });
    await expect.poll(statusAtTwo).toBe('CONFIRMED');
  });

  test('the sync status tells offline from idle and counts what waits', async () => {
    const app = await rig.signedIn(rig.tutor);
    await expect.poll(() => app.sync()).toMatchObject({ state: 'idle', waitingEdits: 0, problem: null });
    await rig.waitingEdit(app, 130);
    await expect.poll(() => app.sync()).toMatchObject({ state: 'offline', waitingEdits: 1 });
    rig.proxy.heal();
    await app.settled();
    await expect.poll(() => app.sync()).toMatchObject({ state: 'idle', waitingEdits: 0 });
  });

  test('signing out and in again is seen by who watches, with every table changed', async () => {
    const app = await rig.signedIn(rig.tutor);
    const seen: string[] = [];
    const controller = new AbortController();
    const watching = (async () => {
      for await (const state of app.client['session.watch']({}, controller.signal)) seen.push(state.status);
    })();
    await expect.poll(() => seen).toEqual(['signed-in']);
    const changes = app.client['changes.watch']({})[Symbol.asyncIterator]();
    await changes.next();
    await app.client['session.signOut']({ pending: 'ask' });
    expect((await changes.next()).value.tables).toEqual(
      expect.arrayContaining(['bookings', 'people', 'outbox']),
    );
    await app.client['session.signIn'](rig.tutor);
    await expect.poll(() => seen).toEqual(['signed-in', 'signed-out', 'signed-in']);
    controller.abort();
    await watching;
    await changes.return?.();
  });
});

describe('a pull', () => {
  test('that is asked for without network fails as offline and leaves what is there', async () => {
    const app = await rig.signedIn(rig.tutor);
    const before = (await app.client['schedule.week'](aroundNow)).items.length;
    rig.proxy.partition('both');
    expect(await failureOf(app.client['sync.now']({}))).toMatchObject({ code: 'OFFLINE' });
    expect((await app.client['schedule.week'](aroundNow)).items).toHaveLength(before);
  });

  test('can be stopped while it runs, and the next one works', async () => {
    const app = await rig.signedIn(rig.tutor);
    rig.proxy.setFault(({ path: url }) =>
      url.includes('sync_pull') ? { kind: 'hold', where: 'response' } : { kind: 'pass' },
    );
    const pulling = failureOf(app.client['sync.now']({}));
    await rig.proxy.held(1);
    expect(await app.sync()).toMatchObject({ state: 'pulling' });
    await app.client['sync.cancel']({});
    expect(await pulling).toMatchObject({ code: 'CANCELLED' });
    await expect.poll(() => app.sync()).toMatchObject({ state: 'idle', problem: null });
    rig.proxy.setFault(() => ({ kind: 'pass' }));
    rig.proxy.release();
    await app.client['sync.now']({});
  });
});

describe('an edit', () => {
  test('inside its five seconds is held and can be taken back', async () => {
    const bookingId = await plantLesson(rig.backend.sql, {
      tutor: rig.tutor.id,
      student: rig.student.id,
      startAt: inHours(140),
    });
    const app = await rig.signedIn(rig.tutor, { holdMillis: 60_000 });
    const { mutationId } = await app.client['outbox.add']({
      kind: 'booking.decline',
      args: { booking_id: bookingId, message: 'Sorry' },
    });
    const item = async () =>
      (await app.client['schedule.week'](aroundNow)).items.find((each) => each.bookingId === bookingId);
    expect(await app.outbox()).toMatchObject([{ id: mutationId, state: 'held' }]);
    expect(await item()).toBeUndefined();
    await app.client['outbox.undo']({ mutationId });
    expect(await item()).toMatchObject({ status: 'PENDING', pending: null });
    expect(await app.outbox()).toEqual([]);
    await app.client['sync.now']({});
    expect(await rig.statusOf(bookingId)).toBe('PENDING');
  });

  test('that the server refuses comes back with its reason, and can be discarded', async () => {
    const parts = { tutor: rig.tutor.id, student: rig.student.id };
    const app = await rig.signedIn(rig.tutor);
    const late = await plantLesson(rig.backend.sql, { ...parts, startAt: inHours(150) });
    await app.client['sync.now']({});
    // Taken on the server meanwhile, so that the console cannot foresee the refusal.
    await plantLesson(rig.backend.sql, { ...parts, startAt: inHours(150), status: 'CONFIRMED' });
    const { mutationId } = await app.client['outbox.add']({
      kind: 'booking.confirm',
      args: { booking_id: late },
    });
    await expect
      .poll(() => app.outbox())
      .toMatchObject([{ id: mutationId, state: 'rejected', problemCode: 'overlap' }]);
    const { items } = await app.client['schedule.week'](aroundNow);
    expect(items.find((each) => each.bookingId === late)).toMatchObject({
      status: 'PENDING',
      pending: { mutationId, state: 'rejected', problem: 'Another confirmed lesson takes this time.' },
    });
    await app.client['outbox.discard']({ mutationId });
    expect(await app.outbox()).toEqual([]);
  });

  test('needs somebody who is signed in, and a booking that is there', async () => {
    const app = await rig.open();
    const edit = {
      kind: 'booking.confirm',
      args: { booking_id: '0190a0b0-0000-7000-8000-000000000001' },
    } as const;
    expect(await failureOf(app.client['outbox.add'](edit))).toMatchObject({ code: 'NEEDS_SIGN_IN' });
    await app.client['session.signIn'](rig.tutor);
    expect(await failureOf(app.client['outbox.add'](edit))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failureOf(app.client['outbox.undo']({ mutationId: edit.args.booking_id }))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
