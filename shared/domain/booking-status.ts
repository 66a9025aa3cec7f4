import * as z from 'zod';

/** bookings.status, with the platform's values. */
export const bookingStatus = z.enum([
  'PENDING',
  'PENDING_PARENT_APPROVAL',
  'PARENT_APPROVED',
  'PARENT_REJECTED',
  'COUNTER_PROPOSED',
  'CONFIRMED',
  'DECLINED',
  'CANCELLED',
  'COMPLETED',
  'NO_SHOW',
]);
export type BookingStatus = z.infer<typeof bookingStatus>;

/** sessions.status, with the platform's values. */
export const sessionStatus = z.enum([
  'SCHEDULED',
  'JOIN_OPEN',
  'COMPLETED_ASSUMED',
  'NO_SHOW_STUDENT',
  'NO_SHOW_TUTOR',
  'MUTUAL_NON_COMPLETION',
  'EARLY_END_SHORT',
  'CANCELLED',
]);
export type SessionStatus = z.infer<typeof sessionStatus>;

/** What may be done to a booking. One name here is one `private.booking_*` function on the server. */
export type BookingAction =
  | 'confirm'
  | 'decline'
  | 'counter_offer'
  | 'accept_counter'
  | 'cancel'
  | 'reschedule'
  | 'mark_no_show';

const allowedFrom: Readonly<Record<BookingAction, readonly BookingStatus[]>> = {
  confirm: ['PENDING'],
  decline: ['PENDING', 'COUNTER_PROPOSED'],
  counter_offer: ['PENDING', 'COUNTER_PROPOSED'],
  accept_counter: ['COUNTER_PROPOSED'],
  cancel: ['PENDING', 'PARENT_APPROVED', 'PENDING_PARENT_APPROVAL', 'COUNTER_PROPOSED', 'CONFIRMED'],
  reschedule: ['CONFIRMED'],
  mark_no_show: ['CONFIRMED'],
};

/** Whether the state machine lets `action` start from `status`. The server checks the same table. */
export function canDo(action: BookingAction, status: BookingStatus): boolean {
  return allowedFrom[action].includes(status);
}
