import type { Mutation } from '../mutations.ts';
import {
  availabilityReplace,
  notificationMarkRead,
  unavailabilityAdd,
  unavailabilityRemove,
} from './availability.ts';
import { bookingCancel, bookingConfirm, bookingCounterOffer, bookingDecline } from './booking.ts';
import { bookingReschedule, sessionMarkNoShow } from './lesson.ts';
import type { EffectContext, EffectResult, RowView } from './types.ts';

export type { Effect, EffectContext, EffectResult, Refusal, Row, RowChange, RowView } from './types.ts';

/**
 * What an edit does to the cached rows before the server has spoken, and what it expects of them. Pure: called when
 * the edit is made, and again after every pull while it waits. A refusal means that the rows do not allow it, as far
 * as is known here; the server decides.
 */
export function effectOf(edit: Mutation, view: RowView, context: EffectContext): EffectResult {
  switch (edit.kind) {
    case 'booking.confirm':
      return bookingConfirm(edit.args, view, context);
    case 'booking.decline':
      return bookingDecline(edit.args, view, context);
    case 'booking.counter_offer':
      return bookingCounterOffer(edit.args, view, context);
    case 'booking.cancel':
      return bookingCancel(edit.args, view, context);
    case 'booking.reschedule':
      return bookingReschedule(edit.args, view, context);
    case 'session.mark_no_show':
      return sessionMarkNoShow(edit.args, view, context);
    case 'availability.replace':
      return availabilityReplace(edit.args, view);
    case 'unavailability.add':
      return unavailabilityAdd(edit.args, view, context);
    case 'unavailability.remove':
      return unavailabilityRemove(edit.args, view);
    case 'notification.mark_read':
      return notificationMarkRead(edit.args, view);
  }
}
