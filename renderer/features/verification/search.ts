import * as z from 'zod';

/** What the address of the review desk says; whatever does not fit is passed over. */
export const verificationSearch = z.object({
  /** The case that is open. */
  case: z.uuid().optional().catch(undefined),
});
/** What a link to the desk may give. */
export type VerificationLink = z.input<typeof verificationSearch>;
