import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { root } from '#scripts/lib/command';
import { startService } from '#scripts/lib/service';
import { seed, type SeedReport } from '#seed/seed';
import { loadSecrets } from '#stack/secrets';

const coordinates = z.object({ url: z.string(), publishableKey: z.string(), databaseUrl: z.string() });

/** The embedded stack in a process of its own, as in use: durable, without data at first. */
export type BenchBackend = z.infer<typeof coordinates> & {
  readonly demoPassword: string;
  stop(): Promise<void>;
};

/** Starts it on a directory of its own, with free ports. */
export async function startEmpty(): Promise<BenchBackend> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-bench-'));
  const service = startService([
    path.join(root, 'supabase/local/main.ts'),
    '--data',
    directory,
    '--port',
    '0',
    '--db-port',
    '0',
    '--no-functions',
  ]);
  const stop = async () => {
    await service.stop(10_000);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const ready = coordinates.parse(await service.ready);
    const { demoPassword } = await loadSecrets(directory);
    return { ...ready, demoPassword, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The same with the demonstration loaded. */
export async function startSeeded(
  scale: number,
  note: (line: string) => void,
): Promise<BenchBackend & { readonly report: SeedReport }> {
  const backend = await startEmpty();
  try {
    note(`Seeding scale ${scale} ...`);
    const { databaseUrl, demoPassword } = backend;
    const report = await seed({ databaseUrl, demoPassword, scale, anchor: benchAnchor });
    return { ...backend, report };
  } catch (error) {
    await backend.stop();
    throw error;
  }
}

/** A Wednesday three weeks after the clocks went back, so that every kind of week is there. */
export const benchAnchor = '2026-11-18';
