import type { BookingStatus } from '#shared/domain/booking-status';
import type { ScheduleItem } from '#shared/rpc/contract';
import type { IconName } from '#renderer/ui/icons.tsx';

export type LookKind = 'lesson' | 'request' | 'counter' | 'parent' | 'done' | 'no-show' | 'gone';

/** How a booking's state is shown: never by colour alone, always with a word and mostly with a sign. */
export type Look = { kind: LookKind; word: string; icon: IconName | null };

/** The look of a booking's status. */
export function lookOf(item: Pick<ScheduleItem, 'status'>): Look {
  return looks[item.status];
}

export type PendingLook = { word: string; icon: IconName; tone: 'waiting' | 'alert' };

/** What stands on a booking whose edit is not on the server yet; null when there is none. */
export function pendingLook(item: Pick<ScheduleItem, 'pending'>): PendingLook | null {
  switch (item.pending?.state) {
    case undefined:
      return null;
    case 'conflict':
      return { word: 'changed on both sides', icon: 'warning', tone: 'alert' };
    case 'rejected':
    case 'update-required':
      return { word: 'not accepted', icon: 'warning', tone: 'alert' };
    default:
      return { word: 'waiting to be sent', icon: 'outbox', tone: 'waiting' };
  }
}

/** Whether a booking takes the tutor's time for sure, so that nothing else may be put there. */
export function isFirm(item: Pick<ScheduleItem, 'status'>): boolean {
  return item.status === 'CONFIRMED';
}

const looks: Readonly<Record<BookingStatus, Look>> = {
  PENDING: { kind: 'request', word: 'request', icon: 'question' },
  PENDING_PARENT_APPROVAL: { kind: 'parent', word: 'waits for the parent', icon: 'people' },
  PARENT_APPROVED: { kind: 'parent', word: 'approved by the parent', icon: 'people' },
  PARENT_REJECTED: { kind: 'gone', word: 'refused by the parent', icon: 'cross' },
  COUNTER_PROPOSED: { kind: 'counter', word: 'new time proposed', icon: 'swap' },
  CONFIRMED: { kind: 'lesson', word: 'lesson', icon: null },
  DECLINED: { kind: 'gone', word: 'declined', icon: 'cross' },
  CANCELLED: { kind: 'gone', word: 'cancelled', icon: 'cross' },
  COMPLETED: { kind: 'done', word: 'completed', icon: 'check' },
  NO_SHOW: { kind: 'no-show', word: 'no-show', icon: 'absent' },
};
