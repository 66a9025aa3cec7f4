import { effectOf, type Effect } from '#shared/domain/effects/effect';
import type { Micros } from '#shared/domain/instant';
import { mutation, wholeRowKinds, type Mutation } from '#shared/domain/mutations';
import { AppError } from '#shared/rpc/errors';
import type { Clock } from '../cache/types.ts';
import { applyChange, putOverlayOn, takeOverlayOff } from './overlay.ts';
import type { Target } from './apply.ts';
import {
  allEdits,
  deleteEdit,
  findEdit,
  insertEdit,
  isWaiting,
  needsAttention,
  overwriteEdit,
  type NewEdit,
  type StoredEdit,
} from './outbox.ts';
import { nextCounter } from './state.ts';
import { statement } from '../cache/query.ts';

export type EditOptions = {
  readonly target: Target;
  readonly clock: Clock;
  readonly newId: (now: Micros) => string;
  readonly holdMicros: number;
  /** Server clock minus this machine's. */
  readonly serverOffset: () => number;
};

type Changed = { readonly tables: ReadonlySet<string> };

/** Runs `work` in one transaction that is on the disk when it returns: an edit that was acknowledged survives a crash. */
export function durably<T>(target: Target, work: () => T): T {
  target.db.pragma('synchronous = FULL');
  try {
    return target.db.transaction(work).immediate();
  } finally {
    target.db.pragma('synchronous = NORMAL');
  }
}

/** Queues an edit together with its effect. Throws NOT_FOUND or REJECTED when the rows do not allow it. */
export function addEdit(options: EditOptions, edit: Mutation): Changed & { readonly mutationId: string } {
  return durably(options.target, () => queueEdit(options, edit, null));
}

/** The same inside a durable transaction, as one of a group or alone. A refusal has written nothing. */
export function queueEdit(
  options: EditOptions,
  edit: Mutation,
  groupId: string | null,
): Changed & { readonly mutationId: string } {
  const { target } = options;
  const made = prepareEdit(options, edit);
  const superseded = supersede(target, edit, made.effect);
  insertEdit(target.db, {
    ...made.row,
    ...(superseded === undefined ? {} : { expect: superseded.expect, before: earliest(superseded, made) }),
    group_id: groupId,
  });
  return show(target, made);
}

/**
 * Puts another edit of the same thing into the place of one that was refused, under an id of its own. Throws NOT_FOUND,
 * REJECTED or BAD_INPUT, and then the refused one stays as it is.
 */
export function replaceEdit(
  options: EditOptions,
  id: string,
  edit: Mutation,
): Changed & { readonly mutationId: string } {
  const { target } = options;
  return durably(target, () => {
    const refused = requireEdit(target, id);
    if (!needsAttention(refused)) throw onItsWay();
    const made = prepareEdit(options, edit);
    if (made.row.entity !== refused.entity) {
      throw new AppError('BAD_INPUT', 'This edit is about something else.');
    }
    overwriteEdit(target.db, refused.position, { ...made.row, group_id: refused.group_id });
    return { mutationId: made.row.id, tables: replay(target) };
  });
}

/** Takes back an edit that was never sent. */
export function undoEdit(options: EditOptions, id: string): Changed {
  return dropEdit(options, id, (edit) => edit.state === 'queued' && edit.attempts === 0);
}

/**
 * Drops an edit that was refused or that waits. One that was tried before may have reached the server all the same; the
 * next pull shows it then, because what the cache shows of the server never comes from the outbox.
 */
export function discardEdit(options: EditOptions, id: string): Changed {
  return dropEdit(options, id, (edit) => needsAttention(edit) || edit.state === 'queued');
}

/**
 * Queues a refused edit anew, in its old place, over the rows as they are now and under a new id: the server answers
 * an id for ever as it did the first time. A waiting edit is only made due.
 */
export function retryEdit(options: EditOptions, id: string): Changed {
  const { target, clock } = options;
  return durably(target, () => {
    const edit = requireEdit(target, id);
    if (edit.state === 'applied') throw onItsWay();
    if (isWaiting(edit)) {
      statement(target.db, 'UPDATE outbox SET send_at = ? WHERE position = ?').run(
        clock.now(),
        edit.position,
      );
      return { tables: new Set<string>() };
    }
    const parsed = mutation.safeParse({ kind: edit.kind, args: JSON.parse(edit.args) });
    if (!parsed.success) {
      throw new AppError(
        'UPDATE_REQUIRED',
        'This edit was made by another version of the console and cannot be sent.',
      );
    }
    const madeAt = clock.now() + options.serverOffset();
    const newId = options.newId(clock.now());
    const effect = requireEffect(target, parsed.data, newId, madeAt);
    statement(
      target.db,
      `UPDATE outbox SET id = ?, seq = ?, expect = ?, before = ?, state = 'queued', send_at = ?, made_at = ?, attempts = 0,
         problem = NULL, problem_code = NULL, fields = '[]' WHERE position = ?`,
    ).run(
      newId,
      nextCounter(target.db, 'seq'),
      JSON.stringify(effect.expect),
      beforeOf(target, effect),
      clock.now(),
      madeAt,
      edit.position,
    );
    return { tables: replay(target) };
  });
}

type Prepared = { readonly row: Omit<NewEdit, 'group_id'>; readonly effect: Effect };

function prepareEdit(options: EditOptions, edit: Mutation): Prepared {
  const { target, clock } = options;
  const now = clock.now();
  const madeAt = now + options.serverOffset();
  const id = options.newId(now);
  const effect = requireEffect(target, edit, id, madeAt);
  const row = {
    id,
    seq: nextCounter(target.db, 'seq'),
    kind: edit.kind,
    args: JSON.stringify(edit.args),
    expect: JSON.stringify(effect.expect),
    title: effect.title,
    tbl: effect.table,
    row_id: effect.rowId,
    entity: effect.entity,
    created_at: now,
    send_at: now + options.holdMicros,
    made_at: madeAt,
    before: beforeOf(target, effect),
  };
  return { row, effect };
}

/** The rows that an edit changes, as they are now. */
function beforeOf(target: Target, effect: Effect): string {
  return JSON.stringify(
    Object.fromEntries(
      effect.changes.map(({ table, id }) => [`${table}:${id}`, target.rows.get(table, id)] as const),
    ),
  );
}

/** Before the one that this replaces, which was never sent. */
function earliest(superseded: StoredEdit, { row }: Prepared): string {
  const before: Record<string, unknown> = { ...JSON.parse(row.before), ...JSON.parse(superseded.before) };
  return JSON.stringify(before);
}

function show(target: Target, { row, effect }: Prepared): Changed & { readonly mutationId: string } {
  for (const change of effect.changes) applyChange(target.db, target.rows, change);
  return { mutationId: row.id, tables: new Set(effect.changes.map((change) => change.table)) };
}

/** Takes the overlay off and puts it on again, after the outbox changed. Call inside a transaction. */
export function replay(target: Target): ReadonlySet<string> {
  const before = takeOverlayOff(target.db, target.rows);
  return new Set([...before, ...putOverlayOn(target.db, target.rows, target.userId)]);
}

function dropEdit({ target }: EditOptions, id: string, isAllowed: (edit: StoredEdit) => boolean): Changed {
  return durably(target, () => {
    const edit = requireEdit(target, id);
    if (!isAllowed(edit)) throw onItsWay();
    const later = allEdits(target.db).find(
      (other) => other.entity === edit.entity && other.position > edit.position && isWaiting(other),
    );
    if (later !== undefined && edit.state === 'queued') {
      throw new AppError('CONFLICT', `"${later.title}" was made on top of this. Take that back first.`);
    }
    deleteEdit(target.db, edit.position);
    return { tables: replay(target) };
  });
}

/**
 * A replace-all edit over one that was not sent yet takes its place: what the first expected still holds, and only
 * the last version matters.
 */
function supersede(target: Target, edit: Mutation, effect: Effect): StoredEdit | undefined {
  if (!wholeRowKinds.includes(edit.kind)) return undefined;
  const earlier = allEdits(target.db).findLast((other) => other.entity === effect.entity);
  if (earlier?.kind !== edit.kind || earlier.state !== 'queued' || earlier.attempts > 0) return undefined;
  deleteEdit(target.db, earlier.position);
  replay(target);
  return earlier;
}

function requireEffect(target: Target, edit: Mutation, mutationId: string, now: number): Effect {
  const effect = effectOf(edit, target.rows, { userId: target.userId, now, mutationId });
  if (!('refusal' in effect)) return effect;
  const { rule, message, isMissing } = effect.refusal;
  throw new AppError(isMissing ? 'NOT_FOUND' : 'REJECTED', message, { rule });
}

function requireEdit(target: Target, id: string): StoredEdit {
  const found = findEdit(target.db, id);
  if (found === undefined) throw new AppError('NOT_FOUND', 'This edit is not in the outbox any more.');
  return found;
}

function onItsWay(): AppError {
  return new AppError('CONFLICT', 'This edit is already on its way to the server and cannot be taken back.');
}
