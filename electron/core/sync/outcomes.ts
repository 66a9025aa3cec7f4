import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { mutation } from '#shared/domain/mutations';
import { effectOf, type Row } from '#shared/domain/effects/effect';
import type { PushResponse } from '#shared/domain/sync/wire';
import { statement } from '../cache/query.ts';
import { fieldsOf, rowsBefore } from './conflicts.ts';
import { allEdits, expectationsOf, type StoredEdit } from './outbox.ts';
import { readCounter } from './state.ts';
import type { OutboxItem } from './types.ts';

type Result = PushResponse['results'][number];

const serverRows = z.object({
  rows: z.array(
    z.object({
      table: z.string(),
      id: z.uuid(),
      row: z.record(z.string(), z.json()).nullish(),
      rowVersion: z.number().int().nullish(),
    }),
  ),
});

/**
 * Writes down what the server decided. Nothing is taken from the answer into the cached rows: an applied edit keeps
 * its overlay until a pull round that began after this moment is complete. Call inside a durable transaction.
 */
export function recordOutcome(db: Database, edit: StoredEdit, result: Result): void {
  if (result.outcome === 'applied') {
    statement(
      db,
      `UPDATE outbox SET state = 'applied', applied_round = ?, problem = NULL, problem_code = NULL WHERE position = ?`,
    ).run(readCounter(db, 'rounds'), edit.position);
    moveVersions(db, edit, result);
    return;
  }
  const state =
    result.outcome === 'conflict'
      ? 'conflict'
      : result.outcome === 'unknown_kind'
        ? 'update-required'
        : 'rejected';
  statement(
    db,
    `UPDATE outbox SET state = ?, problem = ?, problem_code = ?, fields = ?,
       refused_at_position = (SELECT max(position) FROM outbox) WHERE position = ?`,
  ).run(
    state,
    problemOf(result),
    result.code,
    JSON.stringify(result.outcome === 'conflict' ? conflictFields(edit, result) : []),
    edit.position,
  );
}

function problemOf(result: Result): string {
  switch (result.outcome) {
    case 'gone':
      return result.message ?? 'What this edit was about is not there any more, or not yours to see.';
    case 'unknown_kind':
      return 'The server does not know this kind of edit. Update the console, then try again.';
    case 'conflict':
      return result.message ?? 'Somebody changed this first. Compare, then keep yours or drop it.';
    default:
      return result.message ?? 'The server refused this edit.';
  }
}

/** Base, theirs and mine of every field that either side changed since the edit was made. */
function conflictFields(edit: StoredEdit, result: Result): OutboxItem['fields'] {
  const parsed = serverRows.safeParse(result.data);
  if (!parsed.success) return [];
  const before = rowsBefore(edit);
  const mine = intended(edit, parsed.data.rows);
  return expectationsOf(edit).flatMap((expected) => {
    const key = `${expected.table}:${expected.id}`;
    const theirs = parsed.data.rows.find(
      (row) => row.table === expected.table && row.id === expected.id,
    )?.row;
    if (theirs === null || theirs === undefined) return [];
    const base = { ...before.get(key), ...expected.fields };
    return [...fieldsOf(base, theirs, mine.get(key) ?? base)];
  });
}

/** What the edit would have made of the rows it was based on. */
function intended(edit: StoredEdit, rows: z.infer<typeof serverRows>['rows']): ReadonlyMap<string, Row> {
  const parsed = mutation.safeParse({ kind: edit.kind, args: JSON.parse(edit.args) });
  if (!parsed.success) return new Map();
  const before = rowsBefore(edit);
  const based = new Map<string, Row>();
  for (const expected of expectationsOf(edit)) {
    const server = rows.find((row) => row.table === expected.table && row.id === expected.id)?.row;
    const key = `${expected.table}:${expected.id}`;
    based.set(key, { ...server, ...before.get(key), id: expected.id, ...expected.fields });
  }
  const effect = effectOf(
    parsed.data,
    { get: (table, id) => based.get(`${table}:${id}`) ?? null, find: () => [] },
    { userId: '', now: edit.made_at, mutationId: edit.id },
  );
  if ('refusal' in effect) return new Map();
  return new Map(effect.changes.map((change) => [`${change.table}:${change.id}`, change.row ?? {}]));
}

/** Later edits that were made on top of this one expect the version that it led to. */
function moveVersions(db: Database, edit: StoredEdit, result: Result): void {
  const parsed = serverRows.safeParse(result.data);
  if (!parsed.success) return;
  for (const later of allEdits(db)) {
    if (later.entity !== edit.entity || later.position <= edit.position || later.state !== 'queued') continue;
    const moved = expectationsOf(later).map((expected) => {
      const now = parsed.data.rows.find(
        (row) => row.table === expected.table && row.id === expected.id,
      )?.rowVersion;
      return expected.rowVersion === undefined || typeof now !== 'number'
        ? expected
        : { ...expected, rowVersion: now };
    });
    statement(db, 'UPDATE outbox SET expect = ? WHERE position = ?').run(
      JSON.stringify(moved),
      later.position,
    );
  }
}
