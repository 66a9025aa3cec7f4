import { createHash } from 'node:crypto';
import type { SupportedStorage } from '@supabase/supabase-js';
import type { Client } from '#shared/rpc/define';
import type { HostContract } from '#shared/rpc/host-contract';

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
 * the browser host a private file for the embedded backend and memory for any other.
 */
export function secretStorage(host: Client<HostContract>, isEmbedded: boolean): SupportedStorage {
  return {
    getItem: async (name) => (await host['secrets.read']({ name })).value,
    setItem: async (name, value) => {
      await host['secrets.write']({ name, value, isEmbedded });
    },
    removeItem: async (name) => {
      await host['secrets.remove']({ name });
    },
  };
}
