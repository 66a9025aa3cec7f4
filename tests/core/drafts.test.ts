import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDrafts, type Drafts } from '#core/drafts/drafts';
import { createHttpTransport, TransportError, type RemoteCall } from '#core/sync/transport';
import { makeTestDecision, testKinds } from '../support/draft-kind.ts';
import { openConsole, type Console } from '../support/sync-rig.ts';
import { createStage, nth } from '../support/sync-stage.ts';

/** A decision of the test's own on a real database: it rates a booking, once a key, and counts how often it did. */
const stage = createStage();
let directory: string;
let bookingId: string;
let opened: { readonly console: Console; readonly drafts: Drafts }[];
/** Stands between the drafts and the server; a test puts faults into it. */
let wire: (call: RemoteCall) => RemoteCall;

beforeAll(async () => await makeTestDecision(stage.backend.sql));
beforeEach(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'itutor-drafts-'));
  bookingId = nth(await stage.plant(1));
  opened = [];
  wire = (call) => call;
});
afterEach(async () => {
  for (const { console, drafts } of opened) {
    await drafts.stop();
    await console.stop();
  }
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<{ readonly console: Console; readonly drafts: Drafts }> {
  const console = await openConsole(stage.backend, stage.tutor, { directory });
  const session = (await (await stage.backend.signIn(stage.tutor)).auth.getSession()).data.session;
  const transport = createHttpTransport({
    url: stage.backend.url,
    key: stage.backend.publishableKey,
    userId: stage.tutor.id,
    accessToken: async () => session?.access_token ?? null,
  });
  const drafts = createDrafts({
    cache: console.cache,
    userId: stage.tutor.id,
    kinds: testKinds,
    clock: { now: () => Date.now() * 1000, after: () => () => undefined },
    log: () => undefined,
    call: (...args) => wire(transport.call)(...args),
    refreshSession: async () => false,
    pull: () => console.engine.pull(),
    serverOffset: () => 0,
    onChanged: () => undefined,
  });
  const both = { console, drafts };
  opened.push(both);
  if (!console.cache.isReadOnly) await console.engine.pull();
  return both;
}

/** As the process's end: nothing is finished, the file is closed. */
async function close({ console, drafts }: { console: Console; drafts: Drafts }): Promise<void> {
  opened = opened.filter((each) => each.console !== console);
  await drafts.stop();
  await console.stop();
}

const approve = (stars = 5) => ({ booking_id: bookingId, stars });
const lost = () => Promise.reject(new TransportError('cut off', { status: 0 }));
/** The call arrives, its answer does not. */
const loseAnswers =
  (call: RemoteCall): RemoteCall =>
  async (name, params, signal) => {
    await call(name, params, signal);
    return lost();
  };
const isDecision = (name: string) => name === 'test_rate';

async function ratings(): Promise<readonly number[]> {
  const found = await stage.backend.sql.query<{ stars: number }>(
    'select stars from public.test_ratings where booking_id = $1',
    [bookingId],
  );
  return found.rows.map((row) => row.stars);
}

describe('a draft', () => {
  test('is kept without the server, outlives a restart, and is done when it is confirmed', async () => {
    const before = await open();
    wire = () => lost;
    const { id } = before.drafts.save('test.rate', approve());
    expect(before.drafts.list()).toMatchObject([
      { id, state: 'ready', title: 'Rate a lesson', lines: [{ label: 'Stars', text: '5' }] },
    ]);
    expect(before.console.engine.status().drafts).toBe(1);
    await close(before);
    wire = (call) => call;
    const after = await open();
    expect(after.drafts.list()).toMatchObject([{ id, state: 'ready' }]);
    // Nothing leaves by itself.
    await after.drafts.settle();
    expect(await ratings()).toEqual([]);
    expect(await after.drafts.confirm(id)).toMatchObject({ outcome: 'confirmed', problem: null });
    expect(after.drafts.list()).toEqual([]);
    expect(await ratings()).toEqual([5]);
  });

  test('is replaced by another about the same row, and refused when it says nothing the console knows', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve(2));
    expect(drafts.save('test.rate', approve(4))).toEqual({ id });
    expect(drafts.list()).toMatchObject([{ id, lines: [{ text: '4' }] }]);
    expect(() => drafts.save('test.rate', { booking_id: bookingId, stars: 9 })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
    expect(() => drafts.save('no.such', {})).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => drafts.save('test.rate', { booking_id: randomUUID(), stars: 1 })).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  test('is dropped by its user', async () => {
    const { drafts } = await open();
    drafts.discard(drafts.save('test.rate', approve()).id);
    expect(drafts.list()).toEqual([]);
  });

  test('cannot be confirmed offline, and stays what it is', async () => {
    const rig = await open();
    const { id } = rig.drafts.save('test.rate', approve());
    await rig.console.engine.stop();
    const offline = createDrafts({
      cache: rig.console.cache,
      userId: stage.tutor.id,
      kinds: testKinds,
      clock: { now: () => 0, after: () => () => undefined },
      log: () => undefined,
      call: () => Promise.reject(new Error('must not be called')),
      refreshSession: async () => false,
      pull: () => Promise.reject(Object.assign(new Error('offline'), { code: 'OFFLINE' })),
      serverOffset: () => 0,
      onChanged: () => undefined,
    });
    await expect(offline.confirm(id)).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(offline.list()).toMatchObject([{ id, state: 'ready' }]);
  });

  test('whose row moved on is shown with what changed, and goes out only after a second look', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve());
    await stage.backend.sql.query(`update public.bookings set status = 'DECLINED' where id = $1`, [
      bookingId,
    ]);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'review' });
    expect(drafts.list()).toMatchObject([
      { state: 'review', changes: [{ field: 'status', base: 'PENDING', theirs: 'DECLINED' }] },
    ]);
    expect(await ratings()).toEqual([]);
    drafts.accept(id);
    expect(drafts.list()).toMatchObject([{ state: 'ready', changes: [] }]);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'confirmed' });
    expect(await ratings()).toEqual([5]);
  });

  test('goes out unasked where only what does not matter changed', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve());
    await stage.backend.sql.query(`update public.bookings set tutor_notes = 'Bring a ruler' where id = $1`, [
      bookingId,
    ]);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'confirmed' });
  });

  test('whose row moved on between the look and the call is refused, and shows it after the next pull', async () => {
    const { drafts, console } = await open();
    const { id } = drafts.save('test.rate', approve());
    wire = (call) => async (name, params, signal) => {
      if (isDecision(name)) {
        await stage.backend.sql.query(`update public.bookings set status = 'DECLINED' where id = $1`, [
          bookingId,
        ]);
      }
      return await call(name, params, signal);
    };
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'refused' });
    await console.engine.pull();
    expect(drafts.list()).toMatchObject([{ state: 'review', problemCode: 'CONFLICT' }]);
  });

  test('that a rule refuses says why, and can be confirmed again', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve(1));
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'refused', problem: 'One star is rude.' });
    expect(drafts.list()).toMatchObject([{ state: 'refused', problem: 'One star is rude.' }]);
    drafts.save('test.rate', approve(3));
    expect(drafts.list()).toMatchObject([{ state: 'ready', problem: null }]);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'confirmed' });
  });

  test('about a row that is not there any more, or not ready for it, says so and is not sent', async () => {
    const { drafts, console } = await open();
    const { id } = drafts.save('test.rate', approve(3));
    await stage.backend.sql.query(`update public.bookings set tutor_notes = 'Not now' where id = $1`, [
      bookingId,
    ]);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'review', problem: 'The notes say not now.' });
    expect(drafts.list()).toMatchObject([{ state: 'blocked', problem: 'The notes say not now.' }]);
    await stage.backend.sql.query('delete from public.bookings where id = $1', [bookingId]);
    await console.engine.pull();
    expect(drafts.list()).toMatchObject([{ state: 'gone', title: 'Rate a lesson' }]);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'review' });
    expect(await ratings()).toEqual([]);
  });

  test('that needs something else first is not sent when that is refused or cannot be asked', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve());
    await stage.backend.sql.query('insert into public.test_held values ($1)', [bookingId]);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'review', problem: 'Somebody holds it.' });
    expect(drafts.list()).toMatchObject([{ state: 'ready' }]);
    await stage.backend.sql.query('delete from public.test_held');
    wire = () => lost;
    await expect(drafts.confirm(id)).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(drafts.list()).toMatchObject([{ state: 'ready' }]);
    wire = (call) => call;
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'confirmed' });
    expect(await ratings()).toEqual([5]);
  });

  test('of a kind that this version does not know is kept and says that an update is needed', async () => {
    const rig = await open();
    const { id } = rig.drafts.save('test.rate', approve());
    rig.console.cache.db.prepare(`UPDATE drafts SET kind = 'payment.settle' WHERE key = ?`).run(id);
    expect(rig.drafts.list()).toMatchObject([{ id, state: 'update-required' }]);
    expect(await rig.drafts.confirm(id)).toMatchObject({ outcome: 'review' });
  });
});

describe('a decision whose answer got lost', () => {
  test('is in doubt, cannot be dropped, and turns out to have been done', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve());
    wire =
      (call) =>
      (name, ...rest) =>
        isDecision(name)
          ? loseAnswers(call)(name, ...rest)
          : name === 'console_once_settle'
            ? lost()
            : call(name, ...rest);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'in-doubt' });
    await drafts.settle();
    expect(drafts.list()).toMatchObject([{ state: 'in-doubt' }]);
    expect(() => drafts.discard(id)).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    expect(() => drafts.save('test.rate', approve(2))).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    wire = (call) => call;
    await drafts.settle();
    expect(drafts.list()).toMatchObject([{ state: 'confirmed' }]);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'confirmed' });
    expect(await ratings()).toEqual([5]);
    drafts.discard(id);
    expect(drafts.list()).toEqual([]);
  });

  test('that never arrived is a draft again, and a call that arrives after all finds its key out of use', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve());
    let late: (() => Promise<unknown>) | undefined;
    wire = (call) => (name, params, signal) => {
      if (!isDecision(name)) return call(name, params, signal);
      late = () => call(name, params, new AbortController().signal);
      return lost();
    };
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'in-doubt' });
    await drafts.settle();
    expect(drafts.list()).toMatchObject([{ state: 'ready', problemCode: 'withdrawn' }]);
    await expect(late?.()).rejects.toMatchObject({ code: 'P0001' });
    expect(await ratings()).toEqual([]);
    wire = (call) => call;
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'confirmed' });
    expect(await ratings()).toEqual([5]);
  });

  test('is settled by confirming it once more', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve());
    wire =
      (call) =>
      (name, ...rest) =>
        isDecision(name) ? loseAnswers(call)(name, ...rest) : call(name, ...rest);
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'in-doubt' });
    expect(await drafts.confirm(id)).toMatchObject({ outcome: 'confirmed' });
    expect(await ratings()).toEqual([5]);
  });

  test('by a server in trouble is in doubt, by a refused session it is not', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve());
    const failures: readonly (readonly [TransportError, string])[] = [
      [new TransportError('down', { status: 503 }), 'in-doubt'],
      [new TransportError('gone', { status: 503, code: 'PGRST001' }), 'in-doubt'],
      [new TransportError('ended', { status: 500, code: '57P01' }), 'in-doubt'],
      [new TransportError('old token', { status: 401, code: 'PGRST301' }), 'refused'],
      [new TransportError('deadlock', { status: 500, code: '40P01' }), 'refused'],
    ];
    for (const [failure, outcome] of failures) {
      wire =
        (call) =>
        (name, ...rest) =>
          isDecision(name) ? Promise.reject(failure) : call(name, ...rest);
      expect(await drafts.confirm(id), failure.message).toMatchObject({ outcome });
      wire = (call) => call;
      await drafts.settle();
    }
    expect(await ratings()).toEqual([]);
  });

  test('at two confirmations of one moment is asked for once', async () => {
    const { drafts } = await open();
    const { id } = drafts.save('test.rate', approve());
    let calls = 0;
    wire =
      (call) =>
      (name, ...rest) => {
        if (isDecision(name)) calls += 1;
        return call(name, ...rest);
      };
    const both = await Promise.all([drafts.confirm(id), drafts.confirm(id)]);
    expect(both.map(({ outcome }) => outcome)).toEqual(['confirmed', 'confirmed']);
    expect(calls).toBe(1);
  });
});

describe('the file of the drafts', () => {
  test('is read only in a second instance', async () => {
    const writer = await open();
    const { id } = writer.drafts.save('test.rate', approve());
    const reader = await open();
    expect(reader.drafts.list()).toMatchObject([{ id, state: 'ready' }]);
    const readOnly = expect.objectContaining({ code: 'READ_ONLY' });
    expect(() => reader.drafts.save('test.rate', approve(2))).toThrow(readOnly);
    expect(() => reader.drafts.discard(id)).toThrow(readOnly);
    expect(() => reader.drafts.accept(id)).toThrow(readOnly);
    await expect(reader.drafts.confirm(id)).rejects.toMatchObject({ code: 'READ_ONLY' });
    await reader.drafts.settle();
  });
});
