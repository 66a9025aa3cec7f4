import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { seed, type SeedReport } from '#seed/seed';
import { startStack, type Stack } from '#stack/stack';

export type BenchBackend = { readonly stack: Stack; readonly report: SeedReport; stop(): Promise<void> };

/** The embedded stack on a directory of its own, with free ports, durable as in use, and seeded. */
export async function startSeeded(scale: number, note: (line: string) => void): Promise<BenchBackend> {
  const empty = await startEmpty();
  try {
    note(`Seeding scale ${scale} ...`);
    const { databaseUrl, demoPassword } = empty.stack;
    const report = await seed({ databaseUrl, demoPassword, scale, anchor: '2026-11-18' });
    return { ...empty, report };
  } catch (error) {
    await empty.stop();
    throw error;
  }
}

export async function startEmpty(): Promise<{ readonly stack: Stack; stop(): Promise<void> }> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-bench-'));
  const stack = await startStack({ dataDir: directory, gatewayPort: 0, databasePort: 0, functions: false });
  return {
    stack,
    stop: async () => {
      await stack.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
