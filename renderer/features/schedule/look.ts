import { sessionStatusLabel, statusLabel } from '#shared/domain/booking-labels';
import type { BookingStatus, SessionStatus } from '#shared/domain/booking-status';
import type { ScheduleItem } from '#shared/rpc/contract';
import type { IconName } from '#renderer/ui/icons.tsx';

export type LookKind = 'lesson' | 'request' | 'counter' | 'parent' | 'done' | 'no-show' | 'gone';

/** How a booking's state is shown: never by colour alone, always with a word and mostly with a sign. */
export type Look = { kind: LookKind; word: string; icon: IconName | null };

/** The look of a booking's status. */
export function lookOf(item: Pick<ScheduleItem, 'status' | 'sessionStatus' | 'proposedStartAt'>): Look {
  // The lesson knows more than the booking once it has begun.
  const outcome = item.sessionStatus === null ? undefined : outcomes[item.sessionStatus];
  if (item.status === 'CONFIRMED' && item.sessionStatus !== null && outcome !== undefined) {
    return { ...outcome, word: sessionStatusLabel(item.sessionStatus) };
  }
  const look = { ...looks[item.status], word: statusLabel(item.status) };
  // A late move of a lesson that the student has still to accept.
  if (item.status !== 'CONFIRMED' || item.proposedStartAt === null) return look;
  return { ...look, word: 'Confirmed, other time proposed', icon: 'swap' };
}

export type PendingLook = { word: string; icon: IconName; tone: 'waiting' | 'alert' };

/** What stands on a booking whose edit is not on the server yet; null when there is none. */
export function pendingLook(item: Pick<ScheduleItem, 'pending'>): PendingLook | null {
  switch (item.pending?.state) {
    case undefined:
    // The server has it; only the pull that brings it back is outstanding, which is nobody's concern.
    case 'applied':
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

const outcomes: Partial<Readonly<Record<SessionStatus, Omit<Look, 'word'>>>> = {
  COMPLETED_ASSUMED: { kind: 'done', icon: 'check' },
  EARLY_END_SHORT: { kind: 'done', icon: 'clock' },
  NO_SHOW_STUDENT: { kind: 'no-show', icon: 'absent' },
  NO_SHOW_TUTOR: { kind: 'no-show', icon: 'absent' },
  MUTUAL_NON_COMPLETION: { kind: 'no-show', icon: 'absent' },
  CANCELLED: { kind: 'gone', icon: 'cross' },
};

const looks: Readonly<Record<BookingStatus, Omit<Look, 'word'>>> = {
  PENDING: { kind: 'request', icon: 'question' },
  PENDING_PARENT_APPROVAL: { kind: 'parent', icon: 'people' },
  PARENT_APPROVED: { kind: 'parent', icon: 'card' },
  PARENT_REJECTED: { kind: 'gone', icon: 'cross' },
  COUNTER_PROPOSED: { kind: 'counter', icon: 'swap' },
  CONFIRMED: { kind: 'lesson', icon: null },
  DECLINED: { kind: 'gone', icon: 'cross' },
  CANCELLED: { kind: 'gone', icon: 'cross' },
  COMPLETED: { kind: 'done', icon: 'check' },
  NO_SHOW: { kind: 'no-show', icon: 'absent' },
};
