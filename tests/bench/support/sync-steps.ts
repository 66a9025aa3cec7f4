import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import type pg from 'pg';
import { syncTables } from '#shared/domain/sync/tables';
import { bookingQuery } from '#core/schedule/queries';
import { digestOf } from '#core/sync/digest';
import type { PulledCache } from './console-cache.ts';
import { figureOver, percentile, rounded, timed, type Figure } from './figure.ts';

export type StepsOptions = {
  /** A cache that has everything. */
  readonly pulled: PulledCache;
  readonly sql: pg.Client;
  readonly name: string;
  readonly samples: number;
};

/** What keeping up costs: a pull with nothing new, changes that arrive, an edit, a self-check. */
export async function* stepFigures(options: StepsOptions): AsyncGenerator<Figure> {
  yield* emptyPull(options);
  for (const rows of [1, 100, 1000]) yield* commitToReadable(options, rows);
  yield* edit(options);
  yield* digest(options);
}

async function* emptyPull({ pulled, name, samples }: StepsOptions): AsyncGenerator<Figure> {
  const times: number[] = [];
  const floors: number[] = [];
  for (let sample = -20; sample < samples; sample += 1) {
    const pull = await timed(() => pulled.engine.pull());
    const floor = await timed(() => repeatLast(pulled));
    if (sample < 0) continue;
    times.push(pull.milliseconds);
    floors.push(floor.milliseconds);
  }
  yield* percentiles(`${name}.emptyPull`, times, floors);
}

/** From the end of the commit to the row read through the reader worker, with a pull at once; the floor is its answer read raw. */
async function* commitToReadable(
  { pulled, sql, name, samples }: StepsOptions,
  rows: number,
): AsyncGenerator<Figure> {
  const times: number[] = [];
  const floors: number[] = [];
  const rounds = Math.max(10, Math.ceil(samples / (rows > 100 ? 10 : 2)));
  for (let round = -3; round < rounds; round += 1) {
    const changed = await sql.query<{ id: string }>(
      `update public.bookings set student_notes = $1
       where id in (select id from public.bookings order by id offset $2 limit $3) returning id`,
      [`note ${rows} ${round}`, ((round + 3) * 37) % 1000, rows],
    );
    const ids = changed.rows.map((row) => row.id);
    const { milliseconds } = await timed(async () => {
      await pulled.engine.pull();
      const found = await pulled.cache.read(bookingQuery, { bookingId: ids.at(-1) ?? '' });
      if (found?.item.studentNotes !== `note ${rows} ${round}`) throw new Error('the change did not arrive');
    });
    const floor = await timed(() => repeatLast(pulled));
    if (round < 0) continue;
    times.push(milliseconds);
    floors.push(floor.milliseconds);
  }
  yield* percentiles(`${name}.commitToReadable.${rows}`, times, floors);
}

/** An edit with its effect, until it is safe on disk. The floor is one row put into a plain file as durably. */
async function* edit({ pulled, name, samples }: StepsOptions): AsyncGenerator<Figure> {
  const { engine, cache } = pulled;
  const waiting = cache.db
    .prepare<[number], string>(
      `SELECT id FROM bookings WHERE status = 'PENDING' AND confirmed_start_at IS NULL ORDER BY id LIMIT ?`,
    )
    .pluck()
    .all(samples);
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-bench-edit-'));
  const plain = new Sqlite(path.join(directory, 'plain.db'));
  plain.pragma('journal_mode = WAL');
  plain.pragma('synchronous = FULL');
  plain.exec('CREATE TABLE edits(id INTEGER PRIMARY KEY, value TEXT)');
  const insert = plain.prepare('INSERT INTO edits(value) VALUES (?)');
  const times: number[] = [];
  const floors: number[] = [];
  for (const bookingId of waiting) {
    const args = { booking_id: bookingId };
    const added = await timed(() => engine.add({ kind: 'booking.confirm', args }));
    times.push(added.milliseconds);
    floors.push((await timed(() => insert.run('x'.repeat(1000)))).milliseconds);
    engine.undo(added.result.mutationId);
  }
  plain.close();
  await rm(directory, { recursive: true, force: true });
  yield* percentiles(`${name}.edit`, times, floors, 0.99);
}

async function* digest({ pulled, name }: StepsOptions): AsyncGenerator<Figure> {
  const signal = new AbortController().signal;
  const names = syncTables.map((table) => table.name);
  const server: number[] = [];
  const local: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    server.push((await timed(() => pulled.transport.digest(names, signal))).milliseconds);
    const mine = await timed(async () => {
      for (const table of syncTables) await digestOf(pulled.cache.db, table, signal);
    });
    local.push(mine.milliseconds);
  }
  yield { name: `${name}.digest.server`, value: rounded(percentile(server, 0.5)), unit: 'ms' };
  yield { name: `${name}.digest.local`, value: rounded(percentile(local, 0.5)), unit: 'ms' };
  const check = await timed(() => pulled.engine.check());
  const { lost, different, ghosts } = check.result;
  if (lost + different + ghosts > 0) throw new Error('the cache was not equal to the server');
  yield { name: `${name}.check`, value: rounded(check.milliseconds), unit: 'ms' };
}

/** The request that was made last, read raw. */
async function repeatLast({ requests }: PulledCache): Promise<void> {
  const last = requests.at(-1);
  if (last === undefined) throw new Error('nothing was asked');
  const response = await fetch(last.url, last.init);
  await response.arrayBuffer();
}

function* percentiles(
  name: string,
  times: readonly number[],
  floors: readonly number[],
  high = 0.95,
): Generator<Figure> {
  for (const [word, part] of [
    ['p50', 0.5],
    [`p${high * 100}`, high],
  ] as const) {
    yield figureOver(`${name}.${word}`, 'ms', percentile(times, part), percentile(floors, part));
  }
}
