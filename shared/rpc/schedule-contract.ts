import * as z from 'zod';
import { bookingStatus, sessionStatus } from '../domain/booking-status.ts';
import { call, type Contract } from './define.ts';

/** What the schedule may ask of the core; part of the contract. */

const micros = z.number().int();

/** How an edit stands; what each means is said at outboxItem. */
export const editState = z.enum([
  'held',
  'queued',
  'sending',
  'blocked',
  'applied',
  'conflict',
  'rejected',
  'update-required',
]);

const pendingEdit = z.object({
  mutationId: z.uuid(),
  kind: z.string(),
  state: editState,
  problem: z.string().nullable(),
});

const scheduleItem = z.object({
  bookingId: z.uuid(),
  sessionId: z.uuid().nullable(),
  status: bookingStatus,
  sessionStatus: sessionStatus.nullable(),
  startAt: micros,
  endAt: micros,
  /** The latest counter-offer's time, when one stands. */
  proposedStartAt: micros.nullable(),
  proposedEndAt: micros.nullable(),
  subject: z.string(),
  studentId: z.uuid(),
  studentName: z.string(),
  studentTimezone: z.string().nullable(),
  priceCents: z.number().int(),
  paymentStatus: z.string(),
  studentNotes: z.string().nullable(),
  createdAt: micros,
  rowVersion: z.number().int(),
  pending: pendingEdit.nullable(),
});
export type ScheduleItem = z.infer<typeof scheduleItem>;

const scheduleBlock = z.object({
  id: z.uuid(),
  startAt: micros,
  endAt: micros,
  reason: z.string().nullable(),
  isRecurring: z.boolean(),
  pending: pendingEdit.nullable(),
});

const scheduleWeek = z.object({
  zone: z.string(),
  tutorId: z.uuid(),
  tutorName: z.string(),
  from: micros,
  to: micros,
  items: z.array(scheduleItem),
  blocks: z.array(scheduleBlock),
  /** When the tutor takes bookings, as instants inside the week. */
  bands: z.array(z.object({ startAt: micros, endAt: micros })),
  /** Requests that wait anywhere in time, so that none outside the week is missed. */
  waitingRequests: z.number().int(),
  rules: z.object({
    minimumNoticeHours: z.number(),
    directMoveHours: z.number(),
    cancelHours: z.number(),
    noShowMinutes: z.number(),
  }),
});
export type ScheduleWeek = z.infer<typeof scheduleWeek>;

const bookingPlace = z.object({ startAt: micros, id: z.uuid() });

const foundBookings = z.object({
  items: z.array(
    scheduleItem
      .pick({
        bookingId: true,
        status: true,
        startAt: true,
        endAt: true,
        subject: true,
        studentName: true,
      })
      .extend({ tutorId: z.uuid(), tutorName: z.string() }),
  ),
  /** Where the next page begins; null when there is no more. A page may be short and have a next one. */
  next: bookingPlace.nullable(),
});
export type FoundBookings = z.infer<typeof foundBookings>;

const scheduleMonth = z.object({
  lessons: z.number().int(),
  cents: z.number().int(),
  /** Those that have taken place. */
  given: z.number().int(),
});
export type ScheduleMonth = z.infer<typeof scheduleMonth>;

const bookingMessage = z.object({
  id: z.uuid(),
  senderName: z.string(),
  isMine: z.boolean(),
  type: z.string(),
  body: z.string().nullable(),
  proposedStartAt: micros.nullable(),
  proposedEndAt: micros.nullable(),
  createdAt: micros,
});

export const scheduleProcedures = {
  'schedule.tutors': call(
    z.object({ search: z.string() }),
    z.object({ tutors: z.array(z.object({ id: z.uuid(), name: z.string() })) }),
  ),
  /** One week of one tutor; without `tutorId`, of who is signed in. */
  'schedule.week': call(z.object({ tutorId: z.uuid().nullable(), from: micros, to: micros }), scheduleWeek),
  /** One booking in any state, wherever in time; null when it is not among what this user may see. */
  'schedule.booking': call(
    z.object({ bookingId: z.uuid() }),
    z.object({ item: scheduleItem.nullable(), tutorId: z.uuid().nullable() }),
  ),
  'schedule.messages': call(
    z.object({ bookingId: z.uuid() }),
    z.object({ messages: z.array(bookingMessage) }),
  ),
  /** Requests waiting for the tutor's decision, oldest first. */
  'schedule.requests': call(
    z.object({ tutorId: z.uuid().nullable() }),
    z.object({ items: z.array(scheduleItem) }),
  ),
  /** Bookings by words of the student's or tutor's name, the newest first. */
  'schedule.search': call(
    z.object({
      text: z.string().max(200),
      after: bookingPlace.nullable().default(null),
      limit: z.number().int().min(1).max(50).default(8),
    }),
    foundBookings,
  ),
  /** How many requests wait for the tutor's decision; null: for one's own. */
  'schedule.waiting': call(
    z.object({ tutorId: z.uuid().nullable() }),
    z.object({ requests: z.number().int() }),
  ),
  /** Lessons of a month (YYYY-MM, by the platform's days): agreed on, their prices, and how many were given. */
  'schedule.month': call(
    z.object({ tutorId: z.uuid().nullable(), month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/) }),
    scheduleMonth,
  ),
} as const satisfies Contract;
