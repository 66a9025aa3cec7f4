import type { Interval } from '#shared/domain/overlap';
import type { ScheduleItem } from '#shared/rpc/contract';
import { announce } from '#renderer/app/announcer.tsx';
import { makeEdit, makeEdits } from '#renderer/state/edits.ts';
import { count, spanLabel } from '#renderer/ui/time-labels.ts';
import { clearGhost, useGhost } from './ghost-store.ts';
import type { Verdict } from './judge-move.ts';

/** "CSEC Maths with Aaliyah Mohammed". */
export function nameOf(item: Pick<ScheduleItem, 'subject' | 'studentName'>): string {
  return `${item.subject} with ${item.studentName}`;
}

export function accept(item: ScheduleItem): Promise<string | null> {
  return makeEdit(
    { kind: 'booking.confirm', args: { booking_id: item.bookingId } },
    `Accepted ${nameOf(item)}`,
  );
}

export function decline(
  item: ScheduleItem,
  message: string,
  replaces: string | null = null,
): Promise<string | null> {
  return makeEdit(
    { kind: 'booking.decline', args: { booking_id: item.bookingId, message } },
    `Declined ${nameOf(item)}`,
    replaces,
  );
}

export function cancel(
  item: ScheduleItem,
  reason: string,
  replaces: string | null = null,
): Promise<string | null> {
  return makeEdit(
    { kind: 'booking.cancel', args: { booking_id: item.bookingId, reason } },
    `Cancelled ${nameOf(item)}`,
    replaces,
  );
}

export function markNoShow(
  item: ScheduleItem,
  explanation: string,
  replaces: string | null = null,
): Promise<string | null> {
  if (item.sessionId === null) return Promise.resolve(null);
  return makeEdit(
    { kind: 'session.mark_no_show', args: { session_id: item.sessionId, explanation } },
    `Marked ${item.studentName} as a no-show`,
    replaces,
  );
}

/** Moves a lesson, proposes a move, or answers a request with another time, whichever `verdict` says it is. */
export function moveTo(
  item: ScheduleItem,
  to: Interval,
  verdict: Verdict,
  zone: string,
  words: string,
  replaces: string | null = null,
): Promise<string | null> {
  const when = spanLabel(to.startAt, to.endAt, zone);
  const times = { booking_id: item.bookingId, start_at: to.startAt, end_at: to.endAt };
  if (verdict.kind === 'counter-offer') {
    return makeEdit(
      { kind: 'booking.counter_offer', args: { ...times, message: words } },
      `Offered ${item.studentName} ${when}`,
      replaces,
    );
  }
  const done = verdict.kind === 'move' ? 'Moved' : 'Proposed moving';
  return makeEdit(
    { kind: 'booking.reschedule', args: { ...times, reason: words } },
    `${done} ${nameOf(item)} to ${when}`,
    replaces,
  );
}

/** Accepts several requests at once. */
export function acceptMany(items: readonly ScheduleItem[]): Promise<boolean> {
  return makeEdits(
    `Accept ${count(items.length, 'request')}`,
    items.map((item) => ({ kind: 'booking.confirm', args: { booking_id: item.bookingId } })),
    (made) => `Accepted ${count(made, 'request')}`,
  );
}

export function declineMany(items: readonly ScheduleItem[], message: string): Promise<boolean> {
  return makeEdits(
    `Decline ${count(items.length, 'request')}`,
    items.map((item) => ({ kind: 'booking.decline', args: { booking_id: item.bookingId, message } })),
    (made) => `Declined ${count(made, 'request')}`,
  );
}

/** Drops what was dragged or carried: makes the edit, or says why not and puts it back. */
export async function drop(zone: string): Promise<void> {
  const { ghost } = useGhost.getState();
  if (ghost === null) return;
  if (ghost.verdict.problem !== null) {
    clearGhost();
    announce(`Not moved. ${ghost.verdict.problem}`);
    return;
  }
  // The ghost stays where it was dropped until the week has been read again, so that nothing jumps back and forth.
  useGhost.setState({ ghost: { ...ghost, via: 'settling' }, grab: null });
  const id = await moveTo(ghost.item, ghost.at, ghost.verdict, zone, '');
  if (id === null) clearGhost();
  else setTimeout(() => useGhost.getState().ghost?.via === 'settling' && clearGhost(), 400);
}
