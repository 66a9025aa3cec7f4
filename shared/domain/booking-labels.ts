import type { BookingStatus, SessionStatus } from './booking-status.ts';

/** What a booking's status is called on screen. */
export function statusLabel(status: BookingStatus): string {
  return statusLabels[status];
}

/** What came of a lesson, on screen. */
export function sessionStatusLabel(status: SessionStatus): string {
  return sessionLabels[status];
}

/** A state in the middle of a sentence: "the booking is …". The same words as the server's. */
export function statusWords(status: BookingStatus): string {
  return words[status] ?? status.toLowerCase();
}

/** A subject as people say it: its own label, else curriculum and name, such as "CSEC Mathematics". */
export function subjectLabel(subject: {
  readonly name: string;
  readonly curriculum: string | null;
  readonly label: string | null;
}): string {
  if (subject.label !== null && subject.label.trim() !== '') return subject.label;
  const { name, curriculum } = subject;
  return curriculum === null || name.startsWith(curriculum) ? name : `${curriculum} ${name}`;
}

const statusLabels: Readonly<Record<BookingStatus, string>> = {
  PENDING: 'Request',
  PENDING_PARENT_APPROVAL: 'Waits for parent',
  PARENT_APPROVED: 'Waits for payment',
  PARENT_REJECTED: 'Rejected by parent',
  COUNTER_PROPOSED: 'Other time proposed',
  CONFIRMED: 'Confirmed',
  DECLINED: 'Declined',
  CANCELLED: 'Cancelled',
  COMPLETED: 'Completed',
  NO_SHOW: 'No-show',
};

const sessionLabels: Readonly<Record<SessionStatus, string>> = {
  SCHEDULED: 'Scheduled',
  JOIN_OPEN: 'Open to join',
  COMPLETED_ASSUMED: 'Completed',
  NO_SHOW_STUDENT: 'Student did not come',
  NO_SHOW_TUTOR: 'Tutor did not come',
  MUTUAL_NON_COMPLETION: 'Did not take place',
  EARLY_END_SHORT: 'Ended early',
  CANCELLED: 'Cancelled',
};

const words: Partial<Readonly<Record<BookingStatus, string>>> = {
  PENDING: 'waiting for the tutor',
  PENDING_PARENT_APPROVAL: 'waiting for the parent',
  PARENT_APPROVED: 'waiting for payment',
  PARENT_REJECTED: 'rejected by the parent',
  COUNTER_PROPOSED: 'waiting for the student’s answer',
  NO_SHOW: 'marked as a no-show',
};
