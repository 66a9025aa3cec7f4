import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import * as z from 'zod';

/** A reader whose query `test.stuck` stands in the middle of its rows and never ends; others answer how many bookings there are. */
const { path } = z.object({ path: z.string() }).parse(workerData);
const db = new Sqlite(path, { readonly: true });

parentPort?.on('message', ({ id, name }: { id: number; name: string }) => {
  if (name === 'test.stuck') {
    for (const row of db.prepare('SELECT id FROM subjects UNION ALL SELECT id FROM people').iterate()) {
      // Stands on this row for ever, and on the snapshot that it belongs to.
      while (row !== undefined);
    }
  }
  const value = db.prepare('SELECT count(*) FROM bookings').pluck().get();
  parentPort?.postMessage({ id, value, millis: 0 });
});
