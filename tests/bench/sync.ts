import pg from 'pg';
import { startSeeded, type BenchBackend } from './support/backend.ts';
import { pullEverything, type PulledCache, type RecordedRequest } from './support/console-cache.ts';
import { insertRows } from './support/insert-floor.ts';
import { figureOver, rounded, timed, type Bench, type Figure } from './support/figure.ts';
import { hostFigures } from './support/host-figures.ts';
import { loadRows } from './support/load.ts';
import { readFigures } from './support/read-figures.ts';
import { stepFigures } from './support/sync-steps.ts';

/** The account that may see all of it. */
const admin = 'admin@demo.itutor.tt';

/**
 * The first pull of an admin at 100,000 and 1,000,000 rows, and at the smaller size each single step of keeping up. Floors
 * are the least that the same could cost: the very pages read over HTTP one after another, and the very rows put into
 * the same tables of a plain SQLite file by one prepared statement a table in large transactions, with the same
 * indexes built last. `--scales` names other sizes, in thousands of rows.
 */
export const bench: Bench = async function* ({ note, isSmall = false, scales }) {
  const sizes = scales?.map((thousands) => thousands * 1000) ?? (isSmall ? [30_000] : [100_000, 1_000_000]);
  note('Seeding ...');
  const backend = await startSeeded(1, () => undefined);
  try {
    for (const size of sizes) {
      const name = `sync.${size / 1000}k`;
      note(`Loading ${size.toLocaleString('en-US')} rows ...`);
      const loaded = await timed(() => loadRows(backend.databaseUrl, size));
      note(`Loaded ${loaded.result.toLocaleString('en-US')} in ${Math.round(loaded.milliseconds / 1000)} s.`);
      // A first pull that is not counted: PostgreSQL reads its pages from disk, PostgREST fills its pool.
      await (await pullEverything(backend, admin)).remove();
      const rounds = isSmall || size > 100_000 ? 1 : 3;
      yield* firstPull(backend, name, rounds, note);
      yield* hostFigures(backend, admin, name, note);
      if (size === sizes[0]) yield* steps(backend, name, isSmall, note);
    }
  } finally {
    await backend.stop();
  }
};

/** The median of some rounds, each beside floors measured right behind it. */
async function* firstPull(
  backend: BenchBackend,
  name: string,
  rounds: number,
  note: (line: string) => void,
): AsyncGenerator<Figure> {
  const runs: { pull: number; http: number; inserts: number; rows: number; bytes: number; pages: number }[] =
    [];
  for (let round = 1; round <= rounds; round += 1) {
    note(`First pull, ${round} of ${rounds} ...`);
    const pulled = await pullEverything(backend, admin);
    const pages = await timed(() => readPages(pulled.requests));
    if (round === rounds) yield* readFigures(pulled.cache, name);
    const inserts = await insertRows(pulled.cache.db);
    runs.push({
      pull: pulled.milliseconds,
      http: pages.milliseconds,
      inserts: inserts.milliseconds,
      rows: inserts.rows,
      bytes: pages.result,
      pages: pulled.requests.length,
    });
    await pulled.remove();
  }
  const run = runs.toSorted(
    (one, other) => one.pull / (one.http + one.inserts) - other.pull / (other.http + other.inserts),
  )[Math.floor(runs.length / 2)];
  if (run === undefined) return;
  yield figureOver(`${name}.firstPull`, 'ms', run.pull, run.http + run.inserts);
  yield { name: `${name}.floor.http`, value: rounded(run.http), unit: 'ms' };
  yield { name: `${name}.floor.inserts`, value: rounded(run.inserts), unit: 'ms' };
  yield { name: `${name}.rows`, value: run.rows, unit: 'rows' };
  yield { name: `${name}.pages`, value: run.pages, unit: 'pages' };
  yield { name: `${name}.bytes`, value: run.bytes, unit: 'bytes' };
}

async function* steps(
  backend: BenchBackend,
  name: string,
  isSmall: boolean,
  note: (line: string) => void,
): AsyncGenerator<Figure> {
  note('Measuring single steps ...');
  const pulled: PulledCache = await pullEverything(backend, admin);
  const sql = new pg.Client({ connectionString: backend.databaseUrl });
  await sql.connect();
  try {
    yield* stepFigures({ pulled, sql, name, samples: isSmall ? 30 : 200 });
  } finally {
    await sql.end();
    await pulled.remove();
  }
}

/** Reads the pages again, without looking into them; returns their bytes. */
async function readPages(requests: readonly RecordedRequest[]): Promise<number> {
  let bytes = 0;
  for (const { url, init } of requests) {
    const response = await fetch(url, init);
    const body = await response.arrayBuffer();
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    bytes += body.byteLength;
  }
  return bytes;
}
