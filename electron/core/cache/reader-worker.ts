import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import * as z from 'zod';
import { queries } from './queries.ts';

/** The reader worker: named queries over a read-only connection, one at a time. */
const { path } = z.object({ path: z.string() }).parse(workerData);
const db = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 5000 });
db.pragma('cache_size = -32768');
const byName = new Map(queries.map((query) => [query.name, query]));

parentPort?.on('message', (message: { id: number; name: string; input: never }) => {
  const began = performance.now();
  const answer = run(message);
  parentPort?.postMessage({ id: message.id, ...answer, millis: performance.now() - began });
});

function run(message: {
  name: string;
  input: never;
}): { value: unknown } | { problem: string; code?: string } {
  try {
    const query = byName.get(message.name);
    if (query === undefined) return { problem: `no query is named ${message.name}` };
    // One transaction, so that the statements of a query see the same rows and tables.
    return { value: db.transaction(() => query.run(db, message.input))() };
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) return { problem: error.message, code: error.code };
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
