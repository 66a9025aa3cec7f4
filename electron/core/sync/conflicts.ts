import * as z from 'zod';
import { sideOf, type ConflictField } from '#shared/domain/conflict';
import type { Row } from '#shared/domain/effects/effect';
import { mutationArgs, type Mutation } from '#shared/domain/mutations';
import { hoursOn, mergeHours, weekdays, type HoursRule } from '#shared/domain/weekly-hours';
import type { StoredEdit } from './outbox.ts';
import type { Rows } from './rows.ts';

/** Columns that say nothing to people, or change with every change. */
const silent = new Set(['id', 'row_version', 'created_at', 'updated_at', 'last_action_by']);

/** The fields that either side changed, of one row. */
export function fieldsOf(base: Row, theirs: Row, mine: Row): readonly ConflictField[] {
  return Object.keys({ ...base, ...mine })
    .filter((field) => !silent.has(field) && !field.endsWith('_id') && field in theirs)
    .map((field) => {
      const was = base[field] ?? null;
      return { field, base: was, theirs: theirs[field] ?? null, mine: mine[field] ?? was };
    })
    .filter((field) => sideOf(field) !== 'none');
}

/** The rows as they were when the edit was made, by "table:id". */
export function rowsBefore(edit: Pick<StoredEdit, 'before'>): ReadonlyMap<string, Row> {
  const parsed = z
    .record(z.string(), z.record(z.string(), z.json()).nullable())
    .parse(JSON.parse(edit.before));
  return new Map(Object.entries(parsed).flatMap(([key, row]) => (row === null ? [] : [[key, row] as const])));
}

/** Replaced weekly hours, day by day; null for every other edit. What they are now is read from the cache. */
export function hoursConflict(
  edit: StoredEdit,
  rows: Rows,
): { readonly fields: readonly ConflictField[]; readonly merged: Mutation } | null {
  if (edit.kind !== 'availability.replace') return null;
  const args = mutationArgs['availability.replace'].safeParse(JSON.parse(edit.args));
  const schedule = rows.get('tutor_schedules', edit.row_id);
  if (!args.success || schedule === null) return null;
  const table = 'tutor_availability_rules';
  const base = [...rowsBefore(edit)]
    .filter(([key]) => key.startsWith(`${table}:`))
    .flatMap(([, row]) => toRules(row));
  const theirs = rows.find(table, 'tutor_id', String(schedule['tutor_id'])).flatMap(toRules);
  const mine = args.data.rules;
  const fields = weekdays
    .map((field, day) => ({
      field,
      base: hoursOn(base, day),
      theirs: hoursOn(theirs, day),
      mine: hoursOn(mine, day),
    }))
    .filter((field) => sideOf(field) !== 'none');
  const rules = [...mergeHours(base, theirs, mine)];
  return { fields, merged: { kind: 'availability.replace', args: { ...args.data, rules } } };
}

/** A row in the form of an edit's rule; one of another form, as a later version may have, is left out. */
function toRules(row: Row): readonly HoursRule[] {
  const parsed = mutationArgs['availability.replace'].shape.rules.element.safeParse(row);
  return parsed.success ? [parsed.data] : [];
}
