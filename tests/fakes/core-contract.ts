import * as z from 'zod';
import { call, stream, type Contract } from '#shared/rpc/define';

/** What the stand-in for the core (core-worker.ts) answers, enough to try a host's relay. */
export const fakeCoreContract = {
  'echo.say': call(z.object({ text: z.string() }), z.object({ text: z.string(), threadId: z.number() })),
  'echo.count': stream(z.object({ to: z.number() }), z.object({ value: z.number() })),
  /** Counts for ever; `echo.open` says how many such streams are open, over all ports. */
  'echo.forever': stream(z.object({}), z.object({ value: z.number() })),
  'echo.open': call(z.object({}), z.object({ count: z.number() })),
  /** Asks the host who it is. */
  'echo.host': call(z.object({}), z.object({ host: z.string() })),
  'echo.bytes': call(
    z.object({ count: z.number() }),
    z.object({ name: z.string(), bytes: z.instanceof(Uint8Array) }),
  ),
  'echo.crash': call(z.object({}), z.object({})),
} as const satisfies Contract;
