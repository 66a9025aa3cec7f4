import type { MutationArgs } from '../mutations.ts';
import {
  expectOf,
  missing,
  numberOf,
  patch,
  refuse,
  textOf,
  type EffectContext,
  type EffectResult,
  type RowView,
} from './types.ts';

/** Replaces all rules of a schedule. Any change of the schedule since counts as a conflict: a replaced week is gone. */
export function availabilityReplace(args: MutationArgs<'availability.replace'>, view: RowView): EffectResult {
  const schedule = view.get('tutor_schedules', args.schedule_id);
  if (schedule === null) return missing('This schedule is not here any more.');
  const tutorId = textOf(schedule, 'tutor_id');
  const kept = new Set(args.rules.map((rule) => rule.id));
  const gone = view
    .find('tutor_availability_rules', 'tutor_id', tutorId)
    .filter((rule) => !kept.has(textOf(rule, 'id')));
  return {
    title: 'Replace the weekly hours',
    table: 'tutor_schedules',
    rowId: args.schedule_id,
    entity: `tutor_schedules:${args.schedule_id}`,
    changes: [
      ...gone.map((rule) => ({
        table: 'tutor_availability_rules' as const,
        id: textOf(rule, 'id'),
        row: null,
      })),
      ...args.rules.map((rule) => ({
        table: 'tutor_availability_rules' as const,
        id: rule.id,
        row: {
          row_version: 0,
          slot_minutes: numberOf(schedule, 'slot_minutes'),
          buffer_minutes: numberOf(schedule, 'buffer_minutes'),
          ...view.get('tutor_availability_rules', rule.id),
          ...rule,
          tutor_id: tutorId,
          is_active: true,
        },
      })),
    ],
    expect: [
      {
        table: 'tutor_schedules',
        id: args.schedule_id,
        fields: {},
        rowVersion: numberOf(schedule, 'row_version'),
      },
    ],
  };
}

export function unavailabilityAdd(
  args: MutationArgs<'unavailability.add'>,
  view: RowView,
  context: EffectContext,
): EffectResult {
  if (args.end_at <= args.start_at) return refuse('span', 'The end must lie after the start.');
  if (view.get('tutor_unavailability_blocks', args.id) !== null)
    return refuse('id', 'This entry exists already.');
  return {
    title: 'Add time off',
    table: 'tutor_unavailability_blocks',
    rowId: args.id,
    entity: `tutor_unavailability_blocks:${args.id}`,
    changes: [
      {
        table: 'tutor_unavailability_blocks',
        id: args.id,
        row: {
          id: args.id,
          row_version: 0,
          tutor_id: context.userId,
          start_at: args.start_at,
          end_at: args.end_at,
          is_recurring: false,
          rrule: null,
          reason_private: args.reason_private === '' ? null : args.reason_private,
        },
      },
    ],
    expect: [],
  };
}

export function unavailabilityRemove(
  args: MutationArgs<'unavailability.remove'>,
  view: RowView,
): EffectResult {
  const block = view.get('tutor_unavailability_blocks', args.id);
  if (block === null) return missing('This time off is not here any more.');
  return {
    title: 'Remove time off',
    table: 'tutor_unavailability_blocks',
    rowId: args.id,
    entity: `tutor_unavailability_blocks:${args.id}`,
    changes: [{ table: 'tutor_unavailability_blocks', id: args.id, row: null }],
    expect: [expectOf('tutor_unavailability_blocks', block, ['start_at', 'end_at'])],
  };
}

export function notificationMarkRead(
  args: MutationArgs<'notification.mark_read'>,
  view: RowView,
): EffectResult {
  const notification = view.get('notifications', args.id);
  if (notification === null) return missing('This notification is not here any more.');
  return {
    title: `Mark "${textOf(notification, 'title')}" as read`,
    table: 'notifications',
    rowId: args.id,
    entity: `notifications:${args.id}`,
    changes: [patch('notifications', notification, { is_read: true })],
    expect: [],
  };
}
