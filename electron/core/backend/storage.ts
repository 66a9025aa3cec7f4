import { createHash } from 'node:crypto';
import type { SupportedStorage } from '@supabase/supabase-js';
import type { Client } from '#shared/rpc/define';
import type { HostContract } from '#shared/rpc/host-contract';
import type { Log } from '../cache/types.ts';

/**
 * What tells one backend from another, for the session and the cache. The embedded one is the only one of its data
 * directory and may get another port at each start: its address must not count, or unsent edits would seem lost.
 */
export function projectOf(url: string, isEmbedded: boolean): string {
  return isEmbedded ? 'embedded' : new URL(url).origin;
}

/** The name under which the session of one backend is kept. Sessions of two backends never meet. */
export function storageKeyOf(project: string): string {
  return `session-${createHash('sha256').update(project).digest('hex').slice(0, 16)}`;
}

/**
 * The host's secrets as auth-js wants its storage. The host decides how durable they are: safeStorage in Electron; in
 * the browser host a private file for the embedded backend and memory for any other. A host that cannot keep or read
 * a secret (a locked keychain) costs the next start a password, and nothing now.
 */
export function secretStorage(host: Client<HostContract>, isEmbedded: boolean, log: Log): SupportedStorage {
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      log('error', 'secrets.failed', { phase: what, error });
      return null;
    }
  };
  return {
    getItem: (name) => attempt('read', async () => (await host['secrets.read']({ name })).value),
    setItem: async (name, value) => {
      await attempt('write', () => host['secrets.write']({ name, value, isEmbedded }));
    },
    removeItem: async (name) => {
      await attempt('remove', () => host['secrets.remove']({ name }));
    },
  };
}
