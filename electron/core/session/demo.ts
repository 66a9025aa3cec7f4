import * as z from 'zod';

/** What the embedded backend offers at `/auth/v1/settings`; no other backend has it. */
const offer = z.object({
  demo: z.object({
    password: z.string().min(1),
    accounts: z.array(z.object({ email: z.string(), role: z.string(), label: z.string() })),
  }),
});

export type DemoOffer = z.output<typeof offer>['demo'];

/** The demo accounts and their password, null when the backend offers none. */
export function demoOf(authSettings: unknown): DemoOffer | null {
  const parsed = offer.safeParse(authSettings);
  return parsed.success ? parsed.data.demo : null;
}
