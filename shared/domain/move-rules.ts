import { canDo, type BookingStatus, type SessionStatus } from './booking-status.ts';
import { statusWords } from './booking-labels.ts';
import { microsPerHour, microsPerMinute, type Micros } from './instant.ts';
import { overlaps, type Interval } from './overlap.ts';

/**
 * What may be done to a booking now, and why not, in words. The server decides with the same rules and names
 * (private.booking_*, table booking_rules); here they only spare the user a refusal that can be foreseen.
 */
export type BookingFacts = Interval & {
  readonly id: string;
  readonly status: BookingStatus;
  readonly sessionStatus: SessionStatus | null;
};

/** From booking_rules, the dated table of what people argue about. */
export type BookingRules = {
  readonly minimumNoticeHours: number;
  readonly directMoveHours: number;
  readonly cancelHours: number;
  readonly noShowMinutes: number;
};

/** What takes the tutor's time: a confirmed lesson or one occurrence of an unavailability. */
export type Taken = Interval & { readonly id: string; readonly kind: 'booking' | 'unavailability' };

export type Circumstances = {
  /** The server's time. */
  readonly now: Micros;
  readonly rules: BookingRules;
  readonly actor: 'tutor' | 'admin';
};

/** `at` is the instant until or from which it would be allowed; `conflicts` is what stands in the way. */
export type Refusal = {
  readonly may: 'not';
  readonly rule: string;
  readonly message: string;
  readonly at?: Micros;
  readonly conflicts?: readonly Taken[];
};

/** How a move is made: at once, as a proposal that the student accepts, or as a counter-offer to a request. */
export type MoveVerdict =
  | { readonly may: 'move' }
  | { readonly may: 'propose'; readonly message: string }
  | { readonly may: 'counter-offer' }
  | Refusal;

export type Verdict = { readonly may: 'do' } | Refusal;

export const shortestLesson = 30 * microsPerMinute;
export const longestLesson = 300 * microsPerMinute;
/** A no-show is reported within these hours after the end. Source: booking_rules (any, claim_no_show). */
export const claimHours = 24;

/** May the booking be moved to `to`? `taken` may hold the booking itself. */
export function decideMove(
  booking: BookingFacts,
  to: Interval,
  taken: readonly Taken[],
  { now, rules, actor }: Circumstances,
): MoveVerdict {
  const isRequest = canDo('counter_offer', booking.status);
  if (!isRequest && !canDo('reschedule', booking.status)) return wrongState(booking.status, 'moved');
  if (isRequest && actor !== 'tutor') return refuse('actor', 'Only the tutor may propose another time.');
  if (!isRequest && isOver(booking.sessionStatus)) return over();
  const length = to.endAt - to.startAt;
  if (length < shortestLesson || length > longestLesson) {
    return refuse('duration', 'A lesson lasts between 30 minutes and 5 hours.');
  }
  if (to.startAt <= now) return refuse('past', 'This time has already passed.');
  if (!isRequest) {
    if (length !== booking.endAt - booking.startAt) {
      return refuse('duration', 'A move keeps the length of the lesson.');
    }
    if (to.startAt === booking.startAt) {
      return refuse('unchanged', 'The lesson already takes place at this time.');
    }
    if (actor === 'tutor' && now >= booking.startAt) {
      return refuse('started', 'The lesson has begun and cannot be moved any more.');
    }
  }
  const inTheWay = decideFree(booking.id, to, taken);
  if (inTheWay.may === 'not') return inTheWay;
  if (isRequest) return { may: 'counter-offer' };
  const isLate = now > booking.startAt - rules.directMoveHours * microsPerHour;
  if (actor === 'admin' || !isLate) return { may: 'move' };
  return {
    may: 'propose',
    message: `Less than ${hours(rules.directMoveHours)} before the lesson, it moves only when the student accepts.`,
  };
}

/** May the request be accepted at the time that was asked for? */
export function decideConfirm(
  booking: BookingFacts,
  taken: readonly Taken[],
  { now }: Circumstances,
): Verdict {
  if (!canDo('confirm', booking.status)) return wrongState(booking.status, 'accepted');
  if (booking.startAt <= now) return refuse('past', 'This time has already passed.');
  return decideFree(booking.id, booking, taken);
}

/** May the request or the open counter-offer be declined? */
export function decideDecline(booking: BookingFacts): Verdict {
  return canDo('decline', booking.status) ? { may: 'do' } : wrongState(booking.status, 'declined');
}

/** May the booking be cancelled? A confirmed lesson by its tutor only until some hours before its start. */
export function decideCancel(booking: BookingFacts, { now, rules, actor }: Circumstances): Verdict {
  if (!canDo('cancel', booking.status)) return wrongState(booking.status, 'cancelled');
  if (booking.status !== 'CONFIRMED') return { may: 'do' };
  if (isOver(booking.sessionStatus)) return over();
  const until = booking.startAt - rules.cancelHours * microsPerHour;
  if (actor === 'tutor' && now > until) {
    const message = `A tutor may cancel until ${hours(rules.cancelHours)} before the lesson.`;
    return refuse('cancel_notice', message, { at: until });
  }
  return { may: 'do' };
}

/** May the tutor report now that the student did not come? */
export function decideNoShow(booking: BookingFacts, { now, rules, actor }: Circumstances): Verdict {
  if (actor !== 'tutor') return refuse('actor', 'Only the tutor may report a no-show.');
  if (!canDo('mark_no_show', booking.status)) return wrongState(booking.status, 'reported');
  if (booking.sessionStatus === null) return refuse('session', 'This lesson has no session yet.');
  if (isOver(booking.sessionStatus)) return over();
  const from = booking.startAt + rules.noShowMinutes * microsPerMinute;
  const until = booking.endAt + claimHours * microsPerHour;
  if (now < from) {
    const message = `A no-show can be reported ${rules.noShowMinutes} minutes after the start.`;
    return refuse('too_early', message, { at: from });
  }
  if (now > until) {
    return refuse('too_late', 'A no-show must be reported within a day after the lesson.', { at: until });
  }
  return { may: 'do' };
}

/** Whether nothing takes `span`; the booking `exceptId` does not stand in its own way. */
export function decideFree(exceptId: string | null, span: Interval, taken: readonly Taken[]): Verdict {
  const conflicts = taken.filter((one) => one.id !== exceptId && overlaps(one, span));
  const lessons = conflicts.filter((one) => one.kind === 'booking');
  if (lessons.length > 0) {
    return refuse('overlap', 'Another confirmed lesson takes this time.', { conflicts: lessons });
  }
  if (conflicts.length > 0) {
    return refuse('blocked', 'The tutor is marked as unavailable at this time.', { conflicts });
  }
  return { may: 'do' };
}

function wrongState(status: BookingStatus, done: string): Refusal {
  return refuse('state', `This cannot be ${done}: the booking is ${statusWords(status)}.`);
}

function isOver(status: SessionStatus | null): boolean {
  return status !== null && status !== 'SCHEDULED' && status !== 'JOIN_OPEN';
}

function over(): Refusal {
  return refuse('state', 'This lesson is over or was cancelled.');
}

function refuse(
  rule: string,
  message: string,
  data: { readonly at?: Micros; readonly conflicts?: readonly Taken[] } = {},
): Refusal {
  return { may: 'not', rule, message, ...data };
}

function hours(count: number): string {
  return count === 1 ? '1 hour' : `${count} hours`;
}
