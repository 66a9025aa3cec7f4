import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { openCache } from '#core/cache/open';
import type { Cache, Clock } from '#core/cache/types';
import { createSyncEngine } from '#core/sync/engine';
import { createHttpTransport } from '#core/sync/transport';
import type { SyncEngine, SyncTransport } from '#core/sync/types';
import type { BenchBackend } from './backend.ts';
import { timed } from './figure.ts';

/** A request as it left the core, so that it can be made again without it. */
export type RecordedRequest = { readonly url: string; readonly init: RequestInit };

export type PulledCache = {
  readonly cache: Cache;
  readonly engine: SyncEngine;
  readonly transport: SyncTransport;
  readonly userId: string;
  /** Milliseconds of the first pull: from the first request to the last index. */
  readonly milliseconds: number;
  /** Every request so far. */
  readonly requests: readonly RecordedRequest[];
  remove(): Promise<void>;
};

/** Signs in and brings everything that this account may see into a new cache file, with the core's own parts. */
export async function pullEverything(backend: BenchBackend, email: string): Promise<PulledCache> {
  const { url, publishableKey: key } = backend;
  const client = createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });
  const { data, error } = await client.auth.signInWithPassword({ email, password: backend.demoPassword });
  if (error !== null) throw error;
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-bench-cache-'));
  const log = () => undefined;
  const cache = await openCache({ directory, project: url, userId: data.user.id, clock, log });
  const requests: RecordedRequest[] = [];
  const recordingFetch: typeof fetch = (input, init) => {
    requests.push({
      url: input instanceof Request ? input.url : input.toString(),
      init: { method: 'POST', headers: init?.headers ?? {}, body: init?.body ?? null },
    });
    return fetch(input, init);
  };
  const transport = createHttpTransport({
    url,
    key,
    userId: data.user.id,
    accessToken: () => Promise.resolve(data.session.access_token),
    fetch: recordingFetch,
    timeoutMillis: 120_000,
  });
  const engine = createSyncEngine({
    cache,
    transport,
    userId: data.user.id,
    clock,
    random: () => 0.5,
    log,
    refreshSession: () => Promise.resolve(false),
  });
  const { milliseconds } = await timed(() => engine.pull());
  return {
    cache,
    engine,
    transport,
    userId: data.user.id,
    milliseconds,
    requests,
    remove: async () => {
      await engine.stop();
      await cache.remove();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const clock: Clock = {
  now: () => Date.now() * 1000,
  after: (millis, run) => {
    const timer = setTimeout(run, millis);
    return () => clearTimeout(timer);
  },
};
