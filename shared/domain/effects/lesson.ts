import { microsPerHour } from '../instant.ts';
import type { MutationArgs } from '../mutations.ts';
import { about, actor, bookingFor, proposal, sessionOf } from './booking.ts';
import {
  expectOf,
  missing,
  numberOf,
  patch,
  refuse,
  textOf,
  type EffectContext,
  type EffectResult,
  type Row,
  type RowView,
} from './types.ts';

/**
 * Moves a lesson: booking, session and charge time together. A tutor who comes later than the notice of the rules
 * only proposes, and the lesson stays where it is.
 */
export function bookingReschedule(
  args: MutationArgs<'booking.reschedule'>,
  view: RowView,
  context: EffectContext,
): EffectResult {
  const found = bookingFor('reschedule', args.booking_id, view);
  if ('refusal' in found) return found;
  if (args.end_at <= args.start_at) return refuse('span', 'The end must lie after the start.');
  const { row } = found;
  const session = sessionOf(row, view);
  const expect = [expectOf('bookings', row, ['status', 'confirmed_start_at', 'confirmed_end_at'])];
  const proposed = { reschedule_proposed_start: args.start_at, reschedule_proposed_end: args.end_at };
  if (onlyProposes(row, view, context)) {
    return {
      ...about(row, view, 'Propose to move'),
      changes: [
        patch('bookings', row, { last_action_by: 'tutor', updated_at: context.now }),
        proposal(row, context, args.start_at, args.end_at, args.reason),
        ...(session === null ? [] : [patch('sessions', session, proposed)]),
      ],
      expect,
    };
  }
  const moved = {
    scheduled_start_at: args.start_at,
    scheduled_end_at: args.end_at,
    charge_scheduled_at: args.end_at,
    reschedule_proposed_start: null,
    reschedule_proposed_end: null,
  };
  return {
    ...about(row, view, 'Move'),
    changes: [
      patch('bookings', row, {
        confirmed_start_at: args.start_at,
        confirmed_end_at: args.end_at,
        last_action_by: actor(row, context),
        updated_at: context.now,
      }),
      ...(session === null ? [] : [patch('sessions', session, moved)]),
    ],
    expect,
  };
}

/** Reports that the student did not come. Belongs to the booking, so that edits of both stay in order. */
export function sessionMarkNoShow(
  args: MutationArgs<'session.mark_no_show'>,
  view: RowView,
  context: EffectContext,
): EffectResult {
  const session = view.get('sessions', args.session_id);
  if (session === null) return missing('This lesson is not here any more.');
  const found = bookingFor('mark_no_show', textOf(session, 'booking_id'), view);
  if ('refusal' in found) return found;
  if (!['SCHEDULED', 'JOIN_OPEN'].includes(textOf(session, 'status'))) {
    return refuse('state', 'This lesson is over or was cancelled.');
  }
  return {
    ...about(found.row, view, 'Report a no-show in'),
    changes: [
      patch('sessions', session, { status: 'NO_SHOW_STUDENT', tutor_marked_no_show_at: context.now }),
      patch('bookings', found.row, { status: 'NO_SHOW', last_action_by: 'tutor', updated_at: context.now }),
    ],
    expect: [expectOf('sessions', session, ['status']), expectOf('bookings', found.row, ['status'])],
  };
}

/** The same rule as the server's: the latest booking rule in force that speaks of tutors, or of anyone. */
function onlyProposes(booking: Row, view: RowView, context: EffectContext): boolean {
  if (booking['tutor_id'] !== context.userId) return false;
  const rules = view
    .find('booking_rules', 'action', 'reschedule')
    .filter(
      (rule) => textOf(rule, 'state') === 'CONFIRMED' && numberOf(rule, 'effective_from') <= context.now,
    )
    .filter((rule) => ['tutor', 'any'].includes(textOf(rule, 'actor')))
    .toSorted(
      (one, other) =>
        Number(textOf(other, 'actor') === 'tutor') - Number(textOf(one, 'actor') === 'tutor') ||
        numberOf(other, 'effective_from') - numberOf(one, 'effective_from'),
    );
  const hours = Number(rules[0] === undefined ? 24 : textOf(rules[0], 'hours'));
  return context.now > numberOf(booking, 'confirmed_start_at') - hours * microsPerHour;
}
