import { bookingStatus, sessionStatus } from '#shared/domain/booking-status';
import { subjectLabel } from '#shared/domain/booking-labels';
import type { ScheduleItem } from '#shared/rpc/contract';

/** What the schedule selects of a booking and what belongs to it. */
export type BookingRow = {
  readonly id: string;
  readonly row_version: number;
  readonly status: string;
  readonly requested_start_at: number;
  readonly requested_end_at: number;
  readonly confirmed_start_at: number | null;
  readonly confirmed_end_at: number | null;
  readonly student_id: string;
  readonly price_cents: number;
  readonly payment_status: string;
  readonly student_notes: string | null;
  readonly created_at: number;
  readonly session_id: string | null;
  readonly session_status: string | null;
  readonly reschedule_proposed_start: number | null;
  readonly reschedule_proposed_end: number | null;
  readonly offer_start_at: number | null;
  readonly offer_end_at: number | null;
  readonly student_name: string | null;
  readonly student_timezone: string | null;
  readonly subject_name: string | null;
  readonly subject_curriculum: string | null;
  readonly subject_label: string | null;
};

/** Goes before a `WHERE` over `b`, the booking. Parents may be missing until the end of a pull round. */
export const selectBookings = `
  SELECT b.id, b.row_version, b.status, b.requested_start_at, b.requested_end_at, b.confirmed_start_at,
    b.confirmed_end_at, b.student_id, b.price_cents, b.payment_status, b.student_notes, b.created_at,
    s.id AS session_id, s.status AS session_status, s.reschedule_proposed_start, s.reschedule_proposed_end,
    offer.proposed_start_at AS offer_start_at, offer.proposed_end_at AS offer_end_at,
    p.display_name AS student_name, p.timezone AS student_timezone,
    j.name AS subject_name, j.curriculum AS subject_curriculum, j.label AS subject_label
  FROM bookings b
  LEFT JOIN sessions s ON s.booking_id = b.id
  LEFT JOIN people p ON p.id = b.student_id
  LEFT JOIN subjects j ON j.id = b.subject_id
  LEFT JOIN booking_messages offer ON b.status = 'COUNTER_PROPOSED' AND offer.id = (
    SELECT m.id FROM booking_messages m WHERE m.booking_id = b.id AND m.message_type = 'time_proposal'
    ORDER BY m.created_at DESC, m.id DESC LIMIT 1)`;

/** The one place where a row becomes an item. Edits that wait are added by the caller, who holds the outbox. */
export function toScheduleItem(row: BookingRow): ScheduleItem {
  const isConfirmed = row.status === 'CONFIRMED' || row.status === 'COMPLETED' || row.status === 'NO_SHOW';
  const isAtConfirmed = isConfirmed && row.confirmed_start_at !== null && row.confirmed_end_at !== null;
  return {
    bookingId: row.id,
    sessionId: row.session_id,
    status: bookingStatus.parse(row.status),
    sessionStatus: row.session_status === null ? null : sessionStatus.parse(row.session_status),
    startAt: isAtConfirmed ? row.confirmed_start_at : row.requested_start_at,
    endAt: isAtConfirmed ? row.confirmed_end_at : row.requested_end_at,
    // A late move of a lesson waits in its session; a counter-offer to a request is its latest proposal.
    proposedStartAt:
      (row.status === 'CONFIRMED' ? row.reschedule_proposed_start : null) ?? row.offer_start_at,
    proposedEndAt: (row.status === 'CONFIRMED' ? row.reschedule_proposed_end : null) ?? row.offer_end_at,
    subject: subjectLabel({
      name: row.subject_name ?? 'Lesson',
      curriculum: row.subject_curriculum,
      label: row.subject_label,
    }),
    studentId: row.student_id,
    studentName: row.student_name ?? 'Student',
    studentTimezone: row.student_timezone,
    priceCents: row.price_cents,
    paymentStatus: row.payment_status,
    studentNotes: row.student_notes,
    createdAt: row.created_at,
    rowVersion: row.row_version,
    pending: null,
  };
}
