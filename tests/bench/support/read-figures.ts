import type { Cache } from '#core/cache/types';
import { searchQuery } from '#core/schedule/search';
import { monthQuery, waitingQuery } from '#core/schedule/totals';
import { figureOver, percentile, rounded, timed, type Figure } from './figure.ts';

/**
 * Reads as screens get them, through the reader worker: kept sums beside the same sums taken from the rows, and the search by
 * name, newest first, with names that many and that few have.
 */
export async function* readFigures(cache: Cache, name: string): AsyncGenerator<Figure> {
  const { db } = cache;
  const tutors = db
    .prepare<[], string>('SELECT DISTINCT tutor_id FROM bookings ORDER BY tutor_id LIMIT 200')
    .pluck()
    .all();
  const counted = db.prepare('SELECT status, count(*) FROM bookings WHERE tutor_id = ? GROUP BY status');
  const floor = await timesOf(tutors, (tutorId) => counted.all(tutorId));
  const waiting = await timesOf(tutors, (tutorId) => cache.read(waitingQuery, { tutorId }));
  yield figureOver(`${name}.waiting.p95`, 'ms', percentile(waiting, 0.95), percentile(floor, 0.95));
  const sum = db.prepare(
    `SELECT sum(price_cents) FROM bookings WHERE tutor_id = ? AND status IN ('CONFIRMED', 'COMPLETED')`,
  );
  const summed = await timesOf(tutors, (tutorId) => sum.all(tutorId));
  const month = await timesOf(tutors, (tutorId) => cache.read(monthQuery, { tutorId, month: '2026-10' }));
  yield figureOver(`${name}.month.p95`, 'ms', percentile(month, 0.95), percentile(summed, 0.95));

  const names = db
    .prepare<[], string>('SELECT DISTINCT display_name FROM people ORDER BY display_name')
    .pluck()
    .all();
  for (const [kind, texts] of [
    ['twoLetters', names.map((full) => full.slice(0, 2))],
    ['firstName', names.map((full) => full.split(' ')[0] ?? full)],
    ['fullName', names],
    ['nobody', names.map((full) => `${full.slice(0, 4)} zzyzx`)],
  ] as const) {
    const times = await timesOf(texts.slice(0, 200), (text) =>
      cache.read(searchQuery, { text, after: null, limit: 8 }),
    );
    for (const [word, part] of [
      ['p50', 0.5],
      ['p95', 0.95],
    ] as const) {
      yield { name: `${name}.search.${kind}.${word}`, value: rounded(percentile(times, part)), unit: 'ms' };
    }
  }
}

async function timesOf<T>(inputs: readonly T[], run: (input: T) => unknown): Promise<readonly number[]> {
  const times: number[] = [];
  for (const [index, input] of [...inputs.slice(0, 10), ...inputs].entries()) {
    const { milliseconds } = await timed(() => run(input));
    if (index >= 10) times.push(milliseconds);
  }
  return times;
}
