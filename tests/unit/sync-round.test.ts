import { expect, test } from 'vitest';
import { backoffMillis, failureOf } from '#core/sync/failures';
import { advance, beginRound, requestOf, resyncOf } from '#core/sync/round';
import { emptyPullState } from '#core/sync/state';
import { TransportError } from '#core/sync/transport';
import { uuidv7 } from '#core/sync/uuid';
import { pullResponse, zeroId, type PullResponse } from '#shared/domain/sync/wire';

const id = '01a20463-903f-7080-8080-808080808080';

function answer(changes: Partial<PullResponse> = {}): PullResponse {
  return pullResponse.parse({
    epoch: 'one',
    snapshot: '10:12:10,11',
    now: 1_000,
    accessEpoch: 1,
    total: null,
    scope: ['bookings'],
    tables: { bookings: { columns: ['id', 'row_version'], rows: [[id, 1]], more: null } },
    log: null,
    ...changes,
  });
}

const begun = { ...emptyPullState, round: beginRound(emptyPullState, 1, ['bookings', 'people']) };

test('a first round asks for every table from nothing, for a total, and for no log', () => {
  expect(requestOf(begun.round, 100)).toEqual({
    version: 1,
    limit: 100,
    wantsTotal: true,
    log: null,
    tables: {
      bookings: { snap: '1:1:', xid: '0', id: zeroId },
      people: { snap: '1:1:', xid: '0', id: zeroId },
    },
  });
});

test("the new cursor is the first page's snapshot, however many pages follow", () => {
  const more = { xid: '9', id };
  const paging = answer({ tables: { bookings: { columns: [], rows: [], more } } });
  const middle = advance(begun, paging);
  expect(middle.round).toMatchObject({
    first: '10:12:10,11',
    tables: { bookings: { snap: '1:1:', ...more } },
  });
  expect(Object.keys(middle.round?.tables ?? {})).toEqual(['bookings']);
  const done = advance(middle, answer({ snapshot: '99:99:', now: 5_000 }));
  expect(done).toMatchObject({
    round: null,
    synced: { bookings: '10:12:10,11' },
    logSynced: '10:12:10,11',
    lastSyncedAt: 5_000,
  });
});

test('a round goes on while only the log has more', () => {
  const state = { ...begun, logSynced: '5:5:' };
  const next = { ...state, round: beginRound(state, 2, ['bookings']) };
  const log = { entries: [], rechecked: {}, more: { xid: '7', seq: 3 } };
  const middle = advance(next, answer({ log }));
  expect(middle.round).toMatchObject({ tables: {}, log: { snap: '5:5:', xid: '7', seq: 3 } });
  expect(requestOf(middle.round ?? next.round, 10)).not.toHaveProperty('wantsTotal');
});

test('another epoch, other rights or another scope mean to start over', () => {
  const known = advance(begun, answer());
  expect(resyncOf(known, answer())).toBeNull();
  expect(resyncOf(known, answer({ epoch: 'two' }))).toMatchObject({ reason: 'epoch' });
  expect(resyncOf(known, answer({ accessEpoch: 2 }))).toMatchObject({ reason: 'access' });
  expect(resyncOf(known, answer({ scope: ['people'] }))).toMatchObject({ reason: 'access' });
  expect(resyncOf(emptyPullState, answer({ epoch: 'two' }))).toBeNull();
});

test.each([
  [new TransportError('', { status: 0 }), { kind: 'retry', isOffline: true }],
  [
    new TransportError('', { status: 503, retryAfterMillis: 9 }),
    { kind: 'retry', isOffline: false, afterMillis: 9 },
  ],
  [new TransportError('', { status: 500, code: '57014' }), { kind: 'retry' }],
  [new TransportError('', { status: 500, code: 'XX000' }), { kind: 'retry' }],
  [new TransportError('', { status: 409, code: '40001' }), { kind: 'retry' }],
  [new TransportError('', { status: 405, code: '25006' }), { kind: 'retry' }],
  [new TransportError('', { status: 400, code: '55P03' }), { kind: 'retry' }],
  [new TransportError('', { status: 401 }), { kind: 'session' }],
  [new TransportError('', { status: 401, code: 'PGRST301' }), { kind: 'session' }],
  [new TransportError('', { status: 400, code: 'SY001' }), { kind: 'resync' }],
  [new TransportError('', { status: 400, code: 'SY002' }), { kind: 'resync' }],
  [new TransportError('', { status: 413 }), { kind: 'too-large' }],
  [new TransportError('', { status: 404, code: 'PGRST202' }), { kind: 'update' }],
  [new TransportError('a hotel wants you to sign in', { status: 404 }), { kind: 'retry' }],
  [
    new TransportError('no', { status: 403, code: '42501' }),
    { kind: 'refused', code: '42501', message: 'no' },
  ],
  [new Error('something else'), { kind: 'retry' }],
])('%o is sorted as %o', (error, expected) => {
  expect(failureOf(error)).toMatchObject(expected);
});

test('back-off doubles up to a minute, is random below that, and never nothing', () => {
  expect([0, 1, 5, 9].map((attempt) => backoffMillis(attempt, () => 0.999_999))).toEqual([
    1000, 2000, 32_000, 60_000,
  ]);
  expect(backoffMillis(3, () => 0)).toBe(100);
});

test('ids of edits sort by the time at which they were made and are never the same', () => {
  const early = uuidv7(1_795_369_963_583_000);
  expect(early).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(early < uuidv7(1_795_369_963_584_000)).toBe(true);
  expect(new Set(Array.from({ length: 1000 }, () => uuidv7(1_795_369_963_583_000))).size).toBe(1000);
});

test('a table whose server gained a column starts from its baseline, once', () => {
  const page = answer();
  const before = advance(begun, page, { bookings: ['note'] });
  expect(before).toMatchObject({ round: null, lacking: { bookings: ['note'] } });
  const again = { ...before, round: beginRound(before, 2, ['bookings', 'people']) };
  const after = advance(again, page);
  expect(after.lacking).toEqual({});
  expect(after.round?.tables).toEqual({ bookings: { snap: '1:1:', xid: '0', id: zeroId } });
  expect(advance(after, page).round).toBeNull();
});
