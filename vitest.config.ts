import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** One project a suite; `scripts/test.ts` runs them one after another and adds up the counts. */
function suite(name: string, options: { timeout?: number; serial?: boolean; globalSetup?: string } = {}) {
  return {
    extends: true as const,
    // Electron itself would download its binary; the product's code gets the fake in every suite.
    resolve: { alias: { electron: fileURLToPath(new URL('tests/fakes/electron.ts', import.meta.url)) } },
    test: {
      name,
      include: [`tests/${name}/**/*.test.ts`],
      testTimeout: options.timeout ?? 5_000,
      hookTimeout: options.timeout ?? 5_000,
      fileParallelism: options.serial !== true,
      // Polling waits for an event; a busy machine takes longer than the default second.
      expect: { poll: { timeout: (options.timeout ?? 5_000) / 3, interval: 20 } },
      ...(options.globalSetup === undefined ? {} : { globalSetup: [options.globalSetup] }),
    },
  };
}

const withBackend = { timeout: 60_000, serial: true, globalSetup: 'tests/support/global-setup.ts' };

export default defineConfig({
  test: {
    projects: [
      suite('unit'),
      suite('architecture', { timeout: 60_000 }),
      suite('shell'),
      suite('host', { timeout: 30_000 }),
      suite('pack', { timeout: 30_000 }),
      suite('start', { timeout: 120_000, serial: true }),
      suite('stack', withBackend),
      suite('schema', withBackend),
      suite('rls', withBackend),
      suite('core', withBackend),
    ],
  },
});
