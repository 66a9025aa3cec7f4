import { dayMillis, hourMillis, minuteMillis, type Millis, type SeedWindow } from './calendar.ts';
import {
  counterMessages,
  declineReasons,
  noShowWords,
  studentCancelReasons,
  studentMessages,
  tutorCancelReasons,
  tutorMessages,
  tutorNotes,
} from './data/phrases.ts';
import { notificationsOf } from './notification-rows.ts';
import { isConfirmed, type Facts, type Outcome, type Plan } from './plan.ts';
import { idOf, randomOf, type Random } from './random.ts';
import type { SeedBatch, SeedRow } from './tables.ts';

/** The platform keeps seven per cent since August 2026; the price is frozen on the booking. */
const feePercent = 7;

/** Every row that follows from one plan. */
export function bookingRows(plan: Plan, window: SeedWindow, scope: string): SeedBatch {
  const rng = randomOf(`${scope}/booking/${plan.key}`);
  const facts = factsOf(plan, window, rng);
  const session = sessionOf(plan, facts, window, rng);
  const claim = session === null ? null : claimOf(plan, session, window, rng);
  return {
    bookings: [bookingOf(plan, facts, rng)],
    booking_messages: messagesOf(plan, facts, rng),
    sessions: session === null ? [] : [session],
    noshow_claims: claim === null ? [] : [claim],
    notifications: notificationsOf(plan, facts, window, rng),
  };
}

const bookingStatuses: Readonly<Partial<Record<Outcome, string>>> = {
  no_show_student: 'NO_SHOW',
  no_show_tutor: 'NO_SHOW',
  no_show_both: 'NO_SHOW',
  pending: 'PENDING',
  parent_pending: 'PENDING_PARENT_APPROVAL',
  parent_approved: 'PARENT_APPROVED',
  parent_rejected: 'PARENT_REJECTED',
  countered: 'COUNTER_PROPOSED',
  counter_refused: 'CANCELLED',
  declined: 'DECLINED',
  withdrawn: 'CANCELLED',
  cancelled_by_student: 'CANCELLED',
  cancelled_by_tutor: 'CANCELLED',
};

const sessionStatuses: Readonly<Partial<Record<Outcome, string>>> = {
  scheduled: 'SCHEDULED',
  completed: 'COMPLETED_ASSUMED',
  early_end: 'EARLY_END_SHORT',
  no_show_student: 'NO_SHOW_STUDENT',
  no_show_tutor: 'NO_SHOW_TUTOR',
  no_show_both: 'MUTUAL_NON_COMPLETION',
  cancelled_by_student: 'CANCELLED',
  cancelled_by_tutor: 'CANCELLED',
};

function factsOf(plan: Plan, window: SeedWindow, rng: Random): Facts {
  const isOpen = plan.outcome === 'pending' || plan.outcome === 'parent_pending';
  const wait = rng.between(20, 30 * 60) * minuteMillis;
  return {
    bookingId: idOf('booking', plan.key),
    end: plan.start + plan.minutes * minuteMillis,
    decidedAt: isOpen
      ? plan.createdAt
      : Math.min(plan.createdAt + wait, plan.start - hourMillis, window.now - minuteMillis),
    payerId: plan.student.parentId ?? plan.student.id,
    isFree: plan.offer.priceCents === 0,
    feeCents: Math.round((plan.offer.priceCents * feePercent) / 100),
  };
}

function bookingOf(plan: Plan, facts: Facts, rng: Random): SeedRow<'bookings'> {
  const { outcome } = plan;
  const asked = plan.askedStart ?? plan.start;
  const isHeld =
    isConfirmed(outcome) || outcome === 'cancelled_by_student' || outcome === 'cancelled_by_tutor';
  const byStudent: readonly Outcome[] = [
    'pending',
    'parent_pending',
    'parent_approved',
    'parent_rejected',
    'withdrawn',
    'counter_refused',
    'cancelled_by_student',
  ];
  return {
    id: facts.bookingId,
    student_id: plan.student.id,
    tutor_id: plan.tutor.id,
    subject_id: plan.offer.subjectId,
    session_type_id: plan.offer.sessionTypeId,
    requested_start_at: asked,
    requested_end_at: asked + plan.minutes * minuteMillis,
    confirmed_start_at: isHeld ? plan.start : null,
    confirmed_end_at: isHeld ? facts.end : null,
    status: bookingStatuses[outcome] ?? 'CONFIRMED',
    last_action_by: byStudent.includes(outcome) ? 'student' : 'tutor',
    price_ttd: plan.offer.priceCents,
    student_notes: plan.note ?? null,
    tutor_notes: isConfirmed(outcome) && rng.chance(0.12) ? rng.pick(tutorNotes) : null,
    payer_id: facts.payerId,
    payment_required: !facts.isFree,
    payment_status: paymentStatusOf(outcome, facts, rng),
    currency: 'TTD',
    platform_fee_pct: feePercent,
    platform_fee_ttd: facts.feeCents,
    tutor_payout_ttd: plan.offer.priceCents - facts.feeCents,
    duration_minutes: plan.minutes,
    parent_approved_at: outcome === 'parent_approved' ? facts.decidedAt : null,
    parent_rejected_at: outcome === 'parent_rejected' ? facts.decidedAt : null,
    cancellation_reason: cancellationOf(outcome, rng),
    created_at: plan.createdAt,
    updated_at: facts.decidedAt,
  };
}

function paymentStatusOf(outcome: Outcome, facts: Facts, rng: Random): string {
  if (facts.isFree) return 'unpaid';
  if (isConfirmed(outcome)) return rng.chance(0.97) ? 'paid' : 'pending';
  if (outcome === 'cancelled_by_student' || outcome === 'cancelled_by_tutor') return 'refunded';
  if (outcome === 'pending') return rng.chance(0.6) ? 'paid' : 'unpaid';
  return 'unpaid';
}

function cancellationOf(outcome: Outcome, rng: Random): string | null {
  if (outcome === 'cancelled_by_tutor') return rng.pick(tutorCancelReasons);
  if (outcome === 'cancelled_by_student' || outcome === 'withdrawn') return rng.pick(studentCancelReasons);
  return outcome === 'counter_refused' ? 'The other time does not suit us.' : null;
}

function messagesOf(plan: Plan, facts: Facts, rng: Random): SeedRow<'booking_messages'>[] {
  const rows: SeedRow<'booking_messages'>[] = [];
  const say = (senderId: string, body: string, createdAt: Millis, proposed: Millis | null = null) => {
    rows.push({
      id: idOf('message', `${plan.key}/${rows.length}`),
      booking_id: facts.bookingId,
      sender_id: senderId,
      message_type: proposed === null ? 'text' : 'time_proposal',
      body,
      proposed_start_at: proposed,
      proposed_end_at: proposed === null ? null : proposed + plan.minutes * minuteMillis,
      created_at: createdAt,
    });
  };
  const { student, tutor } = plan;
  if (rng.chance(0.35)) say(student.id, rng.pick(studentMessages), plan.createdAt + minuteMillis);
  const proposed = plan.proposedStart ?? (plan.askedStart === undefined ? null : plan.start);
  if (proposed !== null) say(tutor.id, rng.pick(counterMessages), facts.decidedAt - minuteMillis, proposed);
  if (plan.outcome === 'declined') say(tutor.id, rng.pick(declineReasons), facts.decidedAt);
  if (isConfirmed(plan.outcome) && rng.chance(0.3)) say(tutor.id, rng.pick(tutorMessages), facts.decidedAt);
  return rows;
}

function sessionOf(plan: Plan, facts: Facts, window: SeedWindow, rng: Random): SeedRow<'sessions'> | null {
  const status = sessionStatuses[plan.outcome];
  if (status === undefined) return null;
  const isCancelled = status === 'CANCELLED';
  const isCharged = !isCancelled && facts.end < window.now;
  // A student who does not come pays half; a lesson that ended early or that the tutor missed costs nothing.
  const share =
    { no_show_student: 0.5, no_show_tutor: 0, no_show_both: 0, early_end: 0 }[String(plan.outcome)] ?? 1;
  const charge = isCancelled ? 0 : Math.round(plan.offer.priceCents * share);
  const fee = Math.round((charge * feePercent) / 100);
  const meeting = rng.chance(0.7) ? 'google_meet' : 'zoom';
  const code = idOf('meeting', plan.key).replaceAll('-', '');
  const wasHeld = plan.outcome === 'completed' || plan.outcome === 'early_end';
  return {
    id: idOf('session', plan.key),
    booking_id: facts.bookingId,
    tutor_id: plan.tutor.id,
    student_id: plan.student.id,
    provider: meeting,
    meeting_external_id: code.slice(0, 12),
    join_url:
      meeting === 'google_meet'
        ? `https://meet.example/${code.slice(0, 10)}`
        : `https://zoom.example/j/${code.slice(0, 11)}`,
    scheduled_start_at: plan.start,
    scheduled_end_at: facts.end,
    duration_minutes: plan.minutes,
    no_show_wait_minutes: Math.floor(plan.minutes * 0.33),
    min_payable_minutes: Math.floor(plan.minutes * 0.66),
    meeting_started_at: wasHeld ? plan.start + rng.between(-3, 6) * minuteMillis : null,
    meeting_ended_at: wasHeld
      ? facts.end - (plan.outcome === 'early_end' ? Math.floor(plan.minutes / 2) : 1) * minuteMillis
      : null,
    tutor_marked_no_show_at:
      plan.outcome === 'no_show_student' ? plan.start + rng.between(16, 30) * minuteMillis : null,
    status,
    charge_scheduled_at: facts.end,
    charged_at: isCharged ? facts.end + rng.between(0, 90) * 1000 : null,
    charge_amount_ttd: charge,
    payout_amount_ttd: charge - fee,
    platform_fee_ttd: fee,
    payer_id: facts.payerId,
    payment_status: sessionPaymentOf(facts, isCancelled, charge, window),
    cancelled_by: isCancelled ? (plan.outcome === 'cancelled_by_tutor' ? 'tutor' : 'student') : null,
    cancellation_reason: cancellationOf(plan.outcome, rng),
    cancelled_at: isCancelled ? facts.decidedAt : null,
    reschedule_proposed_start: plan.moveProposedStart ?? null,
    reschedule_proposed_end:
      plan.moveProposedStart === undefined ? null : plan.moveProposedStart + plan.minutes * minuteMillis,
  };
}

/** Earnings are held for seven days and released with the Friday run after that. */
function sessionPaymentOf(facts: Facts, isCancelled: boolean, charge: number, window: SeedWindow): string {
  if (isCancelled) return 'refunded';
  if (facts.isFree || charge === 0) return 'unpaid';
  if (facts.end < window.now - 14 * dayMillis) return 'released';
  return facts.end < window.now - 7 * dayMillis ? 'release_ready' : 'paid';
}

function claimOf(
  plan: Plan,
  session: SeedRow<'sessions'>,
  window: SeedWindow,
  rng: Random,
): SeedRow<'noshow_claims'> | null {
  const byTutor = plan.outcome === 'no_show_student';
  if (!byTutor && plan.outcome !== 'no_show_tutor') return null;
  const createdAt = Math.min(
    session.scheduled_end_at + rng.between(5, 600) * minuteMillis,
    window.now - minuteMillis,
  );
  const age = window.now - createdAt;
  const isResolved = age > 5 * dayMillis;
  return {
    id: idOf('claim', plan.key),
    session_id: session.id,
    claimant_id: byTutor ? plan.tutor.id : plan.student.id,
    claimant_role: byTutor ? 'tutor' : 'student',
    defendant_id: byTutor ? plan.student.id : plan.tutor.id,
    written_explanation: rng.pick(noShowWords[byTutor ? 'tutor' : 'student']),
    response_deadline: createdAt + 12 * hourMillis,
    status: isResolved ? 'resolved' : age > 12 * hourMillis ? 'pending_admin' : 'awaiting_response',
    admin_verdict: isResolved ? (byTutor ? 'student_noshow' : rng.pick(['tutor_noshow', 'tie'])) : null,
    created_at: createdAt,
  };
}
