import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { openCache } from '#core/cache/open';
import type { Cache, CacheOptions, Clock } from '#core/cache/types';
import { createSyncEngine } from '#core/sync/engine';
import { createHttpTransport } from '#core/sync/transport';
import type { SyncEngine, SyncEngineOptions, SyncTransport } from '#core/sync/types';
import { syncTable, syncTables, wireColumns, type SyncTableName } from '#shared/domain/sync/tables';
import type { Backend, TestUser } from './backend.ts';

/** One console of one user: a cache in a folder of its own, and an engine over the real backend. */
export type Console = {
  readonly cache: Cache;
  readonly engine: SyncEngine;
  readonly directory: string;
  /** Rows of a table as the cache has them, in wire column order, sorted by id. */
  rows(table: SyncTableName): readonly (readonly unknown[])[];
  stop(): Promise<void>;
};

export type ConsoleOptions = Partial<Omit<SyncEngineOptions, 'cache' | 'userId'>> &
  Partial<Pick<CacheOptions, 'directory' | 'maxPages' | 'walLimits' | 'reader'>> & {
    readonly wrap?: (inner: SyncTransport) => SyncTransport;
  };

/** A clock that stands still until it is moved; timers run when their time has come. */
export type ManualClock = Clock & { advance(millis: number): void; readonly timers: number };

export function manualClock(start = Date.now() * 1000): ManualClock {
  let now = start;
  let pending: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    after(millis, run) {
      const timer = { at: now + millis * 1000, run };
      pending.push(timer);
      return () => {
        pending = pending.filter((each) => each !== timer);
      };
    },
    advance(millis) {
      now += millis * 1000;
      for (;;) {
        const due = pending.filter((timer) => timer.at <= now).toSorted((one, other) => one.at - other.at)[0];
        if (due === undefined) return;
        pending = pending.filter((each) => each !== due);
        due.run();
      }
    },
    get timers() {
      return pending.length;
    },
  };
}

export async function openConsole(
  backend: Pick<Backend, 'url' | 'publishableKey' | 'signIn'>,
  user: TestUser,
  options: ConsoleOptions = {},
): Promise<Console> {
  const client = await backend.signIn(user);
  const { data } = await client.auth.getSession();
  const token = data.session?.access_token ?? null;
  const directory = options.directory ?? mkdtempSync(path.join(os.tmpdir(), 'itutor-cache-'));
  const clock = options.clock ?? manualClock();
  const log = options.log ?? (() => undefined);
  const cache = await openCache({
    directory,
    project: backend.url,
    userId: user.id,
    clock,
    log,
    ...(options.maxPages === undefined ? {} : { maxPages: options.maxPages }),
    ...(options.walLimits === undefined ? {} : { walLimits: options.walLimits }),
    ...(options.reader === undefined ? {} : { reader: options.reader }),
  });
  const http = createHttpTransport({
    url: backend.url,
    key: backend.publishableKey,
    userId: user.id,
    accessToken: () => Promise.resolve(token),
  });
  const {
    wrap,
    directory: _directory,
    maxPages: _maxPages,
    walLimits: _wal,
    reader: _reader,
    ...rest
  } = options;
  const engine = createSyncEngine({
    cache,
    transport: wrap?.(http) ?? http,
    userId: user.id,
    clock,
    random: () => 0.5,
    log,
    refreshSession: () => Promise.resolve(false),
    holdMillis: 0,
    ...rest,
  });
  return {
    cache,
    engine,
    directory,
    rows(table) {
      const columns = wireColumns(syncTable(table)).join(', ');
      return cache.db.prepare(`SELECT ${columns} FROM ${table} ORDER BY id`).raw().all() as unknown[][];
    },
    async stop() {
      await engine.stop();
      await cache.close();
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What the user would see right now under RLS, in the form of `Console.rows`. */
export async function truth(
  sql: pg.Pool,
  userId: string,
  table: SyncTableName,
): Promise<readonly (readonly unknown[])[]> {
  const client = await sql.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('request.jwt.claims', $1, true)`, [
      JSON.stringify({ sub: userId, role: 'authenticated' }),
    ]);
    await client.query('set local role authenticated');
    const scope = await client.query<{ scope: string[] }>('select sync.scope()');
    if (!(scope.rows[0]?.scope ?? []).includes(table)) return [];
    const page = await client.query<{ page: { rows: unknown[][] } }>(
      `select sync.recheck($1, array(select id from public.${table})) as page`,
      [table],
    );
    return (page.rows[0]?.page.rows ?? [])
      .map((row) => row.map((value) => (typeof value === 'boolean' ? Number(value) : value)))
      .toSorted((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1));
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/** Which tables of the cache differ from what the user would see under RLS; empty when it is complete and right. */
export async function differences(
  sql: pg.Pool,
  userId: string,
  console: Pick<Console, 'rows'>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name } of syncTables) {
    const expected = JSON.stringify(await truth(sql, userId, name));
    const actual = JSON.stringify(console.rows(name));
    if (expected !== actual) found.push(`${name}: ${actual} instead of ${expected}`);
  }
  return found;
}

/** A subject, and bookings of one tutor an hour apart from `startAt`. Returns their ids. */
export async function plantBookings(
  sql: pg.Pool,
  tutorId: string,
  studentId: string,
  count: number,
  startAt = new Date(Date.now() + 72 * 3_600_000),
): Promise<readonly string[]> {
  const subject = await sql.query<{ id: string }>(
    `insert into public.subjects (name, curriculum, level, label) values ('Mathematics', 'CSEC', 'Form 5', 'CSEC Maths')
     on conflict (name, curriculum, level) do update set label = excluded.label returning id`,
  );
  const ids = Array.from({ length: count }, () => randomUUID());
  await sql.query(
    `insert into public.bookings (id, tutor_id, student_id, subject_id, requested_start_at, requested_end_at, price_ttd)
     select b.id, $2, $3, $4, $5::timestamptz + b.n * interval '1 hour', $5::timestamptz + (b.n + 1) * interval '1 hour', 150
     from unnest($1::uuid[]) with ordinality as b(id, n)`,
    [ids, tutorId, studentId, subject.rows[0]?.id, startAt],
  );
  return ids;
}
