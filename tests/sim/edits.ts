import type { Mutation } from '#shared/domain/mutations';
import { AppError } from '#shared/rpc/errors';
import type { SimClient } from './client.ts';
import { pick } from './random.ts';
import type { World } from './world.ts';

/** An edit that a console acknowledged, and what became of it as far as its user was told. */
export type EditRecord = {
  readonly id: string;
  readonly client: SimClient;
  readonly edit: Mutation;
  /** What the audit log calls the row that the edit changes. */
  readonly target: string;
  readonly show: Show;
  /** Somebody else changed the same row, so that what is shown may rightly be something else. */
  isContested: boolean;
  /** in-doubt: dropped by its user after it had been tried, so that the server may have it or not. */
  said: 'waiting' | 'applied' | 'conflict' | 'rejected' | 'update-required' | 'withdrawn' | 'in-doubt';
};

/** What the user has to see from the moment of the edit on: a value, a row that is there, or one that is gone. */
type Show =
  | { readonly table: string; readonly id: string; readonly column: string; readonly value: unknown }
  | { readonly table: string; readonly id: string; readonly isThere: boolean };

export type Book = {
  readonly records: readonly EditRecord[];
  /** Makes an edit at this console, if the rolls find one that it allows. */
  edit(client: SimClient, rolls: readonly number[]): void;
  /** Undoes, discards or resends something in the outbox. */
  takeBack(client: SimClient, rolls: readonly number[]): void;
  /** Drops every refused edit, as a user who has read why. */
  giveUp(client: SimClient): void;
  /** Notes what the console says now. Returns what is wrong with what it shows. */
  observe(client: SimClient): readonly string[];
  /** Others changed these rows. */
  contest(ids: readonly string[]): void;
  /** What this user may see changed, which his consoles learn later. */
  contestUser(userId: string): void;
};

export function createBook(world: World, newId: () => string): Book {
  const records: EditRecord[] = [];
  const touched = new Set<string>();

  function draw(client: SimClient, [which = 0, a = 0, b = 0, c = 0]: readonly number[]): Mutation | null {
    const kind = pick(kinds, which) ?? 'booking.confirm';
    const rowId = (table: string, roll: number) => pick(client.rows(table), roll)?.[0];
    const start = (world.base + Math.floor(b * 80) * 3_600_000) * 1000;
    // Some edits are poison: a lesson of six minutes is refused by the server, not by the console.
    const end = start + (c < 0.15 ? 360 : 3600) * 1_000_000;
    const span = { start_at: start, end_at: end };
    switch (kind) {
      case 'unavailability.add':
        return { kind, args: { id: newId(), start_at: start, end_at: end, reason_private: `reason ${c}` } };
      case 'unavailability.remove': {
        const id = rowId('tutor_unavailability_blocks', a);
        return typeof id === 'string' ? { kind, args: { id } } : null;
      }
      case 'notification.mark_read': {
        const id = rowId('notifications', a);
        return typeof id === 'string' ? { kind, args: { id } } : null;
      }
      case 'availability.replace': {
        const id = rowId('tutor_schedules', a);
        const day = Math.floor(b * 7);
        const rules = [
          { id: newId(), day_of_week: day, start_time: '08:00', end_time: c < 0.5 ? '11:30' : '24:00' },
        ];
        return typeof id === 'string'
          ? { kind, args: { schedule_id: id, rules: c < 0.1 ? [] : rules } }
          : null;
      }
      default: {
        // Mostly one that allows it: refused by the console itself, nothing is tried.
        const fitting = client
          .rows('bookings')
          .filter((row) => suits[kind]?.includes(String(row[6])) ?? true);
        const id = a < 0.9 ? pick(fitting, a / 0.9)?.[0] : rowId('bookings', (a - 0.9) * 10);
        if (typeof id !== 'string') return null;
        if (kind === 'booking.confirm') return { kind, args: { booking_id: id } };
        if (kind === 'booking.decline')
          return { kind, args: { booking_id: id, message: c < 0.5 ? '' : `sorry ${c}` } };
        if (kind === 'booking.cancel') return { kind, args: { booking_id: id, reason: `reason ${c}` } };
        if (kind === 'booking.counter_offer') return { kind, args: { booking_id: id, ...span, message: '' } };
        return { kind, args: { booking_id: id, ...span, reason: `reason ${c}` } };
      }
    }
  }

  function remember(client: SimClient, id: string, edit: Mutation): void {
    const target = targetOf(edit);
    // What others changed before may still be on its way to this console.
    let isContested = touched.has(target) || touched.has(client.userId) || client.isSpoiled;
    for (const other of records) {
      if (other.target !== target) continue;
      if (other.client !== client && other.said !== 'withdrawn') isContested = true;
      other.isContested = true;
    }
    records.push({ id, client, edit, target, show: showOf(edit), isContested, said: 'waiting' });
  }

  return {
    records,
    edit(client, rolls) {
      const edit = draw(client, rolls);
      if (edit === null) return;
      const before = new Set(client.engine.outbox().map((item) => item.id));
      const id = tryTo(() => client.engine.add(edit).mutationId);
      if (id === null) return;
      remember(client, id, edit);
      const after = new Set(client.engine.outbox().map((item) => item.id));
      // A replace-all edit takes the place of one that was never sent.
      for (const record of records) {
        if (record.client === client && before.has(record.id) && !after.has(record.id))
          record.said = 'withdrawn';
      }
    },
    takeBack(client, [which = 0, how = 0]) {
      const items = client.engine.outbox();
      // Half of the time something that may have left, where that is not so easy.
      const tried = items.filter((each) => each.attempts > 0);
      const item = which < 0.5 && tried.length > 0 ? pick(tried, which * 2) : pick(items, which);
      const record = records.find((each) => each.id === item?.id);
      if (item === undefined || record === undefined) return;
      if (how < 0.4) {
        const isDone = tryTo(() => client.engine.undo(item.id) === undefined);
        if (isDone !== null) record.said = 'withdrawn';
      } else if (how < 0.6) {
        const isDone = tryTo(() => client.engine.discard(item.id) === undefined);
        if (isDone !== null && record.said === 'waiting')
          record.said = item.attempts > 0 ? 'in-doubt' : 'withdrawn';
      } else {
        const before = new Set(items.map((each) => each.id));
        if (tryTo(() => client.engine.retry(item.id) === undefined) === null) return;
        const anew = client.engine.outbox().find((each) => !before.has(each.id));
        if (anew !== undefined) remember(client, anew.id, record.edit);
      }
      for (const other of records) if (other.target === record.target) other.isContested = true;
    },
    giveUp(client) {
      for (const item of client.engine.outbox()) {
        if (['conflict', 'rejected', 'update-required'].includes(item.state)) client.engine.discard(item.id);
      }
    },
    observe(client) {
      const items = new Map(client.engine.outbox().map((item) => [item.id, item.state]));
      const wrong: string[] = [];
      for (const record of records) {
        if (record.client !== client) continue;
        const state = items.get(record.id);
        if (record.said === 'waiting') {
          // What leaves the outbox without having been refused or taken back is, to its user, done.
          if (state === undefined || state === 'applied') record.said = 'applied';
          else if (state === 'conflict' || state === 'rejected' || state === 'update-required')
            record.said = state;
        }
        const isVisible = record.said === 'waiting' || record.said === 'applied';
        if (!isVisible || record.isContested || client.isSpoiled) continue;
        const problem = shown(client, record.show);
        if (problem !== null)
          wrong.push(`${client.name}: ${record.edit.kind} ${record.id} (${state ?? 'done'}): ${problem}`);
      }
      return wrong;
    },
    contest(ids) {
      for (const id of ids) touched.add(id);
      for (const record of records) if (ids.includes(record.target)) record.isContested = true;
    },
    contestUser(userId) {
      touched.add(userId);
      for (const record of records) if (record.client.userId === userId) record.isContested = true;
    },
  };
}

const kinds = [
  'booking.confirm',
  'booking.confirm',
  'booking.decline',
  'booking.cancel',
  'booking.counter_offer',
  'booking.reschedule',
  'booking.reschedule',
  'unavailability.add',
  'unavailability.add',
  'unavailability.remove',
  'availability.replace',
  'notification.mark_read',
] as const;

/** The statuses (the seventh value of a booking on the wire) that an edit can start from. */
const suits: Readonly<Record<string, readonly string[]>> = {
  'booking.confirm': ['PENDING'],
  'booking.decline': ['PENDING', 'COUNTER_PROPOSED'],
  'booking.counter_offer': ['PENDING', 'COUNTER_PROPOSED'],
  'booking.reschedule': ['CONFIRMED'],
  'booking.cancel': ['PENDING', 'CONFIRMED'],
};

/** The answer of the product, or null when it refused. Anything but a refusal is a defect and goes on. */
function tryTo<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError && error.code !== 'INTERNAL') return null;
    throw error;
  }
}

function targetOf({ kind, args }: Mutation): string {
  if (kind === 'availability.replace') return args.schedule_id;
  if (kind === 'session.mark_no_show') return args.session_id;
  return 'booking_id' in args ? args.booking_id : args.id;
}

function showOf(edit: Mutation): Show {
  switch (edit.kind) {
    case 'unavailability.add':
      return { table: 'tutor_unavailability_blocks', id: edit.args.id, isThere: true };
    case 'unavailability.remove':
      return { table: 'tutor_unavailability_blocks', id: edit.args.id, isThere: false };
    case 'notification.mark_read':
      return { table: 'notifications', id: edit.args.id, column: 'is_read', value: 1 };
    case 'availability.replace': {
      const [rule] = edit.args.rules;
      return {
        table: 'tutor_availability_rules',
        id: rule?.id ?? edit.args.schedule_id,
        isThere: rule !== undefined,
      };
    }
    case 'booking.reschedule':
      return { ...booking(edit.args.booking_id), column: 'confirmed_start_at', value: edit.args.start_at };
    case 'booking.confirm':
      return { ...booking(edit.args.booking_id), column: 'status', value: 'CONFIRMED' };
    case 'booking.decline':
      return { ...booking(edit.args.booking_id), column: 'status', value: 'DECLINED' };
    case 'booking.counter_offer':
      return { ...booking(edit.args.booking_id), column: 'status', value: 'COUNTER_PROPOSED' };
    case 'booking.cancel':
      return { ...booking(edit.args.booking_id), column: 'status', value: 'CANCELLED' };
    case 'session.mark_no_show':
      return { table: 'sessions', id: edit.args.session_id, column: 'status', value: 'NO_SHOW_STUDENT' };
  }
}

function booking(id: string) {
  return { table: 'bookings', id };
}

function shown(client: SimClient, show: Show): string | null {
  // Between a purge and the end of the pull after it, little is there, and the sync pill says so.
  if (client.engine.status().lastSyncedAt === null) return null;
  const row = client.cache.db.prepare(`SELECT * FROM ${show.table} WHERE id = ?`).get(show.id) as
    | Record<string, unknown>
    | undefined;
  if ('isThere' in show) {
    return (row !== undefined) === show.isThere ? null : `the row is ${show.isThere ? 'not ' : ''}there`;
  }
  if (row === undefined || row[show.column] === show.value) return null;
  return `${show.column} shows ${String(row[show.column])}, not ${String(show.value)}`;
}
