import { bookingStatus, canDo, type BookingAction } from '../booking-status.ts';
import type { MutationArgs } from '../mutations.ts';
import {
  expectOf,
  missing,
  patch,
  refuse,
  textOf,
  type EffectContext,
  type EffectResult,
  type Refusal,
  type Row,
  type RowChange,
  type RowView,
} from './types.ts';

/** Accepts a request at the time that was asked for. It expects that time: another one was not accepted. */
export function bookingConfirm(
  args: MutationArgs<'booking.confirm'>,
  view: RowView,
  context: EffectContext,
): EffectResult {
  const found = bookingFor('confirm', args.booking_id, view);
  if ('refusal' in found) return found;
  const { row } = found;
  return {
    ...about(row, view, 'Accept'),
    changes: [
      patch('bookings', row, {
        status: 'CONFIRMED',
        confirmed_start_at: row['requested_start_at'] ?? null,
        confirmed_end_at: row['requested_end_at'] ?? null,
        last_action_by: actor(row, context),
        updated_at: context.now,
      }),
    ],
    expect: [expectOf('bookings', row, ['status', 'requested_start_at', 'requested_end_at'])],
  };
}

export function bookingDecline(
  args: MutationArgs<'booking.decline'>,
  view: RowView,
  context: EffectContext,
): EffectResult {
  const found = bookingFor('decline', args.booking_id, view);
  if ('refusal' in found) return found;
  const { row } = found;
  const isSaid = args.message !== '';
  return {
    ...about(row, view, 'Decline'),
    changes: [
      patch('bookings', row, {
        status: 'DECLINED',
        tutor_notes: isSaid ? args.message : (row['tutor_notes'] ?? null),
        last_action_by: actor(row, context),
        updated_at: context.now,
      }),
      ...(isSaid ? [message(row, context, { message_type: 'text', body: args.message })] : []),
    ],
    expect: [expectOf('bookings', row, ['status'])],
  };
}

export function bookingCounterOffer(
  args: MutationArgs<'booking.counter_offer'>,
  view: RowView,
  context: EffectContext,
): EffectResult {
  const found = bookingFor('counter_offer', args.booking_id, view);
  if ('refusal' in found) return found;
  if (args.end_at <= args.start_at) return refuse('span', 'The end must lie after the start.');
  const { row } = found;
  return {
    ...about(row, view, 'Propose another time for'),
    changes: [
      patch('bookings', row, {
        status: 'COUNTER_PROPOSED',
        last_action_by: actor(row, context),
        updated_at: context.now,
      }),
      proposal(row, context, args.start_at, args.end_at, args.message),
    ],
    expect: [expectOf('bookings', row, ['status', 'requested_start_at', 'requested_end_at'])],
  };
}

export function bookingCancel(
  args: MutationArgs<'booking.cancel'>,
  view: RowView,
  context: EffectContext,
): EffectResult {
  const found = bookingFor('cancel', args.booking_id, view);
  if ('refusal' in found) return found;
  const { row } = found;
  const session = sessionOf(row, view);
  const cancelled = session === null ? [] : [cancelSession(session, row, context)];
  return {
    ...about(row, view, 'Cancel'),
    changes: [
      patch('bookings', row, {
        status: 'CANCELLED',
        cancellation_reason: args.reason,
        last_action_by: actor(row, context),
        updated_at: context.now,
      }),
      ...cancelled,
    ],
    expect: [expectOf('bookings', row, ['status', 'confirmed_start_at', 'confirmed_end_at'])],
  };
}

/** The booking, when it is known and its state lets the action start. */
export function bookingFor(
  action: BookingAction,
  id: string,
  view: RowView,
): { readonly row: Row } | Refusal {
  const row = view.get('bookings', id);
  if (row === null) return missing('This booking is not here any more.');
  const status = bookingStatus.safeParse(row['status']);
  if (!status.success || !canDo(action, status.data)) {
    return refuse('state', `This booking is ${textOf(row, 'status').toLowerCase()} by now.`);
  }
  return { row };
}

/** Title and address of an edit of a booking: "Accept CSEC Maths with Aaliyah Mohammed". */
export function about(booking: Row, view: RowView, verb: string) {
  const id = textOf(booking, 'id');
  const subject = view.get('subjects', textOf(booking, 'subject_id'));
  const student = view.get('people', textOf(booking, 'student_id'));
  const lesson = subject === null ? 'lesson' : textOf(subject, 'label') || textOf(subject, 'name');
  const name = student === null ? 'a student' : textOf(student, 'display_name');
  return {
    title: `${verb} ${lesson} with ${name}`,
    table: 'bookings',
    rowId: id,
    entity: `bookings:${id}`,
  } as const;
}

export function sessionOf(booking: Row, view: RowView): Row | null {
  return view.find('sessions', 'booking_id', textOf(booking, 'id'))[0] ?? null;
}

/** A proposed time, shown as a message under the edit's own id until the server's message replaces it. */
export function proposal(
  booking: Row,
  context: EffectContext,
  startAt: number,
  endAt: number,
  body: string,
): RowChange {
  return message(booking, context, {
    message_type: 'time_proposal',
    body: body === '' ? null : body,
    proposed_start_at: startAt,
    proposed_end_at: endAt,
  });
}

/** Who the booking will say acted last: admins leave it as it is. */
export function actor(booking: Row, context: EffectContext): string | null {
  if (booking['tutor_id'] === context.userId) return 'tutor';
  return textOf(booking, 'last_action_by') || null;
}

function message(booking: Row, context: EffectContext, columns: Row): RowChange {
  return {
    table: 'booking_messages',
    id: context.mutationId,
    row: {
      id: context.mutationId,
      row_version: 0,
      booking_id: textOf(booking, 'id'),
      sender_id: context.userId,
      proposed_start_at: null,
      proposed_end_at: null,
      created_at: context.now,
      ...columns,
    },
  };
}

function cancelSession(session: Row, booking: Row, context: EffectContext): RowChange {
  return patch('sessions', session, {
    status: 'CANCELLED',
    reschedule_proposed_start: null,
    reschedule_proposed_end: null,
    cancelled_at: context.now,
    cancelled_by: booking['tutor_id'] === context.userId ? 'tutor' : 'admin',
  });
}
