import { test as base } from 'playwright/test';
import { build } from '#scripts/lib/build';
import { makeTemplate, startBackend, type E2eBackend } from './backend.ts';
import { openConsole, type ConsoleWindow } from './console-window.ts';

type Fixtures = {
  /** A seeded backend of this test alone. */
  readonly backend: E2eBackend;
  /** Opens a console on it; each call is another machine. All of them have to be clean when the test ends. */
  readonly open: () => Promise<ConsoleWindow>;
};
type WorkerFixtures = { readonly template: string };

export const test = base.extend<Fixtures, WorkerFixtures>({
  template: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's pattern
    async ({}, use) => {
      await build(() => undefined);
      const template = await makeTemplate();
      await use(template.directory);
      await template.remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  backend: async ({ template }, use) => {
    const backend = await startBackend(template);
    await use(backend);
    await backend.remove();
  },
  open: async ({ browser, backend }, use) => {
    const windows: ConsoleWindow[] = [];
    await use(async () => {
      const opened = await openConsole(browser, backend);
      windows.push(opened);
      return opened;
    });
    try {
      for (const opened of windows) await opened.expectClean();
    } finally {
      for (const opened of windows) await opened.close();
    }
  },
});

export { expect } from 'playwright/test';
