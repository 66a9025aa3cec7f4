import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheName, openCache } from '#core/cache/open';
import { createDrafts } from '#core/drafts/drafts';
import { testKinds } from '../support/draft-kind.ts';
import { differences, manualClock, openConsole } from '../support/sync-rig.ts';
import { createStage, nth } from '../support/sync-stage.ts';

/** What the first version of the console wrote. Its files have to be read for ever, so this never changes. */
const firstVersion = `
  CREATE TABLE file_state(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE outbox(
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL UNIQUE, kind TEXT NOT NULL,
    args TEXT NOT NULL, expect TEXT NOT NULL, title TEXT NOT NULL, tbl TEXT NOT NULL, row_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'applied', 'conflict', 'rejected', 'update-required')),
    created_at INTEGER NOT NULL, send_at INTEGER NOT NULL, made_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    problem TEXT, problem_code TEXT, fields TEXT NOT NULL DEFAULT '[]', applied_round INTEGER,
    refused_at_position INTEGER
  ) STRICT;
  CREATE TABLE drafts(
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, content TEXT NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  PRAGMA user_version = 1;`;

const stage = createStage();
let directory: string;
let file: string;
let ids: readonly string[];
const draft = randomUUID();

beforeEach(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'itutor-cache-'));
  mkdirSync(directory, { recursive: true });
  file = path.join(directory, `${cacheName(stage.backend.url, stage.tutor.id)}.db`);
  ids = await stage.plant(4);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A file of that version: edits that wait, one that was on its way, a refused one, one of a kind that came later. */
function writeOldFile(): void {
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  db.exec(firstVersion);
  const insert = db.prepare(
    `INSERT INTO outbox(id, seq, kind, args, expect, title, tbl, row_id, entity, state, created_at, send_at, made_at,
       attempts, problem, problem_code)
     VALUES (?, ?, ?, ?, ?, ?, 'bookings', ?, ?, ?, 1, 1, 1, ?, ?, ?)`,
  );
  const add = (
    seq: number,
    kind: string,
    args: object,
    state: string,
    attempts = 0,
    problem: string | null = null,
  ) => {
    const id = nth(ids, seq - 1);
    const expected = [{ table: 'bookings', id, fields: { status: 'PENDING' } }];
    const [title, code] = [`Edit ${seq}`, problem === null ? null : 'rule'];
    insert.run(
      randomUUID(),
      seq,
      kind,
      JSON.stringify({ booking_id: id, ...args }),
      JSON.stringify(expected),
      title,
      id,
      `bookings:${id}`,
      state,
      attempts,
      problem,
      code,
    );
  };
  add(1, 'booking.confirm', {}, 'queued');
  add(2, 'booking.decline', { message: 'Away' }, 'sending', 1);
  add(3, 'booking.cancel', { reason: 'No' }, 'rejected', 1, 'Too late.');
  add(4, 'booking.teleport', { to: 'the moon' }, 'queued');
  db.prepare(`INSERT INTO drafts VALUES (?, 'test.rate', ?, 5)`).run(
    draft,
    JSON.stringify({ booking_id: nth(ids), stars: 4 }),
  );
  db.prepare(`INSERT INTO settings VALUES ('columns', 'wide')`).run();
  db.prepare(`INSERT INTO file_state VALUES ('seq', '4')`).run();
  db.close();
}

test('what waited in a file of the first version is there, is sent, and what this version does not know is kept', async () => {
  writeOldFile();
  const console = await openConsole(stage.backend, stage.tutor, { directory });
  expect(console.cache.recovery).toBeNull();
  expect(console.engine.outbox()).toMatchObject([
    { title: 'Edit 1', state: 'queued', groupId: null },
    { title: 'Edit 2', state: 'queued', attempts: 1 },
    { title: 'Edit 3', state: 'rejected', problem: 'Too late.', args: { reason: 'No' } },
    { title: 'Edit 4', state: 'queued', kind: 'booking.teleport' },
  ]);
  expect(console.cache.db.prepare('SELECT * FROM settings').all()).toEqual([
    { key: 'columns', value: 'wide' },
  ]);
  const drafts = createDrafts({
    cache: console.cache,
    userId: stage.tutor.id,
    kinds: testKinds,
    clock: manualClock(),
    log: () => undefined,
    call: () => Promise.reject(new Error('nothing is asked')),
    refreshSession: async () => false,
    pull: () => console.engine.pull(),
    serverOffset: () => 0,
    onChanged: () => undefined,
  });
  await console.engine.pull();
  await console.engine.flush();
  await console.engine.pull();
  expect(await stage.statusOf(nth(ids, 0))).toBe('CONFIRMED');
  expect(await stage.statusOf(nth(ids, 1))).toBe('DECLINED');
  expect(console.engine.outbox()).toMatchObject([
    { title: 'Edit 3', state: 'rejected' },
    { title: 'Edit 4', state: 'update-required', args: { to: 'the moon' } },
  ]);
  // Trying it again does not lose it either; a later version may know it.
  expect(() => console.engine.retry(console.engine.outbox()[1]?.id ?? '')).toThrow(
    expect.objectContaining({ code: 'UPDATE_REQUIRED' }),
  );
  expect(console.engine.outbox()).toHaveLength(2);
  expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
  // That version wrote down nothing of the row that was looked at: it has to be looked at before it is confirmed.
  expect(drafts.list()).toMatchObject([{ id: draft, state: 'review', lines: [{ text: '4' }] }]);
  await console.stop();
});

test('a file of the first version that is damaged gives its edits and drafts to the new one', async () => {
  writeOldFile();
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(100, 0xa5), 0, 100, 0);
  closeSync(handle);
  const console = await openConsole(stage.backend, stage.tutor, { directory });
  expect(console.cache.recovery?.savedEdits).toBe(4);
  expect(console.engine.outbox().map((item) => item.title)).toEqual(['Edit 1', 'Edit 2', 'Edit 3', 'Edit 4']);
  expect(console.cache.db.prepare('SELECT key, state FROM drafts').all()).toEqual([
    { key: draft, state: 'draft' },
  ]);
  expect(console.engine.status().drafts).toBe(1);
  await console.stop();
});

test('groups and drafts are carried out of a damaged file of this version', async () => {
  const before = await openConsole(stage.backend, stage.tutor, { directory });
  await before.engine.pull();
  const { groupId } = before.engine.addMany(
    'Accept 2 requests',
    ids.slice(0, 2).map((id) => ({ kind: 'booking.confirm', args: { booking_id: id } })),
  );
  before.cache.db
    .prepare(
      `INSERT INTO drafts(key, kind, content, title, state, confirm_key, updated_at) VALUES (?, 'test.rate', '{}', 'Mine', 'confirming', ?, 5)`,
    )
    .run(draft, randomUUID());
  await before.stop();
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(100, 0xa5), 0, 100, 0);
  closeSync(handle);
  const console = await openConsole(stage.backend, stage.tutor, { directory });
  expect(console.cache.recovery?.savedEdits).toBe(2);
  expect(console.engine.groups()).toMatchObject([{ id: groupId, total: 2 }]);
  // With the key of the call that got no answer: without it, it could be done twice.
  expect(
    console.cache.db.prepare('SELECT title, state, confirm_key IS NULL AS lost FROM drafts').all(),
  ).toEqual([{ title: 'Mine', state: 'confirming', lost: 0 }]);
  await console.stop();
});

test('a file of a later version is left alone', async () => {
  writeOldFile();
  const db = new Sqlite(file);
  db.pragma('user_version = 999');
  db.close();
  const bytes = readFileSync(file);
  const options = { directory, project: stage.backend.url, userId: stage.tutor.id, clock: manualClock() };
  await expect(openCache({ ...options, log: () => undefined })).rejects.toMatchObject({
    code: 'UPDATE_REQUIRED',
  });
  const after = new Sqlite(file, { readonly: true });
  expect(after.prepare('SELECT count(*) FROM outbox').pluck().get()).toBe(4);
  after.close();
  expect(readFileSync(file).length).toBe(bytes.length);
});
