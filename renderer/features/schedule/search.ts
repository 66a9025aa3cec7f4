import * as z from 'zod';

const day = z.iso.date().optional().catch(undefined);
const uuid = z.uuid().optional().catch(undefined);
/** What the address of the schedule says; whatever does not fit is passed over. */
export const scheduleSearch = z.object({
  /** A day of the week that is shown; this week when absent. */
  on: day,
  view: z.enum(['day', 'week', 'list']).default('week').catch('week'),
  booking: uuid,
  /** Whose schedule, for staff. */
  tutor: uuid,
});
/** What a link to the schedule may give. */
export type ScheduleLink = z.input<typeof scheduleSearch>;
