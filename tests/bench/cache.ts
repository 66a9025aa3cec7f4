import { microsPerDay, microsPerHour } from '#shared/domain/instant';
import { weekQuery } from '#core/schedule/week';
import { randomOf } from '#seed/random';
import { benchAnchor, startSeeded } from './support/backend.ts';
import { pullEverything } from './support/console-cache.ts';
import { figureOver, percentile, timed, type Bench } from './support/figure.ts';

const samples = 2_000;
const warmUps = 300;

/**
 * The week of one tutor after another, out of a cache that holds all of 100,000 bookings: the query by itself, and as
 * a screen gets it, from the reader worker. The floor is the bare index lookup of that tutor's confirmed bookings.
 */
export const bench: Bench = async function* ({ scales = [20], note }) {
  for (const scale of scales) {
    const backend = await startSeeded(scale, note);
    const { cache, remove } = await pullEverything(backend, 'admin@demo.itutor.tt').finally(backend.stop);
    try {
      const count = cache.db.prepare<[], { count: number }>('SELECT count(*) AS count FROM bookings').get();
      const bookings = count?.count ?? 0;
      yield { name: 'cache.bookings', value: bookings, unit: 'rows' };
      const inputs = weeksOf(
        cache.db
          .prepare<[], string>('SELECT DISTINCT tutor_id FROM bookings ORDER BY tutor_id')
          .pluck()
          .all(),
      );
      const lookup = cache.db.prepare(
        'SELECT * FROM bookings WHERE tutor_id = ? AND confirmed_start_at >= ? AND confirmed_start_at < ?',
      );
      const [floor, alone, worker] = await timesOf(inputs, [
        ({ tutorId, from, to }) => lookup.all(tutorId, from, to),
        (input) => weekQuery.run(cache.db, input),
        (input) => cache.read(weekQuery, input),
      ]);
      for (const [name, part] of [
        ['p50', 0.5],
        ['p95', 0.95],
      ] as const) {
        const least = percentile(floor, part);
        yield figureOver(`cache.week.query.${name}`, 'ms', percentile(alone, part), least);
        yield figureOver(`cache.week.read.${name}`, 'ms', percentile(worker, part), least);
      }
    } finally {
      await remove();
    }
  }
};

type WeekInput = Parameters<typeof weekQuery.run>[1];

/** Weeks of all the seeded twelve, tutors drawn at random but the same in every run. */
function weeksOf(tutors: readonly string[]): readonly WeekInput[] {
  const rng = randomOf('bench/cache');
  // Monday 16 November 2026, midnight in Trinidad and Tobago.
  const monday = Date.parse(`${benchAnchor}T00:00:00Z`) * 1000 - 2 * microsPerDay + 4 * microsPerHour;
  return Array.from({ length: samples }, () => {
    const from = monday + rng.between(-8, 3) * 7 * microsPerDay;
    return { tutorId: rng.pick(tutors), from, to: from + 7 * microsPerDay, now: monday + 2 * microsPerDay };
  });
}

type Run = (input: WeekInput) => unknown;

/** Milliseconds of each call, in turns so that a busy moment of the machine meets all of them; the first are not counted. */
async function timesOf(
  inputs: readonly WeekInput[],
  runs: readonly [Run, Run, Run],
): Promise<[number[], number[], number[]]> {
  const times: [number[], number[], number[]] = [[], [], []];
  for (const [index, input] of [...inputs.slice(0, warmUps), ...inputs].entries()) {
    for (const [which, run] of runs.entries()) {
      const { milliseconds } = await timed(() => run(input));
      if (index >= warmUps) times[which]?.push(milliseconds);
    }
  }
  return times;
}
