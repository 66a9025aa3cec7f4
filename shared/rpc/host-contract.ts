import * as z from 'zod';
import { call, type Contract } from './define.ts';

/**
 * What the core may ask of the process that hosts it. Electron and the browser host each answer in their own way;
 * what a host cannot do fails with NOT_AVAILABLE.
 */
export const hostContract = {
  'host.info': call(
    z.object({}),
    z.object({
      version: z.string(),
      host: z.enum(['electron', 'browser']),
      platform: z.string(),
      abilities: z.array(z.string()),
    }),
  ),
  /** Reads a secret, null when there is none. */
  'secrets.read': call(z.object({ name: z.string() }), z.object({ value: z.string().nullable() })),
  /** Keeps a secret. The browser host keeps it on disk (0600) only when `isEmbedded`, else in memory. */
  'secrets.write': call(
    z.object({ name: z.string(), value: z.string(), isEmbedded: z.boolean() }),
    z.object({ isDurable: z.boolean() }),
  ),
  'secrets.remove': call(z.object({ name: z.string() }), z.object({})),
  /** Writes a file where the user finds it (asks, or the downloads folder) and says where. */
  'files.export': call(z.object({ name: z.string(), content: z.string() }), z.object({ path: z.string() })),
  /**
   * Hands a document to another program: Electron asks and opens it, the browser host puts it where downloads go.
   * `name` is safe; one that is not `isKnown` is shown in its folder and never opened. Fails with CANCELLED.
   */
  'documents.open': call(
    z.object({ name: z.string(), bytes: z.instanceof(Uint8Array), isKnown: z.boolean() }),
    z.object({ path: z.string(), isOpened: z.boolean() }),
  ),
  /** Deletes what `documents.open` has left in a place of the console's own. */
  'documents.forget': call(z.object({}), z.object({})),
} as const satisfies Contract;

/** The most that one question to the host may hold, for documents. */
export const maxHostInputBytes = 64 * 1024 * 1024;

export type HostContract = typeof hostContract;
