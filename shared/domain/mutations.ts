import * as z from 'zod';

const micros = z.number().int();
const note = z.string().trim().max(2000);

/**
 * Every edit the console can queue. A kind here is one branch of the server's dispatch and one `private.*` function,
 * the same that the RPC of that action calls. Instants are microseconds.
 */
export const mutationArgs = {
  'booking.confirm': z.object({ booking_id: z.uuid() }),
  'booking.decline': z.object({ booking_id: z.uuid(), message: note }),
  'booking.counter_offer': z.object({
    booking_id: z.uuid(),
    start_at: micros,
    end_at: micros,
    message: note,
  }),
  'booking.cancel': z.object({ booking_id: z.uuid(), reason: note.min(1) }),
  'booking.reschedule': z.object({
    booking_id: z.uuid(),
    start_at: micros,
    end_at: micros,
    reason: note,
  }),
  'session.mark_no_show': z.object({ session_id: z.uuid(), explanation: note.min(20) }),
  'availability.replace': z.object({
    schedule_id: z.uuid(),
    rules: z
      .array(
        z.object({
          id: z.uuid(),
          day_of_week: z.number().int().min(0).max(6),
          start_time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
          end_time: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/),
        }),
      )
      .max(100),
  }),
  'unavailability.add': z.object({
    id: z.uuid(),
    start_at: micros,
    end_at: micros,
    reason_private: note.nullable(),
  }),
  'unavailability.remove': z.object({ id: z.uuid() }),
  'notification.mark_read': z.object({ id: z.uuid() }),
} as const;

export type MutationKind = keyof typeof mutationArgs;
export type MutationArgs<K extends MutationKind> = z.infer<(typeof mutationArgs)[K]>;
export type Mutation = {
  [K in MutationKind]: { readonly kind: K; readonly args: MutationArgs<K> };
}[MutationKind];

/** A mutation as it enters over the RPC: the kind decides what the arguments must be. */
export const mutation: z.ZodType<Mutation> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('booking.confirm'), args: mutationArgs['booking.confirm'] }),
  z.object({ kind: z.literal('booking.decline'), args: mutationArgs['booking.decline'] }),
  z.object({ kind: z.literal('booking.counter_offer'), args: mutationArgs['booking.counter_offer'] }),
  z.object({ kind: z.literal('booking.cancel'), args: mutationArgs['booking.cancel'] }),
  z.object({ kind: z.literal('booking.reschedule'), args: mutationArgs['booking.reschedule'] }),
  z.object({ kind: z.literal('session.mark_no_show'), args: mutationArgs['session.mark_no_show'] }),
  z.object({ kind: z.literal('availability.replace'), args: mutationArgs['availability.replace'] }),
  z.object({ kind: z.literal('unavailability.add'), args: mutationArgs['unavailability.add'] }),
  z.object({ kind: z.literal('unavailability.remove'), args: mutationArgs['unavailability.remove'] }),
  z.object({ kind: z.literal('notification.mark_read'), args: mutationArgs['notification.mark_read'] }),
]);

/** Kinds whose target must not have changed in any way, so that row_version is compared too. */
export const wholeRowKinds: readonly MutationKind[] = ['availability.replace'];
