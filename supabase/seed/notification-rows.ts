import {
  dayMillis,
  localOf,
  minuteMillis,
  dateOf,
  weekday,
  type Millis,
  type SeedWindow,
} from './calendar.ts';
import { isConfirmed, type Facts, type Plan } from './plan.ts';
import { at, idOf, type Random } from './random.ts';
import type { SeedRow } from './tables.ts';

/** Notices older than this have been cleared away. */
const keptMillis = 21 * dayMillis;

/** What the tutor and the student were told about a booking, newest not after the anchor day's start. */
export function notificationsOf(
  plan: Plan,
  facts: Facts,
  window: SeedWindow,
  rng: Random,
): SeedRow<'notifications'>[] {
  const rows: SeedRow<'notifications'>[] = [];
  const tell = (userId: string, type: string, title: string, message: string, createdAt: Millis) => {
    if (createdAt < window.now - keptMillis) return;
    rows.push({
      id: idOf('notification', `${plan.key}/${rows.length}`),
      user_id: userId,
      type,
      title,
      message,
      link: `/schedule/booking/${facts.bookingId}`,
      related_booking_id: facts.bookingId,
      is_read: createdAt < window.now - rng.between(1, 4) * dayMillis,
      created_at: createdAt,
    });
  };
  const { tutor, student, outcome, offer } = plan;
  const when = wordsFor(plan.start);
  const what = `${offer.subject.label}, ${when}`;

  if (outcome !== 'parent_pending' && outcome !== 'parent_approved' && outcome !== 'parent_rejected') {
    tell(tutor.id, 'booking_request', `Request from ${student.name}`, what, plan.createdAt + minuteMillis);
  }
  if (isConfirmed(outcome))
    tell(student.id, 'booking_confirmed', `${tutor.name} accepted`, what, facts.decidedAt);
  if (plan.moveProposedStart !== undefined) {
    const proposed = `${offer.subject.label}, ${wordsFor(plan.moveProposedStart)}`;
    tell(
      student.id,
      'booking_move_proposed',
      `${tutor.name} asks to move the lesson`,
      proposed,
      window.now - minuteMillis,
    );
  }
  if (outcome === 'declined')
    tell(student.id, 'booking_declined', `${tutor.name} declined`, what, facts.decidedAt);
  if (outcome === 'countered' || outcome === 'counter_refused') {
    const proposed = wordsFor(plan.proposedStart ?? plan.start);
    tell(
      student.id,
      'booking_counter_offer',
      `${tutor.name} proposes another time`,
      `${offer.subject.label}, ${proposed}`,
      facts.decidedAt,
    );
  }
  if (outcome === 'cancelled_by_student' || outcome === 'withdrawn' || outcome === 'counter_refused') {
    tell(tutor.id, 'booking_cancelled', `${student.name} cancelled`, what, facts.decidedAt);
  }
  if (outcome === 'cancelled_by_tutor') {
    tell(student.id, 'booking_cancelled', `${tutor.name} cancelled`, what, facts.decidedAt);
  }
  const reported = Math.min(facts.end + 20 * minuteMillis, window.now - minuteMillis);
  if (outcome === 'no_show_student')
    tell(student.id, 'noshow_claim_filed', 'A no-show was reported', what, reported);
  if (outcome === 'no_show_tutor')
    tell(tutor.id, 'noshow_claim_filed', 'A no-show was reported', what, reported);
  return rows;
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

function wordsFor(instant: Millis): string {
  const { day, minute } = localOf(instant);
  const hour = Math.floor(minute / 60);
  const half = hour < 12 ? 'am' : 'pm';
  return `${at(weekdays, weekday(day))} ${dateOf(day)} at ${((hour + 11) % 12) + 1}:${String(minute % 60).padStart(2, '0')} ${half}`;
}
